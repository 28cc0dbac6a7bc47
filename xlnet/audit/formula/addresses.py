"""Addresses of cells, read and written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from openpyxl.utils import column_index_from_string, get_column_letter

from xlnet.audit.formula.tree import Area, Ref
from xlnet.engines.live import Place
from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW

_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})")
_COLUMN = re.compile(r"(\$?)([A-Za-z]{1,3})")
_ROW = re.compile(r"(\$?)([0-9]{1,7})")
_PLAIN_TITLE = re.compile(r"[^\W\d][\w.]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|[Rr]|[Cc]")


def read_reference(text: str, host: Place, sheets: Sequence[str]) -> Ref | Area | None:
    """Return what an address means in a formula at `host`; None where it is no address of the workbook."""
    title, mark, address = text.rpartition("!")
    sheet: int | None = None
    if mark:
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
        found = [number for number, each in enumerate(sheets) if each.casefold() == title.casefold()]
        if not found:
            return None
        sheet = None if found[0] == host[0] else found[0]
    first, colon, last = address.partition(":")
    if not colon:
        return _cell(first, host, sheet)
    if "!" in first:
        return None
    ends = [_cell(end, host, sheet) for end in (first, last)]
    if ends[0] and ends[1]:
        return Area(ends[0], ends[1])
    return _whole(first, last, host, sheet)


def _cell(text: str, host: Place, sheet: int | None) -> Ref | None:
    match = _CELL.fullmatch(text)
    if not match or not 0 < int(match[4]) <= LAST_SHEET_ROW:
        return None
    column, row = column_index_from_string(match[2].upper()), int(match[4])
    if column > LAST_SHEET_COLUMN:
        return None
    return _ref(row, column, bool(match[3]), bool(match[1]), host, sheet)


def _whole(first: str, last: str, host: Place, sheet: int | None) -> Area | None:
    """Return an area of whole columns or rows."""
    columns = _COLUMN.fullmatch(first), _COLUMN.fullmatch(last)
    if columns[0] and columns[1]:
        a, b = (column_index_from_string(each[2].upper()) for each in columns if each)
        return Area(
            _ref(1, a, True, bool(columns[0][1]), host, sheet),
            _ref(LAST_SHEET_ROW, b, True, bool(columns[1][1]), host, sheet),
        )
    rows = _ROW.fullmatch(first), _ROW.fullmatch(last)
    if rows[0] and rows[1]:
        a, b = (int(each[2]) for each in rows if each)
        return Area(
            _ref(a, 1, bool(rows[0][1]), True, host, sheet),
            _ref(b, LAST_SHEET_COLUMN, bool(rows[1][1]), True, host, sheet),
        )
    return None


def _ref(row: int, column: int, row_fixed: bool, column_fixed: bool, host: Place, sheet: int | None) -> Ref:
    return Ref(
        row if row_fixed else row - host[1],
        column if column_fixed else column - host[2],
        row_fixed,
        column_fixed,
        sheet,
    )


def address(place: Place) -> str:
    """Return the address of a cell within its sheet, as A1."""
    return f"{get_column_letter(place[2])}{place[1]}"


def quoted(title: str) -> str:
    """Return the title of a sheet as a formula writes it."""
    if _PLAIN_TITLE.fullmatch(title) and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def full_address(place: Place, sheets: Sequence[str]) -> str:
    """Return the address of a cell with its sheet's title."""
    return f"{quoted(sheets[place[0]])}!{address(place)}"


def written(reference: Ref | Area, host: Place, sheets: Sequence[str]) -> str:
    """Return a reference as a formula at `host` writes it."""
    first = reference.first if isinstance(reference, Area) else reference
    title = "" if first.sheet is None else quoted(sheets[first.sheet]) + "!"
    if isinstance(reference, Ref):
        return title + _written(reference, host)
    ends = _written(reference.first, host), _written(reference.last, host)
    last = reference.last
    if first.is_row_absolute and last.is_row_absolute and (first.row, last.row) == (1, LAST_SHEET_ROW):
        ends = tuple(end.rstrip("0123456789").rstrip("$") for end in ends)  # type: ignore[assignment]
    elif first.is_column_absolute and last.is_column_absolute and (first.column, last.column) == (1, LAST_SHEET_COLUMN):
        ends = tuple(("$" if "$" in end[1:] else "") + re.sub(r"[^0-9]", "", end) for end in ends)  # type: ignore[assignment]
    return title + ":".join(ends)


def _written(ref: Ref, host: Place) -> str:
    _, row, column = ref.at(host)
    if not (0 < row <= LAST_SHEET_ROW and 0 < column <= LAST_SHEET_COLUMN):
        return "#REF!"
    fixed = "$" if ref.is_column_absolute else "", "$" if ref.is_row_absolute else ""
    return f"{fixed[0]}{get_column_letter(column)}{fixed[1]}{row}"

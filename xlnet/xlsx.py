"""The xlsx file's XML: long tables are streamed into a package whose frame openpyxl made.

openpyxl writes no value beside a formula, and holds every cell in memory. So it writes all but the tables (styles,
other sheets, properties), and their rows are written here, each formula with its value.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

_ROWS_PER_CHUNK = 500


@dataclass(frozen=True)
class TableColumn:
    """A column of formulas filled down: `{row}` and `{above}` stand for row numbers.

    `first_formula` is the formula of the first row; either is None where the cells hold typed numbers.
    """

    first_formula: str | None
    formula: str | None


@dataclass(frozen=True)
class Table:
    """A table to stream into a sheet, from `first_row` down: a list of values a row, NaN for a cell in error.

    The cells' styles are those that the frame gives the first two rows.
    """

    first_row: int
    last_row: int
    columns: Sequence[TableColumn]
    values: Iterable[Sequence[float]]


def save(
    workbook: Workbook,
    tables: Mapping[str, Table],
    values: Mapping[str, Mapping[str, float]],
    target: BinaryIO,
) -> None:
    """Write `workbook` to `target`, with the rows of `tables` in the sheets they are named after.

    `values` are the values of formulas in other sheets, by sheet and address.
    """
    frame = io.BytesIO()
    workbook.save(frame)
    streamed = {_part(workbook, title): table for title, table in tables.items()}
    valued = {_part(workbook, title): by_address for title, by_address in values.items()}
    with (
        zipfile.ZipFile(frame) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name in valued:
                content = _with_values(content.decode(), valued[name]).encode()
            if name not in streamed:
                package.writestr(name, content)
                continue
            # Zip64 from the start, as a streamed part's size is not known: it may pass 2 GiB.
            with package.open(name, "w", force_zip64=True) as part:
                for chunk in _with_table(content.decode(), streamed[name]):
                    part.write(chunk.encode())


def _part(workbook: Workbook, title: str) -> str:
    return f"xl/worksheets/sheet{workbook.sheetnames.index(title) + 1}.xml"


def _with_values(xml: str, values: Mapping[str, float]) -> str:
    """Return a sheet's XML with the value of every formula in place of the empty one that openpyxl writes."""

    def valued(match: re.Match[str]) -> str:
        return f"{match[1]}<v>{_number(values[match[2]])}</v></c>"

    return re.sub(r'(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v ?/>(?:</v>)?</c>', valued, xml.replace("<v></v>", "<v/>"))


def _with_table(frame: str, table: Table) -> Iterator[str]:
    """Yield a sheet's XML with the table's rows in place of the frame's styled, empty ones."""
    start = re.search(rf'<row [^>]*?r="{table.first_row}"', frame)
    assert start is not None, "the frame styles the table's first two rows"
    head, rest = frame[: start.start()], frame[start.start() :]
    styled, tail = rest.split("</sheetData>")
    last_cell = f"{get_column_letter(len(table.columns))}{table.last_row}"
    yield re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:{last_cell}"', head)
    yield from _rows(table, styled)
    yield f"</sheetData>{tail}"


def _rows(table: Table, styled: str) -> Iterator[str]:
    first = _RowXml([c.first_formula for c in table.columns], _styles(styled, table.first_row))
    later = _RowXml([c.formula for c in table.columns], _styles(styled, table.first_row + 1))
    texts: list[str] = []
    for row, values in enumerate(table.values, table.first_row):
        texts.append((first if row == table.first_row else later).text(row, values))
        if len(texts) == _ROWS_PER_CHUNK:
            yield "".join(texts)
            texts.clear()
    yield "".join(texts)


def _styles(styled: str, row: int) -> dict[str, str]:
    """Return the style number of each column of a row of the frame."""
    return dict(re.findall(rf'<c r="([A-Z]+){row}" s="(\d+)"', styled))


class _RowXml:
    """The XML of a row, written once with placeholders and filled in for every row."""

    def __init__(self, formulas: Sequence[str | None], styles: Mapping[str, str]) -> None:
        self._numbers, self._errors = [], []
        for index, formula in enumerate(formulas):
            letter = get_column_letter(index + 1)
            start, value = f'<c r="{letter}{{row}}" s="{styles[letter]}"', f"<v>{{{index}}}</v></c>"
            if formula is None:
                self._numbers.append(f"{start}>{value}")
                self._errors.append(self._numbers[-1])
                continue
            text = f"<f>{escape(formula.removeprefix('='))}</f>"
            self._numbers.append(f"{start}>{text}{value}")
            self._errors.append(f'{start} t="e">{text}<v>#NUM!</v></c>')
        self._finite = self._row(self._numbers)

    @staticmethod
    def _row(cells: Iterable[str]) -> str:
        return f'<row r="{{row}}">{"".join(cells)}</row>'

    def text(self, row: int, values: Sequence[float]) -> str:
        """Return the XML of `row` with its values."""
        template = self._finite
        if not math.isfinite(sum(values)):
            template = self._row(
                (self._errors if math.isnan(value) else self._numbers)[index] for index, value in enumerate(values)
            )
        return template.format(*map(_number, values), row=row, above=row - 1)


def _number(value: float) -> str:
    """Return the shortest text that reads back as the same double; -0 is 0."""
    return repr(value + 0.0).removesuffix(".0")

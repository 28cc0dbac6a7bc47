"""The clean copy of a workbook: its sheets as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from xlnet.checking.open.clean.copy import CleanCopy
from xlnet.checking.open.formula_text import reference
from xlnet.checking.open.quantities import Position
from xlnet.checking.open.table import formula_of
from xlnet.errors import UserError
from xlnet.render.layout import FIRST_ROW, TRAINING, Layout


@contextmanager
def opened_copy(copy: CleanCopy) -> Iterator[Any]:
    """Yield the workbook in a clean copy, whose sheets are read as they are asked for."""
    workbook = load_workbook(copy.path, read_only=True)
    try:
        yield workbook
    finally:
        workbook.close()


class Cells:
    """The cells of a workbook's small sheets, each read once."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self._read: dict[str, list[Any]] = {}

    def of(self, layout: Layout, sheet: str) -> Callable[[int, int], Any]:
        """Return what gives the cell in a row and column of a sheet, None where there is none."""
        title = layout.title(sheet)
        if title not in self._read:
            # Below its first row sheet Training is a table, which is long.
            last_row = FIRST_ROW if sheet == TRAINING else None
            self._read[title] = list(rows_of(self.workbook[title], 1, None, last_row))
        rows = self._read[title]

        def cell_at(row: int, column: int) -> Any:
            return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None

        return cell_at


def require_sheets(path: Path, titles: Collection[str], *names: str) -> None:
    """Raise UserError where a sheet is missing."""
    for name in names:
        if name not in titles:
            raise UserError(f"{path}: not an xlnet workbook: it has no {name} sheet")


def names_of_cells(copy: CleanCopy) -> dict[str, str]:
    """Return the references that the defined names of a workbook stand for, by the names in small letters."""
    with opened_copy(copy) as workbook:
        found = {name.casefold(): str(defined.attr_text) for name, defined in workbook.defined_names.items()}
    return {name: text for name, text in found.items() if reference(text) is not None}


def contents(copy: CleanCopy, positions: Collection[Position]) -> dict[Position, float | str]:
    """Return what was put into these cells, formulas as texts, by the workbook's own titles; blanks are left out."""
    found: dict[Position, float | str] = {}
    if not positions:
        return found
    with opened_copy(copy) as workbook:
        for sheet in {position.sheet for position in positions if position.sheet in workbook.sheetnames}:
            wanted = {position for position in positions if position.sheet == sheet}
            rows = {position.row for position in wanted}
            widest = max(position.column for position in wanted)
            for row, cells in enumerate(rows_of(workbook[sheet], 1, widest, max(rows)), 1):
                for column, cell in enumerate(cells, 1) if row in rows else ():
                    position = Position(sheet, row, column)
                    if position in wanted and cell.value is not None:
                        formula = formula_of(cell)
                        is_number = isinstance(cell.value, int | float)
                        found[position] = formula.text if formula else cell.value if is_number else str(cell.value)
    return found


def rows_of(worksheet: Any, first: int, columns: int | None, last: int | None = None) -> Iterator[Any]:
    """Return the rows of a sheet from the first one on, as wide and as far as asked for."""
    # The file's own word on its size may be wrong, and openpyxl would stop there.
    worksheet.reset_dimensions()
    return iter(worksheet.iter_rows(min_row=first, max_row=last, max_col=columns))

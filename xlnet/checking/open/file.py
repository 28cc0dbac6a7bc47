"""The clean copy of a workbook: its sheets as they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from xlnet.cell import Cell
from xlnet.checking.open.clean.copy import CleanCopy
from xlnet.checking.open.formula_text import reference
from xlnet.checking.open.training_table import formula_of
from xlnet.errors import UserError
from xlnet.sheet_size import FIRST_ROW


@contextmanager
def opened_copy(copy: CleanCopy) -> Iterator[Any]:
    """Yield the workbook in a clean copy, whose sheets are read as they are asked for."""
    workbook = load_workbook(copy.path, read_only=True)
    try:
        yield workbook
    finally:
        workbook.close()


class FileCells:
    """The cells of a workbook but for its iterations, each sheet read once; `tables` are the sheets of iterations."""

    def __init__(self, workbook: Any, tables: Collection[str]) -> None:
        self.workbook = workbook
        self._tables = tables
        self._read: dict[str, list[Any]] = {}

    def at(self, cell: Cell) -> Any:
        """Return a cell as openpyxl reads it, None where there is none."""
        rows = self._rows(cell.sheet)
        return rows[cell.row - 1][cell.column - 1] if _is_in(cell, rows) else None

    def _rows(self, sheet: str) -> list[Any]:
        if sheet not in self._read:
            # Below what is fixed a sheet with iterations is a table, which is long.
            last_row = FIRST_ROW if sheet in self._tables else None
            self._read[sheet] = list(rows_of(self.workbook[sheet], 1, None, last_row))
        return self._read[sheet]


def _is_in(cell: Cell, rows: list[Any]) -> bool:
    return cell.row <= len(rows) and cell.column <= len(rows[cell.row - 1])


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


def contents(copy: CleanCopy, positions: Collection[Cell]) -> dict[Cell, float | str]:
    """Return what was put into these cells, formulas as texts, by the workbook's own titles; blanks are left out."""
    found: dict[Cell, float | str] = {}
    if not positions:
        return found
    with opened_copy(copy) as workbook:
        for sheet in {position.sheet for position in positions if position.sheet in workbook.sheetnames}:
            wanted = {position for position in positions if position.sheet == sheet}
            rows = {position.row for position in wanted}
            widest = max(position.column for position in wanted)
            for row, cells in enumerate(rows_of(workbook[sheet], 1, widest, max(rows)), 1):
                for column, cell in enumerate(cells, 1) if row in rows else ():
                    position = Cell(sheet, row, column)
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

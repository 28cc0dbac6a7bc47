"""What was put into cells of a workbook, as messages show it."""

from __future__ import annotations

from collections.abc import Collection

from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from xlnet.cell import Cell
from xlnet.checking.open.clean.copy import CleanCopy
from xlnet.checking.open.held import NOTHING


def contents(copy: CleanCopy, positions: Collection[Cell]) -> dict[Cell, float | str]:
    """Return what was put into these cells, formulas as texts, by the workbook's own titles; blanks are left out."""
    known = {position: copy.holds(position) for position in positions if position.sheet in copy.held}
    found = {
        position: held.formula.text if held.formula else _shown(held.value)
        for position, held in known.items()
        if held != NOTHING
    }
    others = [position for position in positions if position not in known]
    return found | (_read_again(copy, others) if others else {})


def _shown(value: float | str | bool | None) -> float | str:
    return value if isinstance(value, int | float) else str(value)


def _read_again(copy: CleanCopy, positions: Collection[Cell]) -> dict[Cell, float | str]:
    """Return what is in cells of sheets that are not kept: tables, which are long, and those of the user's own."""
    found: dict[Cell, float | str] = {}
    workbook = load_workbook(copy.path, read_only=True)
    try:
        for sheet in {position.sheet for position in positions if position.sheet in workbook.sheetnames}:
            wanted = {position for position in positions if position.sheet == sheet}
            rows = {position.row for position in wanted}
            worksheet, widest = workbook[sheet], max(position.column for position in wanted)
            # The file's own word on its size may be wrong, and openpyxl would stop there.
            worksheet.reset_dimensions()
            for row, cells in enumerate(worksheet.iter_rows(max_row=max(rows), max_col=widest), 1):
                for column, cell in enumerate(cells, 1) if row in rows else ():
                    position = Cell(sheet, row, column)
                    if position in wanted and cell.value is not None:
                        # An array formula is an object that has a text.
                        value = cell.value.text if isinstance(cell.value, ArrayFormula) else cell.value
                        found[position] = value if isinstance(value, int | float) else str(value)
    finally:
        workbook.close()
    return found

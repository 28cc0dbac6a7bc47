"""The small workbook in which rewritten formulas stand beside xlnet's own, over the cells that they cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.cell import Cell
from xlnet.checking.judge.rewritten.groups import AskedTogether
from xlnet.checking.judge.rewritten.points import ERROR, POINTS, Typed, typed
from xlnet.checking.open.formula_text import on_sheets
from xlnet.checking.open.opened import Rewritten

RESULTS = "results"
FOUND_COLUMN, OWN_COLUMN = 1, 2
_AN_ERROR = "=SQRT(-1)"


def row_of(group: int, formula: int, point: int, sizes: Sequence[int]) -> int:
    """Return the row of the results of a formula at a point; `sizes` are the numbers of formulas of the groups."""
    return 1 + (sum(sizes[:group]) + formula) * len(POINTS) + point


def write(path: Path, groups: Sequence[AskedTogether]) -> None:
    """Write the workbook: for each group and point the sheets that are cited, and one with all results."""
    workbook = Workbook()
    results = workbook.active
    assert isinstance(results, Worksheet)
    results.title = RESULTS
    sizes = [len(group.formulas) for group in groups]
    for number, group in enumerate(groups):
        for point in range(len(POINTS)):
            sheets = _sheets(workbook, group)
            _type(sheets, group, point)
            # From the right, as xlnet's own stand beside the last column that is used.
            for index, formula in sorted(enumerate(group.formulas), key=lambda entry: -entry[1].cells[0].column):
                _put_pair(results, row_of(number, index, point, sizes), sheets, formula)
    workbook.save(path)


def _sheets(workbook: Workbook, group: AskedTogether) -> dict[str, Worksheet]:
    """Add a sheet for each that is cited, and return them by the title that they stand for."""
    places = (*group.cells, *group.kept, *(formula.cells[0] for formula in group.formulas))
    titles = dict.fromkeys(place.sheet for place in places)
    # Short names: a title with a number behind it may be longer than a sheet's name can be.
    return {title: workbook.create_sheet(f"sheet {len(workbook.sheetnames)}") for title in titles}


def _type(sheets: Mapping[str, Worksheet], group: AskedTogether, point: int) -> None:
    titles = _titles(sheets)
    for position, content in group.kept.items():
        own = sheets[position.sheet].title
        is_formula = isinstance(content, str) and content.startswith("=")
        _put(sheets, position, on_sheets(str(content), titles, own) if is_formula else content, is_formula=is_formula)
    for position, number in zip(group.cells, typed(list(group.cells.values()), point), strict=True):
        _put(sheets, position, number)


def _put(sheets: Mapping[str, Worksheet], position: Cell, content: Typed, *, is_formula: bool = False) -> None:
    cell = sheets[position.sheet].cell(position.row, position.column)
    if content is ERROR:
        cell.value = _AN_ERROR
        return
    cell.value = content
    if isinstance(content, str) and not is_formula:
        cell.data_type = "s"


def _put_pair(results: Worksheet, row: int, sheets: Mapping[str, Worksheet], formula: Rewritten) -> None:
    """Put a rewritten formula at its place and xlnet's own in the same row of the sheet, and show what they give."""
    position = formula.cells[0]
    worksheet, titles = sheets[position.sheet], _titles(sheets)
    free = max(worksheet.max_column, position.column) + 2
    pairs = ((FOUND_COLUMN, position.column, formula.found), (OWN_COLUMN, free, formula.own))
    for column, place, said in pairs:
        text = on_sheets(said.text, titles, worksheet.title)
        address = f"{get_column_letter(place)}{position.row}"
        worksheet[address] = ArrayFormula(address, text) if said.is_array else text
        results.cell(row, column).value = f"='{worksheet.title}'!{address}"


def _titles(sheets: Mapping[str, Worksheet]) -> dict[str, str]:
    return {title.casefold(): worksheet.title for title, worksheet in sheets.items()}

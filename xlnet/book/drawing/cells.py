"""Puts texts and numbers into cells."""

from __future__ import annotations

from openpyxl.worksheet.cell_range import CellRange

from xlnet.book.style import Look, style_of
from xlnet.render.excel import cell
from xlnet.xlsx.numbers import number_text
from xlnet.xlsx.page import CellContent, Page

# The height of a line in sizes of its letters, for Chinese ones, too; rows fit letters of the usual size by themselves.
_LINE, _USUAL_SIZE = 1.5, 11


def put_text(page: Page, row: int, column: int, text: str, look: Look) -> None:
    """Write `text` into a cell.

    A title such as "=1+1" would become a formula when a person edits the cell: the quote prefix keeps it.
    """
    is_quoted = text[:1] in ("=", "+", "-", "@") and text != ""
    written = put(page, row, column, look)
    written.text = text
    if is_quoted:
        written.style = style_of(page, look, is_quoted=True)


def put_number(page: Page, row: int, column: int, number: float, look: Look) -> None:
    """Write a number into a cell."""
    put(page, row, column, look).number = number_text(float(number))


def put_formula(page: Page, row: int, column: int, formula: str, look: Look, *, is_array: bool = False) -> None:
    """Write a formula, which starts with "=", into a cell; its value is given when the workbook is saved."""
    written = put(page, row, column, look)
    written.formula, written.is_array = formula.removeprefix("="), is_array


def merge(page: Page, row: int, first: int, last: int, rows: int = 1) -> None:
    """Make one of the cells of a row, or of several, from column `first` to `last`; all have their look already.

    openpyxl's own ways to merge give every cell a border of its own, or compare the new cells with all that are merged.
    """
    page.merged_cells.ranges.add(CellRange(f"{cell(row, first)}:{cell(row + rows - 1, last)}"))


def put(page: Page, row: int, column: int, look: Look) -> CellContent:
    """Give a cell its look and return it; a row is as high as its largest letters need."""
    if look.size > _USUAL_SIZE:
        page.heights[row] = max(page.heights.get(row, 0.0), _LINE * look.size)
    return page.put(row, column, style_of(page, look))

"""Puts texts and numbers into cells."""

from __future__ import annotations

from dataclasses import replace

from openpyxl.worksheet.cell_range import CellRange

from xlnet.book.drawing.page import is_wide
from xlnet.book.style import TITLE, Look, style_of, varied
from xlnet.render.excel import cell
from xlnet.xlsx.numbers import number_text
from xlnet.xlsx.page import CellContent, Page

_TITLE, _TITLE_HEIGHT = replace(TITLE, size=16), 27.0


def put_text(page: Page, row: int, column: int, text: str, look: Look) -> None:
    """Write `text` into a cell.

    A title such as "=1+1" would become a formula when a person edits the cell: the quote prefix keeps it. Chinese is
    hard to read where it is slanted.
    """
    if is_wide(text):
        page.wide_rows.add(row)
        look = varied(look, italic=False) if look.italic else look
    is_quoted = text[:1] in ("=", "+", "-", "@") and text != ""
    page.put(row, column, style_of(page, look, is_quoted=is_quoted)).text = text


def put_title(page: Page, row: int, column: int, text: str) -> None:
    """Write the title of a sheet, in a row that is high enough: LibreOffice cuts Chinese in one of the usual height."""
    put_text(page, row, column, text, _TITLE)
    page.heights[row] = _TITLE_HEIGHT


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
    """Give a cell its look and return it."""
    return page.put(row, column, style_of(page, look))

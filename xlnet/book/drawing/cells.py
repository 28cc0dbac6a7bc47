"""Puts texts and numbers into cells."""

from __future__ import annotations

from typing import Any

from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.book.style import Look, dress
from xlnet.render.excel import cell
from xlnet.xlsx.numbers import number_text


def put_text(worksheet: Worksheet, column: int, row: int, text: str, look: Look) -> None:
    """Write `text` into a cell.

    A title such as "=1+1" would become a formula, here and when a person edits the cell: the quote prefix keeps it.
    """
    written = put(worksheet, column, row, look)
    written.value = text
    written.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        written.quotePrefix = True


def put_number(worksheet: Worksheet, column: int, row: int, number: float, look: Look) -> None:
    """Write a number into a cell."""
    written: Any = put(worksheet, column, row, look)
    # openpyxl writes 16 digits of a number, and some doubles have 17.
    written._value, written.data_type = number_text(float(number)), "n"


def put_formula(
    worksheet: Worksheet, column: int, row: int, formula: str, look: Look, *, is_array: bool = False
) -> None:
    """Write a formula, which starts with "=", into a cell; its value is given when the workbook is saved."""
    written: Any = ArrayFormula(cell(column, row), formula) if is_array else formula
    put(worksheet, column, row, look).value = written


def merge(worksheet: Worksheet, row: int, first: int, last: int) -> None:
    """Make one of the cells of a row from column `first` to column `last`; all have their look already.

    openpyxl's own way to merge gives every cell a border of its own, which takes longer than all the rest of a sheet.
    """
    worksheet.merged_cells.add(f"{cell(first, row)}:{cell(last, row)}")


def put(worksheet: Worksheet, column: int, row: int, look: Look) -> Cell | MergedCell:
    """Give a cell its look and return it."""
    dressed = worksheet.cell(row, column)
    dress(dressed, look)
    return dressed

"""Puts texts and numbers into cells."""

from __future__ import annotations

from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.style import Look, dress


def put_text(worksheet: Worksheet, column: int, row: int, text: str, look: Look) -> None:
    """Write `text` into a cell.

    A title such as "=1+1" would become a formula, here and when a person edits the cell: the quote prefix keeps it.
    """
    cell = put(worksheet, column, row, look)
    cell.value = text
    cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True


def put_number(worksheet: Worksheet, column: int, row: int, number: float, look: Look) -> None:
    """Write a number into a cell."""
    put(worksheet, column, row, look).value = number


def put_formula(worksheet: Worksheet, column: int, row: int, formula: str, look: Look) -> None:
    """Write a formula, which starts with "=", into a cell; its value is given when the workbook is saved."""
    put(worksheet, column, row, look).value = formula


def put(worksheet: Worksheet, column: int, row: int, look: Look) -> Cell | MergedCell:
    """Give a cell its look and return it."""
    cell = worksheet.cell(row, column)
    dress(cell, look)
    return cell

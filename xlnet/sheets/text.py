"""Puts text into cells so that it stays text."""

from __future__ import annotations

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet


def put_text(worksheet: Worksheet, address: str, text: str) -> Cell:
    """Write `text` into a cell and return the cell.

    A title such as "=1+1" would become a formula, here and when a person edits the cell: the quote prefix keeps it.
    """
    cell: Cell = worksheet[address]
    cell.value = text
    cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
    return cell

"""Keeps a workbook from being broken by a slip: inputs take numbers alone, all other cells are locked."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.worksheet.datavalidation import DataValidation

from xlnet.book.texts import Texts
from xlnet.xlsx.page import Page

_LARGEST = "1E+300"


def take_numbers(page: Page, ranges: Iterable[str], texts: Texts) -> None:
    """Let the cells of these ranges take nothing but finite numbers."""
    validation = DataValidation(
        type="decimal",
        operator="between",
        formula1=f"-{_LARGEST}",
        formula2=_LARGEST,
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=texts.get("input", "title"),
        error=texts.get("input", "number"),
    )
    for cells in ranges:
        validation.add(cells)
    page.add_data_validation(validation)


def protect(page: Page) -> None:
    """Lock every cell that is no input: without a password, so that anyone can unlock the sheet by its menu.

    Cells can be selected and read, and rows and columns made wider.
    """
    protection = page.protection
    protection.sheet = True
    # For openpyxl and in the file, True forbids.
    protection.formatColumns = False
    protection.formatRows = False
    protection.formatCells = False

"""Keeps a workbook from being broken by a slip: inputs take numbers alone, all other cells are locked."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.book.texts import Texts

_LARGEST = "1E+300"


def take_numbers(worksheet: Worksheet, ranges: Iterable[str], texts: Texts) -> None:
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
    worksheet.add_data_validation(validation)


def protect(worksheet: Worksheet) -> None:
    """Lock every cell that is no input: without a password, so that anyone can unlock the sheet by its menu.

    Cells can be selected and read, and rows and columns made wider.
    """
    protection = worksheet.protection
    protection.sheet = True
    # For openpyxl and in the file, True forbids.
    protection.formatColumns = False
    protection.formatRows = False
    protection.formatCells = False

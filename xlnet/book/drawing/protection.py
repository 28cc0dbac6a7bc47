"""Keeps a workbook from being broken by a slip: inputs take numbers alone, all other cells are locked."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation

from xlnet.book.style import Look, style_of
from xlnet.book.texts import Texts
from xlnet.xlsx.page import Page

_LARGEST = "1E+300"
_FREE = Look(locked=False)


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
    # One by one each would be looked for among all others.
    validation.sqref = MultiCellRange(" ".join(ranges))
    page.add_data_validation(validation)


def take_tokens(page: Page, ranges: Iterable[str], choices: range | tuple[()], texts: Texts) -> None:
    """Let the cells of these ranges take nothing but the numbers of tokens, where inputs are such."""
    if choices:
        page.add_data_validation(whole_numbers(ranges, choices, texts))


def whole_numbers(ranges: Iterable[str], choices: range, texts: Texts) -> DataValidation:
    """Return what lets the cells of these ranges take nothing but the whole numbers of `choices`."""
    validation = DataValidation(
        type="whole",
        operator="between",
        formula1=str(choices[0]),
        formula2=str(choices[-1]),
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=texts.get("input", "choice title"),
        error=texts.get("input", "whole number").format(first=choices[0], last=choices[-1]),
    )
    for cells in ranges:
        validation.add(cells)
    return validation


def protect(page: Page, *, is_free_below: bool = False) -> None:
    """Lock every cell that is no input: without a password, so that anyone can unlock the sheet by its menu.

    Cells can be selected and read, rows and columns made wider, and charts inserted. What stands nowhere yet is free:
    the columns behind the last one, and with `is_free_below` all that the sheet leaves blank. (LibreOffice 7 makes no
    column wider that has a locked cell, and inserts no chart, whatever the file allows.)
    """
    protection = page.protection
    protection.sheet = True
    # For openpyxl and in the file, True forbids.
    protection.formatColumns = False
    protection.formatRows = False
    protection.formatCells = False
    protection.insertHyperlinks = False
    protection.objects = False
    page.free, page.is_free_below = style_of(page, _FREE), is_free_below

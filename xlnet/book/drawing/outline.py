"""Columns and rows that fold: the first of each group stays, and has the button that folds the others."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.worksheet.properties import Outline

from xlnet.xlsx.page import Page


def fold_columns(page: Page, groups: Iterable[tuple[int, int]], level: int = 1) -> None:
    """Let groups of columns fold, each given by its first and last; those of level 2 are parts of others."""
    _outline(page).summaryRight = False
    for first, last in groups:
        page.column_levels |= dict.fromkeys(range(first + 1, last + 1), level)
    page.column_dimensions.max_outline = max(page.column_levels.values(), default=None)


def fold_rows(page: Page, groups: Iterable[tuple[int, int]]) -> None:
    """Let groups of rows fold, each given by its first and last."""
    _outline(page).summaryBelow = False
    for first, last in groups:
        page.row_levels |= dict.fromkeys(range(first + 1, last + 1), 1)
    page.sheet_format.outlineLevelRow = max(page.row_levels.values(), default=None)


def _outline(page: Page) -> Outline:
    """Return where the buttons of a sheet's groups stand."""
    properties = page.sheet_properties
    properties.outlinePr = properties.outlinePr or Outline()
    return properties.outlinePr

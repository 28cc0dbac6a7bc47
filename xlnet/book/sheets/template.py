"""The Template sheet: the effective template as TOML text, one line per cell of column A."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.page import fit_height, lines_of, print_landscape
from xlnet.book.drawing.protection import protect

NAME = "Template"
# LibreOffice cuts off a column that is wider than a page, whatever the page is fitted to.
_WIDTH, _CHARACTERS_PER_LINE = 95, 80


def draw(worksheet: Worksheet, toml: str) -> None:
    """Draw the sheet."""
    for row, line in enumerate(toml.split("\n"), 1):
        put_text(worksheet, 1, row, line, style.CODE)
        fit_height(worksheet, row, lines_of(line, _CHARACTERS_PER_LINE))
    worksheet.column_dimensions["A"].width = _WIDTH
    worksheet.sheet_view.showGridLines = False
    protect(worksheet)
    print_landscape(worksheet)

"""The Template sheet: the effective template as TOML text, one line per cell of column A."""

from __future__ import annotations

from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.page import fit_height, lines_of, print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.xlsx.page import Page

NAME = "Template"
# LibreOffice cuts off a column that is wider than a page, whatever the page is fitted to.
_WIDTH, _CHARACTERS_PER_LINE = 95, 80


def draw(page: Page, toml: str) -> None:
    """Draw the sheet."""
    for row, line in enumerate(toml.split("\n"), 1):
        put_text(page, row, 1, line, style.CODE)
        fit_height(page, row, lines_of(line, _CHARACTERS_PER_LINE))
    page.widths[1] = _WIDTH
    page.sheet_view.showGridLines = False
    protect(page, is_free_below=True)
    print_landscape(page)

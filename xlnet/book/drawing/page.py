"""How a sheet is printed."""

from __future__ import annotations

from functools import cache
from math import ceil
from unicodedata import east_asian_width

from openpyxl.worksheet.properties import PageSetupProperties

from xlnet.xlsx.page import TALL_ROW, USUAL_ROW, Page

COLUMNS_PER_PAGE = 24
# In points; Excel takes no row that is higher.
_HIGHEST = 409.0


def print_landscape(page: Page, header_rows: str | None = None, size: float | None = None) -> None:
    """Print the sheet on landscape pages, with `header_rows` ("1:3") on top of each, as wide as stays legible.

    With a `size` it is printed at this share of its full one instead.
    """
    page.page_setup.orientation = "landscape"
    if size is None:
        page.page_setup.fitToHeight = 0
        page.page_setup.fitToWidth = -(-page.max_column // COLUMNS_PER_PAGE)
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    else:
        page.page_setup.scale = int(100 * size)
    page.print_title_cols = "A:A"
    page.print_title_rows = header_rows


def width_of(text: str) -> int:
    """Return how many characters wide a text is; a Chinese one takes the room of two."""
    return len(text) if text.isascii() else sum(map(_width_of_character, text))


@cache
def _width_of_character(character: str) -> int:
    return 2 if east_asian_width(character) in ("W", "F") else 1


def lines_of(text: str, width: float) -> int:
    """Return the lines that a text takes, at least one."""
    return max(1, ceil(width_of(text) / width))


def fit_height(page: Page, row: int, lines: int) -> None:
    """Give a row the height of so many lines: LibreOffice does not fit it to text that wraps."""
    line = TALL_ROW if page.is_upright else USUAL_ROW
    page.heights[row] = min(line * max(1, lines), _HIGHEST)

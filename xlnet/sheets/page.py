"""How a sheet is printed."""

from __future__ import annotations

from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

_COLUMNS_PER_PAGE = 24


def print_landscape(worksheet: Worksheet, header_rows: str | None = None) -> None:
    """Print the sheet on landscape pages, with `header_rows` ("1:3") on top of each, as wide as stays legible."""
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.fitToHeight = 0
    worksheet.page_setup.fitToWidth = -(-worksheet.max_column // _COLUMNS_PER_PAGE)
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.print_title_cols = "A:A"
    worksheet.print_title_rows = header_rows

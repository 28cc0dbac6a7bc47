"""How a sheet is printed."""

from __future__ import annotations

from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet


def print_landscape(worksheet: Worksheet, header_rows: str | None = None) -> None:
    """Print the sheet's full width on landscape pages, with `header_rows` ("1:3") on top of each."""
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.print_title_rows = header_rows

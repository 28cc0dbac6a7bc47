"""Sheet Template: the effective template as TOML text, a line a cell of column A."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from xlnet import style
from xlnet.sheets.cells import put_text
from xlnet.sheets.guard import protect
from xlnet.sheets.page import print_landscape

NAME = "Template"


def draw(worksheet: Worksheet, toml: str) -> None:
    """Draw the sheet."""
    for row, line in enumerate(toml.split("\n"), 1):
        put_text(worksheet, 1, row, line, style.CODE)
    worksheet.column_dimensions["A"].width = 120
    worksheet.sheet_view.showGridLines = False
    protect(worksheet)
    print_landscape(worksheet)

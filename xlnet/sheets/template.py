"""Sheet Template: the effective template as TOML text, a line a cell of column A."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from xlnet import style
from xlnet.excel import cell
from xlnet.sheets.page import print_landscape
from xlnet.sheets.text import put_text

NAME = "Template"


def draw(worksheet: Worksheet, toml: str) -> None:
    """Draw the sheet."""
    for row, line in enumerate(toml.split("\n"), 1):
        drawn = put_text(worksheet, cell(1, row), line)
        drawn.font, drawn.alignment = style.CODE, style.WRAPPED
    worksheet.column_dimensions["A"].width = 120
    worksheet.sheet_view.showGridLines = False
    print_landscape(worksheet)

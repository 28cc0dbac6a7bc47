"""Links from sheet to sheet."""

from __future__ import annotations

from openpyxl.worksheet.hyperlink import Hyperlink

from xlnet.book.drawing.cells import put_text
from xlnet.book.style import LINK, Look
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page


def put_link(page: Page, row: int, column: int, text: str, target: str, look: Look = LINK) -> None:
    """Write `text` into a cell as a link to a cell of another sheet, as in "Explore!D4"."""
    put_text(page, row, column, text, look)
    address = cell(row, column)
    page.cell(row, column).hyperlink = Hyperlink(ref=address, location=target, display=text)

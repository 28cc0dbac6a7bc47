"""Links from place to place in a workbook."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.worksheet.hyperlink import Hyperlink

from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.page import width_of
from xlnet.book.style import LINK, Look
from xlnet.cell import Area
from xlnet.render.excel import address, cell
from xlnet.xlsx.page import Page

# A column that has no width of its own takes so many characters.
_CHARACTERS = 9.0
# What is left free behind a text.
_MARGIN = 2.0


def put_link(page: Page, row: int, column: int, text: str, target: str, look: Look = LINK) -> None:
    """Write `text` into a cell as a link to a cell of another sheet, as in "Explore!D4"."""
    put_text(page, row, column, text, look)
    page.cell(row, column).hyperlink = Hyperlink(ref=cell(row, column), location=target, display=text)


def put_links(page: Page, row: int, column: int, targets: Iterable[tuple[str, Area]]) -> int:
    """Write links to areas into a row, from a column on, each with the room that it needs; return the column behind.

    The widths of columns must be known. A program shows the whole area, if it can: its first cell alone could come to
    stand at the edge of the window.
    """
    for text, target in targets:
        put_link(page, row, column, text, address(target))
        column = column_behind(page, column, text)
    return column


def column_behind(page: Page, column: int, text: str, size: int = LINK.size) -> int:
    """Return the column behind a text of a size in points, which runs on over blank cells."""
    needed = width_of(text) * size / LINK.size + _MARGIN
    while needed > 0:
        needed -= page.widths.get(column, _CHARACTERS)
        column += 1
    return column

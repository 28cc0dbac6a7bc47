"""What a quantity means, as a note that shows when the mouse rests on its header."""

from __future__ import annotations

from openpyxl.comments import Comment

from xlnet.book.drawing.page import lines_of
from xlnet.xlsx.page import Page

# Thousands of notes make a sheet slow; the Formulas sheet has the same words for every quantity.
MOST_NOTES = 250
_AUTHOR = "xlnet"
_CHARACTERS_PER_LINE, _PIXELS_PER_LINE, _WIDTH = 44, 17, 300


def put_note(page: Page, row: int, column: int, lines: list[str]) -> None:
    """Give a cell a note."""
    note = Comment("\n".join(lines), _AUTHOR)
    count = sum(lines_of(line, _CHARACTERS_PER_LINE) for line in lines)
    note.width, note.height = _WIDTH, _PIXELS_PER_LINE * (count + 1)
    page.cell(row, column).comment = note

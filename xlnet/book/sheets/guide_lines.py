"""The rows of a guide, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put_text
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import fit_height, lines_of, print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.model import Model
from xlnet.graph.node import Group
from xlnet.xlsx.page import Page

NAME_COLUMN, TEXT_COLUMN = 2, 3
TITLE_ROW, FIRST_LINE_ROW = 2, 4
TEXT = replace(style.TEXT, wrap=True, vertical="top")
LINK = replace(style.LINK, vertical="top", bold=True)
_WIDTHS = {1: 2, NAME_COLUMN: 16, TEXT_COLUMN: 110}
# Letters of a code font are wider than the average of others, and a long rule breaks only between its factors.
_CHARACTERS_PER_LINE, _CODE_PER_LINE = 108, 92
_LOOKS = {
    "heading": replace(style.BAND, fill=style.GROUPS[Group.ITERATION].strong),
    "text": TEXT,
    "rule": replace(style.CODE, fill=style.GROUPS[Group.FORWARD].tint),
    "backward": replace(style.CODE, fill=style.GROUPS[Group.GRADIENTS].tint),
    "update": replace(style.CODE, fill=style.GROUPS[Group.PARAMETERS].tint),
}
_NAME = replace(style.TEXT, vertical="top", bold=True)


@dataclass(frozen=True)
class GuideLine:
    """A row: the kind of its look, its text, what stands before it, and the sheet that leads to."""

    kind: str
    text: str
    name: str = ""
    target: str = ""


def heading(model: Model, name: str) -> GuideLine:
    """Return the heading of a part."""
    return GuideLine("heading", model.texts.get("guide", name))


def draw_lines(page: Page, title: str, description: str, lines: Sequence[GuideLine]) -> None:
    """Draw a guide: its title, what the workbook is, and its rows."""
    put_text(page, TITLE_ROW, NAME_COLUMN, title, replace(style.TITLE, size=16))
    put_text(page, TITLE_ROW + 1, NAME_COLUMN, description, TEXT)
    merge(page, TITLE_ROW + 1, NAME_COLUMN, TEXT_COLUMN)
    fit_height(page, TITLE_ROW + 1, lines_of(description, _CHARACTERS_PER_LINE))
    for row, line in enumerate(lines, FIRST_LINE_ROW):
        look = _LOOKS[line.kind]
        if line.kind == "heading":
            put_text(page, row, NAME_COLUMN, line.text, look)
            put_text(page, row, TEXT_COLUMN, "", look)
            continue
        if line.target:
            put_link(page, row, NAME_COLUMN, line.name, line.target, LINK)
        elif line.name:
            put_text(page, row, NAME_COLUMN, line.name, _NAME)
        put_text(page, row, TEXT_COLUMN, line.text, look)
        width = _CHARACTERS_PER_LINE if look == TEXT else _CODE_PER_LINE
        fit_height(page, row, lines_of(line.text, width))
    page.widths.update(_WIDTHS)
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.ITERATION].strong
    protect(page, is_free_below=True)
    print_landscape(page)
    page.page_setup.fitToWidth = 1

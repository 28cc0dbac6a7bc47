"""What the cells of the Explore sheet look like."""

from __future__ import annotations

from dataclasses import replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.sheets.explore.picture import CAPTION, PictureCell
from xlnet.graph.node import Group

NUMBER = replace(style.TEXT, border="below", horizontal="right", vertical="center")
NUMBERS = replace(style.TEXT, border="below", wrap=True, vertical="center", horizontal="left", indent=1)
_ARROW = replace(style.TEXT, colour="475569", bold=True, horizontal="center")
_EDGE = replace(style.TEXT, colour="475569", horizontal="right", size=10)
_WEIGHT = replace(style.TEXT, horizontal="center", border="box")
_VALUE = replace(style.TEXT, horizontal="right", vertical="center")


def look_of(cell: PictureCell) -> style.Look:
    """Return the look of a cell of the picture."""
    fixed = {"edge": _EDGE, "weight": _WEIGHT, "arrow": _ARROW}
    if cell.kind in fixed:
        return fixed[cell.kind]
    group = Group.FORWARD
    if cell.key is not None:
        letter = keys.parts(cell.key).letter
        group = {"x": Group.SAMPLES, "t": Group.SAMPLES, keys.LOSS: Group.LOSS}.get(letter, Group.FORWARD)
    palette = style.GROUPS[group]
    if cell.kind == CAPTION:
        return replace(style.TEXT, colour=palette.strong, bold=True, horizontal="left")
    if cell.kind == "name":
        return replace(style.TEXT, colour=palette.strong, bold=True, fill=palette.tint, horizontal="center")
    return replace(_VALUE, fill=palette.tint)

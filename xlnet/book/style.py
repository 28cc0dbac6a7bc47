"""Colours, fonts and number formats of the sheets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray

from xlnet.graph.node import Group
from xlnet.xlsx.page import Page


@dataclass(frozen=True)
class Palette:
    """A group's colours: the header's and band's fill, and the tint of its cells."""

    strong: str
    tint: str


# Blue and orange are left to signs. White is read on all of these; they differ for those who see red and green alike
# (tests/test_colours.py).
GROUPS: dict[str, Palette] = {
    Group.ITERATION: Palette("52555E", "F3F4F6"),
    Group.SAMPLES: Palette("167D8F", "EDF8FA"),
    Group.MASKS: Palette("074003", "F2F7F1"),
    Group.SCHEDULE: Palette("508401", "F6FAEA"),
    Group.PARAMETERS: Palette("451A8A", "F4F0FD"),
    Group.FORWARD: Palette("3A742E", "EFF8EC"),
    Group.LOSS: Palette("212E3E", "F0F3F7"),
    Group.DELTAS: Palette("A03AB0", "FBF2FC"),
    Group.GRADIENTS: Palette("D32689", "FDF0F8"),
    Group.STATE: Palette("013522", "ECF6F2"),
    Group.NEXT: Palette("451A8A", "F4F0FD"),
}
# What is negative and what is positive, on every sheet: as lines, and behind a number. The colours are those of
# TensorFlow Playground.
NEGATIVE, POSITIVE = "F59322", "0877BD"
BEHIND_NEGATIVE, BEHIND_POSITIVE = "F7B46A", "7CB9E5"
# From the most negative over 0 to the most positive.
SIGNED_SCALE = (BEHIND_NEGATIVE, "FFFFFF", BEHIND_POSITIVE)
# The lines of a chart in their order, the first six the farthest apart.
LINES = (
    *("0B1373", "EB7C1C", "24A6BD", "941704", "3B7AFB", "77364D"),
    *("37A88D", "400D42", "1D97E0", "6A9754", "3B5A8D", "4F060A"),
)
CONSTANTS = Palette("52555E", "FEF9C3")
# What stands out among cells that look alike.
STANDING_OUT = "E5DBFA"
# Colour of the text and fill, for what is wrong and what is right.
VERDICT = (("991B1B", "FECACA"), ("14532D", "BBF7D0"))

# What numbers of ordinary size show after the point (see `drawing.digits`).
DIGITS, FEW_DIGITS, MANY_DIGITS = "0.000000", "0.0000", "0.0000000000"
LONG_POWER_OF_TEN = "0.000000000E+00"
# One sample of thousands is no 0 %.
SHARE = "0.0##%"
HIDDEN = ";;;"
POWER_OF_TEN = "0.00E+00"
WHOLE_NUMBER = "0"
GENERAL = "General"

FONT_NAME = "Calibri"
CODE_FONT_NAME = "Consolas"
_LINE = Side(style="thin", color="D6DCE5")
_BORDERS = {
    "none": Border(),
    "box": Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE),
    "below": Border(bottom=_LINE),
}


@dataclass(frozen=True)
class Look:
    """What a cell looks like; colours are RGB in hexadecimal, `border` is none, box or below."""

    colour: str | None = None
    fill: str | None = None
    bold: bool = False
    italic: bool = False
    underline: bool = False
    size: int = 11
    font: str = FONT_NAME
    border: str = "none"
    number_format: str = GENERAL
    horizontal: str | None = None
    vertical: str | None = None
    wrap: bool = False
    shrink: bool = False
    indent: int = 0
    locked: bool = True

    def __hash__(self) -> int:
        """Return the hash, which is computed once: a look is looked up for every cell that has it."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Those attributes in which looks differ most.
        return hash((self.colour, self.fill, self.bold, self.border, self.number_format, self.horizontal))


HEADER = Look(colour="FFFFFF", bold=True, horizontal="center", vertical="center")
BAND = replace(HEADER, horizontal="left")
TITLE = Look(colour="334155", bold=True, size=12, horizontal="left", vertical="center")
QUIET = Look(colour="64748B", italic=True, horizontal="center", vertical="center")
# Blue on yellow is the spreadsheet modeller's sign for a number that a person may change.
INPUT = Look(colour="1D4ED8", bold=True, fill=CONSTANTS.tint, locked=False)
LINK = Look(colour="1D4ED8", underline=True, horizontal="left")
TEXT = Look()
CODE = Look(font=CODE_FONT_NAME, size=10, vertical="top", wrap=True)


@cache
def varied(look: Look, **changes: str | bool | int) -> Look:
    """Return a look with changes; each is made once, as most cells have one of a few looks."""
    return replace(look, **changes)  # type: ignore[arg-type]


def style_of(page: Page, look: Look, *, is_quoted: bool = False) -> StyleArray:
    """Return the style of a look; a cell that `is_quoted` stays a text whatever it begins with.

    openpyxl compares each part with all that the workbook has: so it does that once for all looks that have the part.
    A workbook in Chinese has no italics, which its letters do not know.
    """
    if look.italic and page.is_upright:
        look = varied(look, italic=False)
    known = page.styles
    style = known.get((look, is_quoted))
    if style is None:
        style = known[look, is_quoted] = StyleArray()
        for part in _PARTS:
            setattr(style, part.number, _numbered(page, look, part))
        style.quotePrefix = is_quoted
    return style


def _numbered(page: Page, look: Look, part: _Part) -> int:
    """Return the number that a workbook has for a part of a look."""
    key = (part.name, part.attributes(look))
    if key not in page.numbers:
        dressed: Any = Cell(page, 1, 1)
        setattr(dressed, part.name, part.make(look))
        page.numbers[key] = getattr(dressed._style, part.number)
    return page.numbers[key]


def _font(look: Look) -> Font:
    return Font(
        name=look.font,
        b=look.bold,
        i=look.italic,
        u="single" if look.underline else None,
        sz=look.size,
        color=look.colour,
    )


def _fill(look: Look) -> PatternFill:
    return PatternFill("solid", start_color=look.fill, end_color=look.fill) if look.fill else PatternFill()


def _alignment(look: Look) -> Alignment:
    return Alignment(
        horizontal=look.horizontal,
        vertical=look.vertical,
        wrap_text=look.wrap,
        shrink_to_fit=look.shrink,
        indent=look.indent,
    )


@dataclass(frozen=True)
class _Part:
    """A part of a look: what openpyxl calls it and its number, the attributes that it is made of, and how it is."""

    name: str
    number: str
    attributes: Callable[[Look], Any]
    make: Callable[[Look], Any]


_PARTS = (
    _Part("font", "fontId", attrgetter("font", "bold", "italic", "underline", "size", "colour"), _font),
    _Part("fill", "fillId", attrgetter("fill"), _fill),
    _Part("border", "borderId", attrgetter("border"), lambda look: _BORDERS[look.border]),
    _Part("number_format", "numFmtId", attrgetter("number_format"), attrgetter("number_format")),
    _Part("alignment", "alignmentId", attrgetter("horizontal", "vertical", "wrap", "shrink", "indent"), _alignment),
    _Part("protection", "protectionId", attrgetter("locked"), lambda look: Protection(locked=look.locked)),
)

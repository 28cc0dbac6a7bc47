"""Colours, fonts and number formats of the sheets."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side


@dataclass(frozen=True)
class Palette:
    """A group's colours: the header's and band's fill, and the tint of its cells."""

    strong: str
    tint: str


GROUPS = {
    "iteration": Palette("475569", "F1F5F9"),
    "samples": Palette("0F766E", "EFFBF9"),
    "schedule": Palette("A16207", "FEFAE8"),
    "parameters": Palette("1D4ED8", "EFF4FF"),
    "forward": Palette("15803D", "EFFAF2"),
    "loss": Palette("B45309", "FFF7E8"),
    "deltas": Palette("9D174D", "FDF1F6"),
    "gradients": Palette("B91C1C", "FEF2F2"),
    "state": Palette("6D28D9", "F5F1FE"),
}
CONSTANTS = Palette("475569", "FEF9C3")

# Six digits after the point; a conditional format shows powers of ten where they would not do.
NUMBER = "0.000000"
POWER_OF_TEN = "0.00E+00"
WHOLE_NUMBER = "0"
GENERAL = "General"

FONT_NAME = "Calibri"
CODE_FONT = "Consolas"

HEADER_FONT = Font(name=FONT_NAME, bold=True, color="FFFFFF")
TEXT_FONT = Font(name=FONT_NAME)
QUIET_FONT = Font(name=FONT_NAME, italic=True, color="64748B")
TITLE_FONT = Font(name=FONT_NAME, bold=True, color="334155", size=12)
# Blue on yellow is the spreadsheet modeller's sign for a number that a person may change.
INPUT_FONT = Font(name=FONT_NAME, color="1D4ED8", bold=True)
CODE = Font(name=CODE_FONT, size=10)

CENTRED = Alignment(horizontal="center", vertical="center")
LEFT = Alignment(horizontal="left", vertical="center")
WRAPPED = Alignment(vertical="top", wrap_text=True)

_LINE = Side(style="thin", color="D6DCE5")
THIN_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
LINE_BELOW = Border(bottom=_LINE)


def fill(colour: str) -> PatternFill:
    """Return a solid fill."""
    return PatternFill("solid", start_color=colour, end_color=colour)

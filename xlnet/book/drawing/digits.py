"""Gives numbers of ordinary size digits that stand below each other; any other shows as many as its cell takes.

Cells have the number format General, which shows by itself what a fixed number of digits cannot: 1E-09 is never
0.000000, in no program. (A number format with conditions would do for positive numbers only: LibreOffice and Gnumeric
each drop the sign of negative ones in another of its sections.) Programs that take a number format from a conditional
format show ordinary numbers by the fixed digits and the others by short powers of ten; the rest show General.
"""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from xlnet.book import style
from xlnet.xlsx.page import Page

# Numbers of formats below 164 are Excel's own.
_NUMBERS = {style.DIGITS: 200, style.FEW_DIGITS: 201, style.MANY_DIGITS: 202}
_POWERS = {style.MANY_DIGITS: (style.LONG_POWER_OF_TEN, 203)}
_USUAL_POWER = (style.POWER_OF_TEN, 204)
# Beyond these, digits would be 0, or not fit the column.
_LEAST, _MOST = 0.0001, 10_000


def align_ordinary(page: Page, area: str, digits: str = style.DIGITS) -> None:
    """Show the numbers of ordinary size in an area ("B4:T203") by these digits, but whole ones by none.

    One area at a time: of several, programs do not agree on the cell that a relative reference starts from. Where the
    cells have another conditional format it must have the same area: LibreOffice applies both only then.
    """
    first = area.split(":")[0]
    is_fraction = f"AND(ISNUMBER({first}),{first}<>INT({first}),ABS({first})>={_LEAST},ABS({first})<{_MOST})"
    is_extreme = f"AND(ISNUMBER({first}),{first}<>0,OR(ABS({first})<{_LEAST},ABS({first})>={_MOST}))"
    power, number = _POWERS.get(digits, _USUAL_POWER)
    for condition, form, form_number in ((is_fraction, digits, _NUMBERS[digits]), (is_extreme, power, number)):
        look = DifferentialStyle(numFmt=NumberFormat(numFmtId=form_number, formatCode=form))
        page.conditional_formatting.add(area, Rule(type="expression", dxf=look, formula=[condition]))

"""Gives numbers of ordinary size digits that stand below each other; any other shows as many as its cell takes.

Cells have the number format General, which shows by itself what a fixed number of digits cannot: 1E-09 is never
0.000000, in no program. (A number format with conditions would do for positive numbers only: LibreOffice and Gnumeric
each drop the sign of negative ones in another of its sections.) Programs that take a number format from a conditional
format show ordinary numbers by the fixed digits and the others by short powers of ten; the rest show General.
"""

from __future__ import annotations

from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import range_boundaries

from xlnet.book import style
from xlnet.book.drawing.rules import add_rule
from xlnet.cell import Cell
from xlnet.graph.expression import absolute, call
from xlnet.graph.references import NEITHER, InCell, compared
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
    column, row, _, _ = range_boundaries(area)
    assert column is not None
    assert row is not None
    number = InCell(Cell(page.title, row, column), NEITHER)
    size, is_number = absolute(number), call("isnumber", number)
    is_small, is_large = compared(size, "<", _LEAST), compared(size, ">=", _MOST)
    is_fraction = call(
        "and",
        is_number,
        compared(number, "<>", call("floor", number)),
        compared(size, ">=", _LEAST),
        compared(size, "<", _MOST),
    )
    is_extreme = call("and", is_number, compared(number, "<>", 0), call("or", is_small, is_large))
    power, power_number = _POWERS.get(digits, _USUAL_POWER)
    for condition, form, form_number in ((is_fraction, digits, _NUMBERS[digits]), (is_extreme, power, power_number)):
        add_rule(page, area, condition, DifferentialStyle(numFmt=NumberFormat(numFmtId=form_number, formatCode=form)))

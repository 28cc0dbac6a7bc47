"""Gives numbers of ordinary size digits that stand below each other; any other shows as many as its cell takes.

Cells have the number format General, which shows by itself what a fixed number of digits cannot: 1E-09 is never
0.000000, in no program. (A number format with conditions would do for positive numbers only: LibreOffice and Gnumeric
each drop the sign of negative ones in another of its sections.) Programs that take a number format from a conditional
format show ordinary numbers by the digits of a form and the others by short powers of ten; the rest show General.
Whole numbers, and those that end soon, as 5.1 does, show no zeros behind their last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import range_boundaries

from xlnet.book import style
from xlnet.book.drawing.rules import add_rule
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, absolute, call
from xlnet.graph.references import NEITHER, InCell, compared
from xlnet.xlsx.page import Page


@dataclass(frozen=True)
class Form:
    """A number format with the number that a workbook knows it by, for sizes from `least` to below `most`."""

    number: int
    code: str
    least: float
    most: float


@dataclass(frozen=True)
class Tone:
    """A fill of the cells whose number fulfils a condition."""

    where: Callable[[InCell], Expression]
    fill: str


# Beyond these, digits would be 0, or not fit the column.
_LEAST, _MOST = 0.0001, 10_000
# A number of no more digits after its point shows no others.
_SHORT = 3
# Numbers of formats below 164 are Excel's own.
_FORMS = {
    style.DIGITS: (Form(200, style.DIGITS, _LEAST, _MOST),),
    # About four significant digits.
    style.FEW_DIGITS: (
        Form(205, style.DIGITS, _LEAST, 0.01),
        Form(201, style.FEW_DIGITS, 0.01, 100),
        Form(206, "0.0", 100, _MOST),
    ),
    style.MANY_DIGITS: (Form(202, style.MANY_DIGITS, _LEAST, _MOST),),
}
_POWERS = {style.MANY_DIGITS: (style.LONG_POWER_OF_TEN, 203)}
_USUAL_POWER = (style.POWER_OF_TEN, 204)


def align_ordinary(page: Page, area: str, digits: str = style.DIGITS, tones: Sequence[Tone] = ()) -> None:
    """Show the numbers of ordinary size in an area ("B4:T203") by these digits, but short ones by their own.

    One area at a time: of several, programs do not agree on the cell that a relative reference starts from. Where the
    cells have another conditional format it must have the same area: LibreOffice applies both only then. And of rules
    that hold it applies the first alone: so `tones` are given here, and each comes with digits, too.
    """
    column, row, _, _ = range_boundaries(area)
    assert column is not None
    assert row is not None
    number = InCell(Cell(page.title, row, column), NEITHER)
    forms = list(_forms(number, digits))
    for tone in (*tones, None):
        fill = None if tone is None else PatternFill("solid", bgColor=tone.fill)
        where = [] if tone is None else [tone.where(number)]
        for conditions, form in forms:
            add_rule(page, area, call("and", *conditions, *where), DifferentialStyle(numFmt=form, fill=fill))
        if tone is not None:
            add_rule(page, area, call("and", call("isnumber", number), *where), DifferentialStyle(fill=fill))


def _forms(number: InCell, digits: str) -> Iterator[tuple[list[Expression], NumberFormat]]:
    """Yield the number formats, each with the conditions under which it holds."""
    size, is_number = absolute(number), call("isnumber", number)
    for form in _FORMS[digits]:
        is_long = compared(number, "<>", call("round", number, _SHORT))
        bounds = [compared(size, ">=", form.least), compared(size, "<", form.most)]
        yield [is_number, is_long, *bounds], NumberFormat(numFmtId=form.number, formatCode=form.code)
    is_extreme = call("or", compared(size, "<", _LEAST), compared(size, ">=", _MOST))
    power, power_number = _POWERS.get(digits, _USUAL_POWER)
    is_some = compared(number, "<>", 0)
    yield [is_number, is_some, is_extreme], NumberFormat(numFmtId=power_number, formatCode=power)

"""Shows what a fixed number of digits cannot: the very small and the very large, by a power of ten."""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from xlnet import style

# Numbers of formats below 164 are Excel's own.
_FORMAT_NUMBER = 200


def show_small_and_large(worksheet: Worksheet, cells: str, *, exactly: bool = False) -> None:
    """Show numbers of these cells ("B4:T203") by a power of ten where six digits after the point would not do.

    That is where they would be 0, or not fit the column. `exactly` is for numbers of ten digits.
    """
    first = cells.split(":")[0]
    form, number, largest = (
        (style.LONG_POWER_OF_TEN, _FORMAT_NUMBER + 1, 100_000)
        if exactly
        else (style.POWER_OF_TEN, _FORMAT_NUMBER, 10_000)
    )
    power = DifferentialStyle(numFmt=NumberFormat(numFmtId=number, formatCode=form))
    outside = f"AND(ISNUMBER({first}),{first}<>0,OR(ABS({first})<0.0001,ABS({first})>={largest}))"
    worksheet.conditional_formatting.add(cells, Rule(type="expression", dxf=power, formula=[outside]))

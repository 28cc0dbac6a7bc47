"""Shows what a fixed number of digits cannot: the very small and the very large, by a power of ten."""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from xlnet import style

# Numbers of formats below 164 are Excel's own.
_FORMAT_NUMBER = 200


def show_small_and_large(worksheet: Worksheet, cells: str) -> None:
    """Show numbers of these cells ("B4:T203") by a power of ten where six digits after the point would not do."""
    first = cells.split(":")[0]
    power = DifferentialStyle(numFmt=NumberFormat(numFmtId=_FORMAT_NUMBER, formatCode=style.POWER_OF_TEN))
    outside = f"AND(ISNUMBER({first}),{first}<>0,OR(ABS({first})<0.0001,ABS({first})>=100000))"
    worksheet.conditional_formatting.add(cells, Rule(type="expression", dxf=power, formula=[outside]))

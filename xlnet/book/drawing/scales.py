"""Colours by sign and size: orange below 0, blue above, as far to both sides as the largest number goes."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.formatting.rule import ColorScaleRule, Rule

from xlnet.book import style
from xlnet.cell import Area
from xlnet.graph.expression import call
from xlnet.graph.references import InCells
from xlnet.render.excel import condition

# The colours of zeros alone need two ends that are apart.
_LEAST_SIZE = 1e-9
# Of a longer table the first rows tell how far the colours go; a larger number has the last colour.
_MOST_ROWS = 1000


def signed_scale(cells: Sequence[Area], zero: str = style.SIGNED_SCALE[1]) -> Rule:
    """Return the rule for cells of a sheet; where it has several areas, each has it.

    Its ends are on both sides of 0: the smallest number, where it is 0, would have the colour of the negative ones.
    """
    sheet = cells[0].sheet
    told = [InCells(area._replace(bottom=min(area.bottom, area.top + _MOST_ROWS - 1))) for area in cells]
    size = call("max", _LEAST_SIZE, call("max", *told), -call("min", *told))
    low, _, high = style.SIGNED_SCALE
    ends = [condition(end, sheet) for end in (-size, size)]
    return ColorScaleRule("formula", ends[0], low, "num", 0, zero, "formula", ends[1], high)  # type: ignore[no-untyped-call,no-any-return]

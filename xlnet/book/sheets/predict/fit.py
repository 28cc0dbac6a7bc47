"""How much of the targets' variance the outputs explain: R² of each output of a network that does not classify."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.cell import Area
from xlnet.graph.expression import Expression, call, total
from xlnet.graph.references import InCells, choose, compared, or_else

# What R² is of targets that are all the same, or where there are no numbers.
NONE = "–"
MOST_OUTPUTS = 20


def r_squared(targets: Area, pairs: Sequence[tuple[Area, Area]]) -> Expression:
    """Return 1 − Σ(t − y)² / Σ(t − mean of t)² of an output.

    `targets` are those of all samples; `pairs` are areas with the targets of some samples and their outputs.
    """
    cells = InCells(targets)
    left = total(*(call("squared_distance", *map(InCells, pair)) for pair in pairs))
    every = call("count", cells) * call("variance", cells)
    all_same = compared(call("max", cells), "=", call("min", cells))
    return choose(all_same, NONE, or_else(1 - left / every, NONE))

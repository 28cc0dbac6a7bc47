"""When two gradients agree: the rule, as a formula."""

from __future__ import annotations

from collections.abc import Mapping

from xlnet.book.sheets.proof import NAME
from xlnet.book.sheets.proof.plan import KINK_COLUMNS, LOSS_ROW, TOLERANCE_ROW, VALUE_COLUMN, ProofPlan
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, absolute, call, maximum, minimum
from xlnet.graph.references import InCell, Text, choose, compared, or_else

# A gradient and a loss below this count as this: the difference of two losses has noise of its own.
_SMALLEST_SCALE = 0.001


def verdict(made: ProofPlan, at: Mapping[str, Expression]) -> Expression:
    """Return the verdict on a row; `at` are its cells, by column.

    At a kink the slope jumps: backpropagation may take either side's slope, or one between.
    """
    words = {name: Text(made.model.texts.get("proof", name)) for name in ("agrees", "kink", "differs", "none")}
    loss, tolerance = (InCell(Cell(NAME, row, VALUE_COLUMN)) for row in (LOSS_ROW, TOLERANCE_ROW))
    gradient = at["gradient"]
    allowed = tolerance * maximum(absolute(gradient), loss, _SMALLEST_SCALE)
    otherwise: Expression = words["differs"]
    if made.has_kinks:
        slopes = [at[name] for name in KINK_COLUMNS]
        is_between = call(
            "and",
            compared(gradient, ">=", minimum(*slopes) - allowed),
            compared(gradient, "<=", maximum(*slopes) + allowed),
        )
        otherwise = choose(is_between, words["kink"], otherwise)
    agrees = compared(absolute(at["difference"]), "<=", allowed)
    return or_else(choose(agrees, words["agrees"], otherwise), words["none"])

"""When two gradients agree: the rule, as a formula and as a function."""

from __future__ import annotations

import math
from collections.abc import Mapping

from xlnet.book.sheets.proof.plan import KINK_COLUMNS, LOSS_ROW, TOLERANCE_ROW, VALUE_COLUMN, Plan
from xlnet.render.excel import absolute, text

# A gradient and a loss below this count as this: the difference of two losses has noise of its own.
_SMALLEST_SCALE = 0.001


def formula(made: Plan, at: Mapping[str, str]) -> str:
    """Return the formula of a row's verdict; `at` are the addresses of its cells, by column.

    At a kink the slope jumps: backpropagation may take either side's slope, or one between.
    """
    words = {name: text(made.model.texts.get("proof", name)) for name in ("agrees", "kink", "differs", "none")}
    loss, tolerance = absolute(VALUE_COLUMN, LOSS_ROW), absolute(VALUE_COLUMN, TOLERANCE_ROW)
    gradient = at["gradient"]
    allowed = f"{tolerance}*MAX(ABS({gradient}),{loss},{_SMALLEST_SCALE})"
    otherwise = words["differs"]
    if made.has_kinks:
        slopes = ",".join(at[name] for name in KINK_COLUMNS)
        is_between = f"AND({gradient}>=MIN({slopes})-{allowed},{gradient}<=MAX({slopes})+{allowed})"
        otherwise = f"IF({is_between},{words['kink']},{otherwise})"
    return f"=IFERROR(IF(ABS({at['difference']})<={allowed},{words['agrees']},{otherwise}),{words['none']})"


def verdict(made: Plan, row: Mapping[str, float], loss: float, tolerance: float) -> str:
    """Return the name of the verdict on a row with these numbers: agrees, kink, differs, or none without numbers."""
    slopes = [row[name] for name in KINK_COLUMNS] if made.has_kinks else []
    if not all(map(math.isfinite, (row["difference"], row["gradient"], loss))):
        return "none"
    gradient = row["gradient"]
    allowed = tolerance * max(abs(gradient), loss, _SMALLEST_SCALE)
    if abs(row["difference"]) <= allowed:
        return "agrees"
    if slopes and min(slopes) - allowed <= gradient <= max(slopes) + allowed:
        return "kink"
    return "differs"

"""The values that formulas carry: what a cell holds before it is calculated."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

from xlnet.xlsx.numbers import number_text

Value = float | str | bool


def written(value: Value) -> tuple[str, str]:
    """Return the attribute that tells a value's kind, and its text; a number that is not finite is an error."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return ' t="str"', escape(value)
    return ("", number_text(value)) if math.isfinite(value) else (' t="e"', "#NUM!")

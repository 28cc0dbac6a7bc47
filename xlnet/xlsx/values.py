"""The values that formulas carry: what a cell holds before it is calculated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from html import escape
from typing import TypeVar

from xlnet.xlsx.numbers import number_texts

Value = float | str | bool
Place = TypeVar("Place")
Written = tuple[str, str]
# Of a formula whose value nobody knows.
ZERO: Written = ("", "0")


def written(values: Mapping[Place, Value]) -> dict[Place, Written]:
    """Return the attribute that tells each value's kind, and its text; a number that is not finite is an error."""
    numbers = [float(value) for value in values.values() if not isinstance(value, str | bool)]
    # All at once: one by one each would cost several times as much.
    texts = iter(number_texts(numbers))
    return {place: _written(value, texts) for place, value in values.items()}


def _written(value: Value, texts: Iterator[bytes]) -> Written:
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return ' t="str"', escape(value, quote=False)
    text = next(texts).decode()
    return ("", text) if math.isfinite(value) else (' t="e"', "#NUM!")

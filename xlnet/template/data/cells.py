"""What a cell of a CSV file holds: a number, nothing, or a text."""

from __future__ import annotations

import math
import re

DECIMAL_SIGNS = (".", ",")
# What files write where a value is missing, as pandas and R take it; a cell of blanks is missing, too.
_MISSING = {"", "na", "n/a", "#n/a", "#na", "<na>", "?", "nan", "-nan", "null", "none"}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:([.,'’ \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")


def number(text: str, decimal: str) -> float | None:
    """Return the finite number that a cell holds, written with this decimal sign; None where it holds none."""
    text = text.replace("−", "-")
    if decimal != ".":
        if "." in text:
            return None
        text = text.replace(decimal, ".")
    try:
        value = float(text)
    except ValueError:
        return None
    # float() takes "1_000" and "nan", which no CSV means as a number.
    return value if math.isfinite(value) and "_" not in text else None


def is_missing(text: str) -> bool:
    """Return whether a cell says that there is no value: blank, NA, ?, nan, null, None, in any case."""
    return text.strip().casefold() in _MISSING


def looks_like_number(text: str) -> bool:
    """Return whether a cell is a number with some decimal sign, or one with thousands separators."""
    return any(number(text, decimal) is not None for decimal in DECIMAL_SIGNS) or has_thousands(text)


def has_thousands(text: str) -> bool:
    """Return whether a cell that is no number looks like one with thousands separators: 1,234.5 or 1 234."""
    return _THOUSANDS.fullmatch(text.strip()) is not None

"""A number as a text, as formulas write it."""

from __future__ import annotations

import math

from xlnet.book.sheets.explore.written import DIGITS, LEAST
from xlnet.checking.judge.view import Expected, WrittenNumber, one_of

# Two numbers that are no further apart are the same to IronCalc where it compares them: 8.9E-16 is not below 1E-15.
_COMPARED_AS_SAME = 2.3e-16
_BOUNDS = (LEAST, LEAST - _COMPARED_AS_SAME, LEAST + _COMPARED_AS_SAME)


def written(value: float) -> Expected:
    """Return the text of a number; beside the bound of those that are written as 0 it may be either. NaN has none."""
    if math.isnan(value):
        return value
    return one_of(WrittenNumber(0.0 if abs(value) < bound else value, DIGITS) for bound in _BOUNDS)

"""Whether outputs name the class that targets do, at all steps of a sequence or once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from xlnet.checking.judge.view import NEAR_TIES, Expected, is_tie, one_of
from xlnet.model import classification as classes


def share_right(
    groups: Sequence[range], y: Sequence[float], t: Sequence[float], is_right: Callable[[float, float], bool]
) -> Expected:
    """Return the share of a sample's classes that its outputs name right.

    `is_right` compares the sum that picks the output of the right class with the largest output, as the formulas do.
    """
    if any(map(math.isnan, (*y, *t))):
        return math.nan
    every = [_sides([y[index] for index in group], [t[index] for index in group], is_right) for group in groups]
    return one_of(number / len(every) for number in counts(every))


def _sides(y: Sequence[float], t: Sequence[float], is_right: Callable[[float, float], bool]) -> set[bool]:
    """Return whether the outputs of a class name the right one: both where rounding decides."""
    if len(y) == 1:
        is_one = t[0] > classes.BOUNDARY
        return {(y[0] > classes.BOUNDARY * nearly) == is_one for nearly in NEAR_TIES}
    # Targets that were moved are no classes any more; then only the sum tells.
    picked, largest = math.fsum(a * b for a, b in zip(y, t, strict=True)), max(y)
    return {is_right(picked, largest), is_right(picked, largest) or is_tie(picked, largest)}


def counts(every: Sequence[set[bool]]) -> range:
    """Return how many of some marks may be right, the fewest first."""
    return range(sum(sides == {True} for sides in every), sum(True in sides for sides in every) + 1)

"""What cells should hold, and between which bounds where rounding decides on which side of a kink an engine is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlnet import keys, reference
from xlnet.checking.judge.region import Expectation, Numbers
from xlnet.checking.open.opened import Opened
from xlnet.graph.node import Group
from xlnet.reference import Quantities

# How far rounding, and an engine's snapping of near-equal differences to 0, may have moved the inputs of a formula.
_ROUNDING = 1e-13
# IronCalc takes a weighted sum this near to 0 for 0 when it asks whether it is above.
_NEAR_ZERO = 1e-15
# Whole numbers, and the settings, are exact: moved, they would make both sides of a step right.
_EXACT = ("iter", "epoch", "sample", "t_cur", "t_i")


def is_near(found: Numbers, expected: Numbers, *, rtol: float, atol: float) -> bool:
    """Return whether every cell is within the tolerances of what it should be."""
    with np.errstate(all="ignore"):
        return not (np.abs(found - expected) > atol + rtol * np.abs(expected)).any()


def expectation_of(
    opened: Opened,
    found: Quantities,
    rows: slice,
    arranged: Callable[[Quantities], Numbers],
    is_near: Callable[[Numbers], bool],
) -> Expectation:
    """Return what the cells of some rows should be, `arranged` as they stand.

    At a kink (a gradient's sign at y = t) rounding decides which side an engine is on: either is within the envelope.
    Of any two quantities, some nudge moves one up and the other down, and its opposite the other way round, so that
    their difference is moved to both sides of 0. Where every cell is near what it should be, no side needs a reason.
    """
    # A row is judged with the one above it.
    start = max(rows.start - 1, 0)
    near = {name: q[start : rows.stop] if opened.places[name].moves else q for name, q in found.items()}
    settings = {constant.key for constant in opened.graph.settings if constant.group == Group.SETTINGS}
    exact = {*_EXACT, *opened.counted}
    moved = [name for name in near if settings.isdisjoint((name, keys.element(name, 1))) and name not in exact]
    random = np.random.Generator(np.random.PCG64(1))

    def expected(quantities: Quantities) -> Numbers:
        return arranged(reference.expected(opened.spec, quantities))[rows.start - start :]

    value = expected(near)
    if is_near(value):
        return Expectation(value, value, value)
    least, most = value.copy(), value.copy()
    for bit in range(len(moved).bit_length()):
        for sign in (1, -1):
            nudged = dict(near)
            for number, name in enumerate(moved):
                direction = sign if number >> bit & 1 else -sign
                size = _ROUNDING * random.uniform(0.8, 1.0, near[name].shape)
                nudged[name] = near[name] * (1 + direction * size)
                if name in opened.weighted_sums:
                    nudged[name] = nudged[name] + direction * _NEAR_ZERO
            at_nudged = expected(nudged)
            np.fmin(least, at_nudged, out=least)
            np.fmax(most, at_nudged, out=most)
    return Expectation(value, least, most)

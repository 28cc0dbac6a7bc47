"""What stands at first in the cells that a person fills in: inputs, and the ends of the axes of a picture."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

from xlnet.model.classification import kind_of
from xlnet.model.tokens import tokens
from xlnet.spec import Spec

# The rows of inputs that a person types.
INPUT_ROWS = 5
# The share of the samples' range that a picture goes beyond them.
_MARGIN = 0.25
# An axis that went further would overflow in its own formulas.
_LARGEST_END = 1e300


@dataclass(frozen=True)
class Axis:
    """An axis of the picture at first."""

    first: float
    last: float


def typed_inputs(spec: Spec) -> list[list[float]]:
    """Return the inputs that stand there at first: some samples, and of few samples multiples of the first."""
    samples = [list(spec.data.x[sample]) for sample in examples(spec)]
    if entries := tokens(spec):
        # The tokens of the first sample again, each so many entries further on.
        further = ([float((value + step) % len(entries)) for value in samples[0]] for step in range(1, INPUT_ROWS))
        return [*samples, *further][:INPUT_ROWS]
    multiples = [[_finite(factor * value) for value in samples[0]] for factor in (0.0, 0.5, 2.0, -1.0)]
    return (samples + multiples)[:INPUT_ROWS]


def examples(spec: Spec) -> list[int]:
    """Return the numbers of some samples, from 0: the first ones, or where they have classes each class in turn."""
    if spec.samples <= INPUT_ROWS or kind_of(spec) is None:
        return list(range(min(spec.samples, INPUT_ROWS)))
    by_class: dict[tuple[float, ...], list[int]] = {}
    for sample, target in enumerate(spec.data.t):
        by_class.setdefault(target, []).append(sample)
    turns = ([members[turn] for members in by_class.values() if turn < len(members)] for turn in range(INPUT_ROWS))
    return [sample for members in turns for sample in members][:INPUT_ROWS]


def _finite(value: float) -> float:
    return min(max(value, -sys.float_info.max), sys.float_info.max)


def axis_of(values: tuple[float, ...]) -> Axis:
    """Return an axis that holds these values with a margin, from and to a round number."""
    low, high = (min(max(end, -_LARGEST_END), _LARGEST_END) for end in (min(values), max(values)))
    # A span below the smallest doubles has no digits to round to.
    span = high - low if high - low > sys.float_info.min * 1e6 else max(2 * abs(low), 2.0)
    step = 10.0 ** math.floor(math.log10(span / 4))
    margin = _MARGIN * span if span == high - low else span / 2
    return Axis(math.floor((low - margin) / step) * step, math.ceil((high + margin) / step) * step)

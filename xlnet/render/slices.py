"""Long sums of quantities that stand evenly spaced in lists of values, as Python computes them from slices.

The products of a dense layer of 100 units with as many inputs are 10,000 terms: written out, Python takes longer to
compile them than to compute them a hundred times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import groupby, pairwise
from operator import add, mul

from xlnet.graph.expression import Expression, Product, Quantity, Square, Sum

# Shorter sums are written out.
_FEWEST_TERMS = 8
# A list of values, and a place in it.
Place = tuple[str, int]
Placed = Callable[[Quantity], Place]


def dot(before: float, left: Sequence[float], right: Sequence[float]) -> float:
    """Return `before` + Σ left·right, summed up from left to right."""
    return reduce(add, map(mul, left, right), before)


def summed(before: float, values: Sequence[float]) -> float:
    """Return `before` + Σ values, summed up from left to right."""
    return reduce(add, values, before)


# What the sums call.
FUNCTIONS: dict[str, object] = {"dot": dot, "summed": summed}


def in_slices(terms: Sum, placed: Placed) -> str | None:
    """Return a long sum as Python computes it from slices; None where its quantities are not evenly spaced."""
    if len(terms.terms) < _FEWEST_TERMS:
        return None
    every = [_places(term, placed) for term in terms.terms]
    if not all(every):
        return None
    runs = [run for _, same in groupby(every, key=_lists) for run in _evenly_spaced(list(same))]
    if len(runs) * _FEWEST_TERMS > 2 * len(every):
        return None
    # 0 + x is x, but for the sign of 0.
    text = "0.0"
    for run in runs:
        slices = [_slice(side) for side in zip(*run, strict=True)]
        text = f"{'dot' if len(slices) == 2 else 'summed'}({text}, {', '.join(slices)})"
    return text


def _places(term: Expression, placed: Placed) -> tuple[Place, ...]:
    match term:
        case Quantity():
            return (placed(term),)
        case Product((Quantity() as left, Quantity() as right)):
            return placed(left), placed(right)
        case Square(Quantity() as operand):
            return placed(operand), placed(operand)
    return ()


def _lists(places: tuple[Place, ...]) -> tuple[str, ...]:
    return tuple(name for name, _ in places)


def _evenly_spaced(terms: Sequence[tuple[Place, ...]]) -> list[Sequence[tuple[Place, ...]]]:
    """Return terms of the same lists in runs of equal steps."""
    steps = [tuple(after - before for (_, before), (_, after) in zip(*pair, strict=True)) for pair in pairwise(terms)]
    runs = []
    start = 0
    while start < len(terms):
        end = start + 1
        # A slice goes forward.
        if start < len(steps) and min(steps[start]) > 0:
            while end - 1 < len(steps) and steps[end - 1] == steps[start]:
                end += 1
        runs.append(terms[start:end])
        start = end
    return runs


def _slice(places: Sequence[Place]) -> str:
    """Return the slice of a list that holds evenly spaced places."""
    (name, first), (_, last) = places[0], places[-1]
    step = places[1][1] - first if len(places) > 1 else 1
    return f"{name}[{first}:{last + 1}:{step}]" if step > 1 else f"{name}[{first}:{last + 1}]"

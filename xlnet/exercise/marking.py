"""How a blank is marked, in Python: the same that the workbook's formulas say, by other means.

A number is right where it is near the true one, or near what its rule makes of the student's own earlier numbers while
these are right. What the rule makes of earlier numbers that are wrong is an error carried on. Else it is compared with
what each slip gives, by the student's earlier numbers too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from xlnet.cell import Area, Cell
from xlnet.exercise.blanks import Blank
from xlnet.graph.expression import Expression
from xlnet.render.compute import Value, Values, computed
from xlnet.render.layout import Layout

# So that half a unit itself is within it, whatever rounding makes of it.
HALF = 0.500001


class Kind(StrEnum):
    """What became of a blank."""

    EMPTY = "empty"
    NO_NUMBER = "no number"
    RIGHT = "right"
    CARRIED = "carried"
    WRONG = "wrong"


@dataclass(frozen=True)
class Mark:
    """What a blank holds, and what became of it.

    `used` is what later blanks are computed from: the student's number, the true one where there is none. `rule` is
    what the rule makes of these, `values` what the slips do; `slips` are those of them (by their places) that give the
    student's number, and `carried` the earlier blanks whose numbers are wrong, whether they explain it or not.
    """

    kind: Kind
    used: float
    rule: float
    values: tuple[float, ...] = ()
    slips: tuple[int, ...] = ()
    carried: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether it counts."""
        return self.kind == Kind.RIGHT


@dataclass(frozen=True)
class Margin:
    """Within what a number counts as another: a share of it, or half a unit of the last of so many decimals.

    Where it is moved from an `origin`, it is a share of the way from there.
    """

    tolerance: float
    decimals: float

    @property
    def half(self) -> float:
        """Half a unit of the last decimal, and what rounding makes of it; NaN where that is no number."""
        try:
            return float(HALF * 10.0**-self.decimals)
        except OverflowError:
            return math.nan

    def is_near(self, found: float, wanted: float, origin: float = 0.0) -> bool:
        """Return whether a number counts as `wanted`."""
        half = self.half
        if not math.isfinite(wanted + half + self.tolerance):
            return False
        return abs(found - wanted) <= max(self.tolerance * abs(wanted - origin), half)


def marks(
    every: Sequence[Blank], true: Mapping[str, float], typed: Mapping[str, float | str | None], margin: Margin
) -> dict[str, Mark]:
    """Return the mark of each blank, by key: `true` are the true values of all quantities, `typed` what blanks hold."""
    used = {blank.key: _number(typed.get(blank.key), true[blank.key]) for blank in every}
    value = evaluator({**true, **used})
    found: dict[str, Mark] = {}
    for blank in every:
        own, rule = used[blank.key], value(blank.rule)
        values = tuple(value(alternative.value) for alternative in blank.alternatives)
        origin = true[blank.origin] if blank.origin else 0.0
        near = partial(margin.is_near, own, origin=origin)
        slips = tuple(place for place, other in enumerate(values) if near(other))
        earlier = [key for key in blank.cites if not _passes(found[key])]
        kind = _kind(typed.get(blank.key), near(true[blank.key]), near(rule), are_earlier_right=not earlier)
        found[blank.key] = Mark(kind, own, rule, values, slips, tuple(earlier))
    return found


def _passes(mark: Mark) -> bool:
    # Nothing typed: the true number is used then.
    return mark.kind in (Kind.RIGHT, Kind.EMPTY, Kind.NO_NUMBER)


def _kind(typed: float | str | None, is_true: bool, follows: bool, *, are_earlier_right: bool) -> Kind:
    if typed is None:
        return Kind.EMPTY
    if isinstance(typed, str):
        return Kind.NO_NUMBER
    if is_true:
        return Kind.RIGHT
    if follows:
        return Kind.RIGHT if are_earlier_right else Kind.CARRIED
    return Kind.WRONG


def _number(typed: float | str | None, otherwise: float) -> float:
    return typed if isinstance(typed, float) else otherwise


class _Known:
    """Quantities as cells of one column."""

    def __init__(self, values: Sequence[float]) -> None:
        self._values = values

    def value(self, cell: Cell) -> Value:
        """Return the value of the quantity that stands in a cell."""
        return self._values[cell.row - 1]

    def values(self, area: Area) -> Values:
        """Return the values of some quantities."""
        return list(self._values[area.top - 1 : area.bottom])


def evaluator(known: Mapping[str, float]) -> Callable[[Expression], float]:
    """Return what computes an expression from quantities by key; NaN where it has no finite value."""
    layout = Layout({key: Cell("", row, 1) for row, key in enumerate(known, 1)}, {})
    cells = _Known(list(known.values()))

    def value(expression: Expression) -> float:
        found = computed(expression, cells, layout, Cell("", 1, 2), 0)
        assert not isinstance(found, str)
        return float(found)

    return value

"""The points at which a rewritten formula is judged: what is typed into the cells that it cites."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Random = np.random.Generator
# Stands for a cell in error.
ERROR = None
Typed = float | str | None

# So many cells are in error by turns: one at a time where a formula cites no more.
_TURNS = 8


@dataclass(frozen=True)
class Slot:
    """What may be typed into a cell that is cited: one of its `choices`, or any number where it has none."""

    choices: tuple[float | str, ...] = ()


@dataclass(frozen=True)
class TypedPoint:
    """A point: its name in messages, the size of its numbers, and the number for the cell of a number, counted from 0.

    A number that is compared may be off by rounding as its size allows.
    """

    name: str
    number: Callable[[Random, int], Typed]
    size: float = 1.0


def _drawn(low: float, high: float, signs: Sequence[float] = (-1.0, 1.0)) -> Callable[[Random, int], Typed]:
    """Return what draws a number between two powers of ten."""
    return lambda random, _: float(random.choice(signs) * 10.0 ** random.uniform(low, high))


def _alternating(first: float) -> Callable[[Random, int], Typed]:
    return lambda random, index: float(first * (-1) ** index * random.uniform(0.2, 0.9))


def _in_turn(turn: int) -> Callable[[Random, int], Typed]:
    return lambda random, index: ERROR if index % _TURNS == turn else float(random.uniform(0.2, 0.9))


# The number that all cells hold, so that every difference is 0 and every comparison a tie.
_SAME = 0.625
POINTS = (
    TypedPoint("with arbitrary numbers", _drawn(-0.7, 0)),
    TypedPoint("with numbers of either sign", _alternating(1.0)),
    TypedPoint("with the opposite signs", _alternating(-1.0)),
    TypedPoint("with positive numbers", _drawn(-0.7, 0, (1.0,))),
    TypedPoint("with negative numbers", _drawn(-0.7, 0, (-1.0,))),
    TypedPoint("with small numbers", _drawn(-4, -2), 1e-3),
    TypedPoint("with very small numbers", _drawn(-8, -4), 1e-5),
    TypedPoint("with numbers above 1", _drawn(0.5, 1.5)),
    TypedPoint("with large numbers", _drawn(1.5, 3)),
    TypedPoint("with very large numbers", _drawn(4, 9)),
    TypedPoint("with small and large numbers", _drawn(-3, 3)),
    TypedPoint("with zeros", lambda random, index: 0.0),
    TypedPoint("with zeros and ones", lambda random, index: float(random.integers(0, 2))),
    TypedPoint("with whole numbers", lambda random, index: float(random.integers(-3, 4))),
    TypedPoint("with equal numbers", lambda random, index: _SAME),
    TypedPoint("with nearly equal numbers", lambda random, index: _SAME + float(10.0 ** random.uniform(-9, -6))),
    TypedPoint("with almost equal numbers", lambda random, index: _SAME + float(10.0 ** random.uniform(-11, -9))),
    TypedPoint("with errors", lambda random, index: ERROR),
    *(TypedPoint("with some errors", _in_turn(turn)) for turn in range(_TURNS)),
)


def typed(cells: Sequence[Slot], number: int) -> list[Typed]:
    """Return what is typed into the cells at the point of that number.

    Choices take turns, so that first, middle and last ones come up, and two cells rarely hold the same.
    """
    random = np.random.Generator(np.random.PCG64([20_261_126, number]))
    point, found = POINTS[number], list[Typed]()
    for index, cell in enumerate(cells):
        if cell.choices:
            found.append(cell.choices[(number + index) % len(cell.choices)])
        else:
            found.append(point.number(random, index))
    return found

"""The operation table: every operation with its value, its derivative and its readable mathematics.

To add an activation, add an entry to `ACTIVATIONS`; a loss, an entry to `LOSSES`. Textbook rules stay whole here
(`delta · a · (1 − a)` for the sigmoid), so that a student meets them in the sheet as they stand in a book.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlnet.graph.expression import Expression, exp, maximum, total


@dataclass(frozen=True)
class Activation:
    """A function of one unit's weighted sum.

    `value(z)` is a = f(z); `derivative(a, z)` is f′(z), by a or by z as the textbook has it; None for the identity,
    whose z and a are one quantity. `mathematics` is f in Unicode, with {z} for the weighted sum's symbol.
    """

    value: Callable[[Expression], Expression]
    derivative: Callable[[Expression, Expression], Expression] | None
    mathematics: str


@dataclass(frozen=True)
class Loss:
    """A function of one sample's outputs y and targets t.

    `value(y, t)` is the loss, `derivative(y, t)` the list of ∂loss/∂y, an entry an output.
    """

    value: Callable[[Sequence[Expression], Sequence[Expression]], Expression]
    derivative: Callable[[Sequence[Expression], Sequence[Expression]], list[Expression]]


# EXP(710) is #NUM! in a spreadsheet, so the exponent is bounded where the sigmoid is 0 to 300 places anyway.
_LOWEST_EXPONENT = -700

ACTIVATIONS = {
    "identity": Activation(value=lambda z: z, derivative=None, mathematics="{z}"),
    "sigmoid": Activation(
        value=lambda z: 1 / (1 + exp(-maximum(z, _LOWEST_EXPONENT))),
        derivative=lambda a, z: a * (1 - a),
        mathematics="1 / (1 + e^(−{z}))",
    ),
}

LOSSES = {
    "half_squared_error": Loss(
        value=lambda y, t: _sum_of_squares(y, t) / 2,
        derivative=lambda y, t: [a - b for a, b in zip(y, t, strict=True)],
    ),
}


def _sum_of_squares(y: Sequence[Expression], t: Sequence[Expression]) -> Expression:
    return total(*((a - b) ** 2 for a, b in zip(y, t, strict=True)))

"""The optimiser table: how a parameter's gradient becomes its next value.

To add an optimiser, add an entry to `OPTIMIZERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity
from xlnet.graph.node import Node


@dataclass(frozen=True)
class OptimizerRule:
    """An optimiser's formulas for one parameter, given its key.

    `state` returns the columns it keeps, each the value after this iteration's gradient; `update` returns the
    parameter's value in the next iteration, so all that it cites is the row above.
    """

    update: Callable[[str], Expression]
    state: Callable[[str], list[Node]] = lambda _: []


def _before(key: str) -> Expression:
    return Quantity(key, above=True)


OPTIMIZERS = {
    # Gradient descent: w ← w − η·∂E/∂w
    "sgd": OptimizerRule(
        update=lambda key: _before(key) - _before(keys.LEARNING_RATE) * _before(keys.gradient(key)),
    ),
}

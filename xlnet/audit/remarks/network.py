"""The networks that were found in a workbook, as far as remarks need to know them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xlnet.engines.live import Place


@dataclass(frozen=True)
class Network:
    """All networks of a workbook; everything is empty where none was found.

    `weights` and `gradients` tell the weight that an update starts from, and the gradient's cell where there is one,
    each by the update's cell. `cells` are the cells from which updates and losses are computed, these included.
    `is_told` says that it was the user who told the weights: there may be no update.
    """

    weights: Mapping[Place, Place] = field(default_factory=dict)
    gradients: Mapping[Place, Place] = field(default_factory=dict)
    rates: Collection[Place] = frozenset()
    losses: Collection[Place] = frozenset()
    cells: Collection[Place] = frozenset()
    is_told: bool = False

    @cached_property
    def weight_cells(self) -> frozenset[Place]:
        """The cells that hold weights before an update."""
        return frozenset(self.weights.values())

"""What other sheets show of a run, noted as its rows pass by on their way into the file."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator

from xlnet import keys
from xlnet.graph.node import Graph
from xlnet.render.evaluate import Values
from xlnet.xlsx.table import RowBlock


class Record:
    """Notes some iterations whole, the first one without finite values, and the first one with a loss below a bound.

    `iterations` counts those that have passed, `losses` those of them that have a loss.
    """

    def __init__(self, graph: Graph, wanted: Collection[int], bound: float) -> None:
        self.iterations = 0
        self.losses = 0
        self.diverged_at: int | None = None
        self.first_below: int | None = None
        self.columns = {key: column for column, node in enumerate(graph.nodes) for key in (node.key, *node.aliases)}
        self._width = len(graph.nodes)
        self._wanted = sorted(wanted, reverse=True)
        self._bound = bound
        self._rows: dict[int, Values] = {}
        self._losses: Values = []

    def watched(self, blocks: Iterable[RowBlock]) -> Iterator[RowBlock]:
        """Yield the blocks as they come."""
        for block in blocks:
            self._note(block)
            yield block

    def value(self, key: str, iteration: int) -> float:
        """Return the value of a quantity in one of the wanted iterations."""
        return self._rows[iteration][self.columns[key]]

    def whole(self, key: str) -> Values | None:
        """Return what is noted of all iterations, their number or the loss; None for any other quantity."""
        if key == keys.ITERATION:
            return [float(number) for number in range(1, self.iterations + 1)]
        return self._losses if key == keys.LOSS else None

    def _note(self, block: RowBlock) -> None:
        width, start = self._width, self.iterations
        if self.diverged_at is None and not block.is_finite:
            first = next((index for index, value in enumerate(block.values) if math.isnan(value)), None)
            self.diverged_at = None if first is None else start + 1 + first // width
        losses = block.values[self.columns[keys.LOSS] :: width]
        self._losses += losses
        self.losses += len(losses) if block.is_finite else sum(map(math.isfinite, losses))
        if self.first_below is None:
            first = next((index for index, loss in enumerate(losses) if loss < self._bound), None)
            self.first_below = None if first is None else start + 1 + first
        self.iterations += len(block.values) // width
        while self._wanted and self._wanted[-1] <= self.iterations:
            iteration = self._wanted.pop()
            offset = (iteration - 1 - start) * width
            self._rows[iteration] = block.values[offset : offset + width]

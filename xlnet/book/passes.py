"""The pass once more: nodes laid out in rows of another sheet, each with inputs of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from xlnet.cell import Cell
from xlnet.graph.node import Node
from xlnet.graph.references import quantities
from xlnet.render import evaluate
from xlnet.render.layout import Layout

Numbers = Callable[[Cell], float]


@dataclass(frozen=True, eq=False)
class Pass:
    """The nodes of a pass, in some rows of a sheet; what they cite stands as `layout` says."""

    nodes: Sequence[Node]
    layout: Layout
    rows: Sequence[int]

    def values(self, number: Numbers) -> Iterator[tuple[Cell, float]]:
        """Yield each cell of the pass with its value; `number` gives that of the cells that it cites.

        All rows are computed at once: cell by cell it would take ten times as long.
        """
        own = {key for node in self.nodes for key in (node.key, *node.aliases)}
        cited = {q.key: None for node in self.nodes if node.formula for q in quantities(node.formula)}
        spots = self.layout.spots
        in_rows = [key for key in cited if key in spots and key not in own]
        typed = {key: [number(self._cell(key, row)) for row in self.rows] for key in in_rows}
        fixed = {key: number(self.layout.cells[key]) for key in cited if key not in spots}
        found = evaluate.rows(typed, fixed, self.nodes)
        for node in self.nodes:
            for row, value in zip(self.rows, found[node.key], strict=True):
                yield self._cell(node.key, row), value

    def _cell(self, key: str, row: int) -> Cell:
        spot = self.layout.spots[key]
        return Cell(spot.sheet, row + spot.offset, spot.column)

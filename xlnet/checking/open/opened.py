"""A workbook as it lies there: a network's training, and what its sheets hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlnet.book.live import Formula
from xlnet.book.model import Model
from xlnet.book.sheets.compare.plan import ComparePlan
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.cell import Cell
from xlnet.checking.open.clean.copy import CleanCopy
from xlnet.checking.open.held import Said
from xlnet.checking.open.quantities import Index, Input, Placement
from xlnet.engines.grid import Extent, Grid
from xlnet.graph.node import Graph
from xlnet.model.layers import KINDS
from xlnet.model.tokens import tokens
from xlnet.render.layout import Layout
from xlnet.spec import Spec

# The names of inputs, which are whole numbers where they are those of tokens.
_INPUTS = ("x", "a0", "data_x", "held_x")

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Kinds = NDArray[np.uint8]


@dataclass(frozen=True)
class Rewritten:
    """A formula that does not say what xlnet wrote: the key of its quantity, xlnet's own formula, and what was found.

    `cells` are the places that hold it: the first one, whose texts these are, and those that are filled from there.
    """

    key: str
    own: Said
    found: Said
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Opened:
    """A network's training in a workbook, and what its sheets hold: all of an ordinary one, a run of a comparison.

    `copy` is the clean copy in which they stand. `is_formula` has the shape (iterations, nodes): whether a cell of the
    table holds a formula.
    `rewritten` are the formulas of all sheets that xlnet did not write so. `inputs` are the cells that a user may fill;
    `computed` are the formulas on the Data sheet, by position: key, and whether there is still a formula; `beside`
    those on the sheets beside Training, and `lives` what xlnet writes there, by sheet. `odd_cells` are the kinds of
    cells that hold neither a number nor a formula nor a text: blank or boolean. `plan` is that of the Compare sheet,
    and `index` the number of the run there, from 0. `exercise` is the plan of an exercise, whose answers these are.
    """

    copy: CleanCopy
    model: Model
    places: dict[str, Placement]
    is_formula: Flags
    rewritten: tuple[Rewritten, ...]
    inputs: dict[Cell, Input]
    computed: dict[Cell, tuple[str, bool]]
    beside: dict[Cell, tuple[str, bool]]
    lives: dict[str, list[Formula]]
    odd_cells: dict[Cell, int]
    plan: ComparePlan | None = None
    index: int = 0
    exercise: ExercisePlan | None = None

    @property
    def spec(self) -> Spec:
        """The network and its training."""
        return self.model.spec

    @property
    def graph(self) -> Graph:
        """The graph of an iteration."""
        return self.model.graph

    @cached_property
    def layout(self) -> Layout:
        """Where its quantities stand: a person may have filled the table further down."""
        return replace(self.model.layout, iterations=self.iterations)

    @property
    def sheet(self) -> str:
        """The sheet of the iterations."""
        return self.model.name

    @property
    def iterations(self) -> int:
        """The number of iterations."""
        return len(self.is_formula)

    @property
    def run(self) -> str:
        """The run's name; "" in an ordinary workbook."""
        return "" if self.plan is None else self.model.name

    @property
    def extents(self) -> list[Extent]:
        """The cells to read."""
        sizes = {self.layout.sheet: (self.layout.last_row, self.model.last_column)}
        boxes = self.exercise.boxes if self.exercise else ()
        cells = [*self.layout.cells.values(), *self.beside, *self.inputs, *boxes]
        for title in dict.fromkeys(cell.sheet for cell in cells if cell.sheet not in sizes):
            own = [cell for cell in cells if cell.sheet == title]
            sizes[title] = max(cell.row for cell in own), max(cell.column for cell in own)
        return [Extent(title, *size) for title, size in sizes.items()]

    @cached_property
    def nodes_by_place(self) -> Index:
        """The number of the node at each row and column of the first iteration, all from 0."""
        places = (self.layout.cell(node.key) for node in self.graph.nodes)
        return {(place.row - 1, place.column - 1): number for number, place in enumerate(places)}

    @cached_property
    def table(self) -> tuple[Any, Any]:
        """What picks the cells of the table from a sheet's, as an array of the shape (iterations, nodes)."""
        layout = self.layout
        rows, columns = map(list, zip(*self.nodes_by_place, strict=True))
        if layout.stride == 1 and columns == list(range(len(columns))):
            # Slices copy nothing.
            return slice(layout.first_row - 1, layout.last_row), slice(0, len(columns))
        below = layout.stride * np.arange(self.iterations)[:, None]
        return np.array(rows) + below, np.array(columns)

    def values_of(self, grid: Grid) -> Numbers:
        """Return the numbers of the table, of the shape (iterations, nodes), from the cells of its sheet."""
        values: Numbers = grid.values[self.table]
        return values

    def kinds_of(self, grid: Grid) -> Kinds:
        """Return what kinds of cells the table has, of the shape (iterations, nodes)."""
        kinds: Kinds = grid.kinds[self.table]
        return kinds

    def cell(self, row: int, node: int) -> Cell:
        """Return the cell of a node, by its number, in an iteration; both from 0."""
        return self.layout.cell(self.graph.nodes[node].key, row + 1)

    @property
    def weighted_sums(self) -> set[str]:
        """The reference's names of the weighted sums z."""
        return {f"z{number}" for number in range(1, len(self.spec.layers) + 1)}

    @property
    def counted(self) -> dict[str, range]:
        """What is a whole number, by the reference's names: which numbers there may be."""
        layers = enumerate(self.spec.layers, 1)
        found = {
            f"{letter}{number}": numbers(layer)
            for number, layer in layers
            for letter, numbers in KINDS[layer.type].counted.items()
        }
        numbers_of_tokens = tokens(self.spec)
        return found | (dict.fromkeys(_INPUTS, numbers_of_tokens) if numbers_of_tokens else {})

    def key(self, cell: Cell) -> str:
        """Return the key of the quantity that stands in a cell."""
        node = self.layout.node_at(cell)
        if node is not None:
            return node[0]
        for formulas in (self.computed, self.beside):
            if cell in formulas:
                return formulas[cell][0]
        return self.inputs[cell].key

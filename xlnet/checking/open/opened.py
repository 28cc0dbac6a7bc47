"""A workbook as it lies there: a network's training, and what its sheets hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.sheets.compare.plan import Plan
from xlnet.checking.open.clean.copy import CleanCopy
from xlnet.checking.open.quantities import Input, Placement, Position
from xlnet.engines.grid import Extent
from xlnet.graph.node import Graph
from xlnet.render.layout import DATA, FIRST_ROW, TRAINING, Layout
from xlnet.spec import Spec

Flags = NDArray[np.bool_]


class Said(NamedTuple):
    """A formula as a cell has it: its text, and whether it is entered as an array formula."""

    text: str
    is_array: bool = False


@dataclass(frozen=True)
class Rewritten:
    """A formula that does not say what xlnet wrote: the key of its quantity, xlnet's own formula, and what was found.

    `cells` are the places that hold it: the first one, whose texts these are, and those that are filled from there.
    """

    key: str
    own: Said
    found: Said
    cells: tuple[Position, ...]


@dataclass(frozen=True)
class Opened:
    """A network's training in a workbook, and what its sheets hold: all of an ordinary one, a run of a comparison.

    `copy` is the clean copy in which they stand.
    Sheets have the names that they have in an ordinary workbook: those of a run are translated (see `titles`).
    `is_formula` has the shape (iterations, columns) of sheet Training's table: whether a cell holds a formula.
    `rewritten` are the formulas of all sheets that xlnet did not write so. `inputs` are the cells that a user may fill;
    `computed` are the formulas on sheet Data, by position: key, and whether there is still a formula; `beside` those on
    the sheets beside Training, and `lives` what xlnet writes there, by sheet. `odd_cells` are the kinds of cells that
    hold neither a number nor a formula nor a text: blank or boolean. `plan` is that of sheet Compare, and `index` the
    number of the run there, from 0.
    """

    copy: CleanCopy
    model: Model
    places: dict[str, Placement]
    is_formula: Flags
    rewritten: tuple[Rewritten, ...]
    inputs: dict[Position, Input]
    computed: dict[Position, tuple[str, bool]]
    beside: dict[Position, tuple[str, bool]]
    lives: dict[str, list[Live]]
    odd_cells: dict[Position, int]
    plan: Plan | None = None
    index: int = 0

    @property
    def spec(self) -> Spec:
        """The network and its training."""
        return self.model.spec

    @property
    def graph(self) -> Graph:
        """The graph of an iteration."""
        return self.model.graph

    @property
    def layout(self) -> Layout:
        """Where its quantities stand."""
        return self.model.layout

    @property
    def rows(self) -> int:
        """The number of iterations."""
        return len(self.is_formula)

    @property
    def run(self) -> str:
        """The run's name; "" in an ordinary workbook."""
        return "" if self.plan is None else self.model.name

    @property
    def titles(self) -> dict[str, str]:
        """What the workbook calls the sheets."""
        sheets = (TRAINING, *([DATA] if self.graph.data else []), *self.lives)
        return {sheet: self.layout.title(sheet) for sheet in sheets}

    @property
    def extents(self) -> list[Extent]:
        """The cells to read, by the workbook's own titles."""
        nodes, settings = self.graph.nodes, self.graph.settings
        found = {TRAINING: (FIRST_ROW + self.rows - 1, max(len(nodes), len(settings)))}
        data = [place for place in self.layout.cells.values() if place.sheet == DATA]
        if data:
            found[DATA] = max(p.row or 1 for p in data), max(p.column for p in data)
        for name in self.lives:
            own = [position for position in (*self.beside, *self.inputs) if position.sheet == name]
            if own and name not in found:
                found[name] = max(p.row for p in own), max(p.column for p in own)
        return [Extent(self.layout.title(name), *size) for name, size in found.items()]

    @property
    def weighted_sums(self) -> set[str]:
        """The reference's names of the weighted sums z."""
        return {f"z{number}" for number in range(1, len(self.spec.layers) + 1)}

    def in_file(self, position: Position) -> Position:
        """Return a cell by the workbook's own title of its sheet."""
        return position._replace(sheet=self.layout.title(position.sheet))

    def key(self, position: Position) -> str:
        """Return the key of the quantity that stands in a cell."""
        if position.sheet == TRAINING and position.row >= FIRST_ROW:
            return self.graph.nodes[position.column - 1].key
        for formulas in (self.computed, self.beside):
            if position in formulas:
                return formulas[position][0]
        return self.inputs[position].key

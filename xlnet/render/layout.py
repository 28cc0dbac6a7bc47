"""Where each quantity stands in a workbook, and which quantity stands in a cell.

Formulas are rendered against a layout, never against column letters. An iteration is a block of `stride` rows below the
one before, of one row as a rule: nobody else does this arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xlnet.cell import Area, Cell
from xlnet.graph.node import Graph
from xlnet.graph.printing import Notation
from xlnet.render.matrices import matrix
from xlnet.render.spot import Spot
from xlnet.sheet_size import FIRST_ROW, FIRST_SAMPLE_ROW, VALUE_ROW
from xlnet.spec import MATRIX, ROWS

TRAINING, DATA = "Training", "Data"
# On the Data sheet: the samples' numbers, the set of each where some are held out, a column for each input and target,
# and after a gap statistics.
SAMPLE_COLUMN, SET_COLUMN, FIRST_DATA_COLUMN, STATISTICS_GAP = 1, 2, 2, 2


@dataclass(frozen=True)
class Layout:
    """The places of quantities, by key.

    `cells` are those of what does not change; `spots` those that every iteration, or every row that a formula is filled
    down to, has of its own; `data` the columns of the Data sheet. The iterations stand on `sheet` from `first_row` on,
    each a block of `stride` rows. Cells of `relative` quantities are cited without $, as their neighbours below hold
    the like. `notations` are kept by `render.excel`, one for each sheet on which formulas cite these places.
    """

    cells: Mapping[str, Cell]
    spots: Mapping[str, Spot]
    data: Mapping[str, Area] = field(default_factory=dict)
    sheet: str = TRAINING
    first_row: int = FIRST_ROW
    stride: int = 1
    iterations: int = 1
    relative: frozenset[str] = frozenset()
    notations: dict[str, Notation] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def last_row(self) -> int:
        """The last row of the last iteration."""
        return self.row(self.iterations) + self.stride - 1

    @property
    def last_column(self) -> int:
        """The last column that an iteration takes."""
        return max(spot.column for spot in self.spots.values())

    def row(self, iteration: int) -> int:
        """Return the first row of an iteration, which count from 1."""
        return self.first_row + (iteration - 1) * self.stride

    def column(self, key: str) -> int:
        """Return the column of a quantity."""
        return self.spots[key].column if key in self.spots else self.cells[key].column

    def cell(self, key: str, iteration: int = 1) -> Cell:
        """Return the cell of a quantity in an iteration; one that does not change has the same in all."""
        if key not in self.spots:
            return self.cells[key]
        spot = self.spots[key]
        return Cell(spot.sheet, self.row(iteration) + spot.offset, spot.column)

    def over(self, key: str) -> Area:
        """Return the cells from a quantity's first iteration to its last."""
        return Area.between(self.cell(key), self.cell(key, self.iterations))

    def node_at(self, cell: Cell) -> tuple[str, int] | None:
        """Return the quantity that stands in a cell, by the key of its node, and its iteration; None where none does.

        Iterations may go on below the last one.
        """
        if cell.sheet != self.sheet or cell.row < self.first_row:
            return None
        before, offset = divmod(cell.row - self.first_row, self.stride)
        key = self._by_spot.get((cell.column, offset))
        return None if key is None else (key, before + 1)

    @cached_property
    def _by_spot(self) -> dict[tuple[int, int], str]:
        found: dict[tuple[int, int], str] = {}
        for key, spot in self.spots.items():
            if spot.sheet == self.sheet:
                found.setdefault((spot.column, spot.offset), key)
        return found


# The layout of a formula that cites no quantities.
NOWHERE = Layout({}, {})

# What places the nodes of an iteration: it returns their spots, by key, and the stride.
Arrangement = Callable[[Graph, str], tuple[dict[str, Spot], int]]


def rows(graph: Graph, sheet: str) -> tuple[dict[str, Spot], int]:
    """Give each node a column of its own: an iteration is a row."""
    spots: dict[str, Spot] = {}
    for column, node in enumerate(graph.nodes, 1):
        # Aliases share the place of the node that they belong to.
        spots |= dict.fromkeys((node.key, *node.aliases), Spot(sheet, column))
    return spots, 1


# The ways to lay an iteration out, by the template's name for them.
ARRANGEMENTS: dict[str, Arrangement] = {ROWS: rows, MATRIX: matrix}


def layout_of(
    graph: Graph, iterations: int, *, training: str = TRAINING, data: str = DATA, arrangement: str = "rows"
) -> Layout:
    """Return the layout of so many iterations on a sheet `training`, with the samples on a sheet `data`."""
    spots, stride = ARRANGEMENTS[arrangement](graph, training)
    cells = {constant.key: Cell(training, VALUE_ROW, column) for column, constant in enumerate(graph.settings, 1)}
    areas: dict[str, Area] = {}
    relative: set[str] = set()
    first, below = FIRST_DATA_COLUMN + bool(graph.held), FIRST_SAMPLE_ROW
    for columns in (graph.data, graph.held):
        for column, entry in enumerate(columns, first):
            areas[entry.key] = Area(data, below, column, below + len(entry.constants) - 1, column)
            for row, constant in enumerate(entry.constants, below):
                cells[constant.key] = Cell(data, row, column)
                if entry.is_raw:
                    relative.add(constant.key)
        below += len(columns[0].constants) if columns else 0
    # Means in one row and deviations in the next, an input a column.
    start = first + len(graph.data) + STATISTICS_GAP
    for index, constant in enumerate(graph.statistics):
        cells[constant.key] = Cell(data, FIRST_SAMPLE_ROW + index % 2, start + index // 2)
    return Layout(cells, spots, areas, training, stride=stride, iterations=iterations, relative=frozenset(relative))

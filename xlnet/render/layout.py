"""Where each quantity stands in a workbook. Formulas are rendered against a layout, never against column letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlnet.graph.expression import Quantity
from xlnet.graph.node import Graph

TRAINING, DATA = "Training", "Data"
NAME_ROW, VALUE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4
FIRST_SAMPLE_ROW = 2
# On sheet Data: the samples' numbers, then a column each; statistics follow after a gap.
SAMPLE_COLUMN, FIRST_DATA_COLUMN, STATISTICS_GAP = 1, 2, 2
LAST_SHEET_ROW, LAST_SHEET_COLUMN = 1_048_576, 16_384
MOST_ITERATIONS = LAST_SHEET_ROW - FIRST_ROW + 1
MOST_SAMPLES = LAST_SHEET_ROW - FIRST_SAMPLE_ROW + 1


@dataclass(frozen=True)
class Place:
    """A cell as a formula sees it: sheet, column and a fixed row or, for None, the formula's own or the one above.

    A place that `moves` is written without $, as its neighbours below hold the like.
    """

    sheet: str
    column: int
    row: int | None
    above: bool = False
    moves: bool = False


@dataclass(frozen=True)
class ColumnPlace:
    """A column of sheet Data, from its first to its last row."""

    column: int
    first: int
    last: int


@dataclass(frozen=True)
class Layout:
    """The places of a graph: `cells` of constants, by key; `columns` of the sheet with its rows; `data` columns.

    `titles` are what sheets are called in the workbook, where they have other names: a comparison has a sheet Training
    for each run, under the run's name.
    """

    cells: Mapping[str, Place]
    columns: Mapping[str, int]
    data: Mapping[str, ColumnPlace]
    sheet: str = TRAINING
    titles: Mapping[str, str] = field(default_factory=dict)

    def place(self, quantity: Quantity) -> Place:
        """Return the place of `quantity` for a formula in a row of the sheet."""
        if quantity.key in self.columns:
            return Place(self.sheet, self.columns[quantity.key], None, quantity.above)
        return self.cells[quantity.key]

    def title(self, sheet: str) -> str:
        """Return what a sheet is called in the workbook."""
        return self.titles.get(sheet, sheet)


def layout_of(graph: Graph, titles: Mapping[str, str] | None = None) -> Layout:
    """Return the layout of a workbook; aliases share the place of the node they belong to."""
    columns: dict[str, int] = {}
    for column, node in enumerate(graph.nodes, 1):
        columns |= dict.fromkeys((node.key, *node.aliases), column)
    cells = {constant.key: Place(TRAINING, column, VALUE_ROW) for column, constant in enumerate(graph.settings, 1)}
    data = {}
    for column, entry in enumerate(graph.data, FIRST_DATA_COLUMN):
        last = FIRST_SAMPLE_ROW + len(entry.constants) - 1
        data[entry.key] = ColumnPlace(column, FIRST_SAMPLE_ROW, last)
        for row, constant in enumerate(entry.constants, FIRST_SAMPLE_ROW):
            cells[constant.key] = Place(DATA, column, row, moves=entry.key.startswith("raw_"))
    # Means in one row and deviations in the next, an input a column.
    start = FIRST_DATA_COLUMN + len(graph.data) + STATISTICS_GAP
    for index, constant in enumerate(graph.statistics):
        cells[constant.key] = Place(DATA, start + index // 2, FIRST_SAMPLE_ROW + index % 2)
    return Layout(cells, columns, data, titles=titles or {})

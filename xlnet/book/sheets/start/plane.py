"""What the network computes at the iteration: a curve over its only input, or the plane of two, coloured by the output.

The pass once more, with the parameters of the iteration; the ends of the axes are those of the Predict sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from xlnet.book.model import Model
from xlnet.book.sheets.predict import NAME as PREDICT
from xlnet.book.sheets.predict.plan import VALUE_COLUMN as PREDICT_COLUMN
from xlnet.book.sheets.predict.plan import PredictPlan
from xlnet.book.sheets.start import NAME
from xlnet.cell import Cell
from xlnet.graph.node import Node
from xlnet.render.layout import Layout
from xlnet.render.spot import Spot

# A picture of so many cells at most: Start is to be built in no time.
_MOST_CELLS, _SIDES, _CURVE_POINTS = 2_600, (11, 9, 7, 5), 25
FIRST_ROW = 3


@dataclass(frozen=True)
class Plane:
    """The points of the picture, a row each, and where their pass stands; `side` are the points along an axis."""

    predict: PredictPlan
    first_column: int
    side: int
    places: Mapping[str, Cell]

    @property
    def dimensions(self) -> int:
        """The number of axes."""
        return self.predict.dimensions

    @property
    def count(self) -> int:
        """The number of points."""
        return int(self.side**self.dimensions)

    @property
    def rows(self) -> range:
        """The rows of the points; the second axis goes on when the first is through."""
        return range(FIRST_ROW, FIRST_ROW + self.count)

    def row(self, across: int, up: int = 0) -> int:
        """Return the row of a point."""
        return FIRST_ROW + up * self.side + across

    @property
    def nodes(self) -> list[Node]:
        """The pass of a point."""
        return self.predict.nodes

    @cached_property
    def columns(self) -> dict[str, int]:
        """The columns of the inputs, by key."""
        return {key: column for column, key in enumerate(self.predict.inputs, self.first_column)}

    @property
    def output(self) -> str:
        """The output that is shown: the first one."""
        return self.predict.outputs[0]

    @property
    def output_column(self) -> int:
        """The column of the output as it is shown."""
        return self.layout.last_column + 1

    @cached_property
    def layout(self) -> Layout:
        """Where the quantities of a pass stand."""
        cells = dict(self.predict.model.layout.cells)
        for key in (*self.predict.inputs, *self.predict.targets):
            cells.pop(key, None)
        cells |= self.places
        spots = {key: Spot(NAME, column) for key, column in self.columns.items()}
        for column, node in enumerate(self.nodes, self.first_column + len(self.columns)):
            spots |= dict.fromkeys((node.key, *node.aliases), Spot(NAME, column))
        return Layout(cells, spots, sheet=NAME, first_row=FIRST_ROW, iterations=self.count)

    def end(self, axis: int, which: int) -> Cell:
        """Return the cell with the first (0) or the last (1) value of an axis, from 1."""
        return Cell(PREDICT, self.predict.ends(axis)[which], PREDICT_COLUMN)


def plane_of(model: Model, column: int, places: Mapping[str, Cell]) -> Plane | None:
    """Return the picture, its pass from `column` on, with the parameters in these places; None where there is none."""
    predict = model.once(PredictPlan)
    cost = len(predict.nodes) + len(predict.inputs) + 1
    if predict.dimensions == 1:
        return Plane(predict, column, _CURVE_POINTS, places)
    if predict.dimensions != 2 or model.spec.layers[-1].gives != (model.spec.outputs,):
        return None
    side = next((side for side in _SIDES if side * side * cost <= _MOST_CELLS), 0)
    return Plane(predict, column, side, places) if side else None

"""The codes of the samples: what the narrowest layer makes of each, where it has two units, as points in a plane.

The pass once more, as far as that layer: each sample has the row that it has on the Data sheet, and the weights are
those of the chosen iteration. A chart has no colour for a point but for a series of them, so each class has a series of
all samples, in which those of other classes hide behind its first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets.explore import NAME
from xlnet.cell import Area, Cell
from xlnet.graph.node import Node
from xlnet.model import classification
from xlnet.model.network import inputs, parameters, targets, units
from xlnet.model.passes import passes
from xlnet.render.layout import Layout
from xlnet.render.spot import Spot
from xlnet.sheet_size import FIRST_SAMPLE_ROW, LAST_SHEET_COLUMN
from xlnet.spec import Spec

SIZE = 2
# All passes and series together have so many cells; of more samples the first ones are shown.
MOST_CELLS, MOST_SAMPLES, FEWEST_SAMPLES = 10_000, 300, 2
MOST_CLASSES, MOST_PARAMETERS = 12, 5_000


def layer_of(spec: Spec) -> int | None:
    """Return the number of the layer that makes the codes: the last one of two units, where none has fewer.

    Neither the outputs nor what stands inside a residual layer are codes; a single sample has none to be compared with.
    """
    *hidden, _ = _outermost(spec)
    if spec.samples < 2 or not hidden or min(spec.layers[number - 1].units for number in hidden) != SIZE:
        return None
    return next((number for number in reversed(hidden) if spec.layers[number - 1].gives == (SIZE,)), None)


def _outermost(spec: Spec) -> Iterator[int]:
    """Yield the numbers of the layers that stand inside no other."""
    number = 1
    while number <= len(spec.layers):
        yield number
        number += 1 + spec.layers[number - 1].inside


@dataclass(frozen=True)
class Codes:
    """The codes that layer `number` makes: their tables stand from `first_column` on, headers in row 1."""

    model: Model
    number: int
    first_column: int

    @cached_property
    def encoder(self) -> Spec:
        """The network as far as the codes, as it is used once it has learned; what follows them is no matter."""
        spec = self.model.spec.evaluated
        end = self.number + spec.layers[self.number - 1].inside
        training = replace(spec.training, loss="half_squared_error", loss_settings={}, class_weights=())
        return replace(spec, layers=spec.layers[:end], training=training)

    @cached_property
    def nodes(self) -> list[Node]:
        """The pass of a sample."""
        return passes(self.encoder).forward

    @property
    def codes(self) -> list[str]:
        """The two numbers of a code."""
        return units(self.model.spec.in_rows, self.number)

    @cached_property
    def classes(self) -> list[str]:
        """The names of the classes; none where the network does not classify, or there are more than colours."""
        spec = self.model.spec
        if classification.kind_of(spec) is None:
            return []
        names = classification.called(spec, self.model.texts.get("predict", "unnamed"))
        return names if len(names) <= MOST_CLASSES else []

    @cached_property
    def samples(self) -> int:
        """The number of samples that are shown."""
        width = len(self.nodes) + SIZE * len(self.classes) + 1
        return min(self.model.spec.samples, MOST_SAMPLES, max(MOST_CELLS // width, FEWEST_SAMPLES))

    @property
    def rows(self) -> range:
        """The rows of the passes: each sample has that of the Data sheet."""
        return range(FIRST_SAMPLE_ROW, FIRST_SAMPLE_ROW + self.samples)

    # Columns: the sample's name, its class, its pass, the series of the classes; and two lists.
    @property
    def class_column(self) -> int:
        """The column with the number of each sample's class, from 1."""
        return self.first_column + 1

    @property
    def pass_column(self) -> int:
        """The first column of the passes."""
        return self.class_column + bool(self.classes)

    def series_column(self, number: int) -> int:
        """Return the first column of a class's series, from 1."""
        return self.pass_column + len(self.nodes) + SIZE * (number - 1)

    @property
    def list_column(self) -> int:
        """The column with the numbers of the classes; beside each stands the first sample of it."""
        return self.series_column(len(self.classes) + 1) + 1

    @property
    def parameter_column(self) -> int:
        """The column with the names of the parameters in use; beside each stands its value."""
        return self.list_column + (3 if self.classes else 0)

    @property
    def last_column(self) -> int:
        """The last column."""
        return self.parameter_column + 1

    @property
    def fits(self) -> bool:
        """Whether there is room for all that."""
        return self.last_column <= LAST_SHEET_COLUMN and len(self.parameters) <= MOST_PARAMETERS

    def first_of_class(self, number: int) -> Cell:
        """Return the cell with the first sample of a class, from 1."""
        return Cell(NAME, FIRST_SAMPLE_ROW + number - 1, self.list_column + 1)

    def over(self, column: int) -> Area:
        """Return the cells of a column in all rows of the passes."""
        return Area(NAME, self.rows[0], column, self.rows[-1], column)

    @cached_property
    def parameters(self) -> dict[str, Cell]:
        """The cells of the parameters in use."""
        every = enumerate(parameters(self.encoder), FIRST_SAMPLE_ROW)
        return {parameter.key: Cell(NAME, row, self.parameter_column + 1) for row, parameter in every}

    @cached_property
    def layout(self) -> Layout:
        """Where the quantities of the passes stand; inputs stand on the Data sheet."""
        model = self.model
        cells = {constant.key: model.layout.cells[constant.key] for constant in model.graph.settings}
        spots = {key: Spot(model.data_sheet, self.data_column(key)) for key in inputs(model.spec)}
        for column, node in enumerate(self.nodes, self.pass_column):
            spots |= dict.fromkeys((node.key, *node.aliases), Spot(NAME, column))
        return Layout(cells | self.parameters, spots, sheet=NAME, first_row=FIRST_SAMPLE_ROW, iterations=self.samples)

    @property
    def target_columns(self) -> list[int]:
        """The columns of the targets on the Data sheet."""
        return [self.data_column(key) for key in targets(self.model.spec)]

    def data_column(self, key: str) -> int:
        """Return the column of an input, as the network sees it, or of a target on the Data sheet."""
        return self.model.layout.data[keys.data(key)].left

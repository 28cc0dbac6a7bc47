"""What the Predict sheet has, and where: controls, a table of inputs and outputs, a picture, and the passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets.predict import NAME, confusion, fit
from xlnet.book.sheets.predict.beginnings import INPUT_ROWS, Axis, axis_of
from xlnet.book.sheets.predict.painting import Painting, is_painted
from xlnet.book.shown import Choice
from xlnet.cell import Cell
from xlnet.graph.node import Group, Node
from xlnet.graph.operations import SOFTMAX
from xlnet.model import classification as classes
from xlnet.model.network import inputs, outputs, parameters, targets
from xlnet.model.passes import passes
from xlnet.model.samples import standardized
from xlnet.model.tokens import tokens
from xlnet.render.layout import Layout
from xlnet.render.spot import Spot
from xlnet.spec import Spec

# Whether a sample's class is named right.
RIGHT, WRONG = "✓", "✗"
LABEL_COLUMN, VALUE_COLUMN = 2, 3
TITLE_ROW, FIRST_CONTROL_ROW, PICTURE_ROW, PARAMETER_ROW = 2, 4, 4, 5
# So many cells are computed for the samples, and as many for the picture.
MOST_CELLS, MOST_SAMPLES, FEWEST_SAMPLES = 20_000, 500, 6
# The sides of a picture of the plane, in cells, and the points of a curve; a fifth cell of an axis shows its number.
_SIDES, CURVE_POINTS, TICK = (21, 16, 11, 6), 41, 5
CHART_COLUMNS = 9
# The note beside the controls takes so many columns, however narrow the table is.
_NOTE_COLUMNS = 6


@dataclass(frozen=True)
class PredictPlan:
    """The sheet of a network."""

    model: Model

    @cached_property
    def kind(self) -> str | None:
        """How the network classifies (see `classes`)."""
        return classes.kind_of(self.model.spec)

    @cached_property
    def groups(self) -> list[range]:
        """The outputs that name a class together (see `classes`), none where the network does not classify."""
        return classes.groups(self.model.spec)

    @property
    def names_steps(self) -> bool:
        """Whether a class is named at every step of a sequence, so that steps are right or wrong."""
        return bool(self.groups) and self.kind is None

    @cached_property
    def inputs(self) -> list[str]:
        """The inputs as a person types them: as measured, where they are standardised."""
        return [keys.raw(key) for key in self.seen] if self.is_standardized else self.seen

    @cached_property
    def seen(self) -> list[str]:
        """The inputs as the network sees them."""
        return inputs(self.model.spec)

    @cached_property
    def is_standardized(self) -> bool:
        """Whether the network sees standardised inputs."""
        return self.model.spec.has_data_sheet and self.model.spec.data.standardize

    @cached_property
    def is_undone(self) -> bool:
        """Whether the network learns standardised targets, so that its outputs are shown in the targets' own units."""
        return self.model.spec.has_data_sheet and self.model.spec.data.standardize_targets

    @cached_property
    def outputs(self) -> list[str]:
        """The outputs."""
        return outputs(self.model.spec)

    @cached_property
    def targets(self) -> list[str]:
        """The targets, as measured."""
        every = targets(self.model.spec)
        return [keys.raw(key) for key in every] if self.is_undone else every

    @cached_property
    def parameters(self) -> list[str]:
        """Every parameter."""
        return [parameter.key for parameter in parameters(self.model.spec)]

    @cached_property
    def nodes(self) -> list[Node]:
        """The pass of a row: standardised inputs, then z and a of each layer."""
        seen = self.seen if self.is_standardized else []
        first = [Node(key, Group.SAMPLES, standardized(key)) for key in seen]
        return first + passes(self.model.spec.evaluated).forward

    @cached_property
    def samples(self) -> int:
        """The number of samples that are shown."""
        return min(self.model.spec.samples, MOST_SAMPLES, max(MOST_CELLS // len(self.nodes), FEWEST_SAMPLES))

    @cached_property
    def dimensions(self) -> int:
        """The number of inputs that a picture may have as its axes: none where they are numbers of tokens."""
        return 0 if tokens(self.model.spec) else self.model.spec.inputs

    @cached_property
    def side(self) -> int:
        """The points along an axis of the picture, 0 where there is none: it takes one input or two."""
        count = self.dimensions
        if count == 1:
            return CURVE_POINTS
        fitting = [side for side in _SIDES if side * side * len(self.nodes) <= MOST_CELLS]
        return (fitting or _SIDES[-1:])[0] if count == 2 else 0

    @cached_property
    def points(self) -> int:
        """The number of points of the picture."""
        return self.side if self.dimensions == 1 else self.side * self.side

    @cached_property
    def axes(self) -> list[Axis]:
        """The axes of the picture at first, a little beyond the samples."""
        return [axis_of(column) for column in zip(*self.model.spec.data.x, strict=True)] if self.side else []

    # Controls.
    @cached_property
    def controls(self) -> dict[str, int]:
        """The rows of the controls but those of the axes, by name."""
        return {name: row for row, name in enumerate(self._controls(), FIRST_CONTROL_ROW)}

    def _controls(self) -> Iterator[str]:
        yield from ("weights", "iteration")
        if self.groups:
            yield from ("right", "accuracy")
        if self.model.spec.data.class_names:
            yield from ("zero", "one")
        if self.dimensions == 2 and self.model.spec.outputs > 1:
            yield "output"

    def ends(self, number: int) -> tuple[int, int]:
        """Return the rows of the controls with the first and the last value of an axis, from 1; below the others."""
        first = FIRST_CONTROL_ROW + len(self.controls) + 2 * (number - 1)
        return first, first + 1

    @cached_property
    def classes(self) -> int:
        """The classes that are counted in a table, 0 where there is none, as of too many."""
        count = {classes.TWO: 2, classes.SEVERAL: len(self.outputs)}.get(self.kind or "", 0)
        return count if count <= confusion.MOST_CLASSES else 0

    @cached_property
    def fitted(self) -> list[str]:
        """The outputs with an R²: none of a single sample, of too many outputs, or of probabilities at every step."""
        spec = self.model.spec
        is_measured = not self.groups and spec.layers[spec.last - 1].activation != SOFTMAX
        return self.outputs if is_measured and spec.samples > 1 and len(self.outputs) <= fit.MOST_OUTPUTS else []

    @property
    def used(self) -> Choice:
        """The cell with the iteration whose parameters are used."""
        return Choice(Cell(NAME, self.controls["iteration"], VALUE_COLUMN), self.model.spec.training.iters)

    # Rows.
    @cached_property
    def painting(self) -> Painting | None:
        """The cells in which an input is painted, below the controls; None where the network takes no picture."""
        spec, row = self.model.spec, FIRST_CONTROL_ROW + len(self.controls) + 2 * len(self.axes) + 1
        return Painting(spec, row, self.inputs, self.outputs, self.kind is not None) if is_painted(spec) else None

    @cached_property
    def scores_row(self) -> int:
        """The row with the title of the scores, below the controls: the table of classes, or R² of each output."""
        painted = self.painting.height if self.painting else 0
        return FIRST_CONTROL_ROW + len(self.controls) + 2 * len(self.axes) + 1 + painted

    @cached_property
    def class_row(self) -> int:
        """The row with the names of the classes, above the header."""
        scores = confusion.height(self.classes) if self.classes else 1 + len(self.fitted) if self.fitted else 0
        return self.scores_row + 1 + scores

    @cached_property
    def header_row(self) -> int:
        """The row of the table's header."""
        return self.class_row + 1

    @cached_property
    def first_row(self) -> int:
        """The first row of the table: inputs that a person types."""
        return self.header_row + 1

    @property
    def continued_rows(self) -> range:
        """The rows below the first whose inputs go on with what the network finds likely: tokens that follow tokens."""
        spec, painting = self.model.spec, self.painting
        last = spec.layers[spec.last - 1]
        goes_on = painting and painting.names_steps and last.gives == (spec.inputs, len(tokens(spec)))
        return range(self.first_row + 1, self.first_row + INPUT_ROWS) if goes_on else range(0)

    @cached_property
    def sample_row(self) -> int:
        """The row of the first sample, below a row with a heading."""
        return self.first_row + INPUT_ROWS + 1

    @cached_property
    def point_row(self) -> int:
        """The row of the picture's first point, below a row with a heading."""
        return self.sample_row + self.samples + 1

    @cached_property
    def rows(self) -> list[int]:
        """Every row with a pass."""
        return [
            *range(self.first_row, self.first_row + INPUT_ROWS),
            *range(self.sample_row, self.sample_row + self.samples),
            *range(self.point_row, self.point_row + self.points),
        ]

    # Columns.
    @cached_property
    def columns(self) -> dict[str, int]:
        """The columns of the table, by key: inputs, targets, outputs, and what is made of them."""
        found = [*self.inputs, *self.targets, *map(shown, self.outputs)]
        if self.kind:
            found += ["target class", "class", "is right"]
        elif self.groups:
            found.append("steps right")
        return {name: column for column, name in enumerate(found, VALUE_COLUMN)}

    @cached_property
    def picture_column(self) -> int:
        """The first column of the picture."""
        return max(max(self.columns.values()) + 2, VALUE_COLUMN + _NOTE_COLUMNS)

    @property
    def picture_width(self) -> int:
        """The columns of the picture, with an axis on its left and a gap on its right."""
        if not self.side:
            return 0
        return 2 + (CHART_COLUMNS if self.dimensions == 1 else self.side)

    @cached_property
    def layout(self) -> Layout:
        """Where the quantities of a pass stand; parameters have cells of their own, above the passes."""
        first = self.picture_column + self.picture_width
        cells = dict(self.model.layout.cells)
        for key in (*self.inputs, *self.targets):
            cells.pop(key, None)
        for column, key in enumerate(self.parameters, first):
            cells[key] = Cell(NAME, PARAMETER_ROW, column)
        spots = {key: Spot(NAME, self.columns[key]) for key in self.inputs}
        for column, node in enumerate(self.nodes, first):
            spots |= dict.fromkeys((node.key, *node.aliases), Spot(NAME, column))
        return Layout(cells, spots, sheet=NAME, first_row=self.first_row, iterations=self.rows[-1] - self.first_row + 1)

    @property
    def pair_column(self) -> int:
        """The column with the number of each sample's pair of classes, at the right of its pass."""
        return self.layout.last_column + 1

    def cell_of_point(self, across: int, up: int) -> tuple[int, int]:
        """Return the row and column of a point in the picture of a plane; the second axis goes up."""
        return PICTURE_ROW + self.side - 1 - up, self.picture_column + 1 + across

    def row_of_point(self, across: int, up: int) -> int:
        """Return the row of the pass of a point of the plane."""
        return self.point_row + up * self.side + across


def shown(output: str) -> str:
    """Return the name of the column of the table that repeats an output of the pass."""
    return f"shown {output}"


def cell_of_sample(spec: Spec, key: str, sample: int) -> str:
    """Return the key of the cell that holds an input or a target of a sample, from 0."""
    if not spec.has_data_sheet:
        return key
    # An input or a target itself belongs to no other quantity: x_1 does not, raw_x_1 does.
    is_drawn = spec.draws_samples and keys.belonging(key) is None
    return keys.of_sample(keys.data(key) if is_drawn else key, sample + 1)

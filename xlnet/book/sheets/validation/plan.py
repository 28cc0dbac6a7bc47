"""What the Validation sheet has, and where: a summary, charts, their points, and the passes of every sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets import sets
from xlnet.book.sheets.predict import confusion, fit
from xlnet.book.sheets.validation import NAME
from xlnet.book.spread import spread
from xlnet.cell import Area, Cell
from xlnet.errors import UserError
from xlnet.graph.expression import Expression, Quantity, maximum, over, total, where_above
from xlnet.graph.node import Group, Node
from xlnet.model import classification as classes
from xlnet.model.loss import weight_of_sample
from xlnet.model.network import inputs, outputs, parameters, targets
from xlnet.model.passes import passes
from xlnet.render.layout import Layout
from xlnet.render.spot import Spot
from xlnet.sheet_size import FIRST_SAMPLE_ROW, LAST_SHEET_COLUMN
from xlnet.spec import Spec

# The passes of all samples take so many cells: of many samples fewer iterations are shown, but at least the ends.
MOST_CELLS, MOST_POINTS, FEWEST_POINTS = 60_000, 40, 2
# Beyond this neither building nor checking a workbook is a matter of seconds, nor of any laptop.
MOST_IN_ALL = 2_000_000
TITLE_ROW, ABOUT_ROW, SUMMARY_ROW, VERDICT_ROW, CHART_ROW = 2, 3, 5, 10, 14
LABEL_COLUMN, VALUE_COLUMN = 2, 3
# The rows of the summary, from the one below its header.
START, BEST, END = "start", "best", "end"
MOMENTS = (START, BEST, END)
CHART_SIZE = (7, 18)
# Each chart takes so many columns with the gap behind it.
CHART_STEP = CHART_SIZE[0] + 1
POINTS_COLUMN, POINTS_HEADER_ROW, FIRST_POINT_ROW = LABEL_COLUMN + 2 * CHART_STEP, 3, 4
# Whether a sample is classified right, beside the quantities of its pass.
RIGHT = "right"
LOSSES = ("training loss", "validation loss")
ACCURACIES = ("training accuracy", "validation accuracy")
# The validation losses that are numbers: those of a run that has diverged are none.
COUNTED = "counted"


@dataclass(frozen=True)
class ValidationPlan:
    """The sheet of a network with samples that are held out.

    Its points and passes may stand on another `sheet`, from another column on, and be fewer.
    """

    model: Model
    sheet: str = NAME
    points_column: int = POINTS_COLUMN
    most_points: int = MOST_POINTS

    @cached_property
    def kind(self) -> str | None:
        """How the network classifies (see `classes`)."""
        return classes.kind_of(self.model.spec)

    @cached_property
    def groups(self) -> list[range]:
        """The outputs that name a class together (see `classes`), none where the network does not classify."""
        return classes.groups(self.model.spec)

    @cached_property
    def one(self) -> Spec:
        """The network as each sample goes through it alone: nothing is left out, and its loss is its own."""
        spec = self.model.spec.evaluated.of_one_sample
        return replace(spec, training=replace(spec.training, reduction="mean"))

    @cached_property
    def nodes(self) -> list[Node]:
        """The pass of a sample, its loss, and whether it is classified right."""
        every = [node for block in passes(self.one).blocks for node in block.nodes]
        return [*every, *([self.marks] if self.marks else [])]

    @cached_property
    def marks(self) -> Node | None:
        """Whether a sample is classified right, or at what share of its steps; None where no class is named."""
        return Node(RIGHT, Group.LOSS, self._share_right()) if self.groups else None

    def _share_right(self) -> Expression:
        spec = self.model.spec
        every = [[Quantity(key) for key in of] for of in (outputs(spec), targets(spec))]
        marks = (self._right(*([of[index] for index in group] for of in every)) for group in self.groups)
        return over(total(*marks), len(self.groups))

    def _right(self, y: Sequence[Quantity], t: Sequence[Quantity]) -> Expression:
        """Return 1 where the outputs name the class that the targets do, else 0."""
        if len(y) == 1:
            sides = (where_above(t[0], classes.BOUNDARY, then, 1.0 - then) for then in (1.0, 0.0))
            return where_above(y[0], classes.BOUNDARY, *sides)
        # The targets are 0 but for one 1, so the sum picks the output of the right class.
        right = total(*(output * target for output, target in zip(y, t, strict=True)))
        return where_above(maximum(*y), right, 0.0, 1.0)

    @property
    def samples(self) -> int:
        """The number of samples, those held out among them."""
        return self.model.spec.samples + self.model.spec.held_out

    @cached_property
    def parameters(self) -> list[str]:
        """Every parameter."""
        return [parameter.key for parameter in parameters(self.model.spec)]

    @cached_property
    def count(self) -> int:
        """The number of iterations that are shown."""
        cells = self.samples * len(self.nodes)
        wanted = min(self.most_points, max(MOST_CELLS // cells, FEWEST_POINTS))
        room = (LAST_SHEET_COLUMN - 1 - self.first_pass_column) // (len(self.nodes) + 1)
        return min(self.model.spec.training.iters, wanted, max(room, FEWEST_POINTS))

    @property
    def iterations(self) -> list[int]:
        """The iterations that are shown, evenly spaced."""
        return spread(self.count, self.model.spec.training.iters)

    # The summary, and the points.
    @cached_property
    def measures(self) -> tuple[str, ...]:
        """What is measured: the losses, and the accuracies of a network that classifies."""
        return (*LOSSES, *(ACCURACIES if self.groups else ()))

    def summary_cell(self, moment: str, measure: str = "") -> Cell:
        """Return the cell of the summary with a measure at a moment, or with that moment's iteration."""
        column = VALUE_COLUMN + (1 + self.measures.index(measure) if measure else 0)
        return Cell(NAME, SUMMARY_ROW + 1 + MOMENTS.index(moment), column)

    def column(self, name: str) -> int:
        """Return the column of a measure among the points, which follow the iteration, or of `COUNTED`."""
        return self.points_column + 1 + (*self.measures, COUNTED).index(name)

    def point_row(self, point: int) -> int:
        """Return the row of a point, from 0."""
        return FIRST_POINT_ROW + point

    def over(self, column: int) -> Area:
        """Return the cells of a column at all points."""
        return Area(self.sheet, FIRST_POINT_ROW, column, self.point_row(self.count - 1), column)

    def require_room(self) -> None:
        """Raise UserError where even the fewest iterations need too many cells, or more columns than there are."""
        cells, last = self.count * self.samples * len(self.nodes), self.pair_column
        if cells <= MOST_IN_ALL and last <= LAST_SHEET_COLUMN:
            return
        needed = f"{cells:,} cells, but it has at most {MOST_IN_ALL:,}"
        if last > LAST_SHEET_COLUMN:
            needed = f"{last:,} columns, but a sheet has {LAST_SHEET_COLUMN:,}"
        raise UserError(
            f"{self.model.spec.name}: the {NAME} sheet needs {needed}: leave it out with --plain, use fewer samples "
            "or make the layers smaller"
        )

    # How well the network does at the last iteration.
    @property
    def classes(self) -> int:
        """The classes of the confusion matrix, 0 where there is none."""
        count = {classes.TWO: 2, classes.SEVERAL: self.one.outputs}.get(self.kind or "", 0)
        return count if count <= confusion.MOST_CLASSES else 0

    @property
    def fitted(self) -> list[str]:
        """The outputs with an R²: none of a single sample, of too many outputs, or of a network that classifies."""
        every = outputs(self.one)
        return every if not self.groups and self.model.spec.held_out > 1 and len(every) <= fit.MOST_OUTPUTS else []

    @property
    def scores_row(self) -> int:
        """The row of the title of the scores, below the charts; wide ones stand below the points too."""
        below = CHART_ROW + CHART_SIZE[1] + 1
        is_wide = LABEL_COLUMN + self.classes + 3 >= POINTS_COLUMN
        return max(below, FIRST_POINT_ROW + MOST_POINTS + 1) if is_wide else below

    @property
    def pair_column(self) -> int:
        """The column behind the passes, with the number of each sample's pair of classes at the last iteration."""
        return self.pass_column(self.count)

    # The passes.
    @property
    def first_parameter_column(self) -> int:
        """The column of the first parameter, in the rows of the points."""
        return self.column(COUNTED) + 2

    @property
    def first_pass_column(self) -> int:
        """The column that leads the passes of the first point."""
        return self.first_parameter_column + len(self.parameters) + 1

    def pass_column(self, point: int) -> int:
        """Return the column that leads the passes of a point: its first cell has the iteration."""
        return self.first_pass_column + point * (len(self.nodes) + 1)

    @cached_property
    def rows(self) -> range:
        """The rows of the passes: each sample has the row that it has on the Data sheet, training samples first."""
        return range(FIRST_SAMPLE_ROW, FIRST_SAMPLE_ROW + self.samples)

    @cached_property
    def layouts(self) -> list[Layout]:
        """Where the quantities of the passes of each point stand.

        The inputs and targets stand on the Data sheet, those of samples that are held out below the others.
        """
        return [self._layout(point) for point in range(self.count)]

    def _layout(self, point: int) -> Layout:
        model = self.model
        cells = {constant.key: model.layout.cells[constant.key] for constant in model.graph.settings}
        row = self.point_row(point)
        cells |= {
            key: Cell(self.sheet, row, column)
            for column, key in enumerate(self.parameters, self.first_parameter_column)
        }
        spots = {
            key: Spot(model.data_sheet, model.layout.data[keys.data(key)].left)
            for key in (*inputs(model.spec), *targets(model.spec))
        }
        for column, node in enumerate(self.nodes, self.pass_column(point) + 1):
            spots |= dict.fromkeys((node.key, *node.aliases), Spot(self.sheet, column))
        return Layout(cells, spots, sheet=self.sheet, first_row=FIRST_SAMPLE_ROW, iterations=self.samples)

    def measured(self, measure: str, point: int) -> Area:
        """Return the cells whose mean is a measure at a point: of every sample of its set."""
        return self._of_set(measure, point, keys.LOSS if measure in LOSSES else RIGHT)

    def weights(self, measure: str, point: int) -> Area | None:
        """Return the cells with how much each sample counts in a measure; None where all count alike."""
        is_weighted = measure in LOSSES and self.one.has_weighted_mean
        return self._of_set(measure, point, weight_of_sample(self.one)) if is_weighted else None

    def _of_set(self, measure: str, point: int, key: str) -> Area:
        rows, column = sets.numbers(self.model, measure.split()[0]), self.layouts[point].column(key)
        return Area(self.sheet, rows.top, column, rows.bottom, column)

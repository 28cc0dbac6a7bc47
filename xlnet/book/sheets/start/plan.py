"""What the Start sheet has, and where: controls and numbers on the left, the network, and beside it loss and picture.

All of it fits a screen of 1366 × 768; what the charts are drawn from stands to the right of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlnet import keys
from xlnet.book.choices import TYPED_ITERATION
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard.plan import spaced
from xlnet.book.sheets.start import NAME
from xlnet.book.sheets.start.network import Network
from xlnet.book.sheets.start.plane import Plane, plane_of
from xlnet.book.sheets.start.steps import Steps
from xlnet.book.sheets.start.tables import EDGES, FIRST_DATA_ROW, LABELS, NUMBERS, PARAMETERS, UNITS, Table
from xlnet.book.shown import Choice
from xlnet.cell import Cell
from xlnet.graph.node import Group
from xlnet.model import classification as classes
from xlnet.model.network import outputs, targets

LABEL_COLUMN, VALUE_COLUMN, NOTE_COLUMN = 2, 3, 4
MIDDLE, MIDDLE_END, RIGHT, RIGHT_END = 6, 11, 13, 24
TITLE_ROW, ABOUT_ROW, FIRST_ROW, CHART_ROWS, LAST_ROW = 1, 2, 4, 14, 28
LEGEND_ROW = FIRST_ROW + CHART_ROWS
STEP_ROW, WHY_ROW = LEGEND_ROW + 1, LEGEND_ROW + 4
DATA_COLUMN, HEADER_ROW = 28, 2
# So many parameters can be asked why they changed; of more, some are offered.
MOST_PARAMETERS, SOME_PARAMETERS = 120, 40
MOST_SETTINGS, MOST_OUTPUTS, MOST_MARKS, MOST_CLASSES = 3, 2, 200, 10


@dataclass(frozen=True)
class StartPlan:
    """The sheet of a network."""

    model: Model

    @cached_property
    def network(self) -> Network:
        """The picture of the network."""
        return Network(self.model)

    @cached_property
    def steps(self) -> Steps:
        """The quantities of the pass, one after another."""
        return Steps(self.model)

    @property
    def iteration(self) -> Choice:
        """The cell in which the iteration is chosen."""
        return Choice(TYPED_ITERATION, 1)

    @property
    def wanted(self) -> set[int]:
        """The iterations that the sheet shows: the chosen one and what follows it."""
        return {1, min(2, self.model.spec.training.iters)}

    # Controls and numbers.
    @cached_property
    def controls(self) -> dict[str, int]:
        """The rows of what a person chooses, by name."""
        names = ["sample"] if self.model.spec.batch_size > 1 else []
        names += ["step"] if self.steps.entries else []
        names += ["weight"] if self.chosen else []
        return {name: row for row, name in enumerate(["iteration", *names], TYPED_ITERATION.row)}

    @cached_property
    def settings(self) -> list[str]:
        """The settings that are shown with links to their cells; the learning rate is the first."""
        every = [setting.key for setting in self.model.graph.settings if setting.group == Group.SETTINGS]
        return every[:MOST_SETTINGS]

    @cached_property
    def readouts(self) -> dict[str, int]:
        """The rows of the numbers at the iteration, by name; an output's is its key."""
        names = [*self.settings, "loss"]
        if self.has_accuracy:
            names.append("accuracy")
        own = zip(outputs(self.model.spec)[:MOST_OUTPUTS], targets(self.model.spec), strict=False)
        names += [name for pair in own for name in pair]
        return {name: row for row, name in enumerate(names, max(self.controls.values()) + 2)}

    @property
    def try_row(self) -> int:
        """The row with the heading of what to try."""
        return max(self.readouts.values()) + 2

    def control(self, name: str) -> Cell:
        """Return the cell of a control."""
        return Cell(NAME, self.controls[name], VALUE_COLUMN)

    def readout(self, name: str) -> Cell:
        """Return the cell of a number."""
        return Cell(NAME, self.readouts[name], VALUE_COLUMN)

    @cached_property
    def has_accuracy(self) -> bool:
        """Whether the accuracy of the iteration's batch is shown."""
        spec = self.model.spec
        return bool(classes.groups(spec)) and 1 < spec.batch_size <= MOST_MARKS and spec.outputs <= MOST_CLASSES

    # Parameters.
    @cached_property
    def trained(self) -> list[str]:
        """Every parameter that has a gradient."""
        return [key for key in self.model.parameters if keys.gradient(key) in self.model.layout.spots]

    @property
    def has_all(self) -> bool:
        """Whether every parameter is in the table."""
        return len(self.model.parameters) <= MOST_PARAMETERS

    @cached_property
    def chosen(self) -> list[str]:
        """The parameters that can be asked why they changed."""
        if self.network.is_drawn:
            return [key for key in self.trained if self.network.is_shown(key)]
        return spaced(self.trained, SOME_PARAMETERS)

    @property
    def first_chosen(self) -> str:
        """The parameter that is asked at first: the first one of the last layer, whose path is short."""
        last = max(keys.parts(key).layer or 0 for key in self.chosen)
        return next(key for key in self.chosen if keys.parts(key).layer == last)

    @cached_property
    def parameters(self) -> list[str]:
        """The parameters in the table: first those that can be chosen."""
        edges = [edge.key for edge in self.network.edges] if self.network.is_drawn else []
        others = self.model.parameters if self.has_all else edges
        return list(dict.fromkeys((*self.chosen, *others)))

    # Tables.
    @property
    def number_column(self) -> int:
        """The column of the numbers of the sentences; before it stand their names, behind it their texts."""
        return DATA_COLUMN + 1

    def number(self, name: str) -> Cell:
        """Return the cell of a number of the sentences."""
        return Cell(NAME, FIRST_DATA_ROW + NUMBERS.index(name), self.number_column)

    def text(self, name: str) -> Cell:
        """Return the cell of its text."""
        return self.number(name)._replace(column=self.number_column + 1)

    @cached_property
    def table(self) -> Table:
        """The table of the parameters."""
        return Table(DATA_COLUMN + 4, PARAMETERS, len(self.parameters))

    @cached_property
    def units(self) -> Table:
        """The table of the units that are shown."""
        return Table(self.table.end, UNITS, len(self.network.units) if self.network.is_drawn else 0)

    @cached_property
    def edges(self) -> Table:
        """The table of the edges, three rows each: where it begins, where it ends, and a blank one."""
        return Table(self.units.end, EDGES, 3 * len(self.network.edges) if self.network.is_drawn else 0)

    @cached_property
    def labels(self) -> Table:
        """The table of the weights beside the edges."""
        count = len(self.network.edges) if self.network.is_drawn and self.network.is_labelled else 0
        return Table(self.edges.end, LABELS, count)

    @cached_property
    def marks(self) -> Table:
        """The table of the batch's samples, each with a mark whether it is classified right."""
        return Table(self.labels.end, ("mark",), self.model.spec.batch_size if self.has_accuracy else 0)

    @cached_property
    def plane(self) -> Plane | None:
        """The picture of what the network computes, where it has one or two inputs."""
        if not self.has_all:
            return None
        places = {key: self.table.cell("value", row) for row, key in enumerate(self.parameters, 1)}
        return plane_of(self.model, self.marks.end, places)

"""What the Proof sheet proves, and where everything stands on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets.proof import NAME
from xlnet.cell import Cell
from xlnet.graph.node import Group, Node
from xlnet.graph.operations import KINKED
from xlnet.model.layers import KINDS
from xlnet.render.layout import Layout
from xlnet.render.spot import Spot
from xlnet.spec import ROWS

# Of a very large network, as many parameters are proved as keep the sheet this small, but at least a few.
MOST_CELLS, MOST_PARAMETERS, FEWEST_PARAMETERS = 20_000, 100, 4
# Of a batch of many samples a pass alone is large: then one parameter may be all that is proved.
MOST_IN_ALL = 200_000

# How far a parameter is moved, and how far the two gradients may be apart, at first.
STEP, TOLERANCE = 1e-5, 1e-6
LABEL_COLUMN, VALUE_COLUMN, FIRST_PARAMETER_COLUMN = 1, 2, 2
TITLE_ROW, ABOUT_ROW, ITERATION_ROW, STEP_ROW, TOLERANCE_ROW, LOSS_ROW, HEADLINE_ROW = 1, 2, 4, 5, 6, 7, 9
HEADER_ROW, FIRST_ROW = 11, 12
# The columns of the table, by what they show.
_COLUMNS = ("parameter", "value", "h", "E plus", "E minus", "central", "gradient", "difference", "verdict")
KINK_COLUMNS = ("slope below", "slope above")


@dataclass(frozen=True)
class ProofPlan:
    """The `proved` parameters of those that are trained, and where they and their moved passes stand."""

    model: Model
    proved: tuple[str, ...]
    trained: int

    @property
    def base_row(self) -> int:
        """The row of the pass in which nothing is moved: the passes are a table of their own below the first one."""
        return FIRST_ROW + len(self.proved) + 3

    @property
    def stride(self) -> int:
        """The rows of a pass: where iterations are blocks of rows, the samples of a batch stand one below another."""
        return 1 if self.model.spec.layout == ROWS else self.model.spec.batch_size

    @property
    def passes(self) -> range:
        """The first row of each pass: that in which nothing is moved, then those with a parameter moved up or down."""
        return range(self.base_row, self.base_row + self.stride * (1 + 2 * len(self.proved)), self.stride)

    @property
    def last_row(self) -> int:
        """The last row of the sheet."""
        return self.passes[-1] + self.stride - 1

    def row(self, index: int) -> int:
        """Return the row of a proved parameter in the table."""
        return FIRST_ROW + index

    def moved_row(self, index: int, *, up: bool) -> int:
        """Return the row of the pass in which a proved parameter is moved up or down."""
        return self.passes[1 + index + (0 if up else len(self.proved))]

    @cached_property
    def parameters(self) -> list[str]:
        """Every parameter."""
        return [node.key for node in self.model.graph.nodes if node.group == Group.PARAMETERS]

    @cached_property
    def drawn(self) -> list[str]:
        """What the iteration draws: the inputs and targets of its samples, and the masks of a dropout."""
        nodes = self.model.graph.nodes
        samples = [n.key for n in nodes if n.group == Group.SAMPLES and keys.parts(n.key).letter in ("x", "t")]
        return samples + [node.key for node in nodes if node.group == Group.MASKS]

    @cached_property
    def forward(self) -> list[Node]:
        """The forward pass."""
        return [node for node in self.model.graph.nodes if node.group in (Group.FORWARD, Group.LOSS)]

    @cached_property
    def layout(self) -> Layout:
        """Where the quantities of a pass stand: parameters and the pass in its row, drawn samples in the first one."""
        spots = {key: Spot(NAME, column) for column, key in enumerate(self.parameters, FIRST_PARAMETER_COLUMN)}
        cells, first = dict(self.model.layout.cells), FIRST_PARAMETER_COLUMN + len(self.parameters)
        names = [(key,) for key in self.drawn] + [(node.key, *node.aliases) for node in self.forward]
        columns = {
            name: first + column for column, name in enumerate(dict.fromkeys(self.name(own[0]) for own in names))
        }
        for own in names:
            sample = keys.parts(own[0]).sample or 1
            spot = Spot(NAME, columns[self.name(own[0])], sample - 1 if self.stride > 1 else 0)
            if own[0] in self.drawn:
                cells[own[0]] = Cell(NAME, self.base_row + spot.offset, spot.column)
            else:
                spots |= dict.fromkeys(own, spot)
        places = Layout(cells, spots, self.model.layout.data, NAME, self.base_row, self.stride)
        return replace(places, iterations=len(self.passes))

    def name(self, key: str) -> str:
        """Return what the column of a quantity is called: samples below each other share it."""
        parts = keys.parts(key)
        if self.stride == 1 or parts.sample is None:
            return key
        # The loss of a sample is called as that of the batch.
        return keys.of_sample(keys.without_sample(key), 1)

    @property
    def last_column(self) -> int:
        """The last column of the passes."""
        return self.layout.last_column

    @property
    def loss_column(self) -> int:
        """The column of the loss of a pass."""
        return self.layout.column(keys.LOSS)

    @property
    def has_kinks(self) -> bool:
        """Whether the loss may have a kink, where its slope jumps and backpropagation takes one side."""
        spec = self.model.spec
        if any(KINDS[layer.type].has_kinks for layer in spec.layers):
            return True
        return not KINKED.isdisjoint((spec.training.loss, *(layer.activation for layer in spec.layers)))

    @property
    def agreeing(self) -> tuple[str, ...]:
        """The verdicts by which a gradient agrees."""
        return ("agrees", "kink") if self.has_kinks else ("agrees",)

    @property
    def headline(self) -> tuple[str, str]:
        """What stands before and after the number of gradients that agree."""
        name = "headline" if len(self.proved) == self.trained else "headline of some"
        numbers = {"all": len(self.proved), "trained": f"{self.trained:,}"}
        text = self.model.texts.get("proof", name).format(agreeing="\n", **numbers)
        before, after = text.split("\n")
        return before, after

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table."""
        return _COLUMNS + (KINK_COLUMNS if self.has_kinks else ())

    def column(self, name: str) -> int:
        """Return the column of the table that is called so."""
        return LABEL_COLUMN + self.columns.index(name)


def plan(model: Model) -> ProofPlan:
    """Return what the sheet proves; of very many parameters some, evenly spaced."""
    trained = [node.of for node in model.graph.nodes if node.group == Group.GRADIENTS]
    width = sum(node.group in (Group.PARAMETERS, Group.FORWARD, Group.LOSS) for node in model.graph.nodes)
    fewest = min(FEWEST_PARAMETERS, max((MOST_IN_ALL // width - 1) // 2, 1))
    count = min(len(trained), max(MOST_CELLS // (2 * width), fewest), MOST_PARAMETERS)
    spaced = [round(index * (len(trained) - 1) / max(count - 1, 1)) for index in range(count)]
    return ProofPlan(model, tuple(trained[index] for index in spaced), len(trained))

"""The samples that the Predict sheet does not list: each has a pass, and a mark, so that the scores count it, too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.plan import PredictPlan
from xlnet.graph.node import Node
from xlnet.graph.operations import SOFTMAX
from xlnet.model.network import inputs
from xlnet.model.passes import passes
from xlnet.render.layout import Layout
from xlnet.render.spot import Spot
from xlnet.sheet_size import FIRST_SAMPLE_ROW
from xlnet.spec import Spec


def others_of(model: Model) -> Others | None:
    """Return the samples that are not listed; None where there are none or nothing is scored."""
    plan = model.once(PredictPlan)
    is_scored = plan.groups or plan.fitted
    return Others(plan) if is_scored and plan.samples < model.spec.samples else None


@dataclass(frozen=True)
class Others:
    """The samples that the table leaves out: a pass each, and a mark if they have classes, so that scores count them.

    They stand at the right of the other passes, each in the row that the sample has on the Data sheet: so a formula is
    filled down as it is, and cites the inputs there instead of repeating them.
    """

    plan: PredictPlan

    @property
    def samples(self) -> range:
        """The samples, from 0."""
        return range(self.plan.samples, self.plan.model.spec.samples)

    @property
    def title_row(self) -> int:
        """The row of the title, below that of the parameters in use; the header follows, then the passes."""
        return self.first_row - 2

    @property
    def first_row(self) -> int:
        """The row of the first pass."""
        return FIRST_SAMPLE_ROW + self.plan.samples

    @property
    def last_row(self) -> int:
        """The row of the last pass."""
        return FIRST_SAMPLE_ROW + self.plan.model.spec.samples - 1

    @cached_property
    def spec(self) -> Spec:
        """The network, where it has classes without its softmax: the largest output is that of the largest sum."""
        spec = self.plan.model.spec.evaluated
        if not self.plan.groups or spec.layers[spec.last - 1].activation != SOFTMAX:
            return spec
        training = replace(spec.training, loss="half_squared_error", loss_settings={}, class_weights=())
        return replace(spec.with_last("identity"), training=training)

    @cached_property
    def nodes(self) -> list[Node]:
        """The pass of a sample."""
        return passes(self.spec).forward

    @property
    def first_column(self) -> int:
        """The column of the first quantity of a pass."""
        return self.plan.pair_column + 2

    @property
    def mark_column(self) -> int:
        """The column that says whether a sample's class is named right, or at how many steps."""
        return self.first_column + len(self.nodes)

    @property
    def pair_column(self) -> int:
        """The column with the number of a sample's pair of classes (see `confusion`)."""
        return self.mark_column + 1

    @cached_property
    def layout(self) -> Layout:
        """Where the quantities of a pass stand."""
        cells, spots = dict(self.plan.layout.cells), dict[str, Spot]()
        for key in inputs(self.plan.model.spec):
            cells.pop(key, None)
            spots[key] = Spot(self.plan.model.data_sheet, self.data_column(key))
        for column, node in enumerate(self.nodes, self.first_column):
            spots |= dict.fromkeys((node.key, *node.aliases), Spot(NAME, column))
        return Layout(cells, spots, sheet=NAME, first_row=self.first_row, iterations=len(self.samples))

    def data_column(self, key: str) -> int:
        """Return the column of an input, as the network sees it, or of a target on the Data sheet."""
        return self.plan.model.layout.data[keys.data(key)].left

"""How many samples of a batch, or steps of these, a network classifies right: a table of marks, for a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.shown import at_iteration
from xlnet.book.spread import spread, steps
from xlnet.graph.expression import Expression, call, maximum, over, total, where_above
from xlnet.graph.references import Along, Beside, InCell, choose, compared
from xlnet.model import classification as classes
from xlnet.model.network import outputs, targets

# A large batch is marked in fewer iterations.
MOST_MARKS, FEWEST_POINTS, MOST_SAMPLES, MOST_CLASSES = 20_000, 10, 2_000, 50


@dataclass(frozen=True)
class Marks:
    """The table: from `column` on the iteration, the accuracy, and a mark a sample of the batch; a row an iteration."""

    model: Model
    groups: list[range]
    column: int
    first_row: int
    count: int

    @property
    def samples(self) -> int:
        """The number of samples of a batch."""
        return self.model.spec.batch_size

    @property
    def last_column(self) -> int:
        """The last column."""
        return self.column + 1 + self.samples

    @property
    def iterations(self) -> list[int]:
        """The iterations of the rows."""
        return spread(self.count, self.model.spec.training.iters)

    def keys_of(self, sample: int) -> tuple[list[str], list[str]]:
        """Return the outputs and targets of a sample of the batch, from 1."""
        spec = self.model.spec
        return outputs(spec, sample), targets(spec, sample)


def marks(model: Model, column: int, first_row: int, most: int) -> Marks | None:
    """Return the table, of at most so many rows; None where no batch is classified, or it is one sample or huge.

    Nor is there one for so many classes, or steps, that a mark's formula would be too long.
    """
    groups, samples = classes.groups(model.spec), model.spec.batch_size
    # Of several steps each is compared by itself.
    is_long = model.spec.outputs + len(groups) - 1 > MOST_CLASSES
    if not groups or not 1 < samples <= MOST_SAMPLES or is_long:
        return None
    count = min(most, max(MOST_MARKS // samples, FEWEST_POINTS))
    return Marks(model, groups, column, first_row, count)


def lives(table: Marks, iterations: InCell) -> Iterator[Live]:
    """Yield the formulas; `iterations` is the cell with the number of iterations."""
    rows = range(table.first_row, table.first_row + table.count)
    yield from steps("iteration of an accuracy", NAME, table.column, rows, iterations, style.TEXT)
    share = call("average_of", Along(NAME, table.column + 2, table.last_column))
    yield Live("accuracy", NAME, table.column + 1, rows, share, replace(style.TEXT, number_format=style.SHARE))
    for sample in range(1, table.samples + 1):
        yield Live("mark of a sample", NAME, table.column + 1 + sample, rows, _mark(table, sample), style.TEXT)


def _mark(table: Marks, sample: int) -> Expression:
    iteration, layout = Beside(NAME, table.column, is_fixed=True), table.model.layout
    outputs, targets = ([at_iteration(layout, key, iteration) for key in every] for every in table.keys_of(sample))
    return mark(table.groups, outputs, targets)


def mark(groups: Sequence[range], outputs: Sequence[Expression], targets: Sequence[Expression]) -> Expression:
    """Return 1 where a sample's class is named right, else 0; of several steps the share of those that are right."""
    marks = (_of_class(*([of[index] for index in group] for of in (outputs, targets))) for group in groups)
    return over(total(*marks), len(groups))


def _of_class(outputs: Sequence[Expression], targets: Sequence[Expression]) -> Expression:
    if len(outputs) == 1:
        # (a>b)=(c>d) loses its brackets in IronCalc.
        predicted, target = (where_above(value, classes.BOUNDARY, 1, 0) for value in (outputs[0], targets[0]))
        return choose(compared(predicted, "=", target), 1, 0)
    # The targets are 0 but for one 1, so this picks the output of the right class. Cell by cell, as Gnumeric does not
    # take a whole row from INDEX(…,0).
    right = total(*(output * target for output, target in zip(outputs, targets, strict=True)))
    return choose(compared(right, "=", maximum(*outputs)), 1, 0)

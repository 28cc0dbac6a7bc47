"""How many samples of a row's batch a network classifies right: a table of marks on sheet Dashboard, for its chart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.record import Record
from xlnet.model import classification as classes
from xlnet.model.network import outputs, targets
from xlnet.render.excel import absolute, cell, element
from xlnet.render.layout import FIRST_ROW, TRAINING
from xlnet.xlsx.values import Value

# A large batch is marked in fewer iterations.
MOST_MARKS, FEWEST_POINTS, MOST_SAMPLES, MOST_CLASSES = 20_000, 10, 2_000, 50


@dataclass(frozen=True)
class Marks:
    """The table: from `column` on the iteration, the accuracy, and a mark a sample of the batch; a row an iteration."""

    model: Model
    kind: str
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

    def iteration(self, index: int) -> int:
        """Return the iteration of a row, from 0; halves are rounded up, as in a spreadsheet."""
        if self.count == 1:
            return 1
        return math.floor(1 + index * (self.model.spec.training.iters - 1) / (self.count - 1) + 0.5)

    def keys_of(self, sample: int) -> tuple[list[str], list[str]]:
        """Return the outputs and targets of a sample of the batch, from 1."""
        spec = self.model.spec
        return outputs(spec, sample), targets(spec, sample)


def marks(model: Model, column: int, first_row: int, most: int) -> Marks | None:
    """Return the table, of at most so many rows; None where no batch is classified, or it is one sample or huge.

    Nor is there one for so many classes that a mark's formula would be too long.
    """
    kind, samples = classes.kind_of(model.spec), model.spec.batch_size
    if kind is None or not 1 < samples <= MOST_SAMPLES or model.spec.outputs > MOST_CLASSES:
        return None
    count = min(most, max(MOST_MARKS // samples, FEWEST_POINTS))
    return Marks(model, kind, column, first_row, count)


def is_right(kind: str, outputs: list[float], targets: list[float]) -> float:
    """Return 1 where the outputs name the targets' class, 0 where they do not, NaN where there are no numbers."""
    if any(map(math.isnan, (*outputs, *targets))):
        return math.nan
    if kind == classes.TWO:
        return float((outputs[0] > classes.BOUNDARY) == (targets[0] > classes.BOUNDARY))
    return float(math.fsum(y * t for y, t in zip(outputs, targets, strict=True)) == max(outputs))


def formulas(table: Marks, iterations: str) -> Iterator[Live]:
    """Yield the formulas; `iterations` is the cell with the number of iterations."""
    for index in range(table.count):
        row, iteration = table.first_row + index, table.iteration(index)
        step = f"=ROUND(1+{index}*({iterations}-1)/{table.count - 1},0)" if index else "=1"
        yield Live("iteration of an accuracy", table.column, row, step, style.TEXT, _fixed(float(iteration)))
        every = f"{cell(table.column + 2, row)}:{cell(table.last_column, row)}"
        share = replace(style.TEXT, number_format=style.SHARE)
        yield Live("accuracy", table.column + 1, row, f"=AVERAGE({every})", share, _accuracy(table, iteration))
        for sample in range(1, table.samples + 1):
            source = _mark(table, sample, f"${cell(table.column, row)}")
            value = _value(table, sample, iteration)
            yield Live("mark of a sample", table.column + 1 + sample, row, source, style.TEXT, value)


def _mark(table: Marks, sample: int, iteration: str) -> str:
    outputs, targets = ([_cell(table, key, iteration) for key in every_key] for every_key in table.keys_of(sample))
    if table.kind == classes.TWO:
        # (a>b)=(c>d) loses its brackets in IronCalc.
        predicted, target = (f"IF({value}>{classes.BOUNDARY},1,0)" for value in (outputs[0], targets[0]))
        return f"=IF({predicted}={target},1,0)"
    # The targets are 0 but for one 1, so this picks the output of the right class. Cell by cell, as Gnumeric does not
    # take a whole row from INDEX(…,0).
    right = "+".join(f"{output}*{target}" for output, target in zip(outputs, targets, strict=True))
    return f"=IF({right}=MAX({','.join(outputs)}),1,0)"


def _cell(table: Marks, key: str, iteration: str) -> str:
    """Return a quantity in one iteration, as a formula has it."""
    layout = table.model.layout
    if key not in layout.columns:
        place = layout.cells[key]
        return f"{place.sheet}!{absolute(place.column, place.row or 1)}"
    column, last_row = layout.columns[key], table.model.last_row
    return element(f"{TRAINING}!{absolute(column, FIRST_ROW)}:{absolute(column, last_row)}", iteration)


def _known(table: Marks, record: Record, key: str, iteration: int) -> float:
    return record.value(key, iteration) if key in record.columns else table.model.constants[key]


def _of_sample(table: Marks, record: Record, sample: int, iteration: int) -> float:
    outputs, targets = (
        [_known(table, record, key, iteration) for key in every_key] for every_key in table.keys_of(sample)
    )
    return is_right(table.kind, outputs, targets)


def _value(table: Marks, sample: int, iteration: int) -> Callable[[Record], Value]:
    return lambda record: _of_sample(table, record, sample, iteration)


def _accuracy(table: Marks, iteration: int) -> Callable[[Record], Value]:
    samples = range(1, table.samples + 1)
    return lambda record: sum(_of_sample(table, record, sample, iteration) for sample in samples) / table.samples


def _fixed(value: Value) -> Callable[[Record], Value]:
    return lambda _: value

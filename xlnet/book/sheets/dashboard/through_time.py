"""How large ∂E/∂h is at each step of a recurrent layer: a table on the Dashboard sheet, for bars.

A gradient that comes back through many steps may vanish or explode (Hochreiter 1991; Bengio, Simard & Frasconi 1994):
its length by step shows it. Of an lstm the cell state's is shown beside, which the forget gates alone hand back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlnet import keys
from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard import NAME
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Number, call, square, square_root, total
from xlnet.graph.references import Beside, InCell, InCells, or_else

# What hands a gradient back from step to step.
STATES = {"rnn": "h", "lstm": "hc", "gru": "h"}
# A formula has room for so many cells; and a chart for so many states.
MOST_CELLS, MOST_STATES = 100, 3


@dataclass(frozen=True)
class State:
    """What a recurrent layer hands on from step to step: the keys of its gradients at each step."""

    letter: str
    layer: int
    steps: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Series:
    """The lengths of a state's gradients in an iteration, a step a row."""

    state: State
    iteration: int


@dataclass(frozen=True)
class ThroughTime:
    """The table: from `column` on the step, then a column a series, and another with shares of its longest."""

    series: tuple[Series, ...]
    column: int
    first_row: int

    @property
    def last_column(self) -> int:
        """The last column."""
        return self.share_column(self.column + len(self.series))

    @property
    def steps(self) -> int:
        """The number of rows."""
        return max(len(series.state.steps) for series in self.series)

    def numbered(self) -> Iterator[tuple[int, Series]]:
        """Yield the series with their columns."""
        yield from enumerate(self.series, self.column + 1)

    def share_column(self, column: int) -> int:
        """Return the column of the shares of a series, by that of its lengths."""
        return column + len(self.series)

    def rows(self, series: Series) -> range:
        """Return the rows of a series."""
        return range(self.first_row, self.first_row + len(series.state.steps))


def states(model: Model) -> list[State]:
    """Return the states whose gradients come back through steps; none that are too many cells."""
    spec = model.spec
    samples = [*range(1, spec.batch_size + 1)] if spec.batch_size > 1 else [None]
    found = []
    for number, layer in enumerate(spec.layers, 1):
        for letter in STATES.get(layer.type, ""):
            steps = tuple(
                tuple(
                    keys.of_sample(f"d_{letter}{number}_{step}_{unit}", sample)
                    for sample in samples
                    for unit in range(1, layer.numbers["units"] + 1)
                )
                for step in range(1, layer.takes[0] + 1)
            )
            fits = len(steps) > 1 and len(steps[0]) <= MOST_CELLS
            if fits and all(key in model.layout.spots for step in steps for key in step):
                found.append(State(letter, number, steps))
    return found[:MOST_STATES]


def through_time(model: Model, column: int, first_row: int) -> ThroughTime | None:
    """Return the table of the first and the last iteration; None where there are no such states."""
    shown = sorted({1, model.spec.training.iters})
    series = tuple(Series(state, at) for state in model.once(states) for at in shown)
    return ThroughTime(series, column, first_row) if series else None


def lives(table: ThroughTime, model: Model) -> Iterator[Live]:
    """Yield the formulas: √Σ(∂E/∂h)² over the units and samples of a step, and its share of the longest."""
    for step in range(1, table.steps + 1):
        yield Live("step", NAME, table.column, [table.first_row + step - 1], Number(step), style.TEXT)
    for column, series in table.numbered():
        rows = table.rows(series)
        for row, of_step in zip(rows, series.state.steps, strict=True):
            gradients = [InCell(model.layout.cell(key, series.iteration)) for key in of_step]
            length = square_root(total(*map(square, gradients)))
            yield Live("size of a gradient", NAME, column, [row], length, style.TEXT)
        share = share_of_longest(NAME, column, rows)
        yield Live("share of the longest gradient", NAME, table.share_column(column), rows, share, style.TEXT)


def share_of_longest(sheet: str, column: int, rows: range) -> Expression:
    """Return the share of a length of the longest in its column; 0 where all are 0."""
    longest = call("max", InCells(Area(sheet, rows[0], column, rows[-1], column)))
    return or_else(Beside(sheet, column) / longest, 0)


def cells(table: ThroughTime) -> Iterator[tuple[Cell, int, Series | None]]:
    """Yield the cells of the lengths, each with its step and its series; None for the number of the step."""
    for step in range(1, table.steps + 1):
        yield Cell(NAME, table.first_row + step - 1, table.column), step, None
    for column, series in table.numbered():
        for step, row in enumerate(table.rows(series), 1):
            yield Cell(NAME, row, column), step, series

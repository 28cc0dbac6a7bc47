"""How large ∂E/∂h is at each step of a recurrent layer: a table on the Dashboard sheet, for a chart.

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
from xlnet.cell import Cell
from xlnet.graph.expression import Number, square, square_root, total
from xlnet.graph.references import InCell

# What hands a gradient back from step to step.
STATES = {"rnn": "h", "lstm": "hc", "gru": "h"}
# A formula has room for so many cells; and a chart for so many lines.
MOST_CELLS, MOST_STATES = 100, 3


@dataclass(frozen=True)
class Line:
    """The lengths of a state's gradient in an iteration, a step a row, and the keys of the gradients of each step."""

    letter: str
    layer: int
    iteration: int
    steps: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ThroughTime:
    """The table: from `column` on the step, then a column a line."""

    lines: tuple[Line, ...]
    column: int
    first_row: int

    @property
    def last_column(self) -> int:
        """The last column."""
        return self.column + len(self.lines)

    @property
    def steps(self) -> int:
        """The number of rows."""
        return max(len(line.steps) for line in self.lines)

    def numbered(self) -> Iterator[tuple[int, Line]]:
        """Yield the lines with their columns."""
        yield from enumerate(self.lines, self.column + 1)


def through_time(model: Model, column: int, first_row: int) -> ThroughTime | None:
    """Return the table; None where no layer hands gradients back through steps, or they are too many cells."""
    spec = model.spec
    samples = [*range(1, spec.batch_size + 1)] if spec.batch_size > 1 else [None]
    states = []
    for number, layer in enumerate(spec.layers, 1):
        for letter in STATES.get(layer.type, ""):
            steps = [
                tuple(
                    keys.of_sample(f"d_{letter}{number}_{step}_{unit}", sample)
                    for sample in samples
                    for unit in range(1, layer.numbers["units"] + 1)
                )
                for step in range(1, layer.takes[0] + 1)
            ]
            fits = len(steps) > 1 and len(steps[0]) <= MOST_CELLS
            if fits and all(key in model.layout.spots for step in steps for key in step):
                states.append((letter, number, tuple(steps)))
    shown = sorted({1, spec.training.iters})
    lines = tuple(Line(letter, number, at, steps) for letter, number, steps in states[:MOST_STATES] for at in shown)
    return ThroughTime(lines, column, first_row) if lines else None


def lives(table: ThroughTime, model: Model) -> Iterator[Live]:
    """Yield the formulas: √Σ(∂E/∂h)² over the units and samples of a step."""
    for step in range(1, table.steps + 1):
        yield Live("step", NAME, table.column, [table.first_row + step - 1], Number(step), style.TEXT)
    for column, line in table.numbered():
        for row, of_step in enumerate(line.steps, table.first_row):
            gradients = [InCell(model.layout.cell(key, line.iteration)) for key in of_step]
            length = square_root(total(*map(square, gradients)))
            yield Live("size of a gradient", NAME, column, [row], length, style.TEXT)


def cells(table: ThroughTime) -> Iterator[tuple[Cell, int, Line | None]]:
    """Yield the cells, each with its step and its line; None for the number of the step."""
    for step in range(1, table.steps + 1):
        yield Cell(NAME, table.first_row + step - 1, table.column), step, None
    for column, line in table.numbered():
        for step in range(1, len(line.steps) + 1):
            yield Cell(NAME, table.first_row + step - 1, column), step, line

"""How large ∂E/∂h is at each step of a recurrent layer, in the chosen iteration: a table, for bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlnet.book import style
from xlnet.book.choices import ITERATION
from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard.through_time import State, share_of_longest
from xlnet.book.sheets.explore import NAME
from xlnet.book.shown import at_iteration
from xlnet.cell import Cell
from xlnet.graph.expression import Number, square, square_root, total
from xlnet.graph.references import InCell

FIRST_ROW = 2


@dataclass(frozen=True)
class BySteps:
    """The table: from `first_column` on the step, then a column a state, and another with shares of its longest."""

    model: Model
    states: tuple[State, ...]
    first_column: int

    @property
    def steps(self) -> int:
        """The number of rows."""
        return max(len(state.steps) for state in self.states)

    @property
    def last_column(self) -> int:
        """The last column."""
        return self.share_column(self.first_column + len(self.states))

    def share_column(self, column: int) -> int:
        """Return the column of the shares of a state, by that of its lengths."""
        return column + len(self.states)

    def rows(self, state: State) -> range:
        """Return the rows of a state."""
        return range(FIRST_ROW, FIRST_ROW + len(state.steps))

    def numbered(self) -> Iterator[tuple[int, State]]:
        """Yield the states with their columns."""
        yield from enumerate(self.states, self.first_column + 1)


def lives(table: BySteps) -> Iterator[Live]:
    """Yield the formulas: √Σ(∂E/∂h)² over the units and samples of a step, and its share of the longest."""
    layout, chosen = table.model.layout, InCell(ITERATION.cell)
    for step in range(1, table.steps + 1):
        yield Live("step", NAME, table.first_column, [FIRST_ROW + step - 1], Number(step), style.TEXT)
    for column, state in table.numbered():
        for row, of_step in enumerate(state.steps, FIRST_ROW):
            length = square_root(total(*(square(at_iteration(layout, key, chosen)) for key in of_step)))
            yield Live("size of a gradient", NAME, column, [row], length, style.TEXT)
        share = share_of_longest(NAME, column, table.rows(state))
        yield Live(
            "share of the longest gradient", NAME, table.share_column(column), table.rows(state), share, style.TEXT
        )


def cells(table: BySteps) -> Iterator[tuple[Cell, int, State | None]]:
    """Yield the cells, each with its step and its state; None for the number of the step."""
    for step in range(1, table.steps + 1):
        yield Cell(NAME, FIRST_ROW + step - 1, table.first_column), step, None
    for column, state in table.numbered():
        for step in range(1, len(state.steps) + 1):
            yield Cell(NAME, FIRST_ROW + step - 1, column), step, state

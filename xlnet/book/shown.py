"""A quantity of one iteration, shown on another sheet: which one, and by what formula."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet import keys
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression
from xlnet.graph.references import InCell, InCells, element
from xlnet.render.layout import Layout


@dataclass(frozen=True)
class Choice:
    """A cell in which an iteration or a sample is chosen, and the number that it holds at first."""

    cell: Cell
    first: int


@dataclass(frozen=True)
class Shown:
    """The quantity `key` of an iteration, and of a sample of its batch where the batch has several."""

    key: str
    iteration: Choice
    sample: Choice | None = None
    samples: int = 1

    def every_key(self) -> list[str]:
        """Return the keys among which the sample chooses: one alone where all samples share the quantity."""
        if self.sample is None:
            return [self.key]
        return [keys.of_sample(self.key, number) for number in range(1, self.samples + 1)]


def at_iteration(layout: Layout, key: str, iteration: Expression) -> Expression:
    """Return a quantity in the iteration whose number an expression gives."""
    if key not in layout.spots:
        return InCell(layout.cells[key])
    return element(InCells(layout.over(key)), row_of(iteration, layout))


def expression(shown: Shown, layout: Layout) -> Expression:
    """Return the formula that shows a quantity."""
    every_key = shown.every_key()
    first, last = every_key[0], every_key[-1]
    if first == last or shown.sample is None:
        return at_iteration(layout, first, InCell(shown.iteration.cell))
    sample = InCell(shown.sample.cell)
    if first not in layout.spots:
        return element(InCells(Area.between(layout.cells[first], layout.cells[last])), sample)
    table = InCells(Area.between(layout.cell(first), layout.cell(last, layout.iterations)))
    # Samples stand side by side or one under another, each as far from the one before as all others are.
    one, other = layout.cell(first), layout.cell(every_key[1])
    row = row_of(InCell(shown.iteration.cell), layout)
    if other.row > one.row:
        return element(table, row + (sample - 1) * (other.row - one.row), 1)
    stride = other.column - one.column
    return element(table, row, (sample - 1) * stride + 1 if stride > 1 else sample)


def row_of(iteration: Expression, layout: Layout) -> Expression:
    """Return the row of an iteration among the cells of a quantity in all iterations."""
    return iteration if layout.stride == 1 else (iteration - 1) * layout.stride + 1

"""A quantity of one iteration, shown on another sheet: which one, by what formula, and its value in a recorded run."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet import keys
from xlnet.book.record import Record
from xlnet.cell import Area
from xlnet.render.excel import absolute, address, element, quoted_sheet, row_of
from xlnet.render.layout import Layout


@dataclass(frozen=True)
class Choice:
    """A cell in which an iteration or a sample is chosen, and the number that it holds at first."""

    sheet: str
    column: int
    row: int
    first: int

    def address(self, sheet: str) -> str:
        """Return the cell's address as a formula on `sheet` has it."""
        return ("" if sheet == self.sheet else quoted_sheet(self.sheet)) + absolute(self.column, self.row)


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


def formula(shown: Shown, layout: Layout, sheet: str) -> str:
    """Return the formula on `sheet` that shows a quantity."""
    every_key = shown.every_key()
    first, last = every_key[0], every_key[-1]
    if first not in layout.spots:
        if first == last or shown.sample is None:
            return f"={address(layout.cells[first], sheet)}"
        every = address(Area.between(layout.cells[first], layout.cells[last]), sheet)
        return f"={element(every, shown.sample.address(sheet))}"
    table = address(Area.between(layout.cell(first), layout.cell(last, layout.iterations)), sheet)
    iteration = row_of(shown.iteration.address(sheet), layout)
    if first == last or shown.sample is None:
        return f"={element(table, iteration)}"
    # Samples stand side by side, each with as many columns as the others.
    stride = layout.column(every_key[1]) - layout.column(first)
    offset = f"({shown.sample.address(sheet)}-1)*{stride}+1" if stride > 1 else shown.sample.address(sheet)
    return f"={element(table, iteration, offset)}"


def value(shown: Shown, record: Record, constants: dict[str, float]) -> float:
    """Return what the formula shows at first."""
    key = shown.every_key()[shown.sample.first - 1 if shown.sample else 0]
    return record.value(key, shown.iteration.first) if key in record.columns else constants[key]

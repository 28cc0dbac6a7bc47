"""A quantity of one iteration, shown on another sheet: which one, by what formula, and its value in a recorded run."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet import keys
from xlnet.book.record import Record
from xlnet.render.excel import absolute, element, quoted_sheet
from xlnet.render.layout import DATA, FIRST_ROW, TRAINING, Layout


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
class Cited:
    """A cell that another one repeats; row and column count from 1. A run's sheet is called Training here."""

    sheet: str
    row: int
    column: int


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


def formula(shown: Shown, layout: Layout, last_row: int, sheet: str) -> str:
    """Return the formula on `sheet` that shows a quantity; the table of sheet Training ends in `last_row`."""
    every_key = shown.every_key()
    first = every_key[0]
    if first not in layout.columns:
        places = [layout.cells[key] for key in every_key]
        one = f"{places[0].sheet}!{absolute(places[0].column, places[0].row or 1)}"
        if len(places) == 1 or shown.sample is None:
            return f"={one}"
        last = absolute(places[-1].column, places[-1].row or 1)
        every = f"{DATA}!{absolute(places[0].column, places[0].row or 1)}:{last}"
        return f"={element(every, shown.sample.address(sheet))}"
    columns = [layout.columns[key] for key in every_key]
    table = f"{TRAINING}!{absolute(columns[0], FIRST_ROW)}:{absolute(columns[-1], last_row)}"
    iteration = shown.iteration.address(sheet)
    if len(columns) == 1 or shown.sample is None:
        return f"={element(table, iteration)}"
    # Samples stand side by side, each with as many columns as the others.
    stride = columns[1] - columns[0]
    offset = f"({shown.sample.address(sheet)}-1)*{stride}+1" if stride > 1 else shown.sample.address(sheet)
    return f"={element(table, iteration, offset)}"


def value(shown: Shown, record: Record, constants: dict[str, float]) -> float:
    """Return what the formula shows at first."""
    key = shown.every_key()[shown.sample.first - 1 if shown.sample else 0]
    return record.value(key, shown.iteration.first) if key in record.columns else constants[key]

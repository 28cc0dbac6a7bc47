"""An exercise as a list: what is given at the left, and beside it a line a quantity, with a box for each sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlnet.book.sheets.exercise import NAME
from xlnet.book.sheets.exercise.outline import Face, Outline
from xlnet.book.sheets.exercise.sections import Line, Section, given, sections
from xlnet.cell import Cell

TITLE_ROW, TASK_ROW, NAME_ROW, HEADER_ROW = 1, 2, 4, 6
GIVEN_SYMBOL, GIVEN_VALUE, SYMBOL, RULE, FIRST_VALUE = 2, 3, 5, 6, 7
# Each sample has a column for its numbers, and one for their marks.
SAMPLE_WIDTH = 2


@dataclass(frozen=True)
class Placed:
    """A line of a section, or (without `line`) its head, in a row."""

    row: int
    section: Section
    line: Line | None = None


class Listing:
    """Where the list has things."""

    def __init__(self, plan: Outline) -> None:
        self.plan = plan

    @property
    def samples(self) -> int:
        """The samples of the iteration."""
        return self.plan.model.spec.batch_size

    @property
    def last_column(self) -> int:
        """The last column, that of marks."""
        return FIRST_VALUE + SAMPLE_WIDTH * self.samples - 1

    @cached_property
    def given(self) -> list[tuple[str, str]]:
        """What is given, as symbols and keys, from the row below the header on."""
        return given(self.plan)

    @cached_property
    def lines(self) -> list[Placed]:
        """What is computed, line by line."""
        found, row = [], HEADER_ROW
        for section in sections(self.plan):
            found.append(Placed(row, section))
            for number, line in enumerate(section.lines, row + 1):
                found.append(Placed(number, section, line))
            row += len(section.lines) + 2
        return found

    @property
    def margin_row(self) -> int:
        """The row of the tolerance, below what is given; that of the decimals is the next one."""
        return HEADER_ROW + len(self.given) + 3

    def face(self) -> Face:
        """Return where the sheet has things."""
        values = {key: Cell(NAME, row, GIVEN_VALUE) for row, (_, key) in enumerate(self.given, HEADER_ROW + 1)}
        marks: dict[str, Cell] = {}
        for placed in self.lines:
            for number, key in enumerate(placed.line.keys if placed.line else ()):
                column = FIRST_VALUE + SAMPLE_WIDTH * number
                values[key] = Cell(NAME, placed.row, column)
                if key in self.plan.by_key:
                    marks[key] = Cell(NAME, placed.row, column + 1)
        return Face(
            values=values,
            marks=marks,
            name=Cell(NAME, NAME_ROW, RULE),
            score=Cell(NAME, NAME_ROW, FIRST_VALUE + 1),
            tolerance=Cell(NAME, self.margin_row, GIVEN_VALUE),
            decimals=Cell(NAME, self.margin_row + 1, GIVEN_VALUE),
        )

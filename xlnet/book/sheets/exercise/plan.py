"""What an exercise's workbook holds, and where: boxes on the student's sheet, and their rows in the marking."""

from __future__ import annotations

from functools import cached_property

from xlnet.book.sheets.exercise import MARKING
from xlnet.book.sheets.exercise.blocks import Blocks
from xlnet.book.sheets.exercise.listing import Listing
from xlnet.book.sheets.exercise.outline import Face, Outline
from xlnet.cell import Cell
from xlnet.exercise.exercise import new
from xlnet.render.layout import Layout

# The marking: a row for each blank, from its key on.
FIRST_MARKING_ROW = 3
KEY, SYMBOL, TRUE, FILLED, USED, RULE, RIGHT, MESSAGE, FIRST_SLIP = range(1, 10)
# The words of a slip, what it gives, and what is said so far.
WORDS, VALUE, SAID, SLIP_WIDTH = range(4)
# In its first row: how many blanks are right, and half a unit of the last decimal.
SCORE_CELL, HALF_CELL = Cell(MARKING, 1, 2), Cell(MARKING, 1, 4)


class ExercisePlan(Outline):
    """An exercise as its workbook has it."""

    @cached_property
    def face(self) -> Face:
        """Where the student's sheet has things: as a list, or as matrices where iterations are blocks."""
        return (Blocks(self) if self.is_of_blocks else Listing(self)).face()

    @property
    def boxes(self) -> list[Cell]:
        """The cells that a student fills in: none on paper."""
        return [] if self.exercise.is_handout else [self.face.values[key] for key in self.by_key]

    def row(self, key: str) -> int:
        """Return the row of a blank in the marking."""
        return FIRST_MARKING_ROW + self._rows[key]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {blank.key: number for number, blank in enumerate(self.blanks)}

    def marking(self, key: str, column: int) -> Cell:
        """Return a cell of a blank's row in the marking."""
        return Cell(MARKING, self.row(key), column)

    def slip_cell(self, key: str, number: int, part: int) -> Cell:
        """Return a cell of a blank's slip, by its number from 0."""
        return Cell(MARKING, self.row(key), FIRST_SLIP + number * SLIP_WIDTH + part)

    @property
    def most_slips(self) -> int:
        """The most slips that a blank has."""
        return max(len(blank.alternatives) for blank in self.blanks)

    @cached_property
    def yours(self) -> Layout:
        """Where the numbers stand that the student has: the true ones, but of a blank what is used of it."""
        layout, cells = self.model.layout, dict(self.model.layout.cells)
        cells |= {key: layout.cell(key, 1) for key in layout.spots}
        cells |= {new(key): layout.cell(key, 2) for key in self.quantities.trained}
        for key in self.by_key:
            node = self.quantities.nodes.get(key)
            for name in (key, *(node.aliases if node else ())):
                cells[name] = self.marking(key, USED)
        return Layout(cells, {}, sheet=MARKING)

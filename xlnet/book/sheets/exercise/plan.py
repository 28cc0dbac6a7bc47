"""What an exercise's workbook holds, and where: blanks on the sheet of the student, and their rows in the marking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from xlnet.book.model import Model
from xlnet.book.sheets.exercise import ANSWERS, MARKING, NAME
from xlnet.book.sheets.exercise.words import Words
from xlnet.cell import Cell
from xlnet.exercise.blanks import Blank, blanks
from xlnet.exercise.exercise import Exercise, before_update, new
from xlnet.exercise.quantities import Quantities
from xlnet.graph.expression import Expression
from xlnet.graph.node import Group
from xlnet.render.layout import Layout
from xlnet.spec import MATRIX

# The marking: a row for each blank, from its key on.
FIRST_MARKING_ROW = 3
KEY, SYMBOL, TRUE, FILLED, USED, RULE, RIGHT, MESSAGE, FIRST_SLIP = range(1, 10)
# The words of a slip, what it gives, and what is said so far.
WORDS, VALUE, SAID, SLIP_WIDTH = range(4)
# In its first row: how many blanks are right, and half a unit of the last decimal.
SCORE_CELL, HALF_CELL = Cell(MARKING, 1, 2), Cell(MARKING, 1, 4)


@dataclass(frozen=True)
class Face:
    """Where the student's sheet has things: each quantity by its key, the mark of each blank, and single cells."""

    values: Mapping[str, Cell]
    marks: Mapping[str, Cell]
    name: Cell
    score: Cell
    tolerance: Cell
    decimals: Cell


class ExercisePlan:
    """An exercise as its workbook has it; `model` is that of its answers."""

    def __init__(self, exercise: Exercise, model: Model) -> None:
        self.exercise, self.model, self.words = exercise, model, Words(model)
        self.blanks = blanks(exercise.spec, model.graph, exercise.blanks)
        self.by_key: dict[str, Blank] = {blank.key: blank for blank in self.blanks}
        self.quantities = Quantities(model.graph)

    @cached_property
    def face(self) -> Face:
        """Where the student's sheet has things."""
        from xlnet.book.sheets.exercise.face import face_of

        return face_of(self)

    @property
    def is_of_blocks(self) -> bool:
        """Whether it is drawn as matrices, as its iterations are."""
        return self.model.spec.layout == MATRIX

    @property
    def boxes(self) -> list[Cell]:
        """The cells that a student fills in: none on paper."""
        return [] if self.exercise.is_handout else [self.face.values[key] for key in self.by_key]

    def answer(self, key: str) -> Cell:
        """Return the cell of a quantity's true value."""
        own = before_update(key)
        return self.model.layout.cell(own, 2) if own else self.model.layout.cell(key, 1)

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

    @cached_property
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

    def rule(self, key: str) -> Expression | None:
        """Return the rule of a quantity, None where it is given."""
        if before_update(key):
            return self.quantities.rule(key)
        node = self.quantities.nodes.get(key)
        if node is None or node.first_formula is None or node.group == Group.PARAMETERS:
            return None
        return self.quantities.rule(key)


__all__ = ["ANSWERS", "MARKING", "NAME", "ExercisePlan", "Face"]

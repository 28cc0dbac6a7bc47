"""What an exercise is made of, before anything has a place: blanks, rules, words, and where the answers stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlnet.book.model import Model
from xlnet.book.sheets.exercise.words import Words
from xlnet.cell import Cell
from xlnet.exercise.blanks import Blank, blanks
from xlnet.exercise.exercise import Exercise, before_update
from xlnet.exercise.quantities import Quantities
from xlnet.graph.expression import Expression
from xlnet.graph.node import Group
from xlnet.spec import MATRIX


@dataclass(frozen=True)
class Face:
    """Where the student's sheet has things: each quantity by its key, the mark of each blank, and single cells."""

    values: Mapping[str, Cell]
    marks: Mapping[str, Cell]
    name: Cell
    score: Cell
    tolerance: Cell
    decimals: Cell


class Outline:
    """An exercise, and the model of its answers."""

    def __init__(self, exercise: Exercise, model: Model) -> None:
        self.exercise, self.model, self.words = exercise, model, Words(model)
        self.blanks = blanks(exercise.spec, model.graph, exercise.blanks)
        self.by_key: dict[str, Blank] = {blank.key: blank for blank in self.blanks}
        self.quantities = Quantities(model.graph)

    @property
    def is_of_blocks(self) -> bool:
        """Whether it is drawn as matrices, as its iterations are."""
        return self.model.spec.layout == MATRIX

    def answer(self, key: str) -> Cell:
        """Return the cell of a quantity's true value."""
        own = before_update(key)
        return self.model.layout.cell(own, 2) if own else self.model.layout.cell(key, 1)

    def rule(self, key: str) -> Expression | None:
        """Return the rule of a quantity, None where it is given."""
        if before_update(key):
            return self.quantities.rule(key)
        node = self.quantities.nodes.get(key)
        if node is None or node.first_formula is None or node.group == Group.PARAMETERS:
            return None
        return self.quantities.rule(key)

"""The pass step by step: the quantities of an iteration in the order in which they are computed, for a projector.

A counter reveals them one by one. Their rules and numbers are those of the Explore sheet, which this sheet repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlnet.book.model import Model
from xlnet.book.sheets.explore.plan import Entry, ExplorePlan
from xlnet.cell import Cell
from xlnet.graph.node import Group

SYMBOL_COLUMN, VALUE_COLUMN, RULE_COLUMN, NUMBERS_COLUMN = 2, 3, 4, 9
TITLE_ROW = 30
HEADER_ROW, FIRST_ROW = TITLE_ROW + 1, TITLE_ROW + 2
PHASES = {
    Group.FORWARD: "forward",
    Group.LOSS: "forward",
    Group.DELTAS: "backward",
    Group.GRADIENTS: "backward",
    "shares": "backward",
    "batch": "backward",
    Group.STATE: "update",
    "next": "update",
}


@dataclass(frozen=True)
class Steps:
    """The quantities that are revealed; none of a network whose quantities Explore does not list."""

    model: Model

    @cached_property
    def explore(self) -> ExplorePlan:
        """The sheet that has their rules and numbers."""
        return self.model.once(ExplorePlan)

    @cached_property
    def entries(self) -> list[Entry]:
        """The quantities, from the first."""
        if not self.explore.is_drawn:
            return []
        return [entry for entry in self.explore.entries if entry.group in PHASES]

    def phase(self, entry: Entry) -> str:
        """Return the part of the pass that a quantity belongs to."""
        return PHASES[entry.group]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of the step that reveals a quantity, from 1."""
        found: dict[str, int] = {}
        for number, entry in enumerate(self.entries, 1):
            aliases = () if entry.node is None else entry.node.aliases
            found |= dict.fromkeys((entry.key, *aliases), number)
        return found

    @property
    def last_row(self) -> int:
        """The last row of the table."""
        return FIRST_ROW + len(self.entries) - 1

    def source(self, entry: Entry, column: int) -> Cell:
        """Return the cell of the Explore sheet that has a quantity."""
        return Cell(self.explore_name, self.explore.rows[entry.key], column)

    @property
    def explore_name(self) -> str:
        """The title of that sheet."""
        return self.explore.layout.sheet

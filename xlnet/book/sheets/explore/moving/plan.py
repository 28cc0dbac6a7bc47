"""Which charts move beside the picture of the Explore sheet, and where they and their tables stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlnet.book.model import Model
from xlnet.book.sheets.dashboard.through_time import states
from xlnet.book.sheets.explore.moving import codes, embeddings
from xlnet.book.sheets.explore.moving.by_step import BySteps
from xlnet.book.sheets.explore.moving.codes import Codes
from xlnet.book.sheets.explore.moving.embeddings import Embedding
from xlnet.book.sheets.explore.plan import PICTURE_ROW, ExplorePlan
from xlnet.book.sheets.explore.spans import last_column

# The cells that each chart covers, and the gap below it.
CHART_SIZE = (8, 18)
_GAP = 1


@dataclass(frozen=True)
class Moving:
    """The charts of a network, one below another, and to their right the tables that they show."""

    model: Model

    @cached_property
    def column(self) -> int:
        """The first column of the charts."""
        return last_column(self.model.once(ExplorePlan)) + 2

    @property
    def _tables(self) -> int:
        return self.column + CHART_SIZE[0] + 1

    @cached_property
    def by_steps(self) -> BySteps | None:
        """The gradients by step; None where no layer hands any back through steps."""
        found = self.model.once(states)
        return BySteps(self.model, tuple(found), self._tables) if found else None

    @cached_property
    def embedding(self) -> Embedding | None:
        """The plane of an embedding; None where there is none of two numbers."""
        before = self.by_steps
        column = before.last_column + 2 if before else self._tables
        return Embedding(self.model, column) if embeddings.has_plane(self.model.spec) else None

    @cached_property
    def codes(self) -> Codes | None:
        """The plane of codes; None where no layer makes any, or there is no room for them."""
        before = self.embedding or self.by_steps
        column = before.last_column + 2 if before else self._tables
        number = codes.layer_of(self.model.spec)
        found = None if number is None else Codes(self.model, number, column)
        return found if found and found.fits else None

    @property
    def count(self) -> int:
        """The number of charts."""
        return sum(each is not None for each in (self.by_steps, self.embedding, self.codes))

    def row(self, number: int) -> int:
        """Return the first row of a chart, from 0."""
        return PICTURE_ROW + number * (CHART_SIZE[1] + _GAP)

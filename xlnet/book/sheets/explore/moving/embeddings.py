"""An embedding of two numbers as points in a plane: each entry where it has started from, and where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from xlnet import keys
from xlnet.book import style
from xlnet.book.choices import ITERATION
from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.sheets.explore import NAME
from xlnet.book.shown import Shown, at_iteration
from xlnet.graph.references import InCell
from xlnet.model.layers import KINDS
from xlnet.spec import Spec

SIZE = 2
# A chart holds 255 series, and a name is beside each point.
MOST_ENTRIES = 60
_FIRST_ROW = 2


def has_plane(spec: Spec) -> bool:
    """Return whether the first layer looks its inputs up in a table of points."""
    layer = spec.layers[0]
    is_table = KINDS[layer.type].tokens is not None
    return is_table and layer.gives[-1] == SIZE and layer.numbers["entries"] <= MOST_ENTRIES


@dataclass(frozen=True)
class Embedding:
    """The table: two rows an entry, its point in the first and in the chosen iteration; beside it that in the last."""

    model: Model
    first_column: int

    @property
    def entries(self) -> range:
        """The entries, from 1."""
        return range(1, self.model.spec.layers[0].numbers["entries"] + 1)

    @property
    def last_column(self) -> int:
        """The last column."""
        return self.end_column + SIZE - 1

    @property
    def point_column(self) -> int:
        """The first column of the points; before it stands what an entry is called."""
        return self.first_column + 1

    @property
    def end_column(self) -> int:
        """The first column of the points in the last iteration: for these, too, the axes leave room from the start."""
        return self.point_column + SIZE

    def rows(self, entry: int) -> tuple[int, int]:
        """Return the rows of an entry: of its start, and of where it is."""
        first = _FIRST_ROW + 2 * (entry - 1)
        return first, first + 1

    def key(self, entry: int, axis: int) -> str:
        """Return the key of a coordinate, from 1."""
        return keys.of_layer("w", 1, entry, axis)

    def name(self, entry: int) -> str:
        """Return what an entry is called: by the only input that it is used in, if there is one with a name."""
        names, users = self.model.spec.data.x_names, self._users[entry - 1]
        return f"{names[users[0]]} {entry - 1}" if names and len(users) == 1 else str(entry - 1)

    def user(self, entry: int) -> int:
        """Return the number of the only input that uses an entry, from 0; 0 where several do, or none."""
        users = self._users[entry - 1]
        return users[0] if len(users) == 1 else 0

    @cached_property
    def _users(self) -> list[list[int]]:
        """The inputs that use each entry."""
        columns = [{int(token) for token in column} for column in zip(*self.model.spec.data.x, strict=True)]
        return [[index for index, used in enumerate(columns) if entry - 1 in used] for entry in self.entries]


def lives(embedding: Embedding) -> Iterator[Live]:
    """Yield the formulas."""
    layout = embedding.model.layout
    for entry in embedding.entries:
        start, now = embedding.rows(entry)
        for axis in range(1, SIZE + 1):
            key, column = embedding.key(entry, axis), embedding.point_column + axis - 1
            first, last = layout.cell(key, 1), layout.cell(key, layout.iterations)
            end = embedding.end_column + axis - 1
            yield Live(f"{key} at the start", NAME, column, [start], InCell(first), style.TEXT, shown=first)
            chosen = at_iteration(layout, key, InCell(ITERATION.cell))
            shown = Shown(key, ITERATION)
            yield Live(f"{key} in the plane", NAME, column, [now], chosen, style.TEXT, shown=shown)
            yield Live(f"{key} at the end", NAME, end, [now], InCell(last), style.TEXT, shown=last)

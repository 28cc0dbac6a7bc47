"""The tables behind the Start sheet: what their columns are called, and where their cells stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlnet.book.sheets.start import NAME
from xlnet.cell import Area, Cell

FIRST_DATA_ROW = 3


@dataclass(frozen=True)
class Table:
    """Numbers behind the page: its columns by name, from `first` on, and how many rows it has."""

    first: int
    names: Sequence[str]
    count: int

    def column(self, name: str) -> int:
        """Return the column of a name."""
        return self.first + self.names.index(name)

    @property
    def end(self) -> int:
        """The first column of the next table, behind a gap."""
        return self.first + len(self.names) + 1

    @property
    def rows(self) -> range:
        """The rows."""
        return range(FIRST_DATA_ROW, FIRST_DATA_ROW + self.count)

    def cell(self, name: str, number: int) -> Cell:
        """Return the cell of a row, from 1."""
        return Cell(NAME, FIRST_DATA_ROW + number - 1, self.column(name))

    def area(self, name: str, count: int | None = None) -> Area:
        """Return the cells of a column, or so many of them from the first."""
        return Area.between(self.cell(name, 1), self.cell(name, self.count if count is None else count))


# The six looks of an edge: sign and size.
CLASSES = (1, 2, 3, -1, -2, -3)
PARAMETERS = ("symbol", "value", "text", "gradient", "next", "part", "layer", "to", "source")
UNITS = ("x", "y", "text x", "text y", "symbol", "value", "text", "shown", "delta symbol", "delta", "target")
EDGES = (
    *("weight", "class", "lit", "layer", "source", "to", "x1", "y1", "x2", "y2"),
    *(f"{axis} {name}" for name in (*CLASSES, "lit") for axis in "xy"),
)
LABELS = ("x", "y", "text")
# The numbers of the sentences on a weight, each with its text.
NUMBERS = (
    *("chosen", "layer", "to", "source", "weight", "gradient", "after", "step", "eta", "loss", "loss after"),
    *(
        "promised",
        "promised rise",
        "fell",
        "rise",
        "delta",
        "source value",
        "share",
        "output",
        "target",
        "error",
        "largest",
    ),
)

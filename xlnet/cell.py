"""Where a cell, or a block of cells, stands in a workbook. Rows and columns count from 1."""

from __future__ import annotations

from typing import NamedTuple


class Cell(NamedTuple):
    """A cell."""

    sheet: str
    row: int
    column: int

    def down(self, rows: int) -> Cell:
        """Return the cell so many rows below."""
        return self._replace(row=self.row + rows)


class Area(NamedTuple):
    """A block of cells, from its first row and column to its last."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def between(cls, first: Cell, last: Cell) -> Area:
        """Return the block whose opposite corners are these cells."""
        return cls(first.sheet, first.row, first.column, last.row, last.column)

    @property
    def first(self) -> Cell:
        """The cell at the top left."""
        return Cell(self.sheet, self.top, self.left)

    @property
    def last(self) -> Cell:
        """The cell at the bottom right."""
        return Cell(self.sheet, self.bottom, self.right)

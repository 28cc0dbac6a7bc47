"""Reads the table of sheet Training: which cells hold a formula, and whether it is the one xlnet writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlnet.checking.quantities import Input, Position
from xlnet.engines.workers.handover import BLANK, BOOLEAN
from xlnet.excel import at_row
from xlnet.graph.node import Graph
from xlnet.layout import FIRST_ROW, TRAINING
from xlnet.xlsx.table import TableColumn


def formula_of(cell: Any) -> str | None:
    """Return a cell's formula, None where it holds none."""
    if cell.data_type != "f":
        return None
    return str(getattr(cell.value, "text", cell.value))


def number_of(cell: Any, otherwise: float) -> float:
    """Return the number typed into a cell, `otherwise` where it holds none."""
    value = None if cell is None else cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return float(value)


def odd_kind(position: Position, cell: Any) -> dict[Position, int]:
    """Return what a cell holds that is blank or a boolean, by its position; nothing for any other."""
    value = None if cell is None else cell.value
    if value is None:
        return {position: BLANK}
    return {position: BOOLEAN} if isinstance(value, bool) else {}


def is_filled(cells: Any, columns: int) -> bool:
    """Return whether a row below the table continues it: every cell is a formula."""
    return len(cells) >= columns and all(formula_of(cell) for cell in cells[:columns])


class Table:
    """Collects, row by row, which cells of the table hold a formula and whether it is the one xlnet writes."""

    def __init__(self, graph: Graph, columns: Sequence[TableColumn]) -> None:
        self.is_formula: list[list[bool]] = []
        self.is_altered: list[list[bool]] = []
        self.inputs: dict[Position, Input] = {}
        self.odd_cells: dict[Position, int] = {}
        self._graph = graph
        self._first = [column.first_formula for column in columns]
        self._later = [column.formula for column in columns]

    def add(self, cells: Any) -> None:
        """Add the next row, cells as openpyxl reads them."""
        row = FIRST_ROW + len(self.is_formula)
        is_first = row == FIRST_ROW
        written = self._first if is_first else self._later
        found = [formula_of(cell) for cell in cells]
        found += [None] * (len(written) - len(found))
        for column in range(len(written)):
            cell = cells[column] if column < len(cells) else None
            if found[column] is None:
                self.odd_cells |= odd_kind(Position(TRAINING, row, column + 1), cell)
        self.is_formula.append([text is not None for text in found])
        self.is_altered.append(
            [
                text is not None and (own is None or _plain(text) != _plain(at_row(own, row)))
                for text, own in zip(found, written, strict=True)
            ]
        )
        if is_first:
            for column, node in enumerate(self._graph.nodes):
                if node.group == "parameters" and isinstance(node.first, float):
                    cell = cells[column] if column < len(cells) else None
                    position = Position(TRAINING, row, column + 1)
                    self.inputs[position] = Input(node.key, node.group, number_of(cell, node.first))

    def add_as_written(self, count: int) -> None:
        """Add rows of which is known that they are what xlnet writes."""
        self.is_formula += [[text is not None for text in self._later]] * count
        self.is_altered += [[False] * len(self._later)] * count

    def add_missing(self, rows: int) -> None:
        """Add the rows that the sheet should have and has not."""
        while len(self.is_formula) < rows:
            self.add(())


def _plain(text: str) -> str:
    """Return a formula without what programs write each in their own way: spaces and letter case."""
    return text.replace(" ", "").upper()

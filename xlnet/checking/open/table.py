"""Reads the table of the Training sheet: which cells hold a formula, and whether it is the one xlnet writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from openpyxl.worksheet.formula import ArrayFormula

from xlnet.checking.open.formula_text import says_the_same, shape
from xlnet.checking.open.opened import Rewritten, Said
from xlnet.checking.open.quantities import Input, Position
from xlnet.engines.workers.handover import BLANK, BOOLEAN
from xlnet.graph.node import Graph
from xlnet.render.excel import at_row
from xlnet.render.layout import FIRST_ROW, TRAINING
from xlnet.xlsx.table import TableColumn


class Altered(NamedTuple):
    """A cell whose formula does not say what xlnet wrote there."""

    position: Position
    key: str
    own: Said
    found: Said


def formula_of(cell: Any) -> Said | None:
    """Return a cell's formula, None where it holds none."""
    if cell is None or cell.data_type != "f":
        return None
    return Said(str(getattr(cell.value, "text", cell.value)), isinstance(cell.value, ArrayFormula))


def altered(position: Position, key: str, own: Said, cell: Any) -> list[Altered]:
    """Return the cell of a quantity where it holds another formula than xlnet's own; nothing otherwise."""
    found = formula_of(cell)
    if found is None or (found.is_array == own.is_array and says_the_same(found.text, own.text)):
        return []
    return [Altered(position, key, own, found)]


def rewritten(cells: Iterable[Altered]) -> tuple[Rewritten, ...]:
    """Return the formulas of altered cells: those that are filled down from one are one."""
    alike: dict[tuple[str, str, bool, str, bool], list[Altered]] = {}
    for cell in cells:
        row, (own, found) = cell.position.row, (cell.own, cell.found)
        kind = (cell.position.sheet, shape(own.text, row), own.is_array, shape(found.text, row), found.is_array)
        alike.setdefault(kind, []).append(cell)
    return tuple(
        Rewritten(first.key, first.own, first.found, tuple(cell.position for cell in (first, *others)))
        for first, *others in alike.values()
    )


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
    """Collects, row by row, which cells of the table hold a formula, and those that xlnet did not write so."""

    def __init__(self, graph: Graph, columns: Sequence[TableColumn]) -> None:
        self.is_formula: list[list[bool]] = []
        self.altered: list[Altered] = []
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
        for column, (said, own) in enumerate(zip(found, written, strict=True)):
            # Where a number belongs any formula may stand that gives one.
            if said is not None and own is not None and said != (text := Said(at_row(own, row))):
                position = Position(TRAINING, row, column + 1)
                self.altered += altered(position, self._graph.nodes[column].key, text, cells[column])
        if is_first:
            for column, node in enumerate(self._graph.nodes):
                if node.group == "parameters" and isinstance(node.first, float):
                    cell = cells[column] if column < len(cells) else None
                    position = Position(TRAINING, row, column + 1)
                    self.inputs[position] = Input(node.key, node.group, number_of(cell, node.first))

    def add_as_written(self, count: int) -> None:
        """Add rows of which is known that they are what xlnet writes."""
        self.is_formula += [[text is not None for text in self._later]] * count

    def add_missing(self, rows: int) -> None:
        """Add the rows that the sheet should have and has not."""
        while len(self.is_formula) < rows:
            self.add(())

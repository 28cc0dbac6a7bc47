"""Reads the table of the Training sheet: which cells hold a formula, and whether it is the one xlnet writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from openpyxl.worksheet.formula import ArrayFormula

from xlnet.book.model import Model
from xlnet.cell import Cell
from xlnet.checking.open.formula_text import says_the_same, shape
from xlnet.checking.open.opened import Rewritten, Said
from xlnet.checking.open.quantities import Input
from xlnet.engines.workers.handover import BLANK, BOOLEAN
from xlnet.graph.node import Group
from xlnet.render.excel import at_row


class Altered(NamedTuple):
    """A cell whose formula does not say what xlnet wrote there."""

    position: Cell
    key: str
    own: Said
    found: Said


def formula_of(cell: Any) -> Said | None:
    """Return a cell's formula, None where it holds none."""
    if cell is None or cell.data_type != "f":
        return None
    return Said(str(getattr(cell.value, "text", cell.value)), isinstance(cell.value, ArrayFormula))


def altered(position: Cell, key: str, own: Said, cell: Any) -> list[Altered]:
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


def odd_kind(position: Cell, cell: Any) -> dict[Cell, int]:
    """Return what a cell holds that is blank or a boolean, by its position; nothing for any other."""
    value = None if cell is None else cell.value
    if value is None:
        return {position: BLANK}
    return {position: BOOLEAN} if isinstance(value, bool) else {}


class TrainingTable:
    """Collects, iteration by iteration, which cells of the table hold a formula, and those that xlnet did not write so.

    An iteration is given as its rows, cells as openpyxl reads them.
    """

    def __init__(self, model: Model) -> None:
        self.is_formula: list[list[bool]] = []
        self.altered: list[Altered] = []
        self.inputs: dict[Cell, Input] = {}
        self.odd_cells: dict[Cell, int] = {}
        self._nodes, self._layout = model.graph.nodes, model.layout
        self._first = [column.first_formula for column in model.columns]
        self._later = [column.formula for column in model.columns]
        self._spots = [(column.offset, column.column - 1) for column in model.columns]

    @property
    def iterations(self) -> int:
        """The number of iterations so far."""
        return len(self.is_formula)

    def is_continued(self, rows: Sequence[Any]) -> bool:
        """Return whether rows below the table continue it: every cell is a formula."""
        return all(formula_of(self._at(rows, spot)) for spot in self._spots)

    def add(self, rows: Sequence[Any]) -> None:
        """Add the next iteration."""
        layout, number = self._layout, len(self.is_formula) + 1
        row = layout.row(number)
        written = self._first if number == 1 else self._later
        cells = [self._at(rows, spot) for spot in self._spots]
        found = [formula_of(cell) for cell in cells]
        self.is_formula.append([said is not None for said in found])
        for node, cell, said, own in zip(self._nodes, cells, found, written, strict=True):
            if said is None:
                self.odd_cells |= odd_kind(layout.cell(node.key, number), cell)
            # Where a number belongs any formula may stand that gives one.
            elif own is not None and said != (text := Said(at_row(own, row, layout.stride))):
                self.altered += altered(layout.cell(node.key, number), node.key, text, cell)
            if number == 1 and node.group == Group.PARAMETERS and isinstance(node.first, float):
                self.inputs[layout.cell(node.key)] = Input(node.key, node.group, number_of(cell, node.first))

    def add_as_written(self, count: int) -> None:
        """Add iterations of which is known that they are what xlnet writes."""
        self.is_formula += [[text is not None for text in self._later]] * count

    def _at(self, rows: Sequence[Any], spot: tuple[int, int]) -> Any:
        offset, column = spot
        return rows[offset][column] if offset < len(rows) and column < len(rows[offset]) else None

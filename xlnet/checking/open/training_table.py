"""Reads the table of the Training sheet: which cells hold a formula, and whether it is the one xlnet writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from xlnet.book.model import Model
from xlnet.cell import Cell
from xlnet.checking.open.formula_text import says_the_same, shape
from xlnet.checking.open.held import NOTHING, Held, Said, number_of, odd_kind
from xlnet.checking.open.opened import Rewritten
from xlnet.checking.open.quantities import Input
from xlnet.graph.node import Group
from xlnet.render.excel import at_row


class Altered(NamedTuple):
    """A cell whose formula does not say what xlnet wrote there."""

    position: Cell
    key: str
    own: Said
    found: Said


def altered(position: Cell, key: str, own: Said, found: Said | None) -> list[Altered]:
    """Return the cell of a quantity where it holds another formula than xlnet's own; nothing otherwise."""
    if found is None or found == own or (found.is_array == own.is_array and says_the_same(found.text, own.text)):
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


class TrainingTable:
    """Collects, row by row, what a sheet holds above its table, which cells of the table hold a formula, and which of
    these xlnet did not write so.

    A person may have filled the table further down: it goes on as long as every cell of an iteration is a formula.
    """

    def __init__(self, model: Model) -> None:
        self.fixed: dict[Cell, Held] = {}
        self.is_formula: list[list[bool]] = []
        self.altered: list[Altered] = []
        self.inputs: dict[Cell, Input] = {}
        self.odd_cells: dict[Cell, int] = {}
        self._nodes, self._layout = model.graph.nodes, model.layout
        self._first = [column.first_formula for column in model.columns]
        self._later = [column.formula for column in model.columns]
        self._spots = [(column.offset, column.column) for column in model.columns]
        # The rows of the iteration that is being read.
        self._rows: dict[int, Mapping[int, Held]] = {}
        self._has_ended = False

    def take(self, row: int, cells: Mapping[int, Held]) -> None:
        """Take what the cells of a row hold, by column."""
        layout = self._layout
        if row < layout.first_row:
            self.fixed |= {Cell(layout.sheet, row, column): held for column, held in cells.items()}
            return
        if self._has_ended:
            return
        iteration, offset = divmod(row - layout.first_row, layout.stride)
        self._go_to(iteration)
        self._rows[offset] = cells

    def take_as_written(self, iterations: int) -> None:
        """Take so many iterations that are what xlnet writes."""
        if self._rows:
            self._add()
        self.is_formula += [[text is not None for text in self._later]] * iterations

    def finish(self) -> None:
        """End the table: iterations that are not there hold nothing."""
        if self._rows:
            self._add()
        self._go_to(self._layout.iterations)

    def _go_to(self, iteration: int) -> None:
        """Add the iterations before one, by its number from 0: what has been read, and what was left out."""
        while len(self.is_formula) < iteration and not self._has_ended:
            self._add()

    def _add(self) -> None:
        """Add the iteration that has been read."""
        layout, number = self._layout, len(self.is_formula) + 1
        held = [self._rows.get(offset, {}).get(column, NOTHING) for offset, column in self._spots]
        self._rows = {}
        self._has_ended |= number > layout.iterations and not all(each.formula for each in held)
        if self._has_ended:
            return
        row = layout.row(number)
        written = self._first if number == 1 else self._later
        self.is_formula.append([each.formula is not None for each in held])
        for node, each, own in zip(self._nodes, held, written, strict=True):
            if each.formula is None:
                self.odd_cells |= odd_kind(layout.cell(node.key, number), each)
            # Where a number belongs any formula may stand that gives one.
            elif own is not None and each.formula != (said := Said(at_row(own, row, layout.stride))):
                self.altered += altered(layout.cell(node.key, number), node.key, said, each.formula)
            if number == 1 and node.group == Group.PARAMETERS and isinstance(node.first, float):
                self.inputs[layout.cell(node.key)] = Input(node.key, node.group, number_of(each, node.first))

"""The cells between a weight and the loss, copied elsewhere with other cells in place of the weight."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl.utils import FORMULAE

from xlnet.audit.formula.parse import FormulaError, parse
from xlnet.audit.formula.printing import printed
from xlnet.audit.formula.tree import Area, Call, Name, Ref, Sign, Tree, bare, cited, mapped, nodes, reference_to
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place
from xlnet.sheet_size import LONGEST_FORMULA

MOST_CELLS = 2_000
# What depends on where it stands, or finds its cells while it is computed.
_NOT_TO_BE_MOVED = frozenset(("ROW", "COLUMN", "OFFSET", "INDIRECT", "CELL", "ADDRESS", "SHEET", "FORMULATEXT"))


class NoProofError(Exception):
    """Why a derivative cannot be shown at work; the message is the end of a sentence."""


@dataclass(frozen=True)
class Line:
    """A row of the copy: of a cell, of a row of an area's copy (by the area's first cell of that row), or of the loss.

    `cells` are the columns from that of the copy on, each with the cell that is copied there, None for a blank.
    """

    place: Place | None
    cells: tuple[Place | None, ...]
    row: int
    is_area: bool = False


class Cone:
    """All cells that depend on `weight` and on which the loss depends, each given a row from `first_row` on.

    Raises NoProofError.
    """

    def __init__(self, workbook: Workbook, weight: Place, loss: str, host: Place, first_row: int) -> None:
        self._workbook, self._citations, self._weight, self._host = workbook, Citations(workbook), weight, host
        if not loss:
            raise NoProofError("no loss is known for this step")
        try:
            self._loss = parse(loss, host, workbook.sheets)
        except FormulaError as error:
            raise NoProofError(f"the loss {loss} cannot be read: {error}") from None
        self._ends: dict[int, tuple[int, int]] = {}
        self._cone = self._cells()
        self._rows: dict[Place, int] = {weight: first_row}
        self._blocks: dict[tuple[Place, Place], int] = {}
        self.lines = [Line(weight, (weight,), first_row)]
        for place in self._in_order():
            self._lay(self._tree(place), place)
            self._rows[place] = self._add(place, (place,))
        target = bare(self._loss)
        if isinstance(target, Ref):
            self.loss_row = self._rows[target.at(host)]
        else:
            self._require_movable(self._loss)
            self._lay(self._loss, host)
            self.loss_row = self._add(None, (None,))
        # Each copy takes as many columns as the widest area in it.
        self.width = max(len(line.cells) for line in self.lines)

    def formula(self, line: Line, cell: Place | None, to: Place, column: int, sheets: Sequence[str]) -> tuple[str, str]:
        """Return a copy's formula in the cell `to`, where this copy begins at `column`; and as the engine takes it.

        Raises NoProofError where it is too long.
        """
        if cell is None:
            tree, host = self._loss, self._host
        elif line.is_area or cell == self._weight:
            tree, host = Ref(0, 0), cell
        else:
            tree, host = self._tree(cell), cell
        new = self._moved(tree, host, to, column)
        texts = ["=" + printed(each, to, sheets) for each in (_as_in_files(new), new)]
        if max(map(len, texts)) > LONGEST_FORMULA:
            raise NoProofError("a formula would be too long")
        return texts[0], texts[1]

    def is_array(self, cell: Place | None) -> bool:
        """Whether a copied formula computes with whole areas, as that of an array formula does."""
        if cell is None:
            return any(isinstance(node, Area) for node in nodes(self._loss))
        areas = self._workbook.markup.arrays.get(cell[0], [])
        return any(row <= cell[1] <= last and column <= cell[2] <= end for row, column, last, end in areas)

    def _cells(self) -> set[Place]:
        starts = self._citations.of_tree(self._loss, self._host)
        above = self._citations.ancestors(starts, cut={self._weight})
        citing: dict[Place, list[Place]] = {}
        for place in above - {self._weight}:
            for each in self._citations.of(place):
                citing.setdefault(each, []).append(place)
        found: set[Place] = set()
        waiting = [self._weight]
        while waiting:
            for place in citing.get(waiting.pop(), ()):
                if place not in found:
                    found.add(place)
                    waiting.append(place)
        if not found and self._weight not in starts:
            raise NoProofError("the loss does not depend on the weight in the workbook")
        if len(found) > MOST_CELLS:
            raise NoProofError(f"over {MOST_CELLS:,} cells lie between the weight and the loss")
        for place in found:
            self._require_movable(self._tree(place))
        return found

    def _in_order(self) -> Iterator[Place]:
        """Yield the cells, each after those that it cites."""
        left = {place: {each for each in self._citations.of(place) if each in self._cone} for place in self._cone}
        citing: dict[Place, list[Place]] = {}
        for place, needed in left.items():
            for each in needed:
                citing.setdefault(each, []).append(place)
        ready = [place for place, needed in left.items() if not needed]
        heapq.heapify(ready)
        done = 0
        while ready:
            place = heapq.heappop(ready)
            done += 1
            yield place
            for each in citing.get(place, ()):
                left[each].discard(place)
                if not left[each]:
                    heapq.heappush(ready, each)
        if done < len(left):
            raise NoProofError("cells between the weight and the loss cite each other in a circle")

    def _tree(self, place: Place) -> Tree:
        return self._citations.tree(place)

    def _require_movable(self, tree: Tree) -> None:
        for node in nodes(tree):
            if isinstance(node, Call) and node.function in _NOT_TO_BE_MOVED:
                raise NoProofError(f"{node.function} on the way to the loss finds its cells by where it stands")
            if isinstance(node, Name):
                raise NoProofError(f"{node.text} on the way to the loss is not the name of a cell")
            if isinstance(node, Sign) and node.sign == "#":
                raise NoProofError("a formula on the way to the loss cites an area that grows by itself")

    def _add(self, place: Place | None, cells: tuple[Place | None, ...], *, is_area: bool = False) -> int:
        row = self.lines[-1].row + 1
        self.lines.append(Line(place, cells, row, is_area))
        if len(self.lines) > MOST_CELLS:
            raise NoProofError(f"over {MOST_CELLS:,} cells would have to be copied")
        return row

    def _lay(self, tree: Tree, host: Place) -> None:
        """Copy each area that a formula cites, where cells of it depend on the weight."""
        for node in cited(tree):
            if not isinstance(node, Area) or (corners := self._clipped(node, host)) in self._blocks:
                continue
            (sheet, row, column), (_, last_row, last_column) = corners
            inside = self._citations.cells(*corners)
            if not any(place in self._rows for place in inside):
                continue
            if (last_row - row + 1) * (last_column - column + 1) > MOST_CELLS:
                raise NoProofError(f"over {MOST_CELLS:,} cells would have to be copied")
            filled = set(inside)
            for each in range(row, last_row + 1):
                places = [(sheet, each, number) for number in range(column, last_column + 1)]
                kept = tuple(place if place in filled else None for place in places)
                number = self._add(places[0], kept, is_area=True)
                self._blocks.setdefault(corners, number)

    def _clipped(self, area: Area, host: Place) -> tuple[Place, Place]:
        """Return the corners of an area; that of whole columns ends where the sheet's cells do."""
        first, (sheet, row, column) = area.at(host)
        used = self._used(sheet)
        return first, (sheet, max(min(row, used[0]), first[1]), max(min(column, used[1]), first[2]))

    def _used(self, sheet: int) -> tuple[int, int]:
        if sheet not in self._ends:
            own = [place for place in (*self._workbook.trees, *self._workbook.stored) if place[0] == sheet]
            self._ends[sheet] = (max((row for _, row, _ in own), default=1), max((c for *_, c in own), default=1))
        return self._ends[sheet]

    def _moved(self, tree: Tree, host: Place, to: Place, column: int) -> Tree:
        def change(node: Tree) -> Tree | None:
            if isinstance(node, Ref):
                target = node.at(host)
                row = self._rows.get(target)
                return reference_to((to[0], row, column), to) if row else reference_to(target, to, node)
            if isinstance(node, Area):
                corners = self._clipped(node, host)
                row = self._blocks.get(corners)
                if row is None:
                    return Area(*(reference_to(end.at(host), to, end) for end in (node.first, node.last)))
                (_, top, left), (_, bottom, right) = corners
                end = (to[0], row + bottom - top, column + right - left)
                return Area(reference_to((to[0], row, column), to), reference_to(end, to))
            return None

        return mapped(tree, change)


def _as_in_files(tree: Tree) -> Tree:
    """Return a formula as files have it: functions that came after the format bear a prefix there."""

    def change(node: Tree) -> Tree | None:
        if isinstance(node, Call) and node.function not in FORMULAE:
            return Call(f"_xlfn.{node.function}", tuple(_as_in_files(each) for each in node.arguments))
        return None

    return mapped(tree, change)

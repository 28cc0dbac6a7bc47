"""Formulas that were filled along a column or a row, and how far apart those are that should be alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from xlnet.audit.formula.tree import Ref, Tree, cited, mapped
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

# How many of a line's formulas must be alike for it to be one.
_LEAST_ALIKE = 0.5
_MOST_PERIODS = 4
# Where formulas side by side are alike, a longer period must explain so many more: almost all.
_ALMOST_ALL = 0.97
# Where all formulas of a column differ from the next ones, that they repeat must be clear.
_CLEARLY_ALIKE = 0.8
# A cell is taken for an anchor if so many formulas of a line cite it.
_FEWEST_CITING = 3
# A formula that stands in so many cells of a sheet was filled, or copied, not written one by one.
_FILLED = 3


@dataclass(frozen=True)
class Line:
    """The formulas of a column (`axis` 1) or row (2): a number by position, the same for the same formula.

    `trees` are the formulas by their numbers. Formulas `period` apart should be alike.
    """

    axis: int
    sheet: int
    across: int
    formulas: Mapping[int, int]
    trees: Mapping[int, Tree]
    period: int

    def place(self, position: int) -> Place:
        """Return the cell at a position."""
        return (self.sheet, position, self.across) if self.axis == 1 else (self.sheet, self.across, position)


class Patterns:
    """Numbers the formulas of a workbook, relative to their cells; what arrays fill has none."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._numbers: dict[Tree, int] = {}
        self._trees: dict[int, Tree] = {}
        self._lines: dict[int, list[Line]] = {}
        known: dict[int, int] = {}
        in_arrays = {
            (sheet, row, column)
            for sheet, areas in workbook.markup.arrays.items()
            for first, left, last, right in areas
            for row in range(first, last + 1)
            for column in range(left, right + 1)
        }
        self.of: dict[Place, int] = {}
        for place, tree in workbook.trees.items():
            if place in in_arrays:
                continue
            number = known.get(id(tree))
            if number is None:
                number = known[id(tree)] = self._number(tree)
            self.of[place] = number
        # What was filled has dollar signs where they are needed.
        self._by_sheet = Counter((place[0], number) for place, number in self.of.items())

    def lines(self, axis: int) -> list[Line]:
        """Return the columns (1) or rows (2) in which formulas repeat."""
        if axis not in self._lines:
            found: dict[tuple[int, int], dict[int, int]] = {}
            for place in sorted(self.of):
                found.setdefault((place[0], place[3 - axis]), {})[place[axis]] = self.of[place]
            lines = []
            for (sheet, across), formulas in found.items():
                anchored = formulas | self._anchored(axis, sheet, across, formulas)
                period = _period(anchored)
                if period is not None:
                    lines.append(Line(axis, sheet, across, anchored, self._trees, period))
            self._lines[axis] = lines
        return self._lines[axis]

    def _number(self, tree: Tree) -> int:
        number = self._numbers.setdefault(tree, len(self._numbers))
        self._trees[number] = tree
        return number

    def _anchored(self, axis: int, sheet: int, across: int, formulas: Mapping[int, int]) -> dict[int, int]:
        """Return other numbers for formulas that were written one by one, with an anchor that has no dollar sign."""
        hosts = [
            (sheet, position, across) if axis == 1 else (sheet, across, position)
            for position, number in formulas.items()
            if self._by_sheet[sheet, number] < _FILLED
        ]
        if len(hosts) < _FEWEST_CITING:
            return {}
        citing: Counter[Place] = Counter()
        for host in hosts:
            citing.update({each.at(host) for each in cited(self._workbook.trees[host]) if isinstance(each, Ref)})
        anchors = {place for place, count in citing.items() if count >= _FEWEST_CITING}
        if not anchors:
            return {}
        return {host[axis]: self._number(_fixed(self._workbook.trees[host], host, axis, anchors)) for host in hosts}

    def run(self, place: Place, axis: int) -> int:
        """Return how many cells side by side along an axis have the formula of a cell."""
        number, count = self.of.get(place), 1
        if number is None:
            return 0
        for step in (-1, 1):
            here = stepped(place, axis, step)
            while self.of.get(here) == number:
                count += 1
                here = stepped(here, axis, step)
        return count


def stepped(place: Place, axis: int, by: int) -> Place:
    """Return the cell so many rows (axis 1) or columns (2) further on."""
    return (place[0], place[1] + by, place[2]) if axis == 1 else (place[0], place[1], place[2] + by)


def _fixed(tree: Tree, host: Place, axis: int, anchors: Collection[Place]) -> Tree:
    """Return a formula whose references to anchors have a dollar sign."""

    def change(node: Tree) -> Tree | None:
        if not isinstance(node, Ref) or node.at(host) not in anchors:
            return None
        _, row, column = node.at(host)
        if axis == 1:
            return replace(node, row=row, is_row_absolute=True)
        return replace(node, column=column, is_column_absolute=True)

    return mapped(tree, change)


def _period(formulas: Mapping[int, int]) -> int | None:
    """Return how far apart formulas are alike; None where too few are."""
    last: dict[int, int] = {}
    gaps: Counter[int] = Counter()
    for position, number in formulas.items():
        if number in last:
            gaps[position - last[number]] += 1
        last[number] = position
    is_dense = 2 * sum(position + 1 in formulas for position in formulas) >= len(formulas)
    best, best_score = None, 0.0
    for gap in sorted(gap for gap, _ in gaps.most_common(_MOST_PERIODS)):
        alike = sum(formulas.get(position + gap) == number for position, number in formulas.items())
        # The last period has none to be compared with.
        possible = sum(position + gap in formulas for position in formulas)
        score = alike / possible if alike >= 2 else 0.0
        is_side_by_side = best == 1 and best_score >= _LEAST_ALIKE
        if score > best_score and (score >= _ALMOST_ALL or not is_side_by_side):
            best, best_score = gap, score
    least = _CLEARLY_ALIKE if is_dense and best != 1 else _LEAST_ALIKE
    return best if best_score >= least else None

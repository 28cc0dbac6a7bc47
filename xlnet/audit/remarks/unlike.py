"""Cells unlike those above and below, or at their left and right: another formula, or a number typed over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from xlnet.audit.formula.tree import Area, Call, Tree, cited, nodes
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.lines import Line, Patterns
from xlnet.audit.remarks.sameness import meaning, skeleton
from xlnet.engines.live import Place

# So many formulas must agree before one that differs is named, and so many times those that differ.
_LEAST, _TIMES = 3, 2
# A pattern of an epoch comes back so often at the same distance.
_EPOCHS = 3
_FILLING = frozenset(("MMULT", "TRANSPOSE", "MINVERSE", "SEQUENCE", "FILTER", "SORT", "UNIQUE"))
# A diagonal goes on in the next row, not more than so many columns further on.
_DIAGONAL = 3


@dataclass(frozen=True)
class Odd:
    """A cell unlike its neighbours, which all have the formula `expected`; `after` is one of them."""

    place: Place
    after: Place
    expected: Tree
    axis: int


def unlike(workbook: Workbook, patterns: Patterns, cells: Collection[Place]) -> list[Odd]:
    """Return the formulas and typed numbers that both of their neighbours disagree with, neighbours agreeing.

    `cells` are those that matter. The first row of a table has no neighbour above, and is none of them.
    """
    found: dict[Place, Odd] = {}
    for axis in (1, 2):
        for line in patterns.lines(axis):
            for odd in _of_line(workbook, patterns, line):
                is_new = odd.place not in found and (odd.place in cells or odd.after in cells)
                if is_new and not _is_diagonal(workbook, odd):
                    found[odd.place] = odd
    return [found[place] for place in sorted(found)]


def _of_line(workbook: Workbook, patterns: Patterns, line: Line) -> Iterator[Odd]:
    first, last = min(line.formulas), max(line.formulas)
    for phase in range(min(line.period, last - first + 1)):
        positions = range(first + phase, last + 1, line.period)
        counts = Counter(line.formulas[each] for each in positions if each in line.formulas)
        if not counts or max(counts.values()) < _LEAST:
            continue
        usual, count = counts.most_common(1)[0]
        expected = line.trees[usual]
        odd = [
            (position, before)
            for position, before in _between(workbook, line, positions, usual)
            if _differs(workbook, line, position, expected)
        ]
        if count < _TIMES * len(odd):
            continue
        for position, before in odd:
            kind = line.formulas.get(position)
            if _comes_back([each for each, _ in odd if line.formulas.get(each) == kind]):
                continue
            # A row of a table that runs sideways is sound, whatever stands above and below it.
            if count >= _TIMES * patterns.run(line.place(position), 3 - line.axis):
                yield Odd(line.place(position), line.place(before), expected, line.axis)


def has_form(workbook: Workbook, odd: Odd) -> bool:
    """Whether an odd formula differs from what is expected in its references alone."""
    tree = workbook.trees.get(odd.place)
    return tree is not None and skeleton(tree) == skeleton(odd.expected)


def _is_diagonal(workbook: Workbook, odd: Odd) -> bool:
    """Whether a formula is one of a diagonal, such as the weights that are nudged in turn, one in each row."""
    tree = workbook.trees.get(odd.place)
    if tree is None or has_form(workbook, odd):
        return False
    form = skeleton(tree)

    def is_alike(down: int, right: int) -> bool:
        other = workbook.trees.get((odd.place[0], odd.place[1] + down, odd.place[2] + right))
        return other is not None and skeleton(other) == form

    return any(
        is_alike(down, right) and not is_alike(down, 0) and not is_alike(0, right)
        for down in (-1, 1)
        for right in range(-_DIAGONAL, _DIAGONAL + 1)
        if right
    )


def _between(workbook: Workbook, line: Line, positions: range, usual: int) -> Iterator[tuple[int, int]]:
    """Yield the positions of formulas and typed numbers between two usual formulas, with nothing else between them.

    Each with the position of the usual formula before it.
    """
    before: int | None = None
    waiting: list[int] = []
    for position in positions:
        if line.formulas.get(position) == usual:
            if before is not None:
                yield from ((each, before) for each in waiting)
            before, waiting = position, []
        elif position in line.formulas or is_typed(workbook, line.place(position)):
            waiting.append(position)
        else:
            before = None


def _differs(workbook: Workbook, line: Line, position: int, expected: Tree) -> bool:
    place = line.place(position)
    if place in workbook.trees:
        return meaning(workbook.trees[place], place) != meaning(expected, place)
    return is_computable(workbook, expected, place)


def is_typed(workbook: Workbook, place: Place) -> bool:
    """Whether a number was typed into a cell. A 0 may be an empty cell that has a format alone."""
    if place in workbook.frozen or place in workbook.not_read:
        return False
    return workbook.is_typed_number(place) and workbook.stored[place] != 0


def is_computable(workbook: Workbook, tree: Tree, host: Place) -> bool:
    """Whether a formula could stand in `host`: whatever it cites there is a formula or a number.

    What fills an area leaves numbers in the other cells, which nobody typed.
    """
    if any(isinstance(node, Call) and node.function in _FILLING for node in nodes(tree)):
        return False
    for each in cited(tree):
        if isinstance(each, Area):
            continue
        place = each.at(host)
        if place[1] < 1 or place[2] < 1 or place == host:
            return False
        if place not in workbook.trees and not isinstance(workbook.stored.get(place), int | float):
            return False
    return True


def _comes_back(positions: list[int]) -> bool:
    """Whether positions are at one distance from each other, as the first samples of epochs are."""
    gaps = {b - a for a, b in pairwise(positions)}
    return len(positions) >= _EPOCHS and len(gaps) == 1 and min(gaps) > 1

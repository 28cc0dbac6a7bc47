"""Formulas that were filled along a column or a row, and how far apart those are that should be alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlnet.audit.formula.tree import Area, Brackets, Call, Number, Operation, Ref, Sign, Tree, parts, with_parts
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

# How many of a line's formulas must be alike for it to be one.
_LEAST_ALIKE = 0.5
_MOST_PERIODS = 4
# A longer period must explain so many more formulas than a shorter one.
_BETTER = 1.1


@dataclass(frozen=True)
class Line:
    """The formulas of a column (`axis` 1) or row (2): a number by position, the same for the same formula.

    Formulas `period` apart should be alike.
    """

    axis: int
    sheet: int
    across: int
    formulas: Mapping[int, int]
    period: int

    def place(self, position: int) -> Place:
        """Return the cell at a position."""
        return (self.sheet, position, self.across) if self.axis == 1 else (self.sheet, self.across, position)


class Patterns:
    """Numbers the formulas of a workbook, relative to their cells; what arrays fill has none."""

    def __init__(self, workbook: Workbook) -> None:
        numbers: dict[Tree, int] = {}
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
                number = known[id(tree)] = numbers.setdefault(tree, len(numbers))
            self.of[place] = number

    def lines(self, axis: int) -> Iterator[Line]:
        """Yield the columns (1) or rows (2) in which formulas repeat."""
        found: dict[tuple[int, int], dict[int, int]] = {}
        for place in sorted(self.of):
            found.setdefault((place[0], place[3 - axis]), {})[place[axis]] = self.of[place]
        for (sheet, across), formulas in found.items():
            period = _period(formulas)
            if period is not None:
                yield Line(axis, sheet, across, formulas, period)

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


def _period(formulas: Mapping[int, int]) -> int | None:
    """Return how far apart formulas are alike; None where too few are."""
    last: dict[int, int] = {}
    gaps: Counter[int] = Counter()
    for position, number in formulas.items():
        if number in last:
            gaps[position - last[number]] += 1
        last[number] = position
    best, best_score = None, 0.0
    for gap in sorted(gap for gap, _ in gaps.most_common(_MOST_PERIODS)):
        alike = [formulas.get(position + gap) == number for position, number in formulas.items()]
        # The last period has none to be compared with.
        possible = sum(position + gap in formulas for position in formulas)
        score = sum(alike) / max(possible, 1) if sum(alike) >= 2 else 0.0
        if score > best_score * _BETTER:
            best, best_score = gap, score
    return best if best_score >= _LEAST_ALIKE else None


def skeleton(tree: Tree) -> Tree:
    """Return a formula in which all references are the same, without brackets."""
    if isinstance(tree, Brackets) or (isinstance(tree, Sign) and tree.sign in "+@"):
        return skeleton(tree.of)
    if isinstance(tree, Ref):
        return Ref(0, 0)
    if isinstance(tree, Area):
        return Area(Ref(0, 0), Ref(0, 0))
    return with_parts(tree, tuple(skeleton(part) for part in parts(tree))) if parts(tree) else tree


def meaning(tree: Tree, host: Place) -> object:
    """Return something that is equal for formulas that say the same, whatever the order of factors and terms."""
    match tree:
        case Brackets() | Sign("+" | "@", _):
            return meaning(tree.of, host)
        case Ref():
            return tree.at(host)
        case Area():
            return ("area", *tree.at(host))
        case Number():
            return ("number", tree.value)
        case Operation("+" | "-"):
            return ("sum", *sorted(_terms(tree, host, "+"), key=repr))
        case Operation("*"):
            return ("product", *sorted(_factors(tree, host), key=repr))
        case Operation():
            return (tree.operator, meaning(tree.left, host), meaning(tree.right, host))
        case Sign():
            return (tree.sign, meaning(tree.of, host))
        case Call():
            return (tree.function, *(meaning(each, host) for each in tree.arguments))
        case _:
            return tree


def _terms(tree: Tree, host: Place, sign: str) -> list[object]:
    if isinstance(tree, Brackets):
        return _terms(tree.of, host, sign)
    if isinstance(tree, Sign) and tree.sign in "+-":
        return _terms(tree.of, host, _times(sign, tree.sign))
    if isinstance(tree, Operation) and tree.operator in "+-":
        return _terms(tree.left, host, sign) + _terms(tree.right, host, _times(sign, tree.operator))
    return [(sign, meaning(tree, host))]


def _times(sign: str, other: str) -> str:
    return "+" if sign == other else "-"


def _factors(tree: Tree, host: Place) -> list[object]:
    if isinstance(tree, Brackets):
        return _factors(tree.of, host)
    if isinstance(tree, Operation) and tree.operator == "*":
        return _factors(tree.left, host) + _factors(tree.right, host)
    return [meaning(tree, host)]

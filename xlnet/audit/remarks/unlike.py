"""Cells unlike those above and below, or at their left and right: another formula, or a number typed over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from xlnet.audit.findings import Break
from xlnet.audit.formula.tree import Area, Number, Ref, Tree, cited, mapped
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.lines import Line, Patterns, meaning, skeleton, stepped
from xlnet.audit.remarks.ranges import in_words, with_sheet
from xlnet.engines.live import Place

# So many formulas must agree before one that differs is named.
_LEAST = 3
# A pattern of an epoch comes back so often at the same distance.
_EPOCHS = 3


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
                if odd.place not in found and (odd.place in cells or odd.after in cells):
                    found[odd.place] = odd
    return [found[place] for place in sorted(found)]


def _of_line(workbook: Workbook, patterns: Patterns, line: Line) -> Iterator[Odd]:
    first, last = min(line.formulas), max(line.formulas)
    for phase in range(min(line.period, last - first + 1)):
        positions = range(first + phase, last + 1, line.period)
        counts = Counter(line.formulas[each] for each in positions if each in line.formulas)
        if not counts:
            continue
        usual, count = counts.most_common(1)[0]
        usual_at = [each for each in positions if line.formulas.get(each) == usual]
        if count < _LEAST:
            continue
        between = [each for each in positions if usual_at[0] < each < usual_at[-1] and line.formulas.get(each) != usual]
        odd = [each for each in between if _differs(workbook, line, each, usual_at[0])]
        kinds = Counter(line.formulas.get(each) for each in odd)
        after = usual_at[0]
        for position in odd:
            kind = line.formulas.get(position)
            same = [each for each in odd if line.formulas.get(each) == kind]
            if count < 2 * kinds[kind] or _comes_back(same, first, last):
                continue
            # A row of a table that runs sideways is sound, whatever stands above and below it.
            if count < 2 * patterns.run(line.place(position), 3 - line.axis):
                continue
            after = max(each for each in usual_at if each < position)
            yield Odd(line.place(position), line.place(after), workbook.trees[line.place(after)], line.axis)


def _differs(workbook: Workbook, line: Line, position: int, usual: int) -> bool:
    place, expected = line.place(position), workbook.trees[line.place(usual)]
    if place in workbook.trees:
        return position in line.formulas and meaning(workbook.trees[place], place) != meaning(expected, place)
    return workbook.is_typed_number(place) and place not in workbook.frozen and is_computable(workbook, expected, place)


def is_computable(workbook: Workbook, tree: Tree, host: Place) -> bool:
    """Whether a formula could stand in `host`: whatever it cites there is a formula or a number."""
    for each in cited(tree):
        if isinstance(each, Area):
            continue
        place = each.at(host)
        if place[1] < 1 or place[2] < 1 or place == host:
            return False
        if place not in workbook.trees and not isinstance(workbook.stored.get(place), int | float):
            return False
    return True


def _comes_back(positions: list[int], first: int, last: int) -> bool:
    """Whether positions are at one distance all along a line, as the first sample of each epoch is."""
    gaps = {b - a for a, b in zip(positions, positions[1:], strict=False)}
    if len(positions) < _EPOCHS or len(gaps) != 1:
        return False
    gap = gaps.pop()
    return gap > 1 and positions[0] - gap < first and positions[-1] + gap > last


def typed_over(workbook: Workbook, patterns: Patterns, cells: Collection[Place], periods: set[int]) -> list[Odd]:
    """Return the typed numbers in rows that otherwise have the formulas of the row above or below.

    Where a weight starts it is typed, and the formula below it could not stand there: it would cite a header.
    """
    found = []
    for place in sorted(cells):
        if place in workbook.trees or place in workbook.frozen or not workbook.is_typed_number(place):
            continue
        for axis in (1, 2):
            odd = _typed_over(workbook, patterns, place, axis, periods)
            if odd is not None:
                found.append(odd)
                break
    return found


def _typed_over(workbook: Workbook, patterns: Patterns, place: Place, axis: int, periods: set[int]) -> Odd | None:
    for period in sorted(periods):
        for step in (-period, period):
            other = stepped(place, axis, step)
            tree = workbook.trees.get(other)
            if other not in patterns.of or tree is None or not is_computable(workbook, tree, place):
                continue
            beside = [stepped(place, 3 - axis, by) for by in (-1, 1)]
            alike = [
                each in patterns.of and patterns.of[each] == patterns.of.get(stepped(each, axis, step))
                for each in beside
            ]
            if all(alike):
                return Odd(place, other, tree, axis)
    return None


def breaks_of(workbook: Workbook, odds: list[Odd]) -> list[Break]:
    """Return what is to be said of odd cells: the same observation along a line is one."""
    groups: dict[object, list[Odd]] = {}
    for odd in odds:
        sheet, row, column = odd.place
        across = column if odd.axis == 1 else row
        groups.setdefault((sheet, odd.axis, across, workbook.trees.get(odd.place), odd.expected), []).append(odd)
    return [_break(workbook, group) for group in groups.values()]


def _break(workbook: Workbook, group: list[Odd]) -> Break:
    first = group[0]
    places = [odd.place for odd in group]
    cell, sheet = with_sheet(places, workbook.sheets), first.place[0]
    expected = workbook.formula(first.place, first.expected)
    where = "above and below" if first.axis == 1 else "at the left and right"
    named = in_words(places)
    if first.place not in workbook.trees:
        value = workbook.stored[first.place]
        return Break(
            cell,
            "typed",
            expected,
            f"{named} {_hold(places)} a typed number ({value:g}) where the cells beside "
            f"{_it(places)} compute. Like {workbook.show(first.after, sheet)}, {workbook.show(first.place, sheet)} "
            f"should be {expected}.",
        )
    formula = workbook.formula(first.place)
    difference = _difference(workbook, first)
    return Break(
        cell,
        "unlike",
        expected,
        f"{named} {_is(places)} unlike the cells {where}. {workbook.show(first.place, sheet)} is {formula}; "
        f"like {workbook.show(first.after, sheet)} it would be {expected}{difference}.",
    )


def _difference(workbook: Workbook, odd: Odd) -> str:
    """Return which reference stands for which, where it is one alone."""
    tree = workbook.trees[odd.place]
    if skeleton(tree) != skeleton(odd.expected):
        return ""
    pairs = {
        (a.at(odd.place), b.at(odd.place))
        for a, b in zip(cited(tree), cited(odd.expected), strict=True)
        if isinstance(a, Ref) and isinstance(b, Ref) and a.at(odd.place) != b.at(odd.place)
    }
    if len(pairs) != 1:
        return ""
    wrong, right = (workbook.show(each, odd.place[0]) for each in pairs.pop())
    return f" ({wrong} stands for {right})"


def has_same_references(a: Tree, b: Tree) -> bool:
    """Whether two formulas differ in their numbers alone."""

    def forget(node: Tree) -> Tree | None:
        return Number(0, "0") if isinstance(node, Number) else None

    return mapped(a, forget) == mapped(b, forget)


def _hold(places: list[Place]) -> str:
    return "holds" if len(places) == 1 else "hold"


def _it(places: list[Place]) -> str:
    return "it" if len(places) == 1 else "them"


def _is(places: list[Place]) -> str:
    return "is" if len(places) == 1 else "are"

"""Cells unlike their neighbours, in words."""

from __future__ import annotations

from xlnet.audit.findings import Break
from xlnet.audit.formula.tree import Ref, Tree, cited, mapped, reference_to
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.ranges import in_words, with_sheet
from xlnet.audit.remarks.sameness import skeleton
from xlnet.audit.remarks.unlike import Odd
from xlnet.engines.live import Place


def breaks_of(workbook: Workbook, odds: list[Odd]) -> list[Break]:
    """Return what is to be said of odd cells: the same observation is one."""
    groups: dict[object, list[Odd]] = {}
    for odd in odds:
        groups.setdefault((odd.place[0], odd.axis, workbook.trees.get(odd.place), odd.expected), []).append(odd)
    return [_break(workbook, group) for group in groups.values()]


def _break(workbook: Workbook, group: list[Odd]) -> Break:
    first = group[0]
    places = [odd.place for odd in group]
    cell, sheet = with_sheet(places, workbook.sheets), first.place[0]
    expected = workbook.formula(first.place, _as_written(workbook, first))
    where = "above and below" if first.axis == 1 else "at the left and right"
    named = in_words(places)
    if first.place not in workbook.trees:
        values = {workbook.stored[place] for place in places}
        value = f" ({values.pop():.6g})" if len(values) == 1 else ""
        return Break(
            cell,
            "typed",
            expected,
            f"{named} {_hold(places)} a typed number{value} where the cells beside {_it(places)} compute. Like "
            f"{workbook.show(first.after, sheet)}, {workbook.show(first.place, sheet)} should be {expected}.",
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


def _as_written(workbook: Workbook, odd: Odd) -> Tree:
    """Return the expected formula with the dollar signs of the neighbour alone."""
    own = [each for each in cited(workbook.trees.get(odd.after, odd.expected)) if isinstance(each, Ref)]
    fixed = {each.at(odd.after) for each in own if each.is_row_absolute or each.is_column_absolute}

    def change(node: Tree) -> Tree | None:
        if isinstance(node, Ref) and node.at(odd.place) == node.at(odd.after) and node.at(odd.place) not in fixed:
            return reference_to(node.at(odd.place), odd.place)
        return None

    return mapped(odd.expected, change)


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


def _hold(places: list[Place]) -> str:
    return "holds" if len(places) == 1 else "hold"


def _it(places: list[Place]) -> str:
    return "it" if len(places) == 1 else "them"


def _is(places: list[Place]) -> str:
    return "is" if len(places) == 1 else "are"

"""References that are not anchored: filled down, they leave an input for cells without a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from itertools import pairwise

from xlnet.audit.findings import Break
from xlnet.audit.formula.addresses import address
from xlnet.audit.formula.tree import Ref, Tree, cited
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.lines import Patterns
from xlnet.audit.remarks.ranges import anchored, in_words, with_sheet
from xlnet.engines.live import Place


def unanchored(
    workbook: Workbook, patterns: Patterns, cells: Collection[Place], aside: Collection[Place]
) -> tuple[list[Break], set[Place]]:
    """Return what is to be said of other references that move, and the cells that have them.

    Such a reference means a typed number in the first cell of a column, and what is empty or a text in the next ones.
    """
    breaks: dict[tuple[int, Place], list[Place]] = defaultdict(list)
    for axis in (1, 2):
        for line in patterns.lines(axis):
            positions = sorted(line.formulas)
            for first, second in pairwise(positions):
                a, b = line.place(first), line.place(second)
                if line.formulas[first] != line.formulas[second] or second - first != line.period:
                    continue
                if line.formulas.get(first - line.period) == line.formulas[first] or a not in cells or b in aside:
                    continue
                for ref in _left(workbook, line.trees[line.formulas[first]], a, b):
                    moved = [b]
                    position = second + line.period
                    while line.formulas.get(position) == line.formulas[first]:
                        moved.append(line.place(position))
                        position += line.period
                    breaks[a[0], ref.at(a)] += moved
    found = [_unanchored(workbook, target, places) for (_, target), places in breaks.items()]
    return found, {place for places in breaks.values() for place in places}


def _left(workbook: Workbook, tree: Tree, first: Place, second: Place) -> list[Ref]:
    """Return the references that mean a typed number in one cell, and none in the next."""
    return [
        ref
        for ref in cited(tree)
        if isinstance(ref, Ref)
        and workbook.is_typed_number(ref.at(first))
        and ref.at(second) not in workbook.trees
        and ref.at(second) not in workbook.frozen
        and not isinstance(workbook.stored.get(ref.at(second)), int | float)
    ]


def _unanchored(workbook: Workbook, target: Place, places: list[Place]) -> Break:
    sheet = places[0][0]
    shown = workbook.show(target, sheet)
    fixed = shown.replace(address(target), anchored(target))
    return Break(
        with_sheet(places, workbook.sheets),
        "anchor",
        fixed,
        f"{shown} is not anchored: in {in_words(places)} the reference has moved on to cells without a number. "
        f"Write {fixed}, so that it stays when the formula is filled.",
    )

"""Updates of weights: formulas that add something to a weight which depends on that weight itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from xlnet.audit.formula.terms import Term, terms
from xlnet.audit.formula.tree import Call, Operation, Ref, Sign, Tree, bare, cited, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

# Of formulas filled down so many are tried; a step that depends on its weight does so in each row.
_TRIED = 3
_MOST_PASSES = 6


@dataclass(frozen=True)
class Update:
    """The new value of a weight in `cell`: the old one, and the other terms, relative to `cell`.

    `weight` is where the old value was typed or computed, `shown` the cell that the formula cites: it may be a copy.
    """

    cell: Place
    weight: Place
    shown: Place
    rest: tuple[Term, ...]


def find_updates(workbook: Workbook, citations: Citations) -> list[Update]:
    """Return the updates of a workbook, in the order of their cells.

    A formula is one if it is a sum, one of whose terms is nothing but a cell W, and whose other terms depend on W in
    the graph that is cut at all such W, and at the new values. Sums of losses, biases added to products, counters and
    sums of squares, which an optimiser keeps, are none.
    """
    families: dict[tuple[int, Place], list[Update]] = defaultdict(list)
    for update in _candidates(workbook, citations):
        offset = (0, update.shown[1] - update.cell[1], update.shown[2] - update.cell[2])
        families[id(workbook.trees[update.cell]), offset].append(update)
    found = [
        update
        for family in families.values()
        if any(_depends(each, citations, ()) for each in _some(family))
        for update in family
    ]
    for _ in range(_MOST_PASSES):
        cut = {update.weight for update in found} | {update.cell for update in found}
        kept = [update for update in found if _depends(update, citations, cut)]
        if len(kept) == len(found):
            break
        found = kept
    return sorted(_one_a_weight(_one_a_cell(found), citations), key=lambda update: update.cell)


def origin(place: Place, workbook: Workbook, citations: Citations) -> Place:
    """Return the cell that a cell is a copy of, or of a copy of; the cell itself where it is none."""
    seen = {place}
    while place in workbook.trees:
        tree = bare(citations.tree(place))
        if not isinstance(tree, Ref) or tree.at(place) in seen:
            break
        place = tree.at(place)
        seen.add(place)
    return place


def _candidates(workbook: Workbook, citations: Citations) -> list[Update]:
    found = []
    may_be: dict[int, bool] = {}
    for place, tree in workbook.trees.items():
        if id(tree) not in may_be:
            may_be[id(tree)] = _is_sum(tree)
        if not may_be[id(tree)]:
            continue
        every = terms(citations.tree(place))
        for number, (sign, term) in enumerate(every):
            weight = bare(term)
            rest = (*every[:number], *every[number + 1 :])
            if sign > 0 and isinstance(weight, Ref) and any(cited(each.of) for each in rest):
                shown = weight.at(place)
                found.append(Update(place, origin(shown, workbook, citations), shown, rest))
    return found


def _is_sum(tree: Tree) -> bool:
    return any(
        (isinstance(node, Operation) and node.operator in "+-")
        or (isinstance(node, Sign) and node.sign == "-")
        or (isinstance(node, Call) and node.function == "SUM")
        for node in nodes(tree)
    )


def _some(family: list[Update]) -> Iterable[Update]:
    last = len(family) - 1
    return [family[number] for number in sorted({0, min(1, last), last // 2})]


def _depends(update: Update, citations: Citations, cut: Collection[Place]) -> bool:
    """Return whether the other terms depend on the weight; from what is in `cut` the search goes no further."""
    weight, levels = update.weight, citations.levels
    if update.cell not in levels:
        # It waits for a circle.
        return False
    # Whatever depends on the weight is computed after it.
    lowest = levels.get(weight, 0)
    found: set[Place] = set()
    waiting = [place for term in update.rest for place in citations.of_tree(term.of, update.cell)]
    while waiting:
        place = waiting.pop()
        if place == weight:
            return True
        if place not in found and levels.get(place, 0) > lowest:
            found.add(place)
            if place not in cut:
                waiting += citations.of(place)
    return False


def _one_a_cell(updates: list[Update]) -> list[Update]:
    """Keep one update a cell: that whose weight is itself computed by an update, or typed."""
    cells = {update.cell for update in updates}
    found: dict[Place, Update] = {}
    for update in updates:
        other = found.get(update.cell)
        if other is None or (other.weight not in cells and update.weight in cells):
            found[update.cell] = update
    return list(found.values())


def _one_a_weight(updates: list[Update], citations: Citations) -> list[Update]:
    """Where a weight has several new values, keep those that something is computed from."""
    by_weight: dict[Place, list[Update]] = defaultdict(list)
    for update in updates:
        by_weight[update.weight].append(update)
    kept: list[Update] = []
    has_cited = any(update.cell in citations.citing for update in updates)
    for several in by_weight.values():
        in_use = [update for update in several if update.cell in citations.citing]
        if len(several) == 1:
            kept += several
        elif in_use:
            kept += in_use
        elif not has_cited:
            kept.append(several[0])
    return kept

"""Updates of weights: formulas that add something to a weight which depends on that weight itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from xlnet.audit.finding.samples import is_deviation, is_total
from xlnet.audit.formula.terms import Term, product, terms
from xlnet.audit.formula.tree import Call, Number, Operation, Ref, Sign, Tree, bare, cited, moved, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

# Of formulas filled down so many are tried; a step that depends on its weight does so in each row.
_TRIED = 3
_MOST_PASSES = 6
_LONGEST_BRIDGE = 2
# A learning rate may be computed from others, but not from weights.
_DEEPEST_RATE = 2


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
    candidates = _candidates(workbook, citations)
    found = [
        update
        for family in map(_without_copied_down, _families(candidates, workbook))
        if family and any(_depends(each, citations, ()) for each in _some(family))
        for update in family
    ]
    found = _of_weights(found, workbook, citations)
    # First the old values alone are cut: what is no update must not cut the path of one that is.
    for cuts_new in (False, True):
        found = _kept(found, workbook, citations, cuts_new)
    found += _bridging(candidates, found, workbook)
    return sorted(_one_a_weight(_without_nudges(_one_a_cell(found)), citations), key=lambda update: update.cell)


def _bridging(candidates: list[Update], found: list[Update], workbook: Workbook) -> list[Update]:
    """Return what leads from a weight that has no update to one that is none: its gradient has lost the weight.

    What follows it may have been left out, too, as its weight seemed to be none.
    """
    cells, weights = {update.cell for update in found}, {update.weight for update in found}
    by_weight: dict[Place, list[Update]] = defaultdict(list)
    for update in candidates:
        if update.weight not in weights and update.cell not in cells:
            by_weight[update.weight].append(update)
    starts = weights - cells
    ends = [place for place in by_weight if place in cells or workbook.is_typed_number(place)]
    bridges = [[update] for place in ends for update in by_weight[place]]
    for _ in range(_LONGEST_BRIDGE - 1):
        bridges += [[*each, last] for each in bridges for last in by_weight.get(each[-1].cell, ()) if last not in each]
    return list({update.cell: update for each in bridges if each[-1].cell in starts for update in each}.values())


def _kept(found: list[Update], workbook: Workbook, citations: Citations, cuts_new: bool) -> list[Update]:
    """Return the updates that remain where the graph is cut at all weights, again and again until none is left out."""
    for _ in range(_MOST_PASSES):
        cut = {update.weight for update in found}
        if cuts_new:
            cut |= {update.cell for update in found}
        kept = []
        for family in _families(found, workbook):
            depending = [update for update in family if _depends(update, citations, cut)]
            # One whose gradient was typed over is still an update, where most of its family are.
            kept += family if 2 * len(depending) >= len(family) else _going_on(depending, family)
        if len(kept) == len(found):
            break
        found = kept
    return found


def _going_on(kept: list[Update], family: list[Update]) -> list[Update]:
    """Return updates with those of their formula that follow them, weight after weight, as where a $ is too many.

    Their gradient is that of another step. Left out, they would make a step depend on the weights of that one.
    """
    by_weight: dict[Place, list[Update]] = defaultdict(list)
    for update in family:
        by_weight[update.weight].append(update)
    found = {update.cell: update for update in kept}
    waiting = list(kept)
    while waiting:
        for update in by_weight[waiting.pop().cell]:
            if update.cell not in found:
                found[update.cell] = update
                waiting.append(update)
    return list(found.values())


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
            weight = _decayed(term, place, citations)
            rest = (*every[:number], *every[number + 1 :])
            if sign > 0 and isinstance(weight, Ref) and any(cited(each.of) for each in rest):
                shown = weight.at(place)
                source = origin(shown, workbook, citations)
                if not is_deviation(shown, rest, place, citations) and not is_total(source, citations):
                    found.append(Update(place, source, shown, rest))
    return found


def _decayed(term: Tree, host: Place, citations: Citations) -> Tree:
    """Return W of W or of W·(1 − ηλ), as weights decay, where ηλ does not depend on W; else the term as it is."""
    factors = product(term)
    if len(factors.above) != 2 or factors.below or factors.number != 1:
        return bare(term)
    for weight, share in (factors.above, factors.above[::-1]):
        first = terms(share)[0] if isinstance(share, Operation) else None
        if isinstance(weight, Ref) and first is not None and first.sign > 0 and first.of == Number(1.0, "1"):
            shallow = all(citations.levels.get(each, 0) <= _DEEPEST_RATE for each in citations.of_tree(share, host))
            return weight if shallow else bare(term)
    return bare(term)


def _is_sum(tree: Tree) -> bool:
    return any(
        (isinstance(node, Operation) and node.operator in "+-")
        or (isinstance(node, Sign) and node.sign == "-")
        or (isinstance(node, Call) and node.function == "SUM")
        for node in nodes(tree)
    )


def _without_copied_down(family: list[Update]) -> list[Update]:
    """Leave out what adds to a weight that nobody changes, copied from row to row: h = Σ w x + b with =b above."""
    shown: dict[Place, set[Place]] = defaultdict(set)
    for update in family:
        shown[update.weight].add(update.shown)
    return [update for update in family if len(shown[update.weight]) == 1]


def _of_weights(found: list[Update], workbook: Workbook, citations: Citations) -> list[Update]:
    """Leave out formulas that add to what is computed from weights in every row, as a logarithm of a sum does.

    A weight is typed, computed from no weight, or the cell of an update.
    """
    cells = {update.cell for update in found}
    every = cells | {update.weight for update in found}

    def may_be_weight(place: Place) -> bool:
        if place not in workbook.trees or place in cells:
            return True
        return next(citations.meeting(citations.of(place), every), None) is None

    return [u for family in _families(found, workbook) if any(may_be_weight(u.weight) for u in family) for u in family]


def _families(updates: Iterable[Update], workbook: Workbook) -> list[list[Update]]:
    """Return updates in groups with one formula, filled down or to the right, and one place of the weight in it."""
    found: dict[tuple[int, int, int], list[Update]] = defaultdict(list)
    for update in updates:
        (_, row, column), (_, shown_row, shown_column) = update.cell, update.shown
        found[id(workbook.trees[update.cell]), shown_row - row, shown_column - column].append(update)
    return list(found.values())


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


def _without_nudges(updates: list[Update]) -> list[Update]:
    """Leave out what is added to a weight here and subtracted there, as for a central difference."""
    by_weight: dict[Place, list[Update]] = defaultdict(list)
    for update in updates:
        by_weight[update.weight].append(update)
    kept = []
    for several in by_weight.values():
        steps = {tuple((term.sign, moved(term.of, each.cell, each.weight)) for term in each.rest) for each in several}
        opposite = {tuple((-sign, tree) for sign, tree in step) for step in steps}
        kept += [] if steps & opposite else several
    return kept


def _one_a_weight(updates: list[Update], citations: Citations) -> list[Update]:
    """Of several new values of a weight, keep those that are weights again, or else the only one in no other use."""
    weights = {update.weight for update in updates}
    by_weight: dict[Place, list[Update]] = defaultdict(list)
    for update in updates:
        by_weight[update.weight].append(update)
    kept: list[Update] = []
    for several in by_weight.values():
        going_on = [update for update in several if update.cell in weights]
        at_end = [update for update in several if update.cell not in citations.citing]
        if len(several) == 1 or going_on:
            kept += going_on or several
        elif len(at_end) == 1:
            kept += at_end
    return kept

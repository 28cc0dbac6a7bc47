"""Updates of weights: formulas that add something to a weight which depends on that weight itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from xlnet.audit.finding.candidates import Update, candidates, families_of
from xlnet.audit.formula.tree import Ref, cited, moved
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

_MOST_PASSES = 6
_LONGEST_BRIDGE = 2
# Of a large family most are known by these.
_MOST_LOOKED_AT = 32


def find_updates(workbook: Workbook, citations: Citations) -> list[Update]:
    """Return the updates of a workbook, in the order of their cells.

    A formula is one if it is a sum, one of whose terms is nothing but a cell W, and whose other terms depend on W in
    the graph that is cut at all such W, and at the new values. Sums of losses, biases added to products, counters and
    sums of squares, which an optimiser keeps, are none.
    """
    every = candidates(workbook, citations)
    found = [
        update
        for family in map(_without_copied_down, families_of(every, workbook))
        if family and any(_depends(each, citations, ()) for each in _some(family, 3))
        for update in family
    ]
    found = _of_weights(found, workbook, citations)
    # First the old values alone are cut: what is no update must not cut the path of one that is.
    for cuts_new in (False, True):
        found = _kept(found, workbook, citations, cuts_new)
    found += _bridging(every, found, workbook)
    return sorted(
        _one_a_weight(_without_nudges(_one_a_cell(found)), workbook, citations), key=lambda update: update.cell
    )


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
        for family in families_of(found, workbook):
            some = _some(family, _MOST_LOOKED_AT) if len(family) > _MOST_LOOKED_AT else ()
            if some and all(_depends(update, citations, cut) for update in some):
                kept += family
                continue
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


def _without_copied_down(family: list[Update]) -> list[Update]:
    """Leave out what adds to a weight that nobody changes, copied from row to row: h = Σ w x + b with =b above."""
    shown: dict[Place, set[Place]] = defaultdict(set)
    for update in family:
        shown[update.weight].add(update.shown)
    return [update for update in family if len(shown[update.weight]) == 1]


def _of_weights(found: list[Update], workbook: Workbook, citations: Citations) -> list[Update]:
    """Leave out formulas that add to what is computed from weights in every row, as a logarithm of a sum does.

    A weight is typed, computed from no weight, or the cell of an update of one. So the sums of a residual network, each
    of which adds to the one before, are none: what the first of them adds to is computed from weights.
    """
    cells = {update.cell for update in found}
    every = cells | {update.weight for update in found}
    by_weight: dict[Place, list[Update]] = defaultdict(list)
    for update in found:
        by_weight[update.weight].append(update)

    def begins(place: Place) -> bool:
        if place not in workbook.trees:
            return True
        return place not in cells and next(citations.meeting(citations.of(place), every), None) is None

    grounded = {place for place in by_weight if begins(place)}
    waiting = list(grounded)
    while waiting:
        following = {update.cell for update in by_weight.get(waiting.pop(), ())} - grounded
        grounded |= following
        waiting += following
    return [u for family in families_of(found, workbook) if any(u.weight in grounded for u in family) for u in family]


def _some(family: list[Update], count: int) -> list[Update]:
    """Return so many of a family, the first two among them, all over it."""
    last = len(family) - 1
    numbers = {min(1, last), *(last * each // (count - 1) for each in range(count - 1))}
    return [family[number] for number in sorted(numbers)]


def _depends(update: Update, citations: Citations, cut: Collection[Place]) -> bool:
    """Return whether the other terms depend on the weight; from what is in `cut` the search goes no further."""
    weight, levels = update.weight, citations.levels
    if update.cell not in levels:
        # It waits for a circle.
        return False
    # Whatever depends on the weight is computed after it.
    lowest = levels.get(weight, 0)
    if all(levels.get(each, 0) <= lowest for each in citations.of(update.cell)) and not _is_cited_again(update):
        return False
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


def _is_cited_again(update: Update) -> bool:
    """Whether the other terms cite the weight itself."""
    for reference in (each for term in update.rest for each in cited(term.of)):
        if isinstance(reference, Ref):
            first = last = reference.at(update.cell)
        else:
            first, last = reference.at(update.cell)
        if all(first[axis] <= update.weight[axis] <= last[axis] for axis in range(3)):
            return True
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


def _one_a_weight(updates: list[Update], workbook: Workbook, citations: Citations) -> list[Update]:
    """Of several new values of a weight, keep those that are weights again, or else the only one in no other use.

    A formula that is mostly beside one that goes on is no update in the last step either, where nothing goes on: a
    hidden value h₂ = b + w h₁, which depends on the bias by way of h₁, is none.
    """
    weights = {update.weight for update in updates}
    going_on = {update.weight for update in updates if update.cell in weights}
    beside = {update.cell for update in updates if update.weight in going_on and update.cell not in weights}
    for family in families_of(updates, workbook):
        if 2 * sum(update.cell in beside for update in family) >= len(family):
            beside |= {update.cell for update in family if update.cell not in weights}
    by_weight: dict[Place, list[Update]] = defaultdict(list)
    for update in updates:
        if update.cell not in beside:
            by_weight[update.weight].append(update)
    kept: list[Update] = []
    for weight, several in by_weight.items():
        at_end = [update for update in several if update.cell not in citations.citing]
        if len(several) == 1 or weight in going_on:
            kept += several
        elif len(at_end) == 1:
            kept += at_end
    return kept

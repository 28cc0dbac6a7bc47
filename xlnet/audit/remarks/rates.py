"""Updates that take another cell for the learning rate than the others do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from xlnet.audit.findings import Break
from xlnet.audit.formula.addresses import address
from xlnet.audit.formula.tree import Area, Ref, Tree, cited
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.ranges import anchored, in_words, with_sheet
from xlnet.audit.remarks.sameness import skeleton
from xlnet.engines.live import Place

# A cell is a learning rate if so much of what cites it is updates; a display or a slip may cite it, too.
_FOR_UPDATES = 0.95


@dataclass(frozen=True)
class Strange:
    """An update, or the step it adds, that takes `target` for the learning rate, where others take `rate`."""

    place: Place
    target: Place
    rate: Place
    reference: Ref


def steps_of(citations: Citations, network: Network) -> set[Place]:
    """Return the updates, and the cells that they alone cite but for gradients: what they add to a weight."""
    updates = set(network.weights)
    known = {*network.gradients.values(), *network.weight_cells}
    cited_by_updates = {place for update in updates for place in citations.of(update)} - known
    return updates | {
        place
        for place in cited_by_updates
        if all(each in updates or each not in network.cells for each in citations.citing.get(place, ()))
    }


def rates_of(workbook: Workbook, citations: Citations, network: Network) -> set[Place]:
    """Return the learning rates: those that were found, and typed numbers, if updates alone cite them."""
    updates = set(network.weights)
    typed = {place for update in updates for place in citations.of(update) if workbook.is_typed_number(place)}
    using = updates | {step for step in steps_of(citations, network) if _cites(citations, step, network.rates)}
    # An update that was copied into another column is none, but looks like one.
    trees = {id(tree): tree for each in using if (tree := workbook.trees.get(each)) is not None}
    forms = {skeleton(tree) for tree in trees.values()}

    def is_using(place: Place) -> bool:
        return place in using or skeleton(workbook.trees[place]) in forms

    return {
        place
        for place in {*network.rates, *typed} - network.weight_cells
        if (citing := [each for each in citations.citing.get(place, ()) if each in network.cells])
        and sum(map(is_using, citing)) >= _FOR_UPDATES * len(citing)
    }


def _cites(citations: Citations, place: Place, rates: Collection[Place]) -> bool:
    return any(each in rates for each in citations.of(place))


def strange_rates(
    workbook: Workbook, citations: Citations, network: Network, rates: Collection[Place]
) -> list[Strange]:
    """Return the updates, or steps, whose learning rate is another cell than that of the others."""
    known: dict[int, tuple[Tree, list[Ref | Area]]] = {}
    users: dict[tuple[int, Tree], list[tuple[Place, list[Ref | Area]]]] = defaultdict(list)
    for place in sorted(steps_of(citations, network)):
        tree = workbook.trees.get(place)
        if tree is None:
            continue
        if id(tree) not in known:
            known[id(tree)] = (skeleton(tree), cited(tree))
        form, references = known[id(tree)]
        users[place[0], form].append((place, references))
    return [
        strange
        for group in users.values()
        for slot in range(len(group[0][1]))
        for strange in _strange(group, slot, rates)
    ]


def _strange(group: list[tuple[Place, list[Ref | Area]]], slot: int, rates: Collection[Place]) -> list[Strange]:
    """Return the formulas that have no learning rate, where others alike have one at this place."""
    usual: Counter[Place] = Counter()
    without: list[tuple[Place, Ref]] = []
    for place, references in group:
        ref = references[slot]
        if not isinstance(ref, Ref):
            continue
        if ref.at(place) in rates:
            usual[ref.at(place)] += 1
        elif not any(isinstance(each, Ref) and each.at(place) in rates for each in references):
            without.append((place, ref))
    if not usual:
        return []
    rate = usual.most_common(1)[0][0]
    return [Strange(place, ref.at(place), rate, ref) for place, ref in without]


def rate_breaks(workbook: Workbook, network: Network, found: list[Strange]) -> list[Break]:
    """Return what is to be said of strange learning rates."""
    groups: dict[tuple[int, Place, bool], list[Strange]] = defaultdict(list)
    for each in found:
        groups[each.place[0], each.rate, _drifts(each)].append(each)
    return [_rate_break(workbook, network, group) for group in groups.values()]


def _drifts(strange: Strange) -> bool:
    """Whether the reference was left to move."""
    ref = strange.reference
    if strange.target[2] == strange.rate[2]:
        return not ref.is_row_absolute
    return strange.target[1] == strange.rate[1] and not ref.is_column_absolute


def _rate_break(workbook: Workbook, network: Network, group: list[Strange]) -> Break:
    first = group[0]
    sheet = first.place[0]
    places = [each.place for each in group]
    rate = workbook.show(first.rate, sheet)
    targets = sorted({each.target for each in group})
    named = in_words([each for each in targets if each[0] == targets[0][0]])
    what = _what(workbook, network, targets)
    fixed = rate.replace(address(first.rate), anchored(first.rate))
    sentence = f"{in_words(places)} take {named}{what} for the learning rate, where the others take {rate}."
    if _drifts(first):
        sentence += (
            f" {rate} is not anchored: without dollar signs a reference moves when the formula is filled. "
            f"Write {fixed}."
        )
    return Break(with_sheet(places, workbook.sheets), "rate", f"{fixed} for the learning rate", sentence)


def _what(workbook: Workbook, network: Network, targets: list[Place]) -> str:
    """Return in brackets what cells are, where all are the same."""
    kinds = set()
    for target in targets:
        if target in network.weights or target in network.weight_cells:
            kinds.add("a weight" if len(targets) == 1 else "weights")
        elif target not in workbook.trees and target not in workbook.stored:
            kinds.add("empty")
        elif target in workbook.trees:
            kinds.add("a formula" if len(targets) == 1 else "formulas")
        elif isinstance(workbook.stored.get(target), str):
            kinds.add("a text" if len(targets) == 1 else "texts")
        else:
            kinds.add("another number" if len(targets) == 1 else "other numbers")
    return f" ({' and '.join(sorted(kinds))})" if len(kinds) <= 2 else ""

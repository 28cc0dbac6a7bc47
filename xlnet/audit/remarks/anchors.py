"""References that are not anchored: filled down, they leave the learning rate, or an input, for other cells."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from xlnet.audit.findings import Break
from xlnet.audit.formula.addresses import address
from xlnet.audit.formula.tree import Area, Ref, Tree, cited
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.lines import Patterns, skeleton
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.ranges import in_words, with_sheet
from xlnet.engines.live import Place

# A cell is a learning rate if so much of what cites it is updates; a display or a slip may cite it, too.
_FOR_UPDATES = 0.8


@dataclass(frozen=True)
class Strange:
    """An update, or the step it adds, that takes `target` for the learning rate, where others take `rate`."""

    place: Place
    target: Place
    rate: Place
    reference: Ref


def steps_of(citations: Citations, network: Network) -> set[Place]:
    """Return the updates, and the cells that updates alone cite."""
    updates = set(network.weights)
    return updates | {
        place
        for update in updates
        for place in citations.of(update)
        if place not in updates
        and place not in network.weight_cells
        and all(each in updates or each not in network.cells for each in citations.citing.get(place, ()))
    }


def strange_rates(workbook: Workbook, citations: Citations, network: Network) -> list[Strange]:
    """Return the updates whose learning rate is another cell than that of the others."""
    steps = steps_of(citations, network)
    rates = {place for place in network.rates if _is_rate(workbook, citations, network, steps, place)}
    references: dict[int, tuple[Tree, list[Ref | Area]]] = {}
    users: dict[tuple[int, Tree], list[tuple[Place, list[Ref | Area]]]] = defaultdict(list)
    for place in sorted(steps):
        tree = workbook.trees.get(place)
        if tree is None:
            continue
        known = references.get(id(tree))
        if known is None:
            known = references[id(tree)] = (skeleton(tree), cited(tree))
        users[place[0], known[0]].append((place, known[1]))
    found = []
    for group in users.values():
        for slot in range(len(group[0][1])):
            found += _strange(workbook, citations, group, slot, rates)
    return found


def _strange(
    workbook: Workbook,
    citations: Citations,
    group: list[tuple[Place, list[Ref | Area]]],
    slot: int,
    rates: Collection[Place],
) -> list[Strange]:
    taken = [(place, each[slot]) for place, each in group]
    usual = Counter(ref.at(place) for place, ref in taken if isinstance(ref, Ref) and ref.at(place) in rates)
    if not usual:
        return []
    rate = usual.most_common(1)[0][0]
    return [
        Strange(place, ref.at(place), rate, ref)
        for place, ref in taken
        if isinstance(ref, Ref) and ref.at(place) not in rates
    ]


def _is_rate(workbook: Workbook, citations: Citations, network: Network, steps: set[Place], place: Place) -> bool:
    citing = [each for each in citations.citing.get(place, ()) if each in network.cells]
    return bool(citing) and sum(each in steps for each in citing) >= _FOR_UPDATES * len(citing)


def rate_breaks(workbook: Workbook, citations: Citations, network: Network) -> tuple[list[Break], set[Place]]:
    """Return what is to be said of strange learning rates, and the cells of which it is said."""
    groups: dict[tuple[int, Place, bool], list[Strange]] = defaultdict(list)
    found = strange_rates(workbook, citations, network)
    for each in found:
        groups[each.place[0], each.rate, _drifts(each)].append(each)
    breaks = [_rate_break(workbook, network, group) for group in groups.values()]
    return breaks, {each.place for each in found}


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
    anchored = rate.replace(address(first.rate), _anchored(first.rate))
    sentence = f"{in_words(places)} take {named}{what} for the learning rate, where the others take {rate}."
    if _drifts(first):
        sentence += (
            f" {rate} is not anchored: without dollar signs a reference moves when the formula is filled. "
            f"Write {anchored}."
        )
    return Break(with_sheet(places, workbook.sheets), "rate", f"{anchored} for the learning rate", sentence)


def _anchored(place: Place) -> str:
    text = address(place)
    letters = text.rstrip("0123456789")
    return f"${letters}${text[len(letters) :]}"


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
            for first, second in zip(positions, positions[1:], strict=False):
                a, b = line.place(first), line.place(second)
                if line.formulas[first] != line.formulas[second] or second - first != line.period:
                    continue
                if line.formulas.get(first - line.period) == line.formulas[first] or a not in cells or a in aside:
                    continue
                for ref in _left(workbook, workbook.trees[a], a, b):
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
        and ref.at(first) != ref.at(second)
        and workbook.is_typed_number(ref.at(first))
        and ref.at(second) not in workbook.trees
        and ref.at(second) not in workbook.frozen
        and not isinstance(workbook.stored.get(ref.at(second)), int | float)
    ]


def _unanchored(workbook: Workbook, target: Place, places: list[Place]) -> Break:
    sheet = places[0][0]
    shown = workbook.show(target, sheet)
    anchored = shown.replace(address(target), _anchored(target))
    return Break(
        with_sheet(places, workbook.sheets),
        "anchor",
        anchored,
        f"{shown} is not anchored: in {in_words(places)} the reference has moved on to cells without a number. "
        f"Write {anchored}, so that it stays when the formula is filled.",
    )

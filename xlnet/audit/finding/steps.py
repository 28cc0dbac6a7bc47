"""Which weights are updated together: steps, and the tables that steps one after another make."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from xlnet.audit.finding.gradients import Subject
from xlnet.audit.formula.tree import Ref, Word, bare
from xlnet.audit.reading.citations import Citations
from xlnet.engines.live import Place

_NOTHING = Word("")
Item = TypeVar("Item", bound=Hashable)


class Groups(Generic[Item]):
    """Items that are joined into groups, two at a time."""

    def __init__(self) -> None:
        self._above: dict[Item, Item] = {}

    def of(self, item: Item) -> Item:
        """Return the item that stands for the group."""
        path = []
        while (above := self._above.get(item, item)) != item:
            path.append(item)
            item = above
        for each in path:
            self._above[each] = item
        return item

    def join(self, items: Iterable[Item]) -> None:
        """Make one group of the groups of all items."""
        first: Item | None = None
        for item in items:
            root = self.of(item)
            if first is None:
                first = root
            elif root != first:
                self._above[root] = first


def cone(subject: Subject, citations: Citations, cut: Collection[Place]) -> set[Place]:
    """Return the cells from which a gradient is computed after its weight is known, and the weights among them.

    What the weight itself was computed from, such as the optimiser's state, is left out.
    """
    lowest = citations.levels.get(subject.weight, 0)
    levels = citations.levels
    found: set[Place] = set()
    # Sums of products cite the same cells again and again: each is looked at once, those that are left out, too.
    seen = set(citations.of_tree(subject.tree, subject.host))
    waiting = list(seen)
    while waiting:
        place = waiting.pop()
        following: Collection[Place] = ()
        if place in cut:
            found.add(place)
        elif levels.get(place, 0) > lowest:
            found.add(place)
            following = citations.of(place)
        elif isinstance(source := bare(citations.tree_or_none(place) or _NOTHING), Ref):
            # A copy of a weight may be made before another weight of the step is known.
            following = (source.at(place),)
        for each in following:
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return found


def steps_of(
    subjects: Sequence[Subject], cones: Sequence[Collection[Place]], weights: Collection[Place]
) -> dict[Place, Place]:
    """Return for each weight the one that stands for its step: weights are together if a gradient depends on both."""
    new_from: dict[Place, Place] = {s.update: s.weight for s in subjects if s.update is not None}
    groups: Groups[Place] = Groups()
    for subject, cells in zip(subjects, cones, strict=True):
        together = {place for place in cells if place in weights} | {subject.weight}
        # A new weight that is used early belongs to the next step.
        groups.join(
            sorted(place for place in together if new_from.get(place) not in together or place == subject.weight)
        )
    return {weight: groups.of(weight) for weight in weights}


def stride_of(subjects: Sequence[Subject]) -> tuple[int, int]:
    """Return how many rows and columns a step is from the one before, mostly; (0, 0) where that cannot be seen."""
    by_weight = {subject.weight: subject for subject in subjects}
    moves: Counter[tuple[int, int]] = Counter()
    for subject in subjects:
        following = by_weight.get(subject.update) if subject.update is not None else None
        if following is not None and following.shown[0] == subject.shown[0]:
            (_, row, column), (_, next_row, next_column) = subject.shown, following.shown
            moves[next_row - row, next_column - column] += 1
    return moves.most_common(1)[0][0] if moves else (0, 0)


def tables_of(subjects: Sequence[Subject], steps: Mapping[Place, Place]) -> list[list[Subject]]:
    """Return the subjects in groups: those of a step, and of steps whose weights one becomes from the other."""
    groups: Groups[Place] = Groups()
    for subject in subjects:
        groups.join((steps[subject.weight], subject.weight))
        if subject.update is not None and subject.update in steps:
            groups.join((steps[subject.weight], steps[subject.update]))
    found: dict[Place, list[Subject]] = defaultdict(list)
    for subject in subjects:
        found[groups.of(steps[subject.weight])].append(subject)
    return [sorted(each, key=lambda subject: subject.weight) for each in found.values()]


def chains_of(subjects: Sequence[Subject]) -> list[list[Subject]]:
    """Return the subjects of each weight through all its steps.

    Where an update was typed over a chain breaks: what goes on in the same column, or the same row, is the same weight.
    """
    by_weight = {subject.weight: subject for subject in subjects}
    started = {subject.update for subject in subjects}
    chains: list[list[Subject]] = []
    for subject in subjects:
        if subject.weight in started:
            continue
        chain, seen = [], set[Place]()
        following: Subject | None = subject
        while following is not None and following.weight not in seen:
            chain.append(following)
            seen.add(following.weight)
            following = by_weight.get(following.update) if following.update is not None else None
        chains.append(chain)
    return _joined(chains)


def _joined(chains: list[list[Subject]]) -> list[list[Subject]]:
    """Join chains of which one goes on in the column, or the row, in which the other one ends."""
    for axis in (2, 1):
        other = 3 - axis
        lines: dict[tuple[int, int], list[list[Subject]]] = defaultdict(list)
        alone: list[list[Subject]] = []
        for chain in chains:
            places = {(each.shown[0], each.shown[axis]) for each in chain}
            # A chain of one may lie in a row or in a column.
            (lines[places.pop()] if len(places) == 1 else alone).append(chain)
        longest = max((len(chain) for chain in chains), default=0)
        if longest < 2 or sum(len(chain) > 1 for each in lines.values() for chain in each) == 0:
            continue
        joined = []
        for line in lines.values():
            line.sort(key=lambda chain: chain[0].shown[other])
            follows = all(a[-1].shown[other] < b[0].shown[other] for a, b in pairwise(line))
            joined += [[each for chain in line for each in chain]] if follows else line
        chains = [*joined, *alone]
        break
    return sorted(chains, key=lambda chain: chain[0].shown)

"""Steps that repeat another one's formulas cell for cell: nudging the weights of one of them tells of all.

A derivative is measured by as many evaluations as a step has weights, so that a large network of many steps would take
hours. What is a derivative at points drawn at random in one step is one in each step that has the same formulas.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from xlnet.audit.finding.candidates import Update
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

# So many cells are computed in some seconds.
_MOST_COMPUTED = 20_000_000
# Two sides, two nudges, and the points.
_EVALUATIONS_A_WEIGHT = 20
_FEWEST = 2


@dataclass(frozen=True)
class Repeated:
    """What need not be measured, of a kind: the updates of a step that is, and those of the steps that repeat it.

    `like` is None for steps that are like none that is measured, and for which there is no time.
    """

    like: Sequence[Update] | None
    steps: Sequence[Sequence[Update]]


def without_repeated(
    updates: Sequence[Update], workbook: Workbook, citations: Citations, dependent: Collection[Place]
) -> tuple[list[Update], list[Repeated]]:
    """Return the updates whose gradients are to be measured, and the steps that are left out, in their order.

    `dependent` are the cells computed from weights. All is kept where there is time for all.
    """
    steps = _steps(updates)
    owned = _owned(steps, citations, dependent) if len(steps) > _FEWEST else []
    work = [_EVALUATIONS_A_WEIGHT * len(step) * len(cells) for step, cells in zip(steps, owned, strict=False)]
    if sum(work) <= _MOST_COMPUTED:
        return list(updates), []
    cut = {place for update in updates for place in (update.weight, update.cell)}
    outside = _Outside(citations, dependent, cut)
    kinds: dict[int, list[int]] = {}
    for number in range(len(steps)):
        same = (first for first in kinds if _is_same(steps, owned, first, number, workbook, outside))
        kinds.setdefault(next(same, number), []).append(number)
    # The first of each kind, then from the beginning as many as there is time for.
    kept: set[int] = set()
    for number in (*kinds, *range(len(steps))):
        if len(kept) < _FEWEST or sum(work[each] for each in (*kept, number)) <= _MOST_COMPUTED:
            kept.add(number)
    left_out = [
        Repeated(steps[first] if first in kept else None, [steps[each] for each in members if each not in kept])
        for first, members in kinds.items()
        if not kept.issuperset(members)
    ]
    return [update for number in sorted(kept) for update in steps[number]], left_out


def _steps(updates: Sequence[Update]) -> list[list[Update]]:
    """Return the updates by their number in the chain that each weight is; [] where a weight has several."""
    by_weight = {update.weight: update for update in updates}
    cells = {update.cell for update in updates}
    if len(by_weight) < len(updates) or len(cells) < len(updates):
        return []
    steps: dict[int, list[Update]] = defaultdict(list)
    count = 0
    for start in updates:
        following = start if start.weight not in cells else None
        number = 0
        while following is not None:
            steps[number].append(following)
            number, count = number + 1, count + 1
            following = by_weight.get(following.cell)
    # What is left goes round in a circle.
    return [steps[number] for number in sorted(steps)] if count == len(updates) else []


def _owned(steps: Sequence[Sequence[Update]], citations: Citations, dependent: Collection[Place]) -> list[set[Place]]:
    """Return the cells of each step on the sheets of its weights: those computed from its weights, and no later ones.

    What adds up over all steps belongs to the last one.
    """
    owner = {update.weight: number for number, step in enumerate(steps) for update in step}
    owner |= {update.cell: number + 1 for number, step in enumerate(steps) for update in step}
    levels = citations.levels
    owned: list[set[Place]] = [set() for _ in range(len(steps) + 1)]
    sheets = {place[0] for place in owner}
    for place in sorted((each for each in dependent if each not in owner and each in levels), key=levels.__getitem__):
        latest = max((owner[each] for each in citations.of(place) if each in owner), default=-1)
        if latest >= 0:
            owner[place] = latest
            if place[0] in sheets:
                owned[latest].add(place)
    return owned[: len(steps)]


class _Outside:
    """Tells whether two citations mean the same in two steps: moved by as much, or both of nothing that is learned."""

    def __init__(self, citations: Citations, dependent: Collection[Place], cut: Collection[Place]) -> None:
        self._citations, self._dependent, self._cut = citations, dependent, cut

    def agree(self, first: Place, second: Place, move: Place) -> bool:
        own, other = self._citations.of(first), self._citations.of(second)
        return len(own) == len(other) and all(
            b == _moved(a, move) or not (self._is_learned(a) or self._is_learned(b))
            for a, b in zip(own, other, strict=True)
        )

    def _is_learned(self, place: Place) -> bool:
        return place in self._dependent or place in self._cut


def _is_same(
    steps: Sequence[Sequence[Update]],
    owned: Sequence[Collection[Place]],
    first: int,
    second: int,
    workbook: Workbook,
    outside: _Outside,
) -> bool:
    """Whether a step has the formulas of another one, each as far away from it as its updates are."""
    if len(steps[first]) != len(steps[second]) or len(owned[first]) != len(owned[second]):
        return False
    moves = {
        _between(a, b)
        for one, other in zip(steps[first], steps[second], strict=True)
        for a, b in ((one.weight, other.weight), (one.shown, other.shown), (one.cell, other.cell))
    }
    if len(moves) != 1:
        return False
    move, trees = moves.pop(), workbook.trees
    return all(
        (there := _moved(place, move)) in owned[second]
        and trees[place] is trees.get(there)
        and outside.agree(place, there, move)
        for place in owned[first]
    ) and all(
        trees[one.cell] is trees[other.cell] and outside.agree(one.cell, other.cell, move)
        for one, other in zip(steps[first], steps[second], strict=True)
    )


def _between(first: Place, second: Place) -> Place:
    return (second[0] - first[0], second[1] - first[1], second[2] - first[2])


def _moved(place: Place, by: Place) -> Place:
    return (place[0] + by[0], place[1] + by[1], place[2] + by[2])

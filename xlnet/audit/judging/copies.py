"""Copies of a workbook that compute what is differentiated alone, each for the weights that are nudged in it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xlnet.audit.reading.citations import Citations
from xlnet.engines.live import LiveWorkbook, Place, Value

# A copy of more than this part of the formulas saves no time.
_MOST = 0.5


@dataclass(frozen=True)
class Copy:
    """Formulas in a workbook of their own, and the cells that they are computed from: `given`, with values as built."""

    live: LiveWorkbook
    given: Mapping[Place, Value]

    def take(self, state: Mapping[Place, float], source: LiveWorkbook) -> bool:
        """Take the numbers of a state, and what the workbook computes in it; False where that is no number any more."""
        numbers = {}
        for place, built in self.given.items():
            value = state.get(place)
            if value is None:
                found = source.value(place)
                if not isinstance(found, float):
                    if found != built:
                        return False
                    continue
                value = found
            numbers[place] = value
        self.live.type_numbers(numbers)
        return True


def copy_of(
    live: LiveWorkbook, formulas: Mapping[Place, str | None], computed: Collection[Place], cited: Collection[Place]
) -> Copy:
    """Return a copy of the cells `computed`, and of the values of those `cited`."""
    cells = {place: formulas[place] for place in computed} | dict.fromkeys(set(cited) - set(computed), None)
    part = live.part({place: cells[place] for place in sorted(cells)})
    return Copy(part, {place: live.value(place) for place, formula in cells.items() if formula is None})


def for_late_weights(
    live: LiveWorkbook,
    formulas: Mapping[Place, str | None],
    citations: Citations,
    watched: Mapping[Place, tuple[Place, ...]],
    by_colour: Mapping[int, Collection[Place]],
) -> dict[int, Copy]:
    """Return copies for the colours whose weights move a part of the formulas alone, as those of a last layer do.

    `formulas` are all that are needed, None for cells that hold values. Colours that move about as much share a copy.
    """
    computed = [place for place, formula in formulas.items() if formula is not None]
    cites = {place: watched.get(place) or citations.of(place) for place in computed}
    citing: dict[Place, list[Place]] = defaultdict(list)
    for place, own in cites.items():
        for each in own:
            citing[each].append(place)
    buckets: dict[int, tuple[set[Place], list[int]]] = {}
    for colour, weights in by_colour.items():
        moved = _moved(weights, citing)
        if 0 < len(moved) <= _MOST * len(computed):
            cells, colours = buckets.setdefault(int(math.log2(len(computed) / len(moved))), (set(), []))
            cells |= moved
            colours.append(colour)
    found: dict[int, Copy] = {}
    for cells, colours in buckets.values():
        if len(cells) <= _MOST * len(computed):
            copy = copy_of(live, formulas, cells, {each for place in cells for each in cites[place]})
            found |= dict.fromkeys(colours, copy)
    return found


def _moved(weights: Collection[Place], citing: Mapping[Place, Collection[Place]]) -> set[Place]:
    found: set[Place] = set()
    waiting = list(weights)
    while waiting:
        for place in citing.get(waiting.pop(), ()):
            if place not in found:
                found.add(place)
                waiting.append(place)
    return found

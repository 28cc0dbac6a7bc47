"""The workbook in the engine with all weights typed, so that each can be nudged: derivatives at any point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.formula.positions import resolved
from xlnet.audit.formula.printing import printed
from xlnet.audit.formula.tree import Name, Ref, Tree, bare, moved, nodes
from xlnet.audit.judging.copies import Copy, copy_of, for_late_weights
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import LiveWorkbook, Place

State = Mapping[Place, float]
# Of a weight; smaller ones where the first is too coarse, as at a kink or with large inputs.
NUDGES = (2e-3, 3e-5, 4e-7)
_ROWS_PER_COLUMN = 10_000


@dataclass(frozen=True)
class Derivatives:
    """Derivatives of cells with respect to weights, by (cell, weight): value and bound of the error."""

    values: dict[tuple[Place, Place], float]
    errors: dict[tuple[Place, Place], float]


class Laboratory:
    """A workbook with a scratch sheet, and a copy of it that computes nothing but what is differentiated."""

    def __init__(self, workbook: Workbook, citations: Citations) -> None:
        self._workbook, self._citations, self.live = workbook, citations, workbook.live
        self._scratch = self.live.add_sheet(_free_title(workbook.sheets))
        self._used = 0
        self._watched: dict[Place, tuple[Place, ...]] = {}
        self._whole: Copy | None = None
        self._copies: dict[int, Copy] = {}

    def watch(self, tree: Tree, host: Place) -> Place:
        """Return a cell that has the value of a formula of the cell `host`: a new one, or the cell that it is."""
        reference = bare(tree)
        if isinstance(reference, Ref):
            return reference.at(host)
        place = (self._scratch, self._used % _ROWS_PER_COLUMN + 1, self._used // _ROWS_PER_COLUMN + 1)
        self._used += 1
        text = printed(moved(resolved(tree, host), host, place), place, self.live.sheets)
        self.live.type_formula(place, f"={text}")
        self._watched[place] = self._citations.of_tree(tree, host)
        return place

    def prepare(
        self, wanted: Mapping[Place, Collection[Place]], typed: Collection[Place], colours: Mapping[Place, int]
    ) -> None:
        """Make copies that compute the cells that are `wanted`, where the cells `typed` are typed, and nothing else.

        A workbook is evaluated some hundred times, and most of it is often not the forward pass; and what is not
        computed from a weight stays as it is when that is nudged. Where a formula has a name that is not known, the
        whole workbook is used. `wanted` has the weights of each cell, `colours` which of these are moved together.
        """
        start = [each for place in wanted for each in self._watched.get(place, (place,))]
        needed = self._citations.ancestors(start, typed) | set(wanted)
        used = {id(tree): tree for tree in map(self._workbook.trees.get, needed) if tree is not None}
        if any(isinstance(node, Name) for tree in used.values() for node in nodes(tree)):
            return
        formulas = {place: None if place in typed else self._formula(place) for place in sorted(needed)}
        self._whole = copy_of(self.live, formulas, [p for p, f in formulas.items() if f is not None], formulas)
        by_colour: dict[int, set[Place]] = defaultdict(set)
        for weights in wanted.values():
            for weight in weights:
                by_colour[colours[weight]].add(weight)
        self._copies = for_late_weights(self.live, formulas, self._citations, self._watched, by_colour)

    def _formula(self, place: Place) -> str | None:
        return self._workbook.formula(place) if place in self._workbook.trees else self.live.formula(place)

    def values(self, state: State, places: Sequence[Place]) -> NDArray[np.float64]:
        """Return the values of cells in a state: numbers typed, all else computed."""
        self.live.type_numbers(state)
        self.live.evaluate()
        return np.array(self.live.numbers(places))

    def derivatives(
        self,
        state: State,
        wanted: Mapping[Place, Collection[Place]],
        colours: Mapping[Place, int],
        nudge: float = NUDGES[0],
    ) -> Derivatives:
        """Return the derivatives of each wanted cell with respect to its weights, by central differences.

        All weights of one colour are moved at once, by h and by h/2, and Richardson's extrapolation takes the error of
        order h² away. See Press et al., Numerical Recipes, section 5.7. The workbook must be in this state.
        """
        by_colour: dict[int, list[tuple[Place, Place]]] = {}
        for cell, weights in wanted.items():
            for weight in weights:
                by_colour.setdefault(colours[weight], []).append((cell, weight))
        values: dict[tuple[Place, Place], float] = {}
        errors: dict[tuple[Place, Place], float] = {}
        lives = self._in_state(state, by_colour)
        for colour, pairs in by_colour.items():
            live = lives[colour]
            moved_weights = sorted({weight for _, weight in pairs})
            cells = [cell for cell, _ in pairs]
            base = np.array([state[weight] for weight in moved_weights])
            steps = nudge * np.maximum(np.abs(base), 1.0)
            number = {weight: index for index, weight in enumerate(moved_weights)}
            h = steps[[number[weight] for _, weight in pairs]]
            readings = []
            for share in (1.0, -1.0, 0.5, -0.5):
                live.type_numbers(dict(zip(moved_weights, base + share * steps, strict=True)))
                live.evaluate()
                readings.append(np.array(live.numbers(cells)))
            live.type_numbers(dict(zip(moved_weights, base, strict=True)))
            with np.errstate(all="ignore"):
                coarse, fine = (readings[0] - readings[1]) / (2 * h), (readings[2] - readings[3]) / h
                best = (4 * fine - coarse) / 3
                noise = 1e-15 * np.abs(readings[0]) / h
                gap = np.abs(fine - coarse)
                # At a jump or a kink the two have nothing to do with each other.
                error = np.where(gap > 0.02 * np.abs(fine), gap, 2e-3 * gap) + noise
            if live is self.live:
                # The next copies take what is computed in this state.
                live.evaluate()
            for pair, value, bound in zip(pairs, best.tolist(), error.tolist(), strict=True):
                values[pair], errors[pair] = value, bound
        return Derivatives(values, errors)

    def _in_state(self, state: State, colours: Collection[int]) -> dict[int, LiveWorkbook]:
        """Return what the weights of each colour are to be moved in, all of it in this state."""
        ready: dict[int, bool] = {}
        found: dict[int, LiveWorkbook] = {}
        for colour in colours:
            found[colour] = self.live
            for copy in (self._copies.get(colour), self._whole):
                if copy is not None and id(copy) not in ready:
                    ready[id(copy)] = copy.take(state, self.live)
                if copy is not None and ready[id(copy)]:
                    found[colour] = copy.live
                    break
        return found


def colours_of(groups: Sequence[Collection[Place]]) -> dict[Place, int]:
    """Give each weight a number that no other one of its groups has, with few numbers."""
    neighbours: dict[Place, set[Place]] = {}
    for group in {frozenset(each) for each in groups}:
        for weight in group:
            neighbours.setdefault(weight, set()).update(group)
    colours: dict[Place, int] = {}
    for weight in sorted(neighbours):
        taken = {colours[each] for each in neighbours[weight] if each in colours}
        colours[weight] = next(number for number in range(len(taken) + 1) if number not in taken)
    return colours


def _free_title(sheets: Sequence[str]) -> str:
    taken = {title.casefold() for title in sheets}
    return next(title for number in range(len(sheets) + 1) if (title := f"scratch{number}").casefold() not in taken)

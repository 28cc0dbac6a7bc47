"""What formulas would give in a workbook at several points, computed by the engine on a sheet of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.formula.positions import resolved
from xlnet.audit.formula.printing import printed
from xlnet.audit.formula.tree import Call, Number, Tree, mapped, moved
from xlnet.engines.live import LiveWorkbook, Place
from xlnet.errors import EngineError

Floats = NDArray[np.float64]
_TITLE = "xlnet audit"
_SCRATCH: WeakKeyDictionary[LiveWorkbook, int] = WeakKeyDictionary()
# Formulas on the sheet at once.
_MOST = 20_000
_COLUMN = 500


class Bench:
    """A workbook at several states: each the numbers to type, the first as it was saved, in which it is left."""

    def __init__(self, live: LiveWorkbook, sheets: Sequence[str], states: Sequence[Mapping[Place, float]]) -> None:
        self._live = live
        self._sheets = sheets
        self._states = states

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self._states)

    def value_of(self, places: Iterable[Place]) -> Floats:
        """Return the values of cells at each state: NaN for what is no number, nor a text that spells one."""
        index, values = self._snapshot
        last = values.shape[0] - 1
        return values[[index.get(place, last) for place in places]]

    def values(self, formulas: Sequence[tuple[Tree, Place]]) -> Floats:
        """Return what each formula would give in its cell, at each state."""
        found = [self._batch(formulas[start : start + _MOST]) for start in range(0, len(formulas), _MOST)]
        return np.concatenate(found) if found else np.empty((0, self.states))

    def _batch(self, formulas: Sequence[tuple[Tree, Place]]) -> Floats:
        sheet = self._scratch()
        # The titles of the workbook's sheets, and of that one, which is the last.
        titles = self._sheets if len(self._sheets) > sheet else [*self._sheets, self._live.sheets[sheet]]
        places = [(sheet, index % _COLUMN + 1, index // _COLUMN + 1) for index in range(len(formulas))]
        for (tree, host), place in zip(formulas, places, strict=True):
            text = "=" + printed(moved(_settled(tree, host), by=host, to=place), place, titles)
            try:
                self._live.type_formula(place, text)
            except EngineError:
                self._live.type_text(place, "")
        found = np.empty((len(formulas), self.states))
        for state in self._typed():
            found[:, state] = [self._number(place) for place in places]
        self._live.clear((sheet, 1, 1), (sheet, _COLUMN, places[-1][2]))
        return found

    def _typed(self) -> Iterable[int]:
        """Yield the number of each state once the workbook is in it, the first one last."""
        for state in reversed(range(self.states)):
            self._live.type_numbers(self._states[state])
            self._live.evaluate()
            yield state

    def _number(self, place: Place) -> float:
        value = self._live.value(place)
        if isinstance(value, str):
            try:
                return float(value)
            except ValueError:
                return float("nan")
        return float(value or 0.0)

    def _scratch(self) -> int:
        """Return the number of the sheet for formulas, one for all benches of a workbook."""
        if self._live not in _SCRATCH:
            title, number = _TITLE, 1
            while title.casefold() in (each.casefold() for each in self._live.sheets):
                number += 1
                title = f"{_TITLE} {number}"
            _SCRATCH[self._live] = self._live.add_sheet(title)
        return _SCRATCH[self._live]

    @cached_property
    def _snapshot(self) -> tuple[dict[Place, int], Floats]:
        """The values of all cells at each state, a blank one last."""
        typed = {place for state in self._states for place in state}
        places = sorted({*self._live.places(), *typed})
        values = np.zeros((len(places) + 1, self.states))
        for state in self._typed():
            numbers = np.array(self._live.numbers(places))
            for index in np.flatnonzero(np.isnan(numbers)):
                numbers[index] = self._number(places[index])
            values[:-1, state] = numbers
        return {place: index for index, place in enumerate(places)}, values


def _settled(tree: Tree, host: Place) -> Tree:
    """Return a formula without anything that depends on where it stands."""

    def change(node: Tree) -> Tree | None:
        if isinstance(node, Call) and node.function in ("ROW", "COLUMN") and not node.arguments:
            number = host[1 if node.function == "ROW" else 2]
            return Number(float(number), str(number))
        return None

    return mapped(resolved(tree, host), change)

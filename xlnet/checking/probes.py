"""The states in which a workbook is recalculated, so that a wrong formula cannot hide behind a lucky number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from xlnet import keys
from xlnet.checking.opened import Opened
from xlnet.checking.quantities import Input, Position
from xlnet.engines.grid import Edit, Point
from xlnet.layout import FIRST_ROW, TRAINING

AS_SAVED = "as saved"
INPUTS_MOVED = "with the inputs moved"
ROW_ABOVE_MOVED = "with inputs and the row above moved"
_LARGEST = 1e300


@dataclass(frozen=True)
class Probe:
    """A point, its name in messages, and the table rows (from 0) that can be judged at it; None for all."""

    name: str
    point: Point
    rows: frozenset[int] | None = None


def probes(opened: Opened) -> list[Probe]:
    """Return the points at which `opened` is to be recalculated.

    As saved; then with every input, target, setting and initial weight moved: at x₁ = x₂ = 1 a formula that cites the
    wrong input gives the right number. Where a formula is not the one xlnet wrote, its row is computed once more from
    inputs and a row above of arbitrary numbers: where a run has converged, or a unit is saturated, or η is tiny, any
    formula gives the right number.
    """
    random = np.random.Generator(np.random.PCG64(20_191_111))
    return [
        Probe(AS_SAVED, Point()),
        Probe(INPUTS_MOVED, Point(edits=_moved_inputs(opened, random))),
        *_moved_rows(opened, random),
    ]


def _moved_inputs(opened: Opened, random: np.random.Generator) -> tuple[Edit, ...]:
    return _edits({position: _moved(entry, random) for position, entry in opened.inputs.items()})


def _moved(entry: Input, random: np.random.Generator) -> float | str:
    if isinstance(entry.choices, range):
        other = random.choice(entry.choices)
        return float(other if other != entry.value else entry.choices[-1])
    if entry.choices:
        return entry.choices[-1]
    return (_smaller if entry.group == "settings" else _nearby)(entry.value, random)


def _nearby(value: float, random: np.random.Generator) -> float:
    moved = value * (1 + random.uniform(-0.1, 0.1)) + random.uniform(0.02, 0.06)
    return float(np.clip(moved, -_LARGEST, _LARGEST))


def _smaller(value: float, random: np.random.Generator) -> float:
    """Return a setting somewhat below `value`: a larger learning rate might diverge, a larger β₁ be above 1."""
    return float(value * random.uniform(0.7, 0.9)) or 0.01


def _moved_rows(opened: Opened, random: np.random.Generator) -> list[Probe]:
    altered = np.flatnonzero(opened.is_altered.any(axis=1))
    moved = []
    # Neighbours take turns, as the row above one is itself the other. Row 4 has only inputs above it.
    for parity in (0, 1):
        rows = [int(row) for row in altered if row % 2 == parity]
        if rows:
            edits = (
                *_arbitrary_inputs(opened, random),
                *(_arbitrary_row(opened, row - 1, random) for row in rows if row > 0),
            )
            moved.append(Probe(ROW_ABOVE_MOVED, Point(edits, reopened=True), frozenset(rows)))
    return moved


def _arbitrary_inputs(opened: Opened, random: np.random.Generator) -> tuple[Edit, ...]:
    """Return moderate numbers for all that a user may change: at x = 0 or x = 1000 many formulas give the same."""
    return _edits(
        {
            position: _moderate(random, positive=entry.group == "settings")
            for position, entry in opened.inputs.items()
            if not entry.choices
        }
    )


def _edits(numbers: Mapping[Position, float | str]) -> tuple[Edit, ...]:
    """Return edits that type these numbers, neighbours together: LibreOffice takes milliseconds for each edit."""
    edits: list[Edit] = []
    for (sheet, row, column), number in sorted(numbers.items()):
        last = edits[-1] if edits else None
        if last and (last.sheet, last.row, last.column + len(last.values[0])) == (sheet, row, column):
            edits[-1] = replace(last, values=((*last.values[0], number),))
        else:
            edits.append(Edit(sheet, row, column, ((number,),)))
    return tuple(edits)


def _arbitrary_row(opened: Opened, row: int, random: np.random.Generator) -> Edit:
    # An optimiser's state has no sign that may be chosen: roots are taken of it.
    values = [_moderate(random, positive=node.group in ("state", "schedule")) for node in opened.graph.nodes]
    # Few iterations done, so that no schedule has come to its end.
    values[opened.layout.columns[keys.ITERATION] - 1] = 3.0
    return Edit(TRAINING, FIRST_ROW + row, 1, (tuple(values),))


def _moderate(random: np.random.Generator, *, positive: bool) -> float:
    sign = 1.0 if positive else random.choice([-1.0, 1.0])
    return float(sign * random.uniform(0.2, 0.9))

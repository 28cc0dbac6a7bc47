"""The states in which a workbook is recalculated, so that a wrong formula cannot hide behind a lucky number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlnet import keys
from xlnet.checking.opened import Opened
from xlnet.engines.grid import Edit, Point
from xlnet.layout import FIRST_ROW, TRAINING

AS_SAVED = "as saved"
INPUTS_MOVED = "with the inputs moved"
ROW_ABOVE_MOVED = "with the row above moved"


@dataclass(frozen=True)
class Probe:
    """A point, its name in messages, and the table rows (from 0) that can be judged at it; None for all."""

    name: str
    point: Point
    rows: frozenset[int] | None = None


def probes(opened: Opened) -> list[Probe]:
    """Return the points at which `opened` is to be recalculated.

    As saved; then with every input, target, setting and initial weight moved: at x₁ = x₂ = 1 a formula that cites the
    wrong input gives the right number. Where a formula is not the one xlnet wrote, its row is computed once more from a
    row above of arbitrary numbers: where a run has converged, everything is 0 and any formula gives the right number.
    """
    random = np.random.Generator(np.random.PCG64(20_191_111))
    return [
        Probe(AS_SAVED, Point()),
        Probe(INPUTS_MOVED, Point(edits=_moved_inputs(opened, random))),
        *_moved_rows(opened, random),
    ]


def _moved_inputs(opened: Opened, random: np.random.Generator) -> tuple[Edit, ...]:
    settings = {
        opened.layout.constants[constant.key] for constant in opened.graph.constants if constant.group == "settings"
    }
    edits = []
    for (row, column), value in opened.typed.items():
        is_setting = row < FIRST_ROW and column in settings
        moved = _smaller(value, random) if is_setting else _nearby(value, random)
        edits.append(Edit(TRAINING, row, column, (moved,)))
    return tuple(edits)


def _nearby(value: float, random: np.random.Generator) -> float:
    return float(value * (1 + random.uniform(-0.1, 0.1)) + random.uniform(0.02, 0.06))


def _smaller(value: float, random: np.random.Generator) -> float:
    """Return a learning rate somewhat below `value`, as one above might diverge."""
    return float(value * random.uniform(0.7, 0.9)) or 0.01


def _moved_rows(opened: Opened, random: np.random.Generator) -> list[Probe]:
    altered = np.flatnonzero(opened.is_altered.any(axis=1))
    # Row 4 has no row above, and moving its inputs moves all that it computes.
    altered = altered[altered > 0]
    moved = []
    # Neighbours take turns, as the row above one is itself the other.
    for parity in (0, 1):
        rows = [int(row) for row in altered if row % 2 == parity]
        if rows:
            edits = tuple(_arbitrary_row(opened, row - 1, random) for row in rows)
            point = Point(edits, reopened=True)
            moved.append(Probe(ROW_ABOVE_MOVED, point, frozenset(rows)))
    return moved


def _arbitrary_row(opened: Opened, row: int, random: np.random.Generator) -> Edit:
    values = random.uniform(0.1, 0.9, len(opened.graph.nodes))
    values[opened.layout.columns[keys.ITERATION] - 1] = 10 + row
    return Edit(TRAINING, FIRST_ROW + row, 1, tuple(map(float, values)))

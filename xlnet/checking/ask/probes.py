"""The states in which a workbook is recalculated, so that a wrong formula cannot hide behind a lucky number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from xlnet.cell import Cell
from xlnet.checking.open.opened import Opened
from xlnet.checking.open.quantities import Input
from xlnet.engines.grid import Edit, Point
from xlnet.exercise.making import true_values
from xlnet.exercise.marking import evaluator
from xlnet.graph.node import Group

AS_SAVED = "as saved"
INPUTS_MOVED = "with the inputs moved"
BLANKS_FILLED = "with the blanks filled in"
_LARGEST = 1e300


@dataclass(frozen=True)
class Probe:
    """A point, and its name in messages."""

    name: str
    point: Point


def probes(opened: Opened) -> list[Probe]:
    """Return the points at which `opened` is to be recalculated.

    As saved; then with every input, target, setting and initial weight moved: at x₁ = x₂ = 1 a formula that cites the
    wrong input gives the right number. Where a run has converged, or a unit is saturated, or η is tiny, any formula
    gives the right number: so one that xlnet did not write is judged by itself, too (see `rewritten`).
    """
    random = np.random.Generator(np.random.PCG64(20_191_111))
    return [
        Probe(AS_SAVED, Point()),
        # Before the inputs are moved, which they stay: what is typed fits the numbers as they were built.
        *([Probe(BLANKS_FILLED, Point(edits=_edits(_answers(opened))))] if _has_boxes(opened) else []),
        Probe(INPUTS_MOVED, Point(edits=_moved_inputs(opened, random))),
    ]


def _has_boxes(opened: Opened) -> bool:
    """Return whether it is an exercise that a student fills in."""
    return opened.exercise is not None and not opened.exercise.exercise.is_handout


def _answers(opened: Opened) -> dict[Cell, float | str]:
    """Return numbers for the blanks of an exercise: in turn each is right, and what one of its slips gives."""
    plan = opened.exercise
    assert plan is not None
    values = evaluator(true_values(plan.exercise.spec, plan.model.graph))
    found: dict[Cell, float | str] = {}
    for number, blank in enumerate(plan.blanks):
        every = [blank.rule, *(alternative.value for alternative in blank.alternatives)]
        value = values(every[number % len(every)])
        found[plan.face.values[blank.key]] = value if math.isfinite(value) else 1.0
    return found


def _moved_inputs(opened: Opened, random: np.random.Generator) -> tuple[Edit, ...]:
    return _edits({position: _moved(entry, random) for position, entry in opened.inputs.items()})


def _moved(entry: Input, random: np.random.Generator) -> float | str:
    if isinstance(entry.choices, range):
        other = random.choice(entry.choices)
        return float(other if other != entry.value else entry.choices[-1])
    if entry.choices:
        return entry.choices[-1]
    return (_smaller if entry.group == Group.SETTINGS else _nearby)(entry.value, random)


def _nearby(value: float, random: np.random.Generator) -> float:
    moved = value * (1 + random.uniform(-0.1, 0.1)) + random.uniform(0.02, 0.06)
    return float(np.clip(moved, -_LARGEST, _LARGEST))


def _smaller(value: float, random: np.random.Generator) -> float:
    """Return a setting somewhat below `value`: a larger learning rate might diverge, a larger β₁ be above 1."""
    return float(value * random.uniform(0.7, 0.9)) or 0.01


def _edits(numbers: Mapping[Cell, float | str]) -> tuple[Edit, ...]:
    """Return edits that type these numbers, blocks of cells together: LibreOffice takes milliseconds for each edit."""
    rows: list[Edit] = []
    for (sheet, row, column), number in sorted(numbers.items()):
        last = rows[-1] if rows else None
        if last and (last.sheet, last.row, last.column + len(last.values[0])) == (sheet, row, column):
            rows[-1] = replace(last, values=((*last.values[0], number),))
        else:
            rows.append(Edit(sheet, row, column, ((number,),)))
    # By where the next row of a block would stand, and how wide it is.
    blocks: dict[tuple[str, int, int, int], Edit] = {}
    for edit in rows:
        width = len(edit.values[0])
        above = blocks.pop((edit.sheet, edit.row, edit.column, width), None)
        block = replace(above, values=above.values + edit.values) if above else edit
        blocks[edit.sheet, edit.row + 1, edit.column, width] = block
    return tuple(blocks.values())

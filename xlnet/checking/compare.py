"""Compares recalculated sheets with the reference, cell by cell, each cell against what its own inputs call for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlnet import reference
from xlnet.checking.opened import Opened, Position
from xlnet.checking.probes import AS_SAVED, Probe
from xlnet.checking.quantities import from_grid, to_table
from xlnet.engines.grid import KINDS, Grid
from xlnet.engines.workers.handover import ERROR, NUMBER
from xlnet.layout import FIRST_ROW, VALUE_ROW
from xlnet.reference import Quantities

Numbers = NDArray[np.float64]

# How far rounding, and an engine's snapping of near-equal differences to 0, may have moved the inputs of a formula.
_ROUNDING = 1e-13
_NUDGES = 3


@dataclass(frozen=True)
class WrongCell:
    """A cell of sheet Training that is not what it should be. `problem` is a word of `report`."""

    position: Position
    problem: str
    probe: str
    found: float | str | None
    expected: float | None


@dataclass(frozen=True)
class Findings:
    """What a comparison found.

    `errors` is the worst error of each column: |found − expected|, relative where the value is above 1. `drift` is the
    largest such distance from the reference's own run, and where; None where it could not run. `diverged_at` is the
    iteration from which sheet and reference agree that there are no finite numbers.
    """

    wrong: list[WrongCell]
    errors: Numbers
    drift: float | None
    drift_position: Position | None
    diverged_at: int | None


def compare(opened: Opened, probes: Sequence[Probe], grids: Sequence[Grid], rtol: float, atol: float) -> Findings:
    """Compare `grids`, the sheet recalculated at each of `probes`, with the reference."""
    wrong: dict[Position, WrongCell] = {}
    errors = np.zeros(len(opened.graph.nodes))
    drift: tuple[float, Position] | None = None
    diverged_at = None
    for probe, grid in zip(probes, grids, strict=True):
        found = from_grid(opened, grid)
        end = opened.rows
        if probe.rows is None:
            run = to_table(opened, _own_run(opened, found))
            end, cells = _end_of_finite_rows(opened, probe, grid, run)
            if probe.name == AS_SAVED:
                cells = [*_wrong_inputs(opened, grid), *cells]
                diverged_at = end + 1 if end < opened.rows else None
                drift = _drift(_table(opened, grid)[:end], run[:end])
            for cell in cells:
                wrong.setdefault(cell.position, cell)
        cells, distance = _differences(opened, probe, grid, found, end, rtol, atol)
        errors = np.fmax(errors, distance)
        for cell in cells:
            wrong.setdefault(cell.position, cell)
    return Findings(
        wrong=sorted(wrong.values(), key=lambda cell: (cell.position[1], cell.position[0])),
        errors=errors,
        drift=drift[0] if drift else None,
        drift_position=drift[1] if drift else None,
        diverged_at=diverged_at,
    )


def _table(opened: Opened, grid: Grid) -> Numbers:
    return grid.values[FIRST_ROW - 1 : opened.last_row, : len(opened.graph.nodes)]


def _kinds(opened: Opened, grid: Grid) -> NDArray[np.uint8]:
    return grid.kinds[FIRST_ROW - 1 : opened.last_row, : len(opened.graph.nodes)]


def _wrong_inputs(opened: Opened, grid: Grid) -> list[WrongCell]:
    """Return the cells that a user may change and that hold no number."""
    positions = [
        *((VALUE_ROW, column + 1) for column in range(len(opened.graph.constants))),
        *(position for position in opened.typed if position[0] != VALUE_ROW),
    ]
    return [
        _wrong_cell(position, "no number", AS_SAVED, grid, None)
        for position in positions
        if grid.kinds[position[0] - 1, position[1] - 1] != NUMBER
    ]


def _is_input(opened: Opened) -> NDArray[np.bool_]:
    """Return which cells of the table are a user's: initial weights."""
    flags = np.zeros_like(opened.is_formula)
    for row, column in opened.typed:
        if row >= FIRST_ROW:
            flags[row - FIRST_ROW, column - 1] = True
    return flags


def _typed_over(opened: Opened, grid: Grid) -> NDArray[np.bool_]:
    """Return which cells of the table hold a typed number where a formula belongs."""
    belongs = np.ones_like(opened.is_formula)
    belongs[0] = [node.first_formula is not None for node in opened.graph.nodes]
    typed: NDArray[np.bool_] = belongs & ~opened.is_formula & (_kinds(opened, grid) == NUMBER)
    return typed


def _own_run(opened: Opened, found: Quantities) -> Quantities:
    """Return the reference's run from the sheet's inputs and initial weights."""
    start = {name: found[name][:1] for name in reference.initial(opened.spec)}
    fixed = {name: found[name] for name in reference.constants(opened.spec)}
    return reference.train(opened.spec, start, fixed, opened.rows)


def _end_of_finite_rows(opened: Opened, probe: Probe, grid: Grid, run: Numbers) -> tuple[int, list[WrongCell]]:
    """Return the number of rows before the run diverges, and the cells where sheet and reference do not agree on that.

    They agree when the sheet's first error and the reference's first number that is not finite are within one row.
    """
    found = _table(opened, grid)
    if not np.isfinite(run[0]).all():
        # An input that is no number: the reference cannot run, and the input itself is reported.
        return opened.rows, []
    reference_end = _first(~np.isfinite(run).all(axis=1), opened.rows)
    sheet_end = _first((_kinds(opened, grid) == ERROR).any(axis=1), opened.rows)
    if reference_end == opened.rows:
        return opened.rows, []
    if abs(reference_end - sheet_end) <= 1:
        return min(reference_end, sheet_end), []
    if sheet_end < reference_end:
        # The error has a cause in the sheet, which is found where its cell is compared.
        return reference_end, []
    column = int(np.flatnonzero(~np.isfinite(run[reference_end]))[0])
    cell = WrongCell(
        (FIRST_ROW + reference_end, column + 1),
        "does not diverge",
        probe.name,
        float(found[reference_end, column]),
        float(run[reference_end, column]),
    )
    return reference_end, [cell]


def _first(flags: Any, otherwise: int) -> int:
    return int(np.argmax(flags)) if flags.any() else otherwise


def _differences(
    opened: Opened,
    probe: Probe,
    grid: Grid,
    quantities: Quantities,
    end: int,
    rtol: float,
    atol: float,
) -> tuple[list[WrongCell], Numbers]:
    """Return the wrong cells of the first `end` rows, and each column's worst error."""
    found, kinds = _table(opened, grid), _kinds(opened, grid)
    is_number = kinds == NUMBER
    expected, least, most = _envelope(opened, quantities)
    rows = np.arange(opened.rows) < end
    if probe.rows is not None:
        rows &= np.isin(np.arange(opened.rows), list(probe.rows))
    # What depends on a cell without a number has no expected value: that cell alone is to blame.
    judged = rows[:, None] & np.isfinite(expected)
    tolerance = atol + rtol * np.abs(expected)
    with np.errstate(all="ignore"):
        outside = np.fmax(np.fmax(least - found, found - most), 0.0)
        is_off = judged & is_number & (outside > tolerance)
        at_kink = most - least > tolerance
        error = np.where(at_kink, outside, np.abs(found - expected))
        error = np.where(judged & is_number, error / np.fmax(1.0, np.abs(expected)), 0.0)
    # An error may come down from elsewhere; a blank or a text stands where it was put.
    is_missing = rows[:, None] & ~is_number & ((kinds != ERROR) | judged)
    problems = {
        "typed over": rows[:, None] & _typed_over(opened, grid),
        "no number": is_missing & ~_is_input(opened),
        "wrong value": is_off,
    }
    cells = [
        _wrong_cell(
            (FIRST_ROW + int(row), int(column) + 1),
            next(problem for problem, flags in problems.items() if flags[row, column]),
            probe.name,
            grid,
            float(expected[row, column]) if judged[row, column] else None,
        )
        for row, column in np.argwhere(np.any(list(problems.values()), axis=0))
    ]
    return cells, error.max(axis=0, initial=0.0)


def _envelope(opened: Opened, quantities: Quantities) -> tuple[Numbers, Numbers, Numbers]:
    """Return what each cell should be, and the least and most it may be when its inputs are off by rounding.

    At a kink (a gradient's sign at y = t) rounding decides which side an engine is on: either is within the envelope.
    The nudges come in opposite pairs, so that a difference is moved to both sides of 0.
    """
    expected = to_table(opened, reference.expected(opened.spec, quantities))
    least, most = expected.copy(), expected.copy()
    random = np.random.Generator(np.random.PCG64(1))
    for _ in range(_NUDGES):
        nudges = {name: _ROUNDING * random.uniform(-1, 1, array.shape) for name, array in quantities.items()}
        for sign in (1, -1):
            nudged = {name: array * (1 + sign * nudges[name]) for name, array in quantities.items()}
            table = to_table(opened, reference.expected(opened.spec, nudged))
            np.fmin(least, table, out=least)
            np.fmax(most, table, out=most)
    return expected, least, most


def _drift(found: Numbers, run: Numbers) -> tuple[float, Position] | None:
    with np.errstate(all="ignore"):
        distance = np.abs(found - run) / np.fmax(1.0, np.abs(run))
    if not np.isfinite(distance).any():
        return None
    row, column = np.unravel_index(np.nanargmax(distance), distance.shape)
    return float(distance[row, column]), (FIRST_ROW + int(row), int(column) + 1)


def _wrong_cell(position: Position, problem: str, probe: str, grid: Grid, expected: float | None) -> WrongCell:
    row, column = position[0] - 1, position[1] - 1
    found: float | str | None = float(grid.values[row, column])
    if grid.kinds[row, column] != NUMBER:
        found = grid.texts.get(position, KINDS[int(grid.kinds[row, column])])
    return WrongCell(position, problem, probe, found, expected)

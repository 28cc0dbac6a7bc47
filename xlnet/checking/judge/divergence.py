"""Where a run diverges, and how far it drifts from the reference's own run."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlnet import reference
from xlnet.cell import Cell
from xlnet.checking.ask.probes import Probe
from xlnet.checking.judge.region import Numbers, WrongCell
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import ERROR
from xlnet.reference import Quantities


def own_run(opened: Opened, found: Quantities) -> Quantities:
    """Return the reference's run from the sheet's inputs and initial weights."""
    spec = opened.spec
    # The first iteration is number 1 whatever its cell holds.
    start = {name: found[name][:1] for name in reference.initial(spec)} | {"iter": np.ones(1)}
    fixed = {name: found[name] for name in reference.constants(spec)}
    drawn = {name: found[name] for name in reference.drawn(spec)}
    return reference.train(spec, start, fixed, opened.iterations, drawn)


def end_of_finite_rows(opened: Opened, probe: Probe, grid: Grid, run: Numbers) -> tuple[int, list[WrongCell]]:
    """Return the number of rows before the run diverges, and the cells where sheet and reference do not agree on that.

    They agree when the sheet's first error and the reference's first number that is not finite are within one row.
    """
    found = opened.values_of(grid)
    reference_end = _first(~np.isfinite(run).all(axis=1), opened.iterations)
    sheet_end = _first((opened.kinds_of(grid) == ERROR).any(axis=1), opened.iterations)
    if reference_end == opened.iterations:
        return opened.iterations, []
    if abs(reference_end - sheet_end) <= 1:
        return min(reference_end, sheet_end), []
    if sheet_end < reference_end:
        # The error has a cause in the sheet, which is found where its cell is compared.
        return reference_end, []
    column = int(np.flatnonzero(~np.isfinite(run[reference_end]))[0])
    cell = WrongCell(
        opened.cell(reference_end, column),
        "does not diverge",
        probe.name,
        float(found[reference_end, column]),
        float(run[reference_end, column]),
    )
    return reference_end, [cell]


def _first(flags: Any, otherwise: int) -> int:
    return int(np.argmax(flags)) if flags.any() else otherwise


def drift_of(opened: Opened, found: Numbers, run: Numbers) -> tuple[float, Cell] | None:
    """Return the largest distance of a table from the reference's own run, and where; None where there is none."""
    with np.errstate(all="ignore"):
        distance = np.abs(found - run) / np.fmax(1.0, np.abs(run))
    if not np.isfinite(distance).any():
        return None
    row, column = np.unravel_index(np.nanargmax(distance), distance.shape)
    return float(distance[row, column]), opened.cell(int(row), int(column))

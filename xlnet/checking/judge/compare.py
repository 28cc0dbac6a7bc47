"""Compares recalculated sheets with the reference, cell by cell, each cell against what its own inputs call for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from xlnet.cell import Cell
from xlnet.checking.ask.probes import AS_SAVED, Probe
from xlnet.checking.judge.beside import wrong_beside
from xlnet.checking.judge.divergence import drift_of, end_of_finite_rows, own_run
from xlnet.checking.judge.envelope import expectation_of, is_near
from xlnet.checking.judge.kinds import with_kinds_of_file
from xlnet.checking.judge.masks import wrong_masks
from xlnet.checking.judge.order import wrong_order
from xlnet.checking.judge.region import Numbers, Region, WrongCell, judge, wrong_cell
from xlnet.checking.judge.rewritten.judging import Agreeing
from xlnet.checking.open.opened import Opened
from xlnet.checking.open.quantities import from_grids, to_table
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import ERROR, NUMBER
from xlnet.reference import Quantities

_ROWS_PER_BLOCK = 10_000


@dataclass(frozen=True)
class Findings:
    """What a comparison found.

    `errors` is the worst error of each column of the table, `data_error` that of the Data sheet, `beside_errors` those
    of the sheets beside Training, by name: |found − expected|, relative where the value is above 1. `drift` is the
    largest such distance from the reference's own run, and where; None where it could not run. `diverged_at` is the
    iteration from which sheet and reference agree that there are no finite numbers. `rewritten` are the formulas that
    say in other words what xlnet's own do.
    """

    wrong: list[WrongCell]
    errors: Numbers
    data_error: float
    beside_errors: dict[str, float]
    drift: float | None
    drift_position: Cell | None
    diverged_at: int | None
    rewritten: tuple[Agreeing, ...] = ()


def compare(
    opened: Opened, probes: Sequence[Probe], points: Sequence[Mapping[str, Grid]], rtol: float, atol: float
) -> Findings:
    """Compare the sheets recalculated at each of `probes` with the reference."""
    wrong: dict[Cell, WrongCell] = {}
    errors, data_error, beside_errors = np.zeros(len(opened.graph.nodes)), 0.0, dict.fromkeys(opened.lives, 0.0)
    drift: tuple[float, Cell] | None = None
    diverged_at = None
    not_diverging: list[WrongCell] = []
    # What follows a divergence of the workbook as it was saved is never judged.
    end = opened.iterations
    for probe, recalculated in zip(probes, points, strict=True):
        grids = with_kinds_of_file(opened, recalculated, probe)
        found = from_grids(opened.places, grids, opened.iterations)
        cells: list[WrongCell] = []
        judged = end
        if probe.name == AS_SAVED:
            table = grids[opened.sheet]
            cells = [*_wrong_inputs(opened, grids), *wrong_order(opened, found, table), *wrong_masks(opened, table)]
        if probe.name == AS_SAVED or (opened.kinds_of(grids[opened.sheet]) == ERROR).any():
            run = to_table(opened.places, own_run(opened, found), opened.iterations, opened.nodes_by_place)
            if not _wrong_inputs(opened, grids):
                judged, unlike = end_of_finite_rows(opened, probe, grids[opened.sheet], run)
                not_diverging += unlike
            if probe.name == AS_SAVED:
                end = judged
                diverged_at = end + 1 if end < opened.iterations else None
                drift = drift_of(opened, opened.values_of(grids[opened.sheet])[:end], run[:end])
        if opened.computed:
            region = _data_region(opened, grids[opened.model.data_sheet])
            near = partial(is_near, region.values, rtol=rtol, atol=atol)
            expectation = expectation_of(opened, found, slice(0, 1), lambda q: _computed(opened, q), near)
            more, distances = judge(region, expectation, grids[opened.model.data_sheet], probe.name, rtol, atol)
            cells += more
            data_error = max(data_error, float(distances.max(initial=0.0)))
        more, worst = wrong_beside(opened, grids, probe.name, rtol, atol)
        cells += more
        beside_errors = {name: max(error, worst[name]) for name, error in beside_errors.items()}
        for rows in _blocks(judged):
            region = _training_region(opened, grids[opened.sheet], rows)
            near = partial(is_near, region.values, rtol=rtol, atol=atol)
            expectation = expectation_of(opened, found, rows, lambda q: _own_table(opened, q), near)
            more, distances = judge(region, expectation, grids[opened.sheet], probe.name, rtol, atol)
            errors = np.fmax(errors, distances)
            cells += more
        for cell in cells:
            wrong.setdefault(cell.position, cell)
    # A wrong cell moves a divergence: it alone is to blame then.
    wrong = wrong or {cell.position: cell for cell in not_diverging}
    return Findings(
        wrong=sorted(wrong.values(), key=by_column),
        errors=errors,
        data_error=data_error,
        beside_errors=beside_errors,
        drift=drift[0] if drift else None,
        drift_position=drift[1] if drift else None,
        diverged_at=diverged_at,
    )


def by_column(cell: WrongCell) -> tuple[str, int, int]:
    """Return what wrong cells are sorted by: the first of a column stands before the others."""
    return cell.position.sheet, cell.position.column, cell.position.row


def _blocks(end: int) -> Iterator[slice]:
    """Yield the rows to judge, so many at a time that the arrays of a long run stay small."""
    for start in range(0, end, _ROWS_PER_BLOCK):
        yield slice(start, min(start + _ROWS_PER_BLOCK, end))


def _training_region(opened: Opened, grid: Grid, rows: slice) -> Region:
    is_formula = opened.is_formula[rows]
    holds_formula = np.empty_like(is_formula)
    holds_formula[:] = [node.formula is not None for node in opened.graph.nodes]
    is_input = np.zeros_like(is_formula)
    if rows.start == 0:
        holds_formula[0] = [node.first_formula is not None for node in opened.graph.nodes]
        for number, node in enumerate(opened.graph.nodes):
            is_input[0, number] = opened.layout.cell(node.key) in opened.inputs
    return Region(
        values=opened.values_of(grid)[rows],
        kinds=opened.kinds_of(grid)[rows],
        holds_formula=holds_formula,
        is_formula=is_formula,
        is_input=is_input,
        position=lambda row, node: opened.cell(rows.start + row, node),
    )


def _data_region(opened: Opened, grid: Grid) -> Region:
    """Return the formulas of the Data sheet as a region of one row."""
    positions = list(opened.computed)
    rows, columns = np.array([(p.row - 1, p.column - 1) for p in positions]).T
    everywhere = np.ones((1, len(positions)), dtype=bool)
    return Region(
        values=grid.values[rows, columns][None],
        kinds=grid.kinds[rows, columns][None],
        holds_formula=everywhere,
        is_formula=np.array([[is_formula for _, is_formula in opened.computed.values()]]),
        is_input=~everywhere,
        position=lambda _, column: positions[column],
    )


def _wrong_inputs(opened: Opened, grids: Mapping[str, Grid]) -> list[WrongCell]:
    """Return the cells that a user may change and that hold no number, or nothing that can be chosen there."""
    wrong = []
    for position, entry in opened.inputs.items():
        grid = grids[position.sheet]
        is_number = grid.kinds[position.row - 1, position.column - 1] == NUMBER
        held = grid.texts.get((position.row, position.column)) if entry.is_word else entry.value
        if entry.choices and (held not in entry.choices or is_number == entry.is_word):
            wrong.append(wrong_cell(position, "no choice", AS_SAVED, grid, None))
        elif not is_number and not entry.is_word:
            wrong.append(wrong_cell(position, "no number", AS_SAVED, grid, None))
    return wrong


def _own_table(opened: Opened, quantities: Quantities) -> Numbers:
    return to_table(opened.places, quantities, len(quantities["iter"]), opened.nodes_by_place)


def _computed(opened: Opened, quantities: Quantities) -> Numbers:
    """Return the reference's values of the formulas of the Data sheet, as one row."""
    values: dict[Cell, float] = {}
    for name, array in quantities.items():
        place = opened.places[name]
        if not place.moves:
            cells = zip(place.rows.ravel(), place.columns.ravel(), array.ravel(), strict=True)
            values |= {Cell(place.sheet, int(r) + 1, int(c) + 1): float(value) for r, c, value in cells}
    return np.array([[values[position] for position in opened.computed]], dtype=np.float64)

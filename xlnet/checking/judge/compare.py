"""Compares recalculated sheets with the reference, cell by cell, each cell against what its own inputs call for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlnet import reference
from xlnet.cell import Cell
from xlnet.checking.ask.probes import AS_SAVED, Probe
from xlnet.checking.judge.beside import wrong_beside
from xlnet.checking.judge.kinds import with_kinds_of_file
from xlnet.checking.judge.order import wrong_order
from xlnet.checking.judge.region import Expectation, Numbers, Region, WrongCell, judge, wrong_cell
from xlnet.checking.judge.rewritten.judging import Agreeing
from xlnet.checking.open.opened import Opened
from xlnet.checking.open.quantities import from_grids, to_table
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import ERROR, NUMBER
from xlnet.graph.node import Group
from xlnet.reference import Quantities

# How far rounding, and an engine's snapping of near-equal differences to 0, may have moved the inputs of a formula.
_ROUNDING = 1e-13
# IronCalc takes a weighted sum this near to 0 for 0 when it asks whether it is above.
_NEAR_ZERO = 1e-15
_ROWS_PER_BLOCK = 10_000
# Whole numbers, and the settings, are exact: moved, they would make both sides of a step right.
_EXACT = ("iter", "epoch", "sample")


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
            cells = [*_wrong_inputs(opened, grids), *wrong_order(opened, found, grids[opened.sheet])]
        if probe.name == AS_SAVED or (_kinds(opened, grids[opened.sheet]) == ERROR).any():
            run = to_table(opened.places, _own_run(opened, found), opened.iterations, opened.nodes_by_place)
            if not _wrong_inputs(opened, grids):
                judged, unlike = _end_of_finite_rows(opened, probe, grids[opened.sheet], run)
                not_diverging += unlike
            if probe.name == AS_SAVED:
                end = judged
                diverged_at = end + 1 if end < opened.iterations else None
                drift = _drift(opened, _table(opened, grids[opened.sheet])[:end], run[:end])
        if opened.computed:
            region = _data_region(opened, grids[opened.model.data_sheet])
            near = partial(_is_near, region.values, rtol=rtol, atol=atol)
            expectation = _expectation(opened, found, slice(0, 1), lambda q: _computed(opened, q), near)
            more, distances = judge(region, expectation, grids[opened.model.data_sheet], probe.name, rtol, atol)
            cells += more
            data_error = max(data_error, float(distances.max(initial=0.0)))
        more, worst = wrong_beside(opened, grids, probe.name, rtol, atol)
        cells += more
        beside_errors = {name: max(error, worst[name]) for name, error in beside_errors.items()}
        for rows in _blocks(judged):
            region = _training_region(opened, grids[opened.sheet], rows)
            near = partial(_is_near, region.values, rtol=rtol, atol=atol)
            expectation = _expectation(opened, found, rows, lambda q: _own_table(opened, q), near)
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


def _table(opened: Opened, grid: Grid) -> Numbers:
    table: Numbers = grid.values[opened.table]
    return table


def _kinds(opened: Opened, grid: Grid) -> NDArray[np.uint8]:
    table: NDArray[np.uint8] = grid.kinds[opened.table]
    return table


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
        values=_table(opened, grid)[rows],
        kinds=_kinds(opened, grid)[rows],
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


def _own_run(opened: Opened, found: Quantities) -> Quantities:
    """Return the reference's run from the sheet's inputs and initial weights."""
    spec = opened.spec
    # The first iteration is number 1 whatever its cell holds.
    start = {name: found[name][:1] for name in reference.initial(spec)} | {"iter": np.ones(1)}
    fixed = {name: found[name] for name in reference.constants(spec)}
    samples = found["sample"] if spec.draws_samples and spec.training.order == "shuffled" else None
    return reference.train(spec, start, fixed, opened.iterations, samples)


def _end_of_finite_rows(opened: Opened, probe: Probe, grid: Grid, run: Numbers) -> tuple[int, list[WrongCell]]:
    """Return the number of rows before the run diverges, and the cells where sheet and reference do not agree on that.

    They agree when the sheet's first error and the reference's first number that is not finite are within one row.
    """
    found = _table(opened, grid)
    reference_end = _first(~np.isfinite(run).all(axis=1), opened.iterations)
    sheet_end = _first((_kinds(opened, grid) == ERROR).any(axis=1), opened.iterations)
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


def _is_near(found: Numbers, expected: Numbers, *, rtol: float, atol: float) -> bool:
    with np.errstate(all="ignore"):
        return not (np.abs(found - expected) > atol + rtol * np.abs(expected)).any()


def _expectation(
    opened: Opened,
    found: Quantities,
    rows: slice,
    arranged: Callable[[Quantities], Numbers],
    is_near: Callable[[Numbers], bool],
) -> Expectation:
    """Return what the cells of some rows should be, `arranged` as they stand.

    At a kink (a gradient's sign at y = t) rounding decides which side an engine is on: either is within the envelope.
    Of any two quantities, some nudge moves one up and the other down, and its opposite the other way round, so that
    their difference is moved to both sides of 0. Where every cell is near what it should be, no side needs a reason.
    """
    # A row is judged with the one above it.
    start = max(rows.start - 1, 0)
    near = {name: q[start : rows.stop] if opened.places[name].moves else q for name, q in found.items()}
    settings = {constant.key for constant in opened.graph.settings if constant.group == Group.SETTINGS}
    moved = [name for name in near if name not in _EXACT and name not in settings]
    random = np.random.Generator(np.random.PCG64(1))

    def expected(quantities: Quantities) -> Numbers:
        return arranged(reference.expected(opened.spec, quantities))[rows.start - start :]

    value = expected(near)
    if is_near(value):
        return Expectation(value, value, value)
    least, most = value.copy(), value.copy()
    for bit in range(len(moved).bit_length()):
        for sign in (1, -1):
            nudged = dict(near)
            for number, name in enumerate(moved):
                direction = sign if number >> bit & 1 else -sign
                size = _ROUNDING * random.uniform(0.8, 1.0, near[name].shape)
                nudged[name] = near[name] * (1 + direction * size)
                if name in opened.weighted_sums:
                    nudged[name] = nudged[name] + direction * _NEAR_ZERO
            at_nudged = expected(nudged)
            np.fmin(least, at_nudged, out=least)
            np.fmax(most, at_nudged, out=most)
    return Expectation(value, least, most)


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


def _drift(opened: Opened, found: Numbers, run: Numbers) -> tuple[float, Cell] | None:
    with np.errstate(all="ignore"):
        distance = np.abs(found - run) / np.fmax(1.0, np.abs(run))
    if not np.isfinite(distance).any():
        return None
    row, column = np.unravel_index(np.nanargmax(distance), distance.shape)
    return float(distance[row, column]), opened.cell(int(row), int(column))

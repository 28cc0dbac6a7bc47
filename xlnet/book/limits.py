"""The limits of a workbook, checked before any work starts, and what would fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from xlnet.comparison import Comparison
from xlnet.errors import UserError
from xlnet.model.network import parameters
from xlnet.model.passes import passes
from xlnet.render.room import block_size, columns_needed, is_computed, largest, mend, with_batch
from xlnet.sheet_size import FIRST_ROW, LAST_SHEET_COLUMN, LAST_SHEET_ROW
from xlnet.spec import ROWS, Spec

# A comparison beyond these still opens somewhere, but no longer at a glance, nor on any laptop.
_LEAST_RUNS = 2
_MOST_SHEETS, _MOST_CELLS, _MOST_COLUMNS = 60, 10_000_000, 20_000
# A check holds some bytes for each cell in memory, an engine some hundred.
_MOST_CHECKED = 50_000_000
# The columns of labels, controls and marks around a pass, at most.
_BESIDE_A_PASS = 100
# As many free cells of a block take the memory of one that is not.
_FREE_CELLS = 4


def require_room(spec: Spec) -> None:
    """Raise UserError, with what would fit, when Training would need more columns or rows than a sheet has."""
    if spec.layout != ROWS:
        _require_room_for_blocks(spec)
        return
    needed = columns_needed(spec)
    if needed <= LAST_SHEET_COLUMN:
        return
    limit = f"columns, but a sheet has {LAST_SHEET_COLUMN:,}"
    alone = columns_needed(with_batch(spec, 1))
    if spec.batch_size == 1 or alone > LAST_SHEET_COLUMN:
        raise UserError(f"{spec.name}: the network needs {alone:,} {limit}: {mend(spec)}")
    raise UserError(f"{spec.name}: --batch {spec.batch_size:,} needs {needed:,} {limit}: {mend(spec)}")


def _require_room_for_blocks(spec: Spec) -> None:
    if not is_computed(spec):
        raise UserError(
            f"{spec.name}: an iteration has {columns_needed(spec):,} cells for a batch of {spec.batch_size:,}, which "
            f"is too many to lay out: {mend(spec)}"
        )
    stride, columns = block_size(spec)
    if columns > LAST_SHEET_COLUMN or stride > LAST_SHEET_ROW - FIRST_ROW + 1:
        raise UserError(
            f"{spec.name}: an iteration needs {stride:,} rows and {columns:,} columns, but a sheet has "
            f"{LAST_SHEET_ROW:,} and {LAST_SHEET_COLUMN:,}: {mend(spec)}"
        )
    most = (LAST_SHEET_ROW - FIRST_ROW + 1) // stride
    if spec.training.iters > most:
        raise UserError(
            f"{spec.name}: {spec.training.iters:,} iterations of {stride:,} rows each do not fit a sheet: "
            f"--iters {most:,} would"
        )


def require_room_beside(spec: Spec) -> None:
    """Raise UserError where the sheets beside Training would be too wide: they have each parameter in a column."""
    if spec.layout == ROWS:
        return
    width = len(parameters(spec))
    passed = len(passes(spec).forward) + spec.inputs + 2 * spec.outputs
    needed = max(width + passed, 2 * passed) + _BESIDE_A_PASS
    if needed > LAST_SHEET_COLUMN:
        raise UserError(
            f"{spec.name}: the sheets beside Training need {needed:,} columns, but a sheet has {LAST_SHEET_COLUMN:,}: "
            "build it with --plain, or make its layers smaller"
        )


def require_room_to_check(specs: Sequence[Spec]) -> None:
    """Raise UserError when a run asks for more than a sheet has, or all for more cells than are checked."""
    cells = columns = 0
    for spec in specs:
        require_room(spec)
        own = columns_needed(spec)
        if spec.layout != ROWS:
            # Free cells of a block take less than others, but they are there in memory.
            own = max(own, prod(block_size(spec)) // _FREE_CELLS)
        columns += own
        cells += own * spec.training.iters
    if cells > _MOST_CHECKED:
        raise UserError(
            f"{specs[0].name}: the Template sheet asks for {cells:,} cells, but check takes at most {_MOST_CHECKED:,}: "
            f"rebuild it with --iters {_MOST_CHECKED // columns:,}, or with a smaller --batch"
        )


def require_room_for_runs(comparison: Comparison) -> None:
    """Raise UserError when a run does not fit a sheet, or the runs are more than a workbook holds."""
    for run in comparison.runs:
        require_room(run.spec)
    count, most = len(comparison.runs), most_runs(comparison)
    if most < _LEAST_RUNS:
        raise UserError(
            f"{comparison.name}: runs of this size are too large for one workbook: use {_batch_of(comparison)}fewer "
            "--iters or smaller --layers, or print the summary with --csv"
        )
    if count > most:
        raise UserError(
            f"{comparison.name}: {count:,} runs, but a workbook holds at most {most:,} of this size: "
            f"compare fewer, {_batch_of(comparison)}or print the summary with --csv"
        )


def _batch_of(comparison: Comparison) -> str:
    """Return the largest batch with which a workbook holds all runs, as a message names it; nothing where none does."""

    def fits(size: int) -> bool:
        runs = [replace(run, spec=with_batch(run.spec, min(size, run.spec.batch_size))) for run in comparison.runs]
        return most_runs(replace(comparison, runs=tuple(runs))) >= len(runs)

    size = largest(fits, max(run.spec.batch_size for run in comparison.runs))
    return f"--batch {size:,}, " if size else ""


def most_runs(comparison: Comparison) -> int:
    """Return the number of runs, each like the largest one, that a workbook holds."""
    widest = max(columns_needed(run.spec) for run in comparison.runs)
    largest = max(columns_needed(run.spec) * run.spec.training.iters for run in comparison.runs)
    return min(_MOST_SHEETS, _MOST_CELLS // largest, _MOST_COLUMNS // widest)

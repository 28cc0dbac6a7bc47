"""The limits of a sheet, checked before any work starts, and what would fit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from xlnet.comparison import Comparison
from xlnet.errors import UserError
from xlnet.graph.node import Group
from xlnet.model.dropout import of_sample as masks_of
from xlnet.model.network import Parameter, parameters
from xlnet.model.optimizers import OPTIMIZERS, taken
from xlnet.model.passes import passes
from xlnet.model.schedules import SCHEDULES
from xlnet.sheet_size import LAST_SHEET_COLUMN
from xlnet.spec import Spec

# A comparison beyond these still opens somewhere, but no longer at a glance, nor on any laptop.
_LEAST_RUNS = 2
_MOST_SHEETS, _MOST_CELLS, _MOST_COLUMNS = 60, 10_000_000, 20_000
# A check holds some bytes for each cell in memory, an engine some hundred.
_MOST_CHECKED = 50_000_000


def require_room(spec: Spec) -> None:
    """Raise UserError, with what would fit, when the Training sheet would need more columns than a sheet has."""
    needed = columns_needed(spec)
    if needed <= LAST_SHEET_COLUMN:
        return
    limit = f"columns, but a sheet has {LAST_SHEET_COLUMN:,}"
    alone = columns_needed(_with_batch(spec, 1))
    if spec.batch_size == 1 or alone > LAST_SHEET_COLUMN:
        raise UserError(f"{spec.name}: the network needs {alone:,} {limit}: make its layers smaller")
    sizes = range(1, spec.batch_size)
    fits = bisect_right(sizes, LAST_SHEET_COLUMN, key=lambda size: columns_needed(_with_batch(spec, size)))
    raise UserError(f"{spec.name}: --batch {spec.batch_size:,} needs {needed:,} {limit}: --batch {fits:,} would fit")


def require_room_to_check(specs: Sequence[Spec]) -> None:
    """Raise UserError when a run asks for more columns than a sheet has, or all for more cells than are checked."""
    cells = 0
    for spec in specs:
        require_room(spec)
        cells += columns_needed(spec) * spec.training.iters
        if cells > _MOST_CHECKED:
            raise UserError(
                f"{spec.name}: the Template sheet asks for {cells:,} cells, but check takes at most {_MOST_CHECKED:,}: "
                "rebuild it with fewer --iters"
            )


def require_room_for_runs(comparison: Comparison) -> None:
    """Raise UserError when a run does not fit a sheet, or the runs are more than a workbook holds."""
    for run in comparison.runs:
        require_room(run.spec)
    count, most = len(comparison.runs), most_runs(comparison)
    if most < _LEAST_RUNS:
        raise UserError(
            f"{comparison.name}: runs of this size are too large for one workbook: use fewer --iters or smaller "
            "--layers, or print the summary with --csv"
        )
    if count > most:
        raise UserError(
            f"{comparison.name}: {count:,} runs, but a workbook holds at most {most:,} of this size: "
            "compare fewer, or print the summary with --csv"
        )


def most_runs(comparison: Comparison) -> int:
    """Return the number of runs, each like the largest one, that a workbook holds."""
    widest = max(columns_needed(run.spec) for run in comparison.runs)
    largest = max(columns_needed(run.spec) * run.spec.training.iters for run in comparison.runs)
    return min(_MOST_SHEETS, _MOST_CELLS // largest, _MOST_COLUMNS // widest)


def columns_needed(spec: Spec) -> int:
    """Return the number of columns of the Training sheet, without laying it out."""
    trained = [parameter for parameter in parameters(spec) if parameter.trained]
    return _once(spec, trained) + _of_optimizer(spec, trained) + spec.batch_size * _per_sample(spec)


def _of_optimizer(spec: Spec, trained: Sequence[Parameter]) -> int:
    """Return the columns of the gradients as the optimiser takes them, and of its state."""
    training = spec.training
    rule = OPTIMIZERS[training.optimizer.name]
    for_all = len(taken.norm(trained, training)) + len(rule.shared(training.optimizer.settings))
    each = len(rule.state(taken.own(trained[0], training)))
    return for_all + len(taken.taken(trained, training)) + each * len(trained)


def _once(spec: Spec, trained: Sequence[Parameter]) -> int:
    """Return the columns that a row has once: iteration, epoch, η, parameters, gradients, and E of a batch."""
    schedule = spec.training.schedule
    return (
        1
        + spec.draws_samples
        + (len(SCHEDULES[schedule.name].columns(schedule.settings)) + 1 if schedule else 0)
        + len(parameters(spec))
        + len(trained)
        + (spec.batch_size > 1) * (1 + spec.has_weighted_mean)
    )


def _per_sample(spec: Spec) -> int:
    """Return the columns of a sample: its number, inputs and targets where they are drawn, and both passes."""
    groups = (Group.FORWARD, Group.LOSS, Group.DELTAS)
    both = sum(node.group in groups for node in passes(spec).nodes) + len(masks_of(spec))
    return both + spec.draws_samples * (1 + spec.inputs + spec.outputs)


def _with_batch(spec: Spec, batch: int) -> Spec:
    return replace(spec, training=replace(spec.training, batch=batch))

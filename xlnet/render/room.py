"""How much of a sheet a run takes, before it is laid out, and the largest batch that there is room for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod

from xlnet.graph.node import Group
from xlnet.model.dropout import of_sample as masks_of
from xlnet.model.iteration import iteration
from xlnet.model.network import Parameter, has_drawn_inputs, parameters
from xlnet.model.optimizers import OPTIMIZERS, taken
from xlnet.model.passes import passes
from xlnet.model.schedules import SCHEDULES
from xlnet.render.layout import DATA, TRAINING, layout_of
from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW, LONGEST_FORMULA
from xlnet.spec import ROWS, Spec

# A gradient is a sum over the batch. No term is longer than "+''!$ABC$1048576*ABC1048576" with the name of a sheet.
_LONGEST_TERM = 30


def has_room(spec: Spec, sheet: str = TRAINING, data: str = DATA) -> bool:
    """Return whether a sheet has the columns for a run, and a cell the characters for each gradient."""
    if spec.layout != ROWS:
        return has_room_for_blocks(spec)
    if columns_needed(spec) > LAST_SHEET_COLUMN:
        return False
    terms = spec.batch_size * max(prod(layer.gives[1:]) for layer in spec.layers)
    is_short = terms * (_LONGEST_TERM + len(data)) <= LONGEST_FORMULA
    return is_short or _longest_gradient(spec, sheet, data) <= LONGEST_FORMULA


def has_room_for_blocks(spec: Spec) -> bool:
    """Return whether a sheet has the rows for the blocks of a run, and the columns for one."""
    layout = layout_of(iteration(spec), spec.training.iters, arrangement=spec.layout)
    return layout.last_row <= LAST_SHEET_ROW and layout.last_column <= LAST_SHEET_COLUMN


def largest(fits: Callable[[int], bool], below: int) -> int:
    """Return the largest number under `below` that `fits`, as all smaller ones do; 0 where none does."""
    return bisect_left(range(1, below), True, key=lambda number: not fits(number))


def mend(spec: Spec, sheet: str = TRAINING, data: str = DATA) -> str:
    """Return what to do about a run that there is no room for: a batch that would fit, or smaller layers."""
    size = largest(lambda size: columns_needed(with_batch(spec, size)) <= LAST_SHEET_COLUMN, spec.batch_size)
    while size and not has_room(with_batch(spec, size), sheet, data):
        # The fewer terms, the shorter each: a share of them fits, if not the largest one.
        size = size * LONGEST_FORMULA // _longest_gradient(with_batch(spec, size), sheet, data)
    return f"--batch {size:,} would fit" if size else "make its layers smaller"


def with_batch(spec: Spec, size: int) -> Spec:
    """Return a run with another batch."""
    return replace(spec, training=replace(spec.training, batch=size))


def _longest_gradient(spec: Spec, sheet: str, data: str) -> int:
    # Not sooner: it imports openpyxl, and a template is read without.
    from xlnet.render.excel import formula, length

    graph = iteration(spec)
    layout = layout_of(graph, spec.training.iters, training=sheet, data=data, arrangement=spec.layout)
    gradients = [node.formula for node in graph.nodes if node.group == Group.GRADIENTS and node.formula is not None]
    return max((length(formula(gradient, layout), layout) for gradient in gradients), default=0)


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
    repeated = spec.inputs if has_drawn_inputs(spec) else 0
    return both + repeated + spec.draws_samples * (1 + spec.inputs + spec.outputs)

"""How much of a sheet a run takes, before it is laid out, and the largest batch that there is room for."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod

from xlnet.graph.expression import Sum
from xlnet.graph.node import Group
from xlnet.model.dropout import of_sample as masks_of
from xlnet.model.iteration import iteration
from xlnet.model.network import Parameter, has_drawn_inputs, is_joint, parameters
from xlnet.model.optimizers import OPTIMIZERS, taken
from xlnet.model.passes import passes
from xlnet.model.schedules import SCHEDULES
from xlnet.render.layout import DATA, TRAINING, layout_of
from xlnet.render.matrices import block_of_tensors
from xlnet.render.tensors import of_samples, tensors
from xlnet.sheet_size import FIRST_ROW, LAST_SHEET_COLUMN, LAST_SHEET_ROW, LONGEST_FORMULA
from xlnet.spec import MATRIX, ROWS, Spec

# A gradient is a sum over the batch. No term is longer than "+''!$ABC$1048576*ABC1048576" with the name of a sheet.
_LONGEST_TERM = 30
# An iteration of matrices: its cells, and the products of the weighted sums of a batch.
MOST_CELLS, MOST_PRODUCTS = 200_000, 1_000_000
# The sizes that were asked for last, each with its network and batch: a template is measured when it is read, built and
# checked, and each time its graph would be made.
_SIZES: deque[tuple[Spec, int, tuple[int, int]]] = deque(maxlen=8)


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
    if not is_computed(spec):
        return False
    stride, columns = block_size(spec)
    return FIRST_ROW - 1 + spec.training.iters * stride <= LAST_SHEET_ROW and columns <= LAST_SHEET_COLUMN


def is_computed(spec: Spec) -> bool:
    """Return whether an iteration has no more cells and products than can be laid out in some seconds."""
    terms = sum(len(node.formula.terms) for node in passes(spec).nodes if isinstance(node.formula, Sum))
    return spec.batch_size * terms <= MOST_PRODUCTS and columns_needed(spec) <= MOST_CELLS


def block_size(spec: Spec) -> tuple[int, int]:
    """Return the rows of an iteration that is laid out as matrices, and the last of its columns.

    Samples stand one under another: two tell the size of a batch.
    """
    batch = spec.batch_size
    one = with_batch(spec, min(batch, 2))
    one = replace(one, name="", title="", description="", training=replace(one.training, iters=1))
    for known, its_batch, size in _SIZES:
        if its_batch == batch and known == one:
            return size
    size = _block_size(one, batch)
    _SIZES.append((one, batch, size))
    return size


def _block_size(one: Spec, batch: int) -> tuple[int, int]:
    graph = iteration(one)
    if one.layout != MATRIX or batch <= 2:
        layout = layout_of(graph, 1, arrangement=one.layout)
        return layout.stride, layout.last_column
    block = block_of_tensors(of_samples(tensors(graph.nodes), batch))
    return block.stride, block.last_column


def largest(fits: Callable[[int], bool], below: int) -> int:
    """Return the largest number under `below` that `fits`, as all smaller ones do; 0 where none does."""
    return bisect_left(range(1, below), True, key=lambda number: not fits(number))


def mend(spec: Spec, sheet: str = TRAINING, data: str = DATA) -> str:
    """Return what to do about a run that there is no room for: a batch that would fit, or smaller layers."""
    if spec.layout == ROWS and has_room_for_blocks(replace(spec, layout=MATRIX)):
        return f'layout = "{MATRIX}" would fit'

    def fits(size: int) -> bool:
        one = with_batch(spec, size)
        return columns_needed(one) <= LAST_SHEET_COLUMN if spec.layout == ROWS else has_room_for_blocks(one)

    size = largest(fits, spec.batch_size)
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

    # Of one iteration alone: what is drawn for all of them may be more than there is memory for.
    graph = iteration(replace(spec, training=replace(spec.training, iters=1)))
    layout = layout_of(graph, spec.training.iters, training=sheet, data=data, arrangement=spec.layout)
    gradients = [node.formula for node in graph.nodes if node.group == Group.GRADIENTS and node.formula is not None]
    return max((length(formula(gradient, layout), layout) for gradient in gradients), default=0)


def columns_needed(spec: Spec) -> int:
    """Return the number of columns of the Training sheet, without laying it out."""
    if is_joint(spec):
        # Samples share some quantities, and not only their parameters.
        return len(iteration(replace(spec, training=replace(spec.training, iters=1))).nodes)
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
        + len(trained) * (1 + spec.shows_next)
        + (spec.batch_size > 1) * (1 + spec.has_weighted_mean)
    )


def _per_sample(spec: Spec) -> int:
    """Return the columns of a sample: its number, inputs and targets where they are drawn, and both passes."""
    groups = (Group.FORWARD, Group.LOSS, Group.DELTAS)
    both = sum(node.group in groups for node in passes(spec).nodes) + len(masks_of(spec))
    repeated = spec.inputs if has_drawn_inputs(spec) else 0
    return both + repeated + spec.draws_samples * (1 + spec.inputs + spec.outputs)

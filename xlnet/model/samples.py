"""The samples: their columns on the Data sheet, and which of them each iteration uses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xlnet import keys
from xlnet.graph.expression import Expression, Lookup, Quantity, call, where_above
from xlnet.graph.node import Constant, DataColumn, Group, Node
from xlnet.model.initializers import generator
from xlnet.model.network import inputs, targets
from xlnet.spec import CONSTANT_ZERO, Spec, Vector, indices

if TYPE_CHECKING:
    import numpy as np

# What leads the keys of an input's mean and standard deviation.
MEAN, DEVIATION = "mean", "sd"
# A seed of its own for the order of samples, so that it does not depend on how many weights were drawn.
_ORDER_STREAM = 1


def columns(spec: Spec) -> tuple[DataColumn, ...]:
    """Return the columns of the Data sheet: inputs, targets, and those of them that are standardised."""
    if not spec.has_data_sheet:
        return ()
    x = [
        _typed(spec, keys.input_(i), Group.INPUTS, spec.data.x_names, i, column) for i, column in _numbered(spec.data.x)
    ]
    t = [
        _typed(spec, keys.target(i), Group.TARGETS, spec.data.t_names, i, column)
        for i, column in _numbered(spec.data.t)
    ]
    seen = [(x, spec.data.standardize), (t, spec.data.standardize_targets)]
    measured = [_raw(column) if is_scaled else column for own, is_scaled in seen for column in own]
    scaled = [column for own, is_scaled in seen for column in own if is_scaled]
    return (*measured, *(_standardized(column, spec) for column in scaled))


def held_columns(spec: Spec) -> tuple[DataColumn, ...]:
    """Return the columns of the samples that are held out, in the order of `columns`; none where there are none.

    They are standardised as those of the samples to learn from are, by the statistics of these.
    """
    if not spec.held_out:
        return ()
    x, t = (
        [
            DataColumn(keys.held(key), key, name, tuple(_held(keys.held(key), group, values)))
            for key, name, values in zip(
                every_key, names or [""] * len(every_key), zip(*rows, strict=True), strict=True
            )
        ]
        for every_key, names, rows, group in (
            (inputs(spec), spec.data.x_names, spec.data.held_x, Group.INPUTS),
            (targets(spec), spec.data.t_names, spec.data.held_t, Group.TARGETS),
        )
    )
    seen = [(x, spec.data.x, spec.data.standardize), (t, spec.data.t, spec.data.standardize_targets)]
    measured = [replace(column, is_raw=is_scaled) for own, _, is_scaled in seen for column in own]
    scaled = [
        _seen(column, trained, spec)
        for own, rows, is_scaled in seen
        if is_scaled
        for column, trained in zip(own, zip(*rows, strict=True), strict=True)
    ]
    return (*measured, *scaled)


def _held(key: str, group: Group, values: Vector) -> Iterator[Constant]:
    return (Constant(keys.of_sample(key, sample), group, value) for sample, value in enumerate(values, 1))


def _seen(column: DataColumn, trained: Vector, spec: Spec) -> DataColumn:
    """Return a column of the samples held out as the network sees it; `trained` are those that it learns from."""
    key, centre, divisor = keys.seen(column.of), mean(trained), spread(trained, spec)
    constants = tuple(
        Constant(
            key=keys.of_sample(key, sample),
            group=Group.STANDARDIZED,
            value=(constant.value - centre) / divisor,
            formula=_from_raw(constant.key, column.of),
        )
        for sample, constant in enumerate(column.constants, 1)
    )
    return DataColumn(key, column.of, column.name, constants)


def statistics(spec: Spec) -> tuple[Constant, ...]:
    """Return the mean and the standard deviation of each input and target, where they are standardised."""
    if not spec.has_data_sheet:
        return ()
    x = [(keys.input_(i), column) for i, column in _numbered(spec.data.x) if spec.data.standardize]
    t = [(keys.target(i), column) for i, column in _numbered(spec.data.t) if spec.data.standardize_targets]
    found = []
    for key, column in (*x, *t):
        every = Quantity(keys.raw(key))
        divisor = _divisor(every) if spec.data.constant == CONSTANT_ZERO else call("deviation", every)
        for prefix, formula, value in (
            (MEAN, call("average", every), mean(column)),
            (DEVIATION, divisor, spread(column, spec)),
        ):
            found.append(Constant(keys.state(prefix, key), Group.STATISTICS, value, formula, of=key))
    return tuple(found)


def _divisor(every: Quantity) -> Expression:
    """Return the standard deviation, but 1 where all are the same: they become 0, and nothing is divided by 0."""
    return where_above(call("max", every), call("min", every), call("deviation", every), 1)


def spread(column: Vector, spec: Spec) -> float:
    """Return what the distance to the mean is divided by in a column that is standardised."""
    is_kept = spec.data.constant == CONSTANT_ZERO and min(column) == max(column)
    return 1.0 if is_kept else deviation(column)


def mean(column: Vector) -> float:
    """Return the arithmetic mean."""
    return math.fsum(column) / len(column)


def deviation(column: Vector) -> float:
    """Return the standard deviation of the population, √(Σ(x − mean)² / n)."""
    centre = mean(column)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in column) / len(column))


def row_nodes(spec: Spec) -> list[Node]:
    """Return the columns of the Training sheet that tell a row's samples: epoch, numbers, inputs and targets."""
    if not spec.draws_samples:
        return []
    size = spec.batch_size
    epoch = call("floor", (Quantity(keys.ITERATION) - 1) * size / spec.samples) + 1
    nodes = [Node(keys.EPOCH, Group.SAMPLES, epoch)]
    numbers = [keys.of_sample(keys.SAMPLE, sample) for sample in batch(spec)]
    drawn = order(spec) if spec.training.order == "shuffled" else None
    for position, key in enumerate(numbers):
        typed = None if drawn is None else [float(n) for n in drawn[:, position]]
        formula = _sequential(spec, position) if drawn is None else None
        nodes.append(Node(key, Group.SAMPLES, formula, typed=typed))
    places = {
        **dict(zip(inputs(spec), indices(spec.layers[0].takes), strict=True)),
        **dict(zip(targets(spec), indices(spec.layers[spec.last - 1].gives), strict=True)),
    }
    for sample, number in zip(batch(spec), numbers, strict=True):
        for key, place in places.items():
            lookup = Lookup(keys.data(key), Quantity(number))
            nodes.append(Node(keys.of_sample(key, sample), Group.SAMPLES, lookup, place=place))
    return nodes


def batch(spec: Spec) -> Sequence[int | None]:
    """Return the numbers of the samples in a batch; None alone where there is only one."""
    return [None] if spec.batch_size == 1 else range(1, spec.batch_size + 1)


def order(spec: Spec) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the samples of every iteration, numbers from 1, permutation after permutation: (iters, batch size)."""
    import numpy as np

    wanted = spec.training.iters * spec.batch_size
    random = generator(spec.training.seed, _ORDER_STREAM)
    epochs = -(-wanted // spec.samples)
    numbers = np.concatenate([random.permutation(spec.samples) + 1 for _ in range(epochs)])
    return numbers[:wanted].reshape(spec.training.iters, spec.batch_size)


def _sequential(spec: Spec, position: int) -> Expression:
    done = (Quantity(keys.ITERATION) - 1) * spec.batch_size
    return call("mod", done + position if position else done, spec.samples) + 1


def _numbered(rows: Sequence[Vector]) -> list[tuple[int, Vector]]:
    return list(enumerate(zip(*rows, strict=True), 1))


def _typed(spec: Spec, key: str, group: Group, names: Sequence[str], number: int, values: Vector) -> DataColumn:
    constants = tuple(Constant(_cell_key(spec, key, sample), group, value) for sample, value in enumerate(values, 1))
    return DataColumn(keys.data(key), key, names[number - 1] if names else "", constants)


def _cell_key(spec: Spec, key: str, sample: int) -> str:
    """Return the key of a sample's cell: where rows use all samples, it is the row's own quantity."""
    return keys.of_sample(keys.data(key) if spec.draws_samples else key, sample)


def _raw(column: DataColumn) -> DataColumn:
    """Return an input or a target as it was measured, before it is standardised."""
    return DataColumn(
        key=keys.raw(column.of),
        of=column.of,
        name=column.name,
        constants=tuple(
            Constant(keys.of_sample(keys.raw(column.of), sample), c.group, c.value)
            for sample, c in enumerate(column.constants, 1)
        ),
        is_raw=True,
    )


def _standardized(column: DataColumn, spec: Spec) -> DataColumn:
    values = tuple(constant.value for constant in column.constants)
    centre, divisor = mean(values), spread(values, spec)
    is_target = column.constants[0].group == Group.TARGETS
    constants = tuple(
        Constant(
            key=constant.key,
            group=Group.STANDARDIZED_TARGETS if is_target else Group.STANDARDIZED,
            value=(constant.value - centre) / divisor,
            formula=standardized(column.of, sample),
        )
        for sample, constant in enumerate(column.constants, 1)
    )
    return DataColumn(column.key, column.of, column.name, constants)


def standardized(key: str, sample: int | None = None) -> Expression:
    """Return an input or a target as the network sees it, (x − mean) / standard deviation."""
    return _from_raw(keys.of_sample(keys.raw(key), sample), key)


def _from_raw(raw: str, key: str) -> Expression:
    return (Quantity(raw) - Quantity(keys.state(MEAN, key))) / Quantity(keys.state(DEVIATION, key))


def undone(key: str, output: Expression) -> Expression:
    """Return an output in the units of its target `key`, which the network learns standardised."""
    return output * Quantity(keys.state(DEVIATION, key)) + Quantity(keys.state(MEAN, key))

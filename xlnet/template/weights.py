"""The weights and biases of a layer: as a template gives them, or drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING

from xlnet.model.initializers import INITIALIZERS, generator
from xlnet.model.layers import Array
from xlnet.spec import Array as Numbers
from xlnet.spec import Shape
from xlnet.template.toml_table import TomlTable

if TYPE_CHECKING:
    import numpy as np

# Made when the first weight is drawn: a template that gives its weights does without numpy, which loads slowly.
Source = Callable[[], "np.random.Generator"]

DEFAULT_INITIALIZER = "xavier_uniform"


def source_of(seed: int) -> Source:
    """Return what all weights are drawn from, one after another."""
    return cache(partial(generator, seed))


def read_weights(table: TomlTable, array: Array, shape: Shape, source: Source) -> Numbers:
    """Return weights: given, drawn, or what such weights start from. Raises UserError."""
    if array.name in table.content:
        if "init" in table.content:
            table.fail("init", "cannot be combined with weights: keep one of the two")
        return table.array(array.name, shape, array.called)
    if array.start is not None:
        return _filled(shape, array.start)
    initializer = INITIALIZERS[table.choice("init", INITIALIZERS, DEFAULT_INITIALIZER)]
    return _tuples(initializer.draw(source(), shape).tolist())


def read_biases(table: TomlTable, array: Array, shape: Shape) -> Numbers:
    """Return biases: given, or 0. Raises UserError."""
    given = array.name in table.content
    if not table.flag("bias", True) and given:
        table.fail(array.name, "cannot be combined with bias = false: remove one of the two")
    return table.array(array.name, shape, array.called) if given else _filled(shape, 0.0)


def _tuples(numbers: object) -> Numbers:
    return tuple(map(_tuples, numbers)) if isinstance(numbers, list) else numbers


def _filled(shape: Shape, value: float) -> Numbers:
    return (_filled(shape[1:], value),) * shape[0] if shape else value

"""Small, friendly numbers for a student: weights with one decimal, small inputs, a learning rate that one can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xlnet.graph.operations import LOSSES
from xlnet.model.layers import KINDS
from xlnet.model.loss import steps_of
from xlnet.model.tokens import tokens
from xlnet.spec import Array, Data, Layer, Matrix, Spec, Vector

if TYPE_CHECKING:
    from numpy.random import Generator

_RATES = (0.1, 0.2, 0.5)
# Tenths. Where many products are summed smaller ones keep the sums small.
_WEIGHTS, _SMALL_WEIGHTS = (1, 9), (1, 5)
_MANY = 4
_SHARES = (1, 9)
_WHOLE = (1, 3)
_WHOLE_TARGETS = (1, 5)
# Where all weights are 1, as those of a norm, they stay near it.
_SCALES = (8, 12)
# The share of weights that are negative.
_NEGATIVE = 0.35


def with_numbers(spec: Spec, random: Generator) -> Spec:
    """Return a network with other numbers: weights, learning rate, and the sample where there is only one."""
    layers = tuple(replace(layer, arrays=_arrays(layer, random)) for layer in spec.layers)
    optimizer = replace(spec.training.optimizer, lr=float(random.choice(_RATES)))
    data = _with_sample(spec, random) if spec.samples == 1 else spec.data
    return replace(spec, layers=layers, data=data, training=replace(spec.training, optimizer=optimizer))


def _arrays(layer: Layer, random: Generator) -> dict[str, Array]:
    arrays = {array.letter: array for array in KINDS[layer.type].arrays}
    return {
        letter: values if not arrays[letter].is_trained else _array(values, layer, random)
        for letter, values in layer.arrays.items()
    }


def _array(values: Array, layer: Layer, random: Generator) -> Array:
    if isinstance(values, tuple):
        parts = [_array(part, layer, random) for part in values]
        # Two units with the same weights would be twins.
        while len(parts) < 7 and len(set(parts)) < len(parts):
            parts = [_array(part, layer, random) for part in values]
        return tuple(parts)
    if values == 1 and layer.type.endswith("norm"):
        return _tenths(_SCALES, random)
    size = _tenths(_SMALL_WEIGHTS if layer.takes[0] > _MANY else _WEIGHTS, random)
    return -size if random.random() < _NEGATIVE else size


def _with_sample(spec: Spec, random: Generator) -> Data:
    (x,), (t,) = spec.data.x, spec.data.t
    choices = tokens(spec)
    tokens_of_x = tuple(float(random.choice(choices)) for _ in x) if choices else ()
    return replace(spec.data, x=(tokens_of_x or _like(x, _WHOLE, random),), t=(_targets(spec, t, random),))


def _targets(spec: Spec, t: Vector, random: Generator) -> Vector:
    loss = LOSSES[spec.training.loss]
    if loss.normalized:
        # At each step of a sequence they are shares of 1.
        width = len(t) // steps_of(spec)
        parts = (t[start : start + width] for start in range(0, len(t), width))
        return tuple(float(value) for part in parts for value in random.permutation(part))
    if loss.signed:
        return tuple(float(random.choice((-1, 1))) for _ in t)
    activation = spec.layers[spec.last - 1].activation
    if loss.fused or activation in ("sigmoid", "tanh", "softmax"):
        is_class = all(value in (0, 1) for value in t)
        return tuple(float(random.integers(2)) if is_class else _tenths(_SHARES, random) for _ in t)
    return _like(t, _WHOLE_TARGETS, random)


def _like(values: Vector, whole: tuple[int, int], random: Generator) -> Vector:
    """Return whole numbers where these are whole, tenths elsewhere."""
    if all(value == int(value) for value in values):
        return tuple(float(random.integers(whole[0], whole[1] + 1)) for _ in values)
    return tuple(_tenths(_SHARES, random) for _ in values)


def _tenths(ends: tuple[int, int], random: Generator) -> float:
    return int(random.integers(ends[0], ends[1] + 1)) / 10


def rounded(rows: Sequence[Vector]) -> Matrix:
    """Return numbers with one decimal."""
    return tuple(tuple(round(value, 1) + 0.0 for value in row) for row in rows)

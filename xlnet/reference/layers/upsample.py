"""A layer that repeats each number along the axes behind the channels; back, the gradients of its copies add up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer


def _axes(layer: Layer) -> dict[str, Axes]:
    return {"a": Axes(layer.gives, True)}


def _forward(own: Own) -> Iterator[Rule]:
    def rule(q: Quantities) -> Array:
        values = own.taken(q)
        for axis, scale in zip(range(3, values.ndim), own.layer.along["scale"], strict=False):
            values = values.repeat(scale, axis)
        return values

    yield own.name("a"), rule


def _handed_back(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        slopes, each = own.of(q, "d_a"), zip(own.layer.takes[1:], own.layer.along["scale"], strict=False)
        sizes = [part for pair in each for part in pair]
        parts = slopes.reshape(*slopes.shape[:3], *sizes)
        return np.asarray(parts.sum(tuple(range(4, parts.ndim, 2))))

    return rule


KIND = Kind(axes=_axes, forward=_forward, backward=lambda own: (), handed_back=_handed_back)

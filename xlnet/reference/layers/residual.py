"""A residual layer, a = a_before + a_inside: both get ∂E/∂a as it is."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet.reference.functions import Axes, Function, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer


def _axes(layer: Layer) -> dict[str, Axes]:
    return {"a": Axes(layer.gives, True)}


def _forward(own: Own) -> Iterator[Rule]:
    yield own.name("a"), lambda q: own.taken(q) + own.taken(q, 1)


def _handed_back(own: Own) -> Function:
    return lambda q: own.of(q, "d_a")


KIND = Kind(axes=_axes, forward=_forward, backward=lambda own: (), handed_back=_handed_back)

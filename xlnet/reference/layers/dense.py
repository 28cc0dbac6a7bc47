"""A dense layer: z = W·a_before + b.

Back, δa_before = Wᵀ·δz, ∂E/∂W = Σ δz·a_beforeᵀ and ∂E/∂b = Σ δz over the samples.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.activated import activated, delta, steps
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer


def _axes(layer: Layer) -> dict[str, Axes]:
    found = {"w": Axes((layer.units, layer.inputs))}
    found |= {"b": Axes((layer.units,))} if "b" in layer.arrays else {}
    return found | {"z": Axes((layer.units,), True), "a": Axes((layer.units,), True)} | steps(layer)


def _forward(own: Own) -> Iterator[Rule]:
    def weighted_sum(q: Quantities) -> Array:
        z: Array = np.einsum("rui,rsi->rsu", own.of(q, "w"), own.taken(q))
        return z + own.of(q, "b")[:, None] if "b" in own.layer.arrays else z

    yield own.name("z"), weighted_sum
    yield from activated(own)


def _handed_back(own: Own) -> Function:
    return lambda q: np.einsum("rui,rsu->rsi", own.of(q, "w"), own.of(q, "d_z"))


KIND = Kind(
    axes=_axes,
    forward=_forward,
    delta=delta,
    handed_back=_handed_back,
    gradients={
        "w": lambda own: lambda q: np.einsum("rsu,rsi->rui", own.of(q, "d_z"), own.taken(q)),
        "b": lambda own: lambda q: own.of(q, "d_z").sum(1),
    },
)

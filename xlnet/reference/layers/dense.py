"""A dense layer: z = W·a_before + b.

Back, δa_before = Wᵀ·δz, ∂E/∂W = Σ δz·a_beforeᵀ and ∂E/∂b = Σ δz over the samples. Of a sequence each step by itself, or
the last one alone, and the sums go over the steps too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.activated import activated, deltas, steps
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer


def _axes(layer: Layer) -> dict[str, Axes]:
    found = {"w": Axes((layer.gives[-1], layer.takes[-1]))} if "w" in layer.arrays else {}
    found |= {"b": Axes((layer.gives[-1],))} if "b" in layer.arrays else {}
    return found | {"z": Axes(layer.gives, True), "a": Axes(layer.gives, True)} | steps(layer)


def _seen(own: Own, q: Quantities) -> Array:
    """What it sees, of the shape (rows, samples, steps, inputs): steps are 1 where it takes no sequence."""
    taken = own.taken(q)
    return taken[:, :, -1:] if _of_last(own.layer) else taken.reshape(*taken.shape[:2], -1, taken.shape[-1])


def _slopes(own: Own, q: Quantities) -> Array:
    """δz, of the shape (rows, samples, steps, units)."""
    slopes = own.of(q, "d_z")
    return slopes.reshape(*slopes.shape[:2], -1, slopes.shape[-1])


def _of_last(layer: Layer) -> bool:
    return len(layer.takes) > len(layer.gives)


def _forward(own: Own) -> Iterator[Rule]:
    def weighted_sum(q: Quantities) -> Array:
        z: Array = np.einsum("rui,rsti->rstu", own.of(q, "w"), _seen(own, q))
        z = z + own.of(q, "b")[:, None, None] if "b" in own.layer.arrays else z
        return z.reshape(*z.shape[:2], *own.layer.gives)

    yield own.name("z"), weighted_sum
    yield from activated(own)


def _handed_back(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        handed: Array = np.einsum("rui,rstu->rsti", own.of(q, "w"), _slopes(own, q))
        if not _of_last(own.layer):
            return handed.reshape(*handed.shape[:2], *own.layer.takes)
        # The steps before the last one are not seen.
        whole = np.zeros((*handed.shape[:2], *own.layer.takes))
        whole[:, :, -1] = handed[:, :, 0]
        return whole

    return rule


KIND = Kind(
    axes=_axes,
    forward=_forward,
    backward=deltas,
    handed_back=_handed_back,
    gradients={
        "w": lambda own: lambda q: np.einsum("rstu,rsti->rui", _slopes(own, q), _seen(own, q)),
        "b": lambda own: lambda q: _slopes(own, q).sum((1, 2)),
    },
)

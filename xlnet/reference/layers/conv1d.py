"""A convolution along one axis, tap by tap: at tap k, position p meets what stands at p·stride + k − padding.

z[o, p] = Σ w[o, i, k]·a[i, at] + b[o], over the channels i and the taps k that meet no padding. Back, δa[i, at] is the
sum of w[o, i, k]·δz[o, p] over all that meet there, ∂E/∂w[o, i, k] = Σ δz[o, p]·a[i, at] and ∂E/∂b[o] = Σ δz[o, p],
over positions and samples.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.activated import activated, deltas, steps
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer

_Places = NDArray[np.intp]


def _axes(layer: Layer) -> dict[str, Axes]:
    found = {"w": Axes((layer.numbers["channels"], layer.takes[0], layer.numbers["kernel"]))}
    found |= {"b": Axes((layer.numbers["channels"],))} if "b" in layer.arrays else {}
    return found | {"z": Axes(layer.gives, True), "a": Axes(layer.gives, True)} | steps(layer)


def _taps(layer: Layer) -> Iterator[tuple[int, _Places, _Places]]:
    """Yield every tap, the positions at which it meets no padding, and what it meets there."""
    positions = np.arange(layer.gives[1])
    for tap in range(layer.numbers["kernel"]):
        at = positions * layer.numbers["stride"] + tap - layer.numbers["padding"]
        inside = (at >= 0) & (at < layer.takes[1])
        yield tap, positions[inside], at[inside]


def _forward(own: Own) -> Iterator[Rule]:
    def weighted_sum(q: Quantities) -> Array:
        w, taken = own.of(q, "w"), own.taken(q)
        z = np.zeros((max(len(w), len(taken)), taken.shape[1], *own.layer.gives))
        for tap, positions, at in _taps(own.layer):
            z[..., positions] += np.einsum("roi,rsip->rsop", w[..., tap], taken[..., at])
        return z + own.of(q, "b")[:, None, :, None] if "b" in own.layer.arrays else z

    yield own.name("z"), weighted_sum
    yield from activated(own)


def _handed_back(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        w, slopes = own.of(q, "w"), own.of(q, "d_z")
        handed = np.zeros((*slopes.shape[:2], *own.layer.takes))
        for tap, positions, at in _taps(own.layer):
            handed[..., at] += np.einsum("roi,rsop->rsip", w[..., tap], slopes[..., positions])
        return handed

    return rule


def _gradient(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        slopes, taken = own.of(q, "d_z"), own.taken(q)
        gradient = np.zeros((len(slopes), slopes.shape[2], taken.shape[2], own.layer.numbers["kernel"]))
        for tap, positions, at in _taps(own.layer):
            gradient[..., tap] = np.einsum("rsop,rsip->roi", slopes[..., positions], taken[..., at])
        return gradient

    return rule


KIND = Kind(
    axes=_axes,
    forward=_forward,
    backward=deltas,
    handed_back=_handed_back,
    gradients={"w": _gradient, "b": lambda own: lambda q: own.of(q, "d_z").sum((1, 3))},
)

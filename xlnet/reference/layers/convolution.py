"""A convolution, tap by tap: at tap k, position p meets what stands at p·stride + k − padding, along each axis.

z[o, p] = Σ w[o, i, k]·a[i, at] + b[o], over the channels i and the taps k that meet no padding. Back, δa[i, at] is the
sum of w[o, i, k]·δz[o, p] over all that meet there, ∂E/∂w[o, i, k] = Σ δz[o, p]·a[i, at] and ∂E/∂b[o] = Σ δz[o, p],
over positions and samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.activated import activated, deltas, steps
from xlnet.reference.layers.kind import Kind, Own
from xlnet.reference.layers.windows import taps
from xlnet.spec import Layer


def _axes(layer: Layer) -> dict[str, Axes]:
    shape = (layer.numbers["channels"], layer.takes[0], *layer.along["kernel"])
    found = {"w": Axes(shape)} if "w" in layer.arrays else {}
    found |= {"b": Axes((layer.numbers["channels"],))} if "b" in layer.arrays else {}
    return found | {"z": Axes(layer.gives, True), "a": Axes(layer.gives, True)} | steps(layer)


def _forward(own: Own) -> Iterator[Rule]:
    def weighted_sum(q: Quantities) -> Array:
        w, taken = own.of(q, "w"), own.taken(q)
        z = np.zeros((max(len(w), len(taken)), taken.shape[1], *own.layer.gives))
        for tap, positions, at in taps(own.layer):
            z[positions] += np.einsum("roi,rsi...->rso...", w[tap], taken[at])
        spread: tuple[Any, ...] = (slice(None), None, slice(None), *(None,) * (z.ndim - 3))
        return z + own.of(q, "b")[spread] if "b" in own.layer.arrays else z

    yield own.name("z"), weighted_sum
    yield from activated(own)


def _handed_back(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        w, slopes = own.of(q, "w"), own.of(q, "d_z")
        handed = np.zeros((*slopes.shape[:2], *own.layer.takes))
        for tap, positions, at in taps(own.layer):
            handed[at] += np.einsum("roi,rso...->rsi...", w[tap], slopes[positions])
        return handed

    return rule


def _gradient(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        slopes, taken = own.of(q, "d_z"), own.taken(q)
        gradient = np.zeros((len(slopes), slopes.shape[2], taken.shape[2], *own.layer.along["kernel"]))
        for tap, positions, at in taps(own.layer):
            met, seen = slopes[positions], taken[at]
            flat = [values.reshape(*values.shape[:3], -1) for values in (met, seen)]
            gradient[tap] = np.einsum("rsop,rsip->roi", *flat)
        return gradient

    return rule


def _bias_gradient(own: Own) -> Function:
    return lambda q: own.of(q, "d_z").sum((1, *range(3, own.of(q, "d_z").ndim)))


KIND = Kind(
    axes=_axes,
    forward=_forward,
    backward=deltas,
    handed_back=_handed_back,
    gradients={"w": _gradient, "b": _bias_gradient},
)

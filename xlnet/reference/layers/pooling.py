"""Pooling: of each window the largest, or the mean.

Back, the largest one gets δa, the first where several are equal, and s is its place in the window, from 1; of a mean of
n each gets δa / n.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.reference.layers.windows import taps
from xlnet.spec import Layer


def _windows(own: Own, q: Quantities) -> Array:
    """What each unit sees, tap by tap: (taps, rows, samples, channels, *positions)."""
    taken = own.taken(q)
    return np.stack([taken[at] for _, _, at in taps(own.layer)])


def _spread(own: Own, parts: Array) -> Array:
    """Add up what each tap hands back: `parts` are (taps, rows, samples, channels, *positions)."""
    handed = np.zeros((*parts.shape[1:3], *own.layer.takes))
    for part, (_, _, at) in zip(parts, taps(own.layer), strict=True):
        handed[at] += part
    return handed


def _max_axes(layer: Layer) -> dict[str, Axes]:
    return {"a": Axes(layer.gives, True), "s": Axes(layer.gives, True)}


def _max_forward(own: Own) -> Iterator[Rule]:
    yield own.name("a"), lambda q: _windows(own, q).max(0)
    yield own.name("s"), lambda q: _windows(own, q).argmax(0) + 1.0


def _max_handed_back(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        place, slopes = own.of(q, "s"), own.of(q, "d_a")
        count = own.layer.numbers["kernel"] ** (len(own.layer.takes) - 1)
        return _spread(own, np.stack([np.where(place == number, slopes, 0.0) for number in range(1, count + 1)]))

    return rule


def _avg_axes(layer: Layer) -> dict[str, Axes]:
    return {"a": Axes(layer.gives, True)}


def _avg_forward(own: Own) -> Iterator[Rule]:
    yield own.name("a"), lambda q: _windows(own, q).mean(0)


def _avg_handed_back(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        count = own.layer.numbers["kernel"] ** (len(own.layer.takes) - 1)
        return _spread(own, np.stack([own.of(q, "d_a") / count] * count))

    return rule


MAX = Kind(axes=_max_axes, forward=_max_forward, backward=lambda own: (), handed_back=_max_handed_back)
AVG = Kind(axes=_avg_axes, forward=_avg_forward, backward=lambda own: (), handed_back=_avg_handed_back)

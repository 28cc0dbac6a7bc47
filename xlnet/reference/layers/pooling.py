"""Pooling: of each window the largest, or the mean.

Back, the largest one gets δa, the first where several are equal, and s is its place in the window, from 1; of a mean of
n each gets δa / n. Padding is −∞ to the largest, and 0 to a mean; n counts it unless `count_include_pad` is false.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.reference.layers.windows import taps
from xlnet.spec import Layer


def _windows(own: Own, taken: Array, padding: float) -> Array:
    """What each unit sees of an array (…, channels, *sizes), tap by tap: (taps, …, channels, *positions)."""
    found = np.full((_count(own), *taken.shape[: -len(own.layer.takes)], *own.layer.gives), padding)
    for seen, (_, positions, at) in zip(found, taps(own.layer), strict=True):
        seen[positions] = taken[at]
    return found


def _spread(own: Own, parts: Array) -> Array:
    """Add up what each tap hands back: `parts` are (taps, rows, samples, channels, *positions)."""
    handed = np.zeros((*parts.shape[1:3], *own.layer.takes))
    for part, (_, positions, at) in zip(parts, taps(own.layer), strict=True):
        handed[at] += part[positions]
    return handed


def _count(own: Own) -> int:
    """Return the number of places in a window."""
    return int(np.prod(own.layer.along["kernel"]))


def _averaged(own: Own) -> Array:
    """Return how many each unit takes the mean of: (channels, *positions)."""
    seen = _windows(own, np.ones(own.layer.takes), float(own.layer.options["count_include_pad"]))
    return np.asarray(seen.sum(0))


def _max_axes(layer: Layer) -> dict[str, Axes]:
    return {"a": Axes(layer.gives, True), "s": Axes(layer.gives, True)}


def _max_forward(own: Own) -> Iterator[Rule]:
    yield own.name("a"), lambda q: _windows(own, own.taken(q), -np.inf).max(0)
    yield own.name("s"), lambda q: _windows(own, own.taken(q), -np.inf).argmax(0) + 1.0


def _max_handed_back(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        place, slopes = own.of(q, "s"), own.of(q, "d_a")
        parts = [np.where(place == number, slopes, 0.0) for number in range(1, _count(own) + 1)]
        return _spread(own, np.stack(parts))

    return rule


def _avg_axes(layer: Layer) -> dict[str, Axes]:
    return {"a": Axes(layer.gives, True)}


def _avg_forward(own: Own) -> Iterator[Rule]:
    yield own.name("a"), lambda q: _windows(own, own.taken(q), 0.0).sum(0) / _averaged(own)


def _avg_handed_back(own: Own) -> Function:
    return lambda q: _spread(own, np.stack([own.of(q, "d_a") / _averaged(own)] * _count(own)))


MAX = Kind(axes=_max_axes, forward=_max_forward, backward=lambda own: (), handed_back=_max_handed_back)
AVG = Kind(axes=_avg_axes, forward=_avg_forward, backward=lambda own: (), handed_back=_avg_handed_back)

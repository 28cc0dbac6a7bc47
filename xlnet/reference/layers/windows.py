"""Windows that slide over one axis or two: which positions a tap meets, and what it meets there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from xlnet.spec import Layer

# What picks elements of an array along its last axes.
Places = tuple[Any, ...]


def taps(layer: Layer) -> Iterator[tuple[tuple[int, ...], Places, Places]]:
    """Yield every tap, the positions at which it meets no padding, and what it meets there."""
    numbers = layer.numbers
    along = []
    for size, given in zip(layer.takes[1:], layer.gives[1:], strict=True):
        starts = np.arange(given) * numbers["stride"] - numbers.get("padding", 0)
        found = []
        for tap in range(numbers["kernel"]):
            inside = (starts + tap >= 0) & (starts + tap < size)
            found.append((tap, np.arange(given)[inside], (starts + tap)[inside]))
        along.append(found)
    for every in product(*along):
        yield (
            tuple(tap for tap, _, _ in every),
            np.ix_(*(at for _, at, _ in every)),
            np.ix_(*(at for _, _, at in every)),
        )

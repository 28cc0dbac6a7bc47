"""Windows that slide over one axis or two: which positions a tap meets, and what it meets there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from xlnet.spec import Layer

# What picks elements of an array along its last axes.
Index = Any


def taps(layer: Layer) -> Iterator[tuple[Index, Index, Index]]:
    """Yield every tap, the positions at which it meets no padding, and what it meets there."""
    sizes = [layer.along[name] for name in ("kernel", "stride", "padding")]
    along = []
    for size, given, kernel, stride, padding in zip(layer.takes[1:], layer.gives[1:], *sizes, strict=True):
        starts = np.arange(given) * stride - padding
        found = []
        for tap in range(kernel):
            inside = (starts + tap >= 0) & (starts + tap < size)
            found.append((tap, np.arange(given)[inside], (starts + tap)[inside]))
        along.append(found)
    for every in product(*along):
        positions, met = (np.ix_(*(entry[side] for entry in every)) for side in (1, 2))
        yield (..., *(entry[0] for entry in every)), (..., *positions), (..., *met)

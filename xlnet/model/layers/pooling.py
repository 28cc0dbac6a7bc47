"""Pooling over one axis or two, torch.nn.MaxPool1d and 2d, AvgPool1d and 2d: each channel's windows by themselves.

Of a window the largest, or the mean. The gradient of a largest one goes to it alone, and of several that are equal to
the first, as in PyTorch: the number of its place in the window, row by row, is a quantity of its own, s.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from xlnet.graph.blocks import Block
from xlnet.graph.pooling_blocks import largest, means
from xlnet.model.layers.kind import Asked, Before, Kind, Names, WholeNumber
from xlnet.model.layers.sliding import POSITIONS, positions, require_axes, window
from xlnet.spec import Layer, Shape, indices


def _shapes(before: Before, asked: Asked, name: str, axes: int) -> tuple[Shape, Shape]:
    require_axes(f"{name}{axes}d", before, axes)
    return before.shape, (before.shape[0], *positions(before, asked))


def _windows(names: Names) -> list[Sequence[str]]:
    """Return what each unit sees, row by row."""
    return [[key for _, key in window(names, channel, tuple(place))] for channel, *place in indices(names.layer.gives)]


def _max_blocks(names: Names) -> list[Block]:
    return largest(names.every("a"), names.every("s"), _windows(names))


def _avg_blocks(names: Names) -> list[Block]:
    return [means(names.every("a"), _windows(names))]


def _places(layer: Layer) -> range:
    """Return the numbers of the places in a window."""
    return range(1, layer.numbers["kernel"] ** (len(layer.takes) - 1) + 1)


def _kind(name: str, axes: int) -> Kind:
    return Kind(
        numbers=(WholeNumber("kernel"), WholeNumber("stride", same_as="kernel")),
        arrays=(),
        axes=lambda layer: ("channel", *POSITIONS[axes]),
        shapes=partial(_shapes, name=name, axes=axes),
        blocks=_max_blocks if name == "max_pool" else _avg_blocks,
        takes_steps=False,
        has_kinks=name == "max_pool",
        counted={"s": _places} if name == "max_pool" else {},
    )


MAX_POOL1D, MAX_POOL2D = (_kind("max_pool", axes) for axes in (1, 2))
AVG_POOL1D, AVG_POOL2D = (_kind("avg_pool", axes) for axes in (1, 2))

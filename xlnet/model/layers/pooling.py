"""Pooling over one axis or two, torch.nn.MaxPool1d and 2d, AvgPool1d and 2d: each channel's windows by themselves.

Of a window the largest, or the mean. The gradient of a largest one goes to it alone, and of several that are equal to
the first, as in PyTorch: the number of its place in the window, row by row, is a quantity of its own, s. Padding is
never the largest; a mean counts it as zeros unless `count_include_pad` is false.
"""

from __future__ import annotations

from functools import partial
from math import prod

from xlnet.graph.blocks import Block
from xlnet.graph.pooling_blocks import largest, means
from xlnet.model.layers.kind import Asked, Before, Flag, Kind, Names, UnfitError, WholeNumber
from xlnet.model.layers.sliding import POSITIONS, number_of, positions, require_axes, window, window_numbers
from xlnet.spec import Layer, Shape, indices

_COUNTS_PADDING = "count_include_pad"


def _shapes(before: Before, asked: Asked, name: str, axes: int) -> tuple[Shape, Shape]:
    require_axes(f"{name}{axes}d", before, axes)
    for kernel, padding in zip(asked.along["kernel"], asked.along["padding"], strict=True):
        if padding > kernel // 2:
            raise UnfitError("padding", f"must be at most {kernel // 2}, half of the kernel's {kernel}, as in PyTorch")
    return before.shape, (before.shape[0], *positions(before, asked))


def _windows(names: Names) -> list[dict[int, str]]:
    """Return what each unit sees, by the number of its place in the window, row by row from 1."""
    kernel = names.layer.along["kernel"]
    return [
        {number_of(tap, kernel) + 1: key for tap, key in window(names, channel, tuple(place))}
        for channel, *place in indices(names.layer.gives)
    ]


def _max_blocks(names: Names) -> list[Block]:
    return largest(names.every("a"), names.every("s"), _windows(names))


def _avg_blocks(names: Names) -> list[Block]:
    windows = [list(found.values()) for found in _windows(names)]
    if names.layer.options[_COUNTS_PADDING]:
        return [means(names.every("a"), windows, prod(names.layer.along["kernel"]))]
    return [means(names.every("a"), windows)]


def _places(layer: Layer) -> range:
    """Return the numbers of the places in a window."""
    return range(1, prod(layer.along["kernel"]) + 1)


def _kind(name: str, axes: int) -> Kind:
    return Kind(
        numbers=window_numbers(axes, WholeNumber("stride", same_as="kernel")),
        arrays=(),
        axes=lambda layer: ("channel", *POSITIONS[axes]),
        shapes=partial(_shapes, name=name, axes=axes),
        blocks=_max_blocks if name == "max_pool" else _avg_blocks,
        options=() if name == "max_pool" else (Flag(_COUNTS_PADDING, default=True),),
        takes_steps=False,
        has_kinks=name == "max_pool",
        counted={"s": _places} if name == "max_pool" else {},
    )


MAX_POOL1D, MAX_POOL2D = (_kind("max_pool", axes) for axes in (1, 2))
AVG_POOL1D, AVG_POOL2D = (_kind("avg_pool", axes) for axes in (1, 2))

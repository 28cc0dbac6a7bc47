"""A layer that flattens what it takes, torch.nn.Flatten: the last axis fastest, as a dense layer wants it."""

from __future__ import annotations

from math import prod

from xlnet.graph.blocks import Block, copies
from xlnet.model.layers.kind import Asked, Before, Kind, Names
from xlnet.spec import Shape


def _shapes(before: Before, _: Asked) -> tuple[Shape, Shape]:
    return before.shape, (prod(before.shape),)


def _blocks(names: Names) -> list[Block]:
    return [copies(names.every("a"), names.sources)]


FLATTEN = Kind(numbers=(), arrays=(), axes=lambda layer: ("unit",), shapes=_shapes, blocks=_blocks)

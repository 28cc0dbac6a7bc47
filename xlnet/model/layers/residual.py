"""A residual layer around others: what it takes, added to what these make of it (He et al. 2016).

a = a_before + a_inside. Both have the same shape, or cannot be added.
"""

from __future__ import annotations

from xlnet.graph.blocks import Block, sums_of_two
from xlnet.model.layers.kind import Asked, Before, Kind, Names
from xlnet.spec import Shape

# The names of the axes of what it gives, by how many there are: the layers around it say what they stand for.
_AXES = {1: ("unit",), 2: ("row", "column"), 3: ("channel", "row", "column")}


def _shapes(before: Before, _: Asked) -> tuple[Shape, Shape]:
    return before.shape, before.shape


def _blocks(names: Names) -> list[Block]:
    return [sums_of_two(names.every("a"), names.sources, names.others)]


def axes_of_shape(shape: Shape) -> tuple[str, ...]:
    """Return the names of the axes of a shape of which nothing else is known."""
    return _AXES[len(shape)]


RESIDUAL = Kind(
    numbers=(),
    arrays=(),
    axes=lambda layer: axes_of_shape(layer.gives),
    shapes=_shapes,
    blocks=_blocks,
    has_steps=lambda before, _: before.has_steps,
    has_layers=True,
)

"""A layer that repeats each number along the axes behind the channels, torch.nn.Upsample of the mode nearest."""

from __future__ import annotations

from xlnet.graph.blocks import Block, copies
from xlnet.model.layers.kind import Asked, Before, Kind, Names, UnfitError, WholeNumber
from xlnet.model.layers.sliding import POSITIONS
from xlnet.spec import Layer, Shape, indices


def _shapes(before: Before, asked: Asked) -> tuple[Shape, Shape]:
    if len(before.shape) not in (2, 3) or before.has_steps:
        found = " × ".join(map(str, before.shape))
        raise UnfitError("type", f"upsample takes channels and one or two further axes, not {found}")
    channels, *sizes = before.shape
    scales = asked.along["scale"]
    if len(sizes) == 1 and len({*scales}) > 1:
        raise UnfitError("scale", "must be one number where there is one axis behind the channels")
    return before.shape, (channels, *(size * scale for size, scale in zip(sizes, scales, strict=False)))


def _blocks(names: Names) -> list[Block]:
    layer, scales = names.layer, names.layer.along["scale"]
    at = dict(zip(indices(layer.takes), names.sources, strict=True))
    sources = [
        at[(channel, *((number - 1) // scale + 1 for number, scale in zip(place, scales, strict=False)))]
        for channel, *place in indices(layer.gives)
    ]
    return [copies(names.every("a"), sources)]


def _axes(layer: Layer) -> tuple[str, ...]:
    return ("channel", *POSITIONS[len(layer.gives) - 1])


UPSAMPLE = Kind(
    numbers=(WholeNumber("scale", 2, axes=2),), arrays=(), axes=_axes, shapes=_shapes, blocks=_blocks, takes_steps=False
)

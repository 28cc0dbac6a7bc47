"""A dense layer, torch.nn.Linear: every unit sees every input, z = W·a_before + b and a = f(z).

Of a sequence it takes each step by itself, with the same weights, or the last one alone. Anything else is flattened: of
a layer with channels, channel by channel, as torch.nn.Flatten does.
"""

from __future__ import annotations

from math import prod

from xlnet.graph.blocks import Block, Unit
from xlnet.graph.operations import ACTIVATIONS, SOFTMAX
from xlnet.model.layers.activated import activated
from xlnet.model.layers.kind import ALL, Array, Asked, Before, Kind, Names, WholeNumber, returned, steps_shown
from xlnet.spec import Layer, Shape, indices

ACTIVATION_NAMES = ("identity", *(name for name in ACTIVATIONS if name != "identity"), SOFTMAX)


def _shapes(before: Before, asked: Asked) -> tuple[Shape, Shape]:
    units = asked.numbers["units"]
    if not before.has_steps:
        return (prod(before.shape),), (units,)
    return before.shape, (*steps_shown(before.shape[0], asked), units)


def _blocks(names: Names) -> list[Block]:
    layer = names.layer
    width = layer.takes[-1]
    # Of one step alone it is the last one.
    first = 0 if len(layer.gives) == len(layer.takes) else layer.takes[0] - 1
    return activated(
        names,
        [
            Unit(
                terms=[
                    (names.parameter("w", place[-1], source + 1), names.sources[_step(place, first) * width + source])
                    for source in range(width)
                ],
                bias=names.parameter("b", place[-1]) if names.has("b") else None,
            )
            for place in indices(layer.gives)
        ],
    )


def _step(place: Shape, first: int) -> int:
    """Return the step, from 0, that a unit sees."""
    return place[0] - 1 if len(place) > 1 else first


def _axes(layer: Layer) -> tuple[str, ...]:
    return ("step", "unit") if len(layer.gives) > 1 else ("unit",)


DENSE = Kind(
    numbers=(WholeNumber("units"),),
    arrays=(
        Array(
            letter="w",
            name="weights",
            axes=("unit", "source"),
            called="units × inputs of the layer",
            shape=lambda takes, sizes: (sizes.numbers["units"], takes[-1]),
        ),
        Array(
            letter="b",
            name="biases",
            axes=("unit",),
            called="one a unit",
            shape=lambda takes, sizes: (sizes.numbers["units"],),
            is_bias=True,
        ),
    ),
    axes=_axes,
    shapes=_shapes,
    blocks=_blocks,
    activations=ACTIVATION_NAMES,
    options=(returned(ALL),),
    has_steps=lambda before, gives: len(gives) > 1,
)

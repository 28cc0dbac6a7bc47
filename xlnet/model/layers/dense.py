"""A dense layer, torch.nn.Linear: every unit sees every input, z = W·a_before + b and a = f(z).

What it takes is flattened: of a layer with channels, channel by channel, as torch.nn.Flatten does.
"""

from __future__ import annotations

from math import prod

from xlnet.graph.blocks import Block, Unit
from xlnet.model.layers.activated import activated
from xlnet.model.layers.kind import Array, Kind, Names, Numbers, WholeNumber
from xlnet.spec import Shape


def _shapes(before: Shape, numbers: Numbers) -> tuple[Shape, Shape]:
    return (prod(before),), (numbers["units"],)


def _blocks(names: Names) -> list[Block]:
    has_bias = "b" in names.layer.arrays
    return activated(
        names,
        [
            Unit(
                terms=[(names.parameter("w", unit, source), key) for source, key in enumerate(names.sources, 1)],
                bias=names.parameter("b", unit) if has_bias else None,
            )
            for unit in range(1, names.layer.units + 1)
        ],
    )


DENSE = Kind(
    numbers=(WholeNumber("units"),),
    arrays=(
        Array(
            letter="w",
            name="weights",
            axes=("unit", "source"),
            called="units × inputs of the layer",
            shape=lambda takes, numbers: (numbers["units"], prod(takes)),
        ),
        Array(
            letter="b",
            name="biases",
            axes=("unit",),
            called="one a unit",
            shape=lambda takes, numbers: (numbers["units"],),
            is_bias=True,
        ),
    ),
    axes=("unit",),
    shapes=_shapes,
    blocks=_blocks,
)

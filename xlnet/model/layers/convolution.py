"""A convolution along one axis or two, torch.nn.Conv1d and Conv2d: every channel slides its weights over all positions.

z[c, p] = Σ w[c, i, k]·a_before[i, p·stride + k − padding] + b[c], and with rows and columns for p and k likewise. Taps
beyond an end meet padding, which adds nothing: they have no term.
"""

from __future__ import annotations

from functools import partial

from xlnet.graph.blocks import Block, Unit
from xlnet.graph.operations import ACTIVATIONS
from xlnet.model.layers.activated import activated
from xlnet.model.layers.kind import Array, Asked, Before, Kind, Names, Sizes, WholeNumber
from xlnet.model.layers.sliding import POSITIONS, TAPS, positions, require_axes, window, window_numbers
from xlnet.spec import Shape, indices


def _shapes(before: Before, asked: Asked, axes: int) -> tuple[Shape, Shape]:
    require_axes(f"conv{axes}d", before, axes)
    return before.shape, (asked.numbers["channels"], *positions(before, asked))


def _blocks(names: Names) -> list[Block]:
    return activated(
        names,
        [
            Unit(
                terms=_terms(names, channel, place),
                bias=names.parameter("b", channel) if names.has("b") else None,
            )
            for channel, *place in indices(names.layer.gives)
        ],
    )


def _terms(names: Names, channel: int, place: list[int]) -> list[tuple[str, str]]:
    """Return the weights of a unit, each with what it weighs; channel and place count from 1."""
    return [
        (names.parameter("w", channel, source, *(number + 1 for number in tap)), key)
        for source in range(1, names.layer.takes[0] + 1)
        for tap, key in window(names, source, tuple(place))
    ]


def _weights_shape(takes: Shape, sizes: Sizes) -> Shape:
    return (sizes.numbers["channels"], takes[0], *sizes.along["kernel"])


def _kind(axes: int) -> Kind:
    return Kind(
        numbers=(WholeNumber("channels"), *window_numbers(axes, WholeNumber("stride", 1))),
        arrays=(
            Array(
                letter="w",
                name="weights",
                axes=("channel", "source_channel", *TAPS[axes]),
                called=f"channels × channels before × kernel{' × kernel' * (axes - 1)}",
                shape=_weights_shape,
            ),
            Array(
                letter="b",
                name="biases",
                axes=("channel",),
                called="one a channel",
                shape=lambda takes, sizes: (sizes.numbers["channels"],),
                is_bias=True,
            ),
        ),
        axes=lambda layer: ("channel", *POSITIONS[axes]),
        shapes=partial(_shapes, axes=axes),
        blocks=_blocks,
        shares_weights=True,
        activations=tuple(ACTIVATIONS),
        takes_steps=False,
    )


CONV1D, CONV2D = _kind(1), _kind(2)

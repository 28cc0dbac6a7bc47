"""A convolution along one axis, torch.nn.Conv1d: every channel slides its weights over all positions of what it takes.

z[c, p] = Σ w[c, i, k]·a_before[i, p·stride + k − padding] + b[c]. Taps beyond either end meet padding, which adds
nothing: they have no term.
"""

from __future__ import annotations

from xlnet.graph.blocks import Block, Unit
from xlnet.graph.operations import ACTIVATIONS
from xlnet.model.layers.activated import activated
from xlnet.model.layers.kind import Array, Asked, Before, Kind, Names, UnfitError, WholeNumber
from xlnet.spec import Shape, indices


def _shapes(before: Before, asked: Asked) -> tuple[Shape, Shape]:
    numbers = asked.numbers
    if len(before.shape) != 2:
        found = " × ".join(map(str, before.shape))
        raise UnfitError(
            "type",
            f"conv1d takes channels and a length, not {found}: set network.inputs, to [1, 8] say, "
            "or put it before the dense layers",
        )
    length, kernel, padding = before.shape[1], numbers["kernel"], numbers["padding"]
    if padding >= kernel:
        raise UnfitError("padding", f"must be below the kernel's {kernel}, or some units would see nothing")
    if kernel > length + 2 * padding:
        raise UnfitError("kernel", f"must be at most {length + 2 * padding}, the length that it slides along")
    return before.shape, (numbers["channels"], (length + 2 * padding - kernel) // numbers["stride"] + 1)


def _blocks(names: Names) -> list[Block]:
    return activated(
        names,
        [
            Unit(
                terms=_terms(names, channel, position),
                bias=names.parameter("b", channel) if names.has("b") else None,
            )
            for channel, position in indices(names.layer.gives)
        ],
    )


def _terms(names: Names, channel: int, position: int) -> list[tuple[str, str]]:
    """Return the weights of a unit, each with what it weighs; channel and position count from 1."""
    channels, length = names.layer.takes
    numbers = names.layer.numbers
    start = (position - 1) * numbers["stride"] - numbers["padding"]
    return [
        (names.parameter("w", channel, source + 1, tap + 1), names.sources[source * length + start + tap])
        for source in range(channels)
        for tap in range(numbers["kernel"])
        if 0 <= start + tap < length
    ]


CONV1D = Kind(
    numbers=(
        WholeNumber("channels"),
        WholeNumber("kernel"),
        WholeNumber("stride", 1),
        WholeNumber("padding", 0, least=0),
    ),
    arrays=(
        Array(
            letter="w",
            name="weights",
            axes=("channel", "source_channel", "tap"),
            called="channels × channels before × kernel",
            shape=lambda takes, numbers: (numbers["channels"], takes[0], numbers["kernel"]),
        ),
        Array(
            letter="b",
            name="biases",
            axes=("channel",),
            called="one a channel",
            shape=lambda takes, numbers: (numbers["channels"],),
            is_bias=True,
        ),
    ),
    axes=lambda layer: ("channel", "position"),
    shapes=_shapes,
    blocks=_blocks,
    shares_weights=True,
    takes_steps=False,
    activations=tuple(ACTIVATIONS),
)

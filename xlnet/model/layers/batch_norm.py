"""Normalisation over a batch, torch.nn.BatchNorm1d and 2d: each unit, or each channel at all its positions.

While training c = x − mean and x̂ = c / √(mean of c² + ε), over all samples of the batch, and a = w·x̂ + b. Beside that a
running mean and variance follow those of the batches: (1 − momentum) of what they were and momentum of the new one, the
variance with n − 1 in place of n. Once the network has learned they take the place of the batch's, so that a sample is
judged by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlnet import keys
from xlnet.graph.blocks import Block, Unit, weighted_sums
from xlnet.graph.expression import Expression, Quantity, over, product, square_root
from xlnet.graph.node import Group, Node
from xlnet.graph.norm_blocks import differences, mean_squares, quotients, roots
from xlnet.graph.pooling_blocks import means
from xlnet.model.layers.kind import Array, Asked, Before, Flag, Followed, Kind, Names, UnfitError
from xlnet.model.layers.norms import AFFINE, BIASES, LAYER_EPS, WEIGHTS, has_weights
from xlnet.model.layers.residual import axes_of_shape
from xlnet.spec import Layer, Shape, indices

_MOMENTUM = 0.1


def _shapes(before: Before, _: Asked) -> tuple[Shape, Shape]:
    if before.has_steps:
        raise UnfitError("type", "batch_norm takes units or channels, not the steps of a sequence: use layer_norm")
    return before.shape, before.shape


def _channels(layer: Layer) -> range:
    return range(1, layer.takes[0] + 1)


def _joint_blocks(every: Sequence[Names]) -> list[Block]:
    layer, places = every[0].layer, list(indices(every[0].layer.takes))
    own = [(names, place, source) for names in every for place, source in zip(places, names.sources, strict=True)]

    def once(letter: str) -> list[str]:
        return [_once(every[0], letter, channel) for channel in _channels(layer)]

    def each(letter: str) -> list[str]:
        return [names.at(letter, *place) for names, place, _ in own]

    def of_channels(letter: str) -> list[list[str]]:
        return [
            [names.at(letter, *place) if letter else source for names, place, source in own if place[0] == channel]
            for channel in _channels(layer)
        ]

    def beside(letter: str) -> list[str]:
        return [_once(every[0], letter, place[0]) for _, place, _ in own]

    normalised = "xhat" if has_weights(layer) else "a"
    found = [
        means(once("mean"), of_channels("")),
        differences(each("c"), [source for _, _, source in own], beside("mean")),
        mean_squares(once("var"), of_channels("c")),
        roots(once("sd"), once("var"), every[0].setting("eps")),
        quotients(each(normalised), each("c"), beside("sd")),
    ]
    if normalised == "xhat":
        units = [
            Unit(
                [(names.parameter("w", place[0]), names.at("xhat", *place))],
                names.parameter("b", place[0]) if names.has("b") else None,
            )
            for names, place, _ in own
        ]
        found.append(weighted_sums(each("a"), units))
    return found


def _once(names: Names, letter: str, channel: int) -> str:
    """Return the key of a quantity that all samples share."""
    return keys.of_layer(letter, names.number, channel)


def _blocks(names: Names) -> list[Block]:
    """Return the pass of one sample: by what the layer has kept once it has learned, else as one of a batch."""
    if names.layer.is_evaluated:
        return [Block(tuple(_evaluated(names)), inputs=tuple(names.sources))]
    mean, differences_, variance, *others = _joint_blocks([names])
    return [_of_batch(mean, "{{{0}}}"), differences_, _of_batch(variance, "{{{0}}}²"), *others]


def _of_batch(block: Block, summed: str) -> Block:
    """Return a mean that a sample alone cannot show: its rule says that it is over all of the batch."""
    nodes = (
        replace(node, mathematics=f"Σ {summed.format(source)} / n")
        for node, source in zip(block.nodes, block.inputs, strict=False)
    )
    return replace(block, nodes=tuple(nodes))


def _evaluated(names: Names) -> list[Node]:
    def value(place: Shape, source: str) -> Expression:
        kept = {letter: Quantity(names.parameter(letter, place[0])) for letter in ("rm", "rv")}
        centred = Quantity(source) - kept["rm"]
        divisor = square_root(kept["rv"] + Quantity(names.setting("eps")))
        if not has_weights(names.layer):
            return centred / divisor
        scaled = product(Quantity(names.parameter("w", place[0])), centred) / divisor
        return scaled + Quantity(names.parameter("b", place[0])) if names.has("b") else scaled

    every = zip(indices(names.layer.gives), names.every("a"), names.sources, strict=True)
    return [Node(key, Group.FORWARD, value(place, source)) for place, key, source in every]


def _followed(names: Names, place: Shape, measure: Expression, letter: str) -> Expression:
    momentum = Quantity(names.setting("momentum"))
    kept = Quantity(names.parameter(letter, *place), previous=True)
    return product(1 - momentum, kept) + product(momentum, measure)


def _running_mean(names: Names, place: Shape, _: int) -> Expression:
    return _followed(names, place, Quantity(_once(names, "mean", place[0]), previous=True), "rm")


def _running_variance(names: Names, place: Shape, count: int) -> Expression:
    variance = Quantity(_once(names, "var", place[0]), previous=True)
    return _followed(names, place, over(product(variance, count), count - 1), "rv")


def _running(letter: str, name: str, start: float, follows: Followed) -> Array:
    return Array(
        letter=letter,
        name=name,
        axes=("unit",),
        called="one a unit or channel",
        shape=lambda takes, _: (takes[0],),
        start=start,
        is_trained=False,
        follows=follows,
    )


def _of_channels(array: Array) -> Array:
    return replace(array, shape=lambda takes, _: (takes[0],), called="one a unit or channel")


BATCH_NORM = Kind(
    numbers=(),
    arrays=(
        _of_channels(WEIGHTS),
        _of_channels(BIASES),
        _running("rm", "running_mean", 0.0, _running_mean),
        _running("rv", "running_var", 1.0, _running_variance),
    ),
    axes=lambda layer: axes_of_shape(layer.gives),
    shapes=_shapes,
    blocks=_blocks,
    joint_blocks=_joint_blocks,
    shares_weights=True,
    settings={"eps": LAYER_EPS, "momentum": _MOMENTUM},
    options=(Flag(AFFINE, default=True),),
    inner=dict.fromkeys(("mean", "var", "sd"), ("unit",)),
    takes_steps=False,
)

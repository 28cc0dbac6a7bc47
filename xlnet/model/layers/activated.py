"""What follows the weighted sums of a layer, whatever its kind: its activation, and its dropout."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.graph import blocks
from xlnet.graph.blocks import Block, SoftmaxKeys, Unit
from xlnet.graph.expression import Quantity
from xlnet.graph.operations import ACTIVATIONS, SOFTMAX
from xlnet.model.layers.kind import MASK, Names


def activated(names: Names, units: Sequence[Unit]) -> list[Block]:
    """Return the forward pass of a layer of such units: their weighted sums z, then a = f(z).

    With dropout f(z) is a quantity of its own, f, and a is what is left of it.
    """
    if not names.layer.dropout:
        return _activated(names, units, names.every("a"))
    whole = names.every("f")
    left = blocks.dropout(names.every("a"), whole, names.every(MASK), names.rate)
    return [*_activated(names, units, whole), left]


def _activated(names: Names, units: Sequence[Unit], outputs: Sequence[str]) -> list[Block]:
    sums = names.every("z")
    if names.layer.activation == SOFTMAX:
        return [blocks.weighted_sums(sums, units), *blocks.softmax(outputs, sums, softmax_keys(names))]
    function = ACTIVATIONS[names.layer.activation]
    if function.derivative is None:
        # The z and a of an identity layer are one quantity under two keys.
        return [blocks.weighted_sums(outputs, units, aliases=sums)]
    steps = [names.every(step.letter) for step in function.steps]
    settings = {
        name: Quantity(names.setting(name)) if name in names.layer.settings else default
        for name, default in function.settings.items()
    }
    return [blocks.weighted_sums(sums, units), *blocks.activations(outputs, sums, function, steps, settings)]


def softmax_keys(names: Names) -> SoftmaxKeys:
    """Return the keys of a softmax layer's steps."""
    return SoftmaxKeys(largest=names.whole("zmax"), exponentials=names.every("e"), sum=names.whole("esum"))

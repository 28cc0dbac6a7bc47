"""What follows the weighted sums of a layer, whatever its kind: its activation, and its dropout."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from xlnet.graph import blocks
from xlnet.graph.blocks import Block, SoftmaxKeys, Unit
from xlnet.graph.expression import Quantity
from xlnet.graph.operations import ACTIVATIONS, SOFTMAX
from xlnet.model.layers.kind import MASK, Names
from xlnet.spec import indices


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
        every = softmax_keys(names)
        width = len(sums) // len(every)
        rows = ((outputs[at : at + width], sums[at : at + width]) for at in range(0, len(sums), width))
        of_steps = (blocks.softmax(*row, helpers) for row, helpers in zip(rows, every, strict=True))
        return [blocks.weighted_sums(sums, units), *chain.from_iterable(of_steps)]
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


def softmax_keys(names: Names) -> list[SoftmaxKeys]:
    """Return the keys of the steps of a softmax layer, of each step of a sequence its own."""
    *steps, width = names.layer.gives
    return [
        SoftmaxKeys(
            largest=names.at("zmax", *step),
            exponentials=[names.at("e", *step, unit) for unit in range(1, width + 1)],
            sum=names.at("esum", *step),
        )
        for step in indices(tuple(steps))
    ]

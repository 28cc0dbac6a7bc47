"""Dropout: which units of a layer each sample of each iteration leaves out, drawn with the seed and typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xlnet import keys
from xlnet.graph.node import Group, Node
from xlnet.model.initializers import generator
from xlnet.model.layers.kind import MASK, RATE
from xlnet.model.samples import batch
from xlnet.spec import Shape, Spec, indices

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A seed of its own for the masks, so that they depend neither on the weights that were drawn nor on the order.
_MASK_STREAM = 3


def rates(spec: Spec) -> dict[str, float]:
    """Return the dropout rates p, by key."""
    return {keys.of_layer(RATE, n): layer.dropout for n, layer in enumerate(spec.layers, 1) if layer.dropout}


def masks(spec: Spec) -> dict[str, NDArray[np.float64]]:
    """Return the masks of every layer that has some, by name: 1 where a unit stays, 0 where it is left out.

    Their shape is (iters, batch size, *units); a unit stays with the probability 1 − p.
    """
    if not rates(spec):
        # Without numpy, which loads slowly.
        return {}
    random = generator(spec.training.seed, _MASK_STREAM)
    return {
        f"{MASK}{number}": _drawn(random, layer.dropout, (spec.training.iters, spec.batch_size, *layer.gives))
        for number, layer in enumerate(spec.layers, 1)
        if layer.dropout
    }


def _drawn(random: np.random.Generator, rate: float, shape: Shape) -> NDArray[np.float64]:
    return (random.random(shape) >= rate).astype(float)


def of_sample(spec: Spec) -> list[str]:
    """Return the keys of the masks of a sample that is alone."""
    return [
        keys.of_layer(MASK, number, *place)
        for number, layer in enumerate(spec.layers, 1)
        if layer.dropout
        for place in indices(layer.gives)
    ]


def row_nodes(spec: Spec) -> list[Node]:
    """Return the columns of the Training sheet that hold the masks: sample by sample, layer by layer."""
    drawn = masks(spec)
    return [
        Node(keys.of_sample(keys.element(name, *place), sample), Group.MASKS, None, typed=typed.tolist())
        for position, sample in enumerate(batch(spec))
        for name, values in drawn.items()
        for place, typed in _by_unit(values[:, position])
    ]


def _by_unit(values: NDArray[np.float64]) -> Iterator[tuple[Shape, NDArray[np.float64]]]:
    """Yield each unit, by its indices from 1, with its masks in all iterations."""
    yield from zip(indices(values.shape[1:]), values.reshape(len(values), -1).T, strict=True)

"""What follows the weighted sums z of a layer, whatever its kind: a = f(z), and δz = δa ∘ f′(z)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import ACTIVATIONS, Axes, Function, Rule
from xlnet.reference.layers.kind import Own
from xlnet.spec import Layer

_SOFTMAX = "softmax"


def steps(layer: Layer) -> dict[str, Axes]:
    """Return the axes of what the activation computes between z and a, by letter."""
    if layer.activation != _SOFTMAX:
        return {}
    return {"zmax": Axes((), True), "esum": Axes((), True), "e": Axes(layer.gives, True)}


def activated(own: Own) -> Iterator[Rule]:
    """Yield what the activation computes, a last."""
    if own.layer.activation == _SOFTMAX:
        yield own.name("zmax"), lambda q: own.of(q, "z").max(-1)
        yield own.name("e"), lambda q: np.exp(own.of(q, "z") - own.of(q, "zmax")[..., None])
        yield own.name("esum"), lambda q: own.of(q, "e").sum(-1)
        yield own.name("a"), lambda q: own.of(q, "e") / own.of(q, "esum")[..., None]
    else:
        yield own.name("a"), lambda q: ACTIVATIONS[own.layer.activation][0](own.of(q, "z"))


def delta(own: Own) -> Function:
    """Return ∂E/∂z: δa ∘ f′(z), and by softmax a ∘ (δa − Σ δa·a)."""
    if own.layer.activation == _SOFTMAX:
        return lambda q: (
            own.of(q, "a") * (own.of(q, "d_a") - (own.of(q, "d_a") * own.of(q, "a")).sum(-1, keepdims=True))
        )
    derivative = ACTIVATIONS[own.layer.activation][1]
    return lambda q: own.of(q, "d_a") * derivative(own.of(q, "z"), own.of(q, "a"))

"""What follows the weighted sums z of a layer, whatever its kind: a = f(z), and δz = δa ∘ f′(z)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from xlnet.reference.functions import ACTIVATIONS, STEPS, Array, Axes, Function, Rule
from xlnet.reference.layers.kind import Own
from xlnet.spec import Layer

_SOFTMAX = "softmax"


def steps(layer: Layer) -> dict[str, Axes]:
    """Return the axes of what the activation computes between z and a, by letter."""
    if layer.activation != _SOFTMAX:
        return {letter: Axes(layer.gives, True) for letter in STEPS.get(layer.activation, ())}
    return {"zmax": Axes((), True), "esum": Axes((), True), "e": Axes(layer.gives, True)}


def activated(own: Own) -> Iterator[Rule]:
    """Yield what the activation computes, a last."""
    if own.layer.activation == _SOFTMAX:
        yield own.name("zmax"), lambda q: own.of(q, "z").max(-1)
        yield own.name("e"), lambda q: np.exp(own.of(q, "z") - own.of(q, "zmax")[..., None])
        yield own.name("esum"), lambda q: own.of(q, "e").sum(-1)
        yield own.name("a"), lambda q: own.of(q, "e") / own.of(q, "esum")[..., None]
        return
    known = ["z"]
    for letter, step in STEPS.get(own.layer.activation, {}).items():
        yield own.name(letter), _from(own, step, known)
        known = [*known, letter]
    yield own.name("a"), _from(own, ACTIVATIONS[own.layer.activation][0], known)


def _from(own: Own, function: Callable[..., Array], letters: Sequence[str]) -> Function:
    return lambda q: function(*(own.of(q, letter) for letter in letters))


def delta(own: Own) -> Function:
    """Return ∂E/∂z: δa ∘ f′(z), and by softmax a ∘ (δa − Σ δa·a)."""
    if own.layer.activation == _SOFTMAX:
        return lambda q: (
            own.of(q, "a") * (own.of(q, "d_a") - (own.of(q, "d_a") * own.of(q, "a")).sum(-1, keepdims=True))
        )
    slope = _from(own, ACTIVATIONS[own.layer.activation][1], ["z", "a", *STEPS.get(own.layer.activation, ())])
    return lambda q: own.of(q, "d_a") * slope(q)

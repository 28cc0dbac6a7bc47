"""What follows the weighted sums z of a layer, whatever its kind: a = f(z), and δz = δa ∘ f′(z).

With dropout a = f(z) ∘ r / (1 − p), r being 1 for the units that stay and 0 for the others; then f(z) is called f, and
δf = δa ∘ r / (1 − p).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from xlnet.reference.functions import ACTIVATIONS, STEPS, Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Own
from xlnet.spec import Layer

_SOFTMAX = "softmax"


def steps(layer: Layer) -> dict[str, Axes]:
    """Return the axes of what stands between z and a, by letter: what the activation computes, and the dropout."""
    if layer.activation != _SOFTMAX:
        found = {letter: Axes(layer.gives, True) for letter in STEPS.get(layer.activation, ())}
        each = Axes(layer.gives, True)
        return found | ({"f": each, "r": each, "dropout": Axes()} if layer.dropout else {})
    each = Axes(layer.gives[:-1], True)
    return {"zmax": each, "esum": each, "e": Axes(layer.gives, True)}


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
    yield own.name(_whole(own)), _with_settings(own, ACTIVATIONS[own.layer.activation][0], known)
    if own.layer.dropout:
        yield own.name("a"), lambda q: own.of(q, "f") * _left(own, q)


def _whole(own: Own) -> str:
    """Return the letter of f(z)."""
    return "f" if own.layer.dropout else "a"


def _left(own: Own, q: Quantities) -> Array:
    """r / (1 − p)."""
    masks = own.of(q, "r")
    share = 1 - own.of(q, "dropout")
    return np.asarray(masks / share.reshape(-1, *(1,) * (masks.ndim - 1)))


def _from(own: Own, function: Callable[..., Array], letters: Sequence[str]) -> Function:
    return lambda q: function(*(own.of(q, letter) for letter in letters))


def _with_settings(own: Own, function: Callable[..., Array], letters: Sequence[str]) -> Function:
    def rule(q: Quantities) -> Array:
        # One number a row, for all samples and units.
        shape = (-1, 1, *(1 for _ in own.layer.gives))
        settings = {name: own.of(q, name).reshape(shape) for name in own.layer.settings}
        return function(*(own.of(q, letter) for letter in letters), **settings)

    return rule


def deltas(own: Own) -> Iterator[Rule]:
    """Yield ∂E/∂ of what stands between z and a, z last."""
    if own.layer.dropout:
        yield own.name("d_f"), _delta_whole(own)
    yield own.name("d_z"), _delta(own)


def _delta(own: Own) -> Function:
    """Return ∂E/∂z: δf ∘ f′(z), and by softmax a ∘ (δa − Σ δa·a)."""
    if own.layer.activation == _SOFTMAX:
        return lambda q: (
            own.of(q, "a") * (own.of(q, "d_a") - (own.of(q, "d_a") * own.of(q, "a")).sum(-1, keepdims=True))
        )
    whole = _whole(own)
    letters = ["z", whole, *STEPS.get(own.layer.activation, ())]
    slope = _with_settings(own, ACTIVATIONS[own.layer.activation][1], letters)
    return lambda q: own.of(q, f"d_{whole}") * slope(q)


def _delta_whole(own: Own) -> Function:
    """Return ∂E/∂f of a layer with dropout: δa ∘ r / (1 − p)."""
    return lambda q: own.of(q, "d_a") * _left(own, q)

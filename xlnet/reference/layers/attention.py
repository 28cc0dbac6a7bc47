"""Self-attention: each step weighs the values v of all steps by a softmax of its scores with their keys.

q, k, v = x·Wᵀ + b of three parts of one matrix; per head s = q·kᵀ / √d, α = softmax of each row, u = α·v; the heads' u
side by side give a = u·Wₒᵀ + bₒ. Causal, α is 0 where a step comes later. Back:

    δu = δa·Wₒ     δv = αᵀ·δu     δα = δu·vᵀ     δs = α ∘ (δα − Σ δα·α)     δq = δs·k / √d     δk = δsᵀ·q / √d

and what the layer takes gets δq·W_q + δk·W_k + δv·W_v.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer


def _axes(layer: Layer) -> dict[str, Axes]:
    (steps, size), heads = layer.gives, layer.numbers["heads"]
    shapes = {"wi": (3 * size, size), "wo": (size, size), "bi": (3 * size,), "bo": (size,)}
    found = {letter: Axes(shape) for letter, shape in shapes.items() if letter in layer.arrays}
    found |= {letter: Axes((steps, size), True) for letter in "qkvua"}
    found |= {letter: Axes((heads, steps, steps), True) for letter in ("s", "e", "alpha")}
    return found | {letter: Axes((heads, steps), True) for letter in ("smax", "esum")}


def _split(own: Own, values: Array) -> Array:
    """Return (rows, samples, heads, steps, width) of (rows, samples, steps, size)."""
    heads = own.layer.numbers["heads"]
    return values.reshape(*values.shape[:3], heads, -1).swapaxes(2, 3)


def _joined(values: Array) -> Array:
    """Undo `_split`."""
    parts = values.swapaxes(2, 3)
    return parts.reshape(*parts.shape[:3], -1)


def _root(own: Own) -> float:
    return float(np.sqrt(own.layer.gives[1] // own.layer.numbers["heads"]))


def _seen(own: Own) -> Array:
    """1 where the step of a row sees that of a column, 0 elsewhere."""
    every = np.ones((own.layer.gives[0],) * 2)
    return np.tril(every) if own.layer.options["causal"] else every


def _where_seen(own: Own, values: Array) -> Array:
    return np.where(_seen(own) > 0, values, 0.0)


def _part(own: Own, q: Quantities, letter: str) -> Array:
    """The rows of the first projection that make q, k or v."""
    number, size = "qkv".index(letter), own.layer.gives[1]
    return own.of(q, "wi")[:, number * size : (number + 1) * size]


def _forward(own: Own) -> Iterator[Rule]:
    def projected(letter: str) -> Function:
        number, size = "qkv".index(letter), own.layer.gives[1]

        def rule(q: Quantities) -> Array:
            found: Array = np.einsum("rui,rsti->rstu", _part(own, q, letter), own.taken(q))
            if "bi" in own.layer.arrays:
                found = found + own.of(q, "bi")[:, None, None, number * size : (number + 1) * size]
            return found

        return rule

    def scores(q: Quantities) -> Array:
        found: Array = np.einsum("rshid,rshjd->rshij", _split(own, own.of(q, "q")), _split(own, own.of(q, "k")))
        return found / _root(own)

    def largest(q: Quantities) -> Array:
        return np.asarray(np.where(_seen(own) > 0, own.of(q, "s"), -np.inf).max(-1))

    def output(q: Quantities) -> Array:
        found: Array = np.einsum("rui,rsti->rstu", own.of(q, "wo"), own.of(q, "u"))
        return found + own.of(q, "bo")[:, None, None] if "bo" in own.layer.arrays else found

    for letter in "qkv":
        yield own.name(letter), projected(letter)
    yield own.name("s"), scores
    yield own.name("smax"), largest
    yield own.name("e"), lambda q: _where_seen(own, np.exp(own.of(q, "s") - own.of(q, "smax")[..., None]))
    yield own.name("esum"), lambda q: _where_seen(own, own.of(q, "e")).sum(-1)
    yield own.name("alpha"), lambda q: _where_seen(own, own.of(q, "e") / own.of(q, "esum")[..., None])
    yield (
        own.name("u"),
        lambda q: _joined(_where_seen(own, own.of(q, "alpha")) @ _split(own, own.of(q, "v"))),
    )
    yield own.name("a"), output


def _backward(own: Own) -> Iterator[Rule]:
    def slope_of_weights(q: Quantities) -> Array:
        slopes = _split(own, own.of(q, "d_u")) @ _split(own, own.of(q, "v")).swapaxes(-1, -2)
        return _where_seen(own, slopes)

    def slope_of_scores(q: Quantities) -> Array:
        weights, slopes = own.of(q, "alpha"), own.of(q, "d_alpha")
        return _where_seen(own, weights * (slopes - _where_seen(own, slopes * weights).sum(-1, keepdims=True)))

    def to_queries(q: Quantities) -> Array:
        return _joined(_where_seen(own, own.of(q, "d_s")) @ _split(own, own.of(q, "k"))) / _root(own)

    def to_keys(q: Quantities) -> Array:
        slopes = _where_seen(own, own.of(q, "d_s")).swapaxes(-1, -2)
        return _joined(slopes @ _split(own, own.of(q, "q"))) / _root(own)

    def to_values(q: Quantities) -> Array:
        weights = _where_seen(own, own.of(q, "alpha")).swapaxes(-1, -2)
        return _joined(weights @ _split(own, own.of(q, "d_u")))

    yield own.name("d_u"), lambda q: np.einsum("rui,rstu->rsti", own.of(q, "wo"), own.of(q, "d_a"))
    yield own.name("d_alpha"), slope_of_weights
    yield own.name("d_s"), slope_of_scores
    yield own.name("d_q"), to_queries
    yield own.name("d_k"), to_keys
    yield own.name("d_v"), to_values


def _handed_back(own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        every = [np.einsum("rui,rstu->rsti", _part(own, q, letter), own.of(q, f"d_{letter}")) for letter in "qkv"]
        return np.asarray(sum(every[1:], every[0]))

    return rule


def _of_projection(own: Own, q: Quantities) -> Array:
    """δq, δk and δv side by side: (rows, samples, steps, 3·size)."""
    return np.concatenate([own.of(q, f"d_{letter}") for letter in "qkv"], -1)


KIND = Kind(
    axes=_axes,
    forward=_forward,
    backward=_backward,
    handed_back=_handed_back,
    gradients={
        "wi": lambda own: lambda q: np.einsum("rstu,rsti->rui", _of_projection(own, q), own.taken(q)),
        "bi": lambda own: lambda q: _of_projection(own, q).sum((1, 2)),
        "wo": lambda own: lambda q: np.einsum("rstu,rsti->rui", own.of(q, "d_a"), own.of(q, "u")),
        "bo": lambda own: lambda q: own.of(q, "d_a").sum((1, 2)),
    },
    biases=("bi", "bo"),
)

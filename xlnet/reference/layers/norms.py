"""Normalisation over the last axis, of n numbers each.

layer_norm (Ba, Kiros & Hinton 2016): m = Σx / n, c = x − m, v = Σc² / n, s = √(v + ε), x̂ = c / s, a = w∘x̂ + b. Back,

    δs = −Σ δx̂·x̂ / s     δv = δs / 2s     δc = δx̂ / s + δv·2c / n     δm = −Σ δc     δx = δc + δm / n

rms_norm (Zhang & Sennrich 2019): v = Σx² / n and x̂ = x / s, so that δx = δx̂ / s + δv·2x / n.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer


def _axes(layer: Layer, once: tuple[str, ...], each: tuple[str, ...]) -> dict[str, Axes]:
    found = {letter: Axes(layer.gives[-1:]) for letter in "wb" if letter in layer.arrays}
    found |= {letter: Axes(layer.gives[:-1], True) for letter in once}
    normalised = ("xhat",) if layer.options["affine"] else ()
    return found | {letter: Axes(layer.gives, True) for letter in (*each, *normalised, "a")}


def _along(own: Own, parameter: Array) -> Array:
    """A parameter beside what it multiplies: (rows, 1, …, n)."""
    return parameter.reshape(len(parameter), *(1,) * len(own.layer.gives), -1)


def _eps(own: Own, q: Quantities) -> Array:
    return own.of(q, "eps").reshape(-1, *(1,) * len(own.layer.gives))


def _normalised(own: Own) -> str:
    return "xhat" if own.layer.options["affine"] else "a"


def _scaled(own: Own) -> Iterator[Rule]:
    def rule(q: Quantities) -> Array:
        a = _along(own, own.of(q, "w")) * own.of(q, "xhat")
        return a + _along(own, own.of(q, "b")) if "b" in own.layer.arrays else a

    if own.layer.options["affine"]:
        yield own.name("a"), rule


def _root(own: Own, letter: str) -> Function:
    return lambda q: np.sqrt(own.of(q, letter) + _eps(own, q))


def _layer_forward(own: Own) -> Iterator[Rule]:
    yield own.name("mean"), lambda q: own.taken(q).mean(-1)
    yield own.name("c"), lambda q: own.taken(q) - own.of(q, "mean")[..., None]
    yield own.name("var"), lambda q: (own.of(q, "c") ** 2).mean(-1)
    yield own.name("sd"), _root(own, "var")
    yield own.name(_normalised(own)), lambda q: own.of(q, "c") / own.of(q, "sd")[..., None]
    yield from _scaled(own)


def _rms_forward(own: Own) -> Iterator[Rule]:
    yield own.name("ms"), lambda q: (own.taken(q) ** 2).mean(-1)
    yield own.name("rms"), _root(own, "ms")
    yield own.name(_normalised(own)), lambda q: own.taken(q) / own.of(q, "rms")[..., None]
    yield from _scaled(own)


def _slope_of_normalised(own: Own) -> Iterator[Rule]:
    if own.layer.options["affine"]:
        yield own.name("d_xhat"), lambda q: own.of(q, "d_a") * _along(own, own.of(q, "w"))


def _slopes_of_root(own: Own, root: str, squares: str) -> Iterator[Rule]:
    letter = _normalised(own)

    def of_root(q: Quantities) -> Array:
        each = own.of(q, f"d_{letter}") * own.of(q, letter) / own.of(q, root)[..., None]
        return np.asarray(-each.sum(-1))

    yield own.name(f"d_{root}"), of_root
    yield own.name(f"d_{squares}"), lambda q: own.of(q, f"d_{root}") / (2 * own.of(q, root))


def _by_quotient(own: Own, q: Quantities, root: str, squares: str, divided: Array) -> Array:
    """δ of what is divided, from x̂ and from the mean of the squares."""
    slope: Array = own.of(q, f"d_{_normalised(own)}") / own.of(q, root)[..., None]
    return np.asarray(slope + own.of(q, f"d_{squares}")[..., None] * 2 * divided / own.layer.gives[-1])


def _layer_backward(own: Own) -> Iterator[Rule]:
    if not own.hands_back:
        return
    yield from _slope_of_normalised(own)
    yield from _slopes_of_root(own, "sd", "var")
    yield own.name("d_c"), lambda q: _by_quotient(own, q, "sd", "var", own.of(q, "c"))
    yield own.name("d_mean"), lambda q: -own.of(q, "d_c").sum(-1)


def _layer_handed_back(own: Own) -> Function:
    return lambda q: own.of(q, "d_c") + own.of(q, "d_mean")[..., None] / own.layer.gives[-1]


def _rms_backward(own: Own) -> Iterator[Rule]:
    if own.hands_back:
        yield from _slope_of_normalised(own)
        yield from _slopes_of_root(own, "rms", "ms")


def _rms_handed_back(own: Own) -> Function:
    return lambda q: _by_quotient(own, q, "rms", "ms", own.taken(q))


def _summed(values: Array) -> Array:
    """The sum over samples and all axes but the last."""
    return np.asarray(values.sum(tuple(range(1, values.ndim - 1))))


_GRADIENTS: dict[str, Callable[[Own], Function]] = {
    "w": lambda own: lambda q: _summed(own.of(q, "d_a") * own.of(q, "xhat")),
    "b": lambda own: lambda q: _summed(own.of(q, "d_a")),
}
LAYER = Kind(
    axes=lambda layer: _axes(layer, ("mean", "var", "sd"), ("c",)),
    forward=_layer_forward,
    backward=_layer_backward,
    handed_back=_layer_handed_back,
    gradients=_GRADIENTS,
)
RMS = Kind(
    axes=lambda layer: _axes(layer, ("ms", "rms"), ()),
    forward=_rms_forward,
    backward=_rms_backward,
    handed_back=_rms_handed_back,
    gradients={"w": _GRADIENTS["w"]},
)

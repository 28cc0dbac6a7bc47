"""Normalisation over a batch (Ioffe & Szegedy 2015): of each channel the n numbers of all samples and positions.

m = Σx / n, c = x − m, v = Σc² / n, s = √(v + ε), x̂ = c / s, a = w·x̂ + b. Back,

    δs = −Σ δx̂·x̂ / s     δv = δs / 2s     δc = δx̂ / s + δv·2c / n     δm = −Σ δc     δx = δc + δm / n

with all sums over the n. The running mean and variance become (1 − μ) of themselves and μ of m, or of v·n / (n − 1). An
evaluated network has a = w·(x − running mean) / √(running variance + ε) + b.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer


def _axes(layer: Layer) -> dict[str, Axes]:
    channels = Axes(layer.gives[:1])
    found = {letter: channels for letter in ("w", "b", "rm", "rv") if letter in layer.arrays}
    if layer.is_evaluated:
        return found | {"a": Axes(layer.gives, True)}
    found |= dict.fromkeys(("mean", "var", "sd"), channels)
    normalised = ("xhat",) if layer.options["affine"] else ()
    return found | {letter: Axes(layer.gives, True) for letter in ("c", *normalised, "a")}


def _beside(values: Array, own: Own) -> Array:
    """What each channel has once, (rows, channels), beside its numbers: (rows, 1, channels, 1 …)."""
    return values.reshape(values.shape[0], 1, -1, *(1,) * (len(own.layer.gives) - 1))


def _all_but_channels(values: Array) -> tuple[int, ...]:
    return (1, *range(3, values.ndim))


def _mean(values: Array) -> Array:
    return np.asarray(values.mean(_all_but_channels(values)))


def _sum(values: Array) -> Array:
    return np.asarray(values.sum(_all_but_channels(values)))


def _count(values: Array) -> int:
    """The numbers of a channel: samples times positions."""
    return int(values.shape[1] * prod(values.shape[3:]))


def _setting(own: Own, q: Quantities, name: str) -> Array:
    return own.of(q, name).reshape(-1, 1)


def _normalised(own: Own) -> str:
    return "xhat" if own.layer.options["affine"] else "a"


def _scaled(own: Own, q: Quantities, values: Array) -> Array:
    if own.layer.options["affine"]:
        values = _beside(own.of(q, "w"), own) * values
    return values + _beside(own.of(q, "b"), own) if "b" in own.layer.arrays else values


def _forward(own: Own) -> Iterator[Rule]:
    def evaluated(q: Quantities) -> Array:
        root = np.sqrt(own.of(q, "rv") + _setting(own, q, "eps"))
        return _scaled(own, q, (own.taken(q) - _beside(own.of(q, "rm"), own)) / _beside(root, own))

    if own.layer.is_evaluated:
        yield own.name("a"), evaluated
        return
    yield own.name("mean"), lambda q: _mean(own.taken(q))
    yield own.name("c"), lambda q: own.taken(q) - _beside(own.of(q, "mean"), own)
    yield own.name("var"), lambda q: _mean(own.of(q, "c") ** 2)
    yield own.name("sd"), lambda q: np.sqrt(own.of(q, "var") + _setting(own, q, "eps"))
    yield own.name(_normalised(own)), lambda q: own.of(q, "c") / _beside(own.of(q, "sd"), own)
    if own.layer.options["affine"]:
        yield own.name("a"), lambda q: _scaled(own, q, own.of(q, "xhat"))


def _backward(own: Own) -> Iterator[Rule]:
    # What has learned has no backward pass.
    if not own.hands_back or own.layer.is_evaluated:
        return
    letter = _normalised(own)

    def of_root(q: Quantities) -> Array:
        return -_sum(own.of(q, f"d_{letter}") * own.of(q, letter)) / own.of(q, "sd")

    def of_centred(q: Quantities) -> Array:
        c = own.of(q, "c")
        slope = own.of(q, f"d_{letter}") / _beside(own.of(q, "sd"), own)
        return np.asarray(slope + _beside(own.of(q, "d_var"), own) * 2 * c / _count(c))

    if own.layer.options["affine"]:
        yield own.name("d_xhat"), lambda q: own.of(q, "d_a") * _beside(own.of(q, "w"), own)
    yield own.name("d_sd"), of_root
    yield own.name("d_var"), lambda q: own.of(q, "d_sd") / (2 * own.of(q, "sd"))
    yield own.name("d_c"), of_centred
    yield own.name("d_mean"), lambda q: -_sum(own.of(q, "d_c"))


def _handed_back(own: Own) -> Function:
    return lambda q: own.of(q, "d_c") + _beside(own.of(q, "d_mean"), own) / _count(own.of(q, "c"))


def _following(letter: str, measure: Callable[[Own, Quantities], Array]) -> Callable[[Own], Function]:
    def of(own: Own) -> Function:
        def rule(q: Quantities) -> Array:
            momentum = _setting(own, q, "momentum")
            return np.asarray((1 - momentum) * own.of(q, letter) + momentum * measure(own, q))

        return rule

    return of


def _unbiased(own: Own, q: Quantities) -> Array:
    count = _count(own.of(q, "c"))
    return own.of(q, "var") * count / (count - 1)


KIND = Kind(
    axes=_axes,
    forward=_forward,
    backward=_backward,
    handed_back=_handed_back,
    gradients={
        "w": lambda own: lambda q: _sum(own.of(q, "d_a") * own.of(q, "xhat")),
        "b": lambda own: lambda q: _sum(own.of(q, "d_a")),
    },
    untrained=("rm", "rv"),
    following={
        "rm": _following("rm", lambda own, q: own.of(q, "mean")),
        "rv": _following("rv", _unbiased),
    },
)

"""Activations and losses with their derivatives, in numpy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Quantities = dict[str, Array]
Function = Callable[[Quantities], Array]
Rule = tuple[str, Function]


@dataclass(frozen=True)
class Axes:
    """The axes of a quantity after the rows: one for the samples of the batch, if `sampled`, then those of `shape`."""

    shape: tuple[int, ...] = ()
    sampled: bool = False


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^−z), written so that neither tail overflows."""
    e = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1.0, e) / (1.0 + e))


def _gelu_inner(z: Array) -> Array:
    """√(2/π)·(z + 0.044715·z³); beyond ±10, where its tanh is ±1, a line: a cube might overflow."""
    return np.asarray(np.sqrt(2 / np.pi) * (z + 0.044715 * np.clip(z, -10, 10) ** 2 * z))


def _gelu_slope(z: Array, u: Array, s: Array) -> Array:
    """f′ = ½(1 + s) + ½·(1 − s²)·z·u′, where z·u′ = √(2/π)·(z + 0.134145·z³) = 3u − √(8/π)·z."""
    return np.asarray((1 + s + (1 - s * s) * (3 * u - np.sqrt(8 / np.pi) * z)) / 2)


# What an activation computes on the way, by letter: from z and what comes before.
STEPS: dict[str, dict[str, Callable[..., Array]]] = {
    "gelu": {"u": _gelu_inner, "s": lambda z, u: np.tanh(u)},
    "silu": {"s": lambda z: sigmoid(z)},
}

# name: (f from z and its steps; f′ from z, a = f(z) and the steps). Both depend on what the sheet's formulas cite, by
# which a cell is judged. np.heaviside and np.maximum keep a NaN, which the check relies on.
ACTIVATIONS: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
    "sigmoid": (sigmoid, lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 - a * a),
    "relu": (lambda z: np.maximum(0.0, z), lambda z, a: np.heaviside(z, 0.0)),
    "leaky_relu": (lambda z: np.maximum(z, 0.01 * z), lambda z, a: 0.01 + 0.99 * np.heaviside(z, 0.0)),
    "elu": (
        lambda z: np.maximum(z, 0.0) + np.expm1(np.minimum(z, 0.0)),
        lambda z, a: np.exp(np.minimum(z, 0.0)),
    ),
    "softplus": (lambda z: np.logaddexp(0.0, z), lambda z, a: sigmoid(z)),
    "gelu": (lambda z, u, s: z * (1 + s) / 2, lambda z, a, u, s: _gelu_slope(z, u, s)),
    "silu": (lambda z, s: z * s, lambda z, a, s: s + a * (1 - s)),
}

# name: (loss of outputs y and targets t over the last axis; ∂loss/∂y)
LOSSES: dict[str, tuple[Callable[[Array, Array], Array], Callable[[Array, Array], Array]]] = {
    "half_squared_error": (lambda y, t: ((y - t) ** 2).sum(-1) / 2, lambda y, t: y - t),
    "squared_error": (lambda y, t: ((y - t) ** 2).sum(-1), lambda y, t: 2 * (y - t)),
    "mse": (lambda y, t: ((y - t) ** 2).mean(-1), lambda y, t: 2 * (y - t) / y.shape[-1]),
    "mae": (lambda y, t: np.abs(y - t).mean(-1), lambda y, t: np.sign(y - t) / y.shape[-1]),
    "huber": (
        lambda y, t: (np.minimum(np.abs(y - t), 1) * (np.abs(y - t) - np.minimum(np.abs(y - t), 1) / 2)).mean(-1),
        lambda y, t: np.clip(y - t, -1, 1) / y.shape[-1],
    ),
}

# Losses of the last layer's weighted sums z, of the steps of its softmax where they take them: ∂loss/∂z is y − t.
FUSED_LOSSES: dict[str, Callable[[Quantities, int], Array]] = {
    "binary_cross_entropy": lambda q, last: (np.logaddexp(0.0, flat(q[f"z{last}"])) - q["t"] * flat(q[f"z{last}"])).sum(
        -1
    ),
    "cross_entropy": lambda q, last: np.log(q[f"esum{last}"]) + q[f"zmax{last}"] - (q["t"] * q[f"z{last}"]).sum(-1),
}


def flat(values: Array) -> Array:
    """Return what every sample has as one row of numbers, the last axis fastest."""
    return values.reshape(*values.shape[:2], -1)

"""Activations and losses with their derivatives, in numpy."""

from __future__ import annotations

import math
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


def _normal(z: Array) -> Array:
    """Φ(z) = ½·erfc(−z / √2): the share of a normal distribution below z."""
    return np.asarray(_erfc(-z / np.sqrt(2)) / 2, dtype=float)


# numpy has none.
_erfc = np.frompyfunc(math.erfc, 1, 1)


def _inside(z: Array, low: float, high: float) -> Array:
    """1 between two bounds, 0 at and beyond them."""
    return np.asarray(np.heaviside(z - low, 0.0) * np.heaviside(high - z, 0.0))


def _gelu_inner(z: Array) -> Array:
    """√(2/π)·(z + 0.044715·z³); beyond ±10, where its tanh is ±1, a line: a cube might overflow."""
    return np.asarray(np.sqrt(2 / np.pi) * (z + 0.044715 * np.clip(z, -10, 10) ** 2 * z))


def _gelu_slope(z: Array, u: Array, s: Array) -> Array:
    """f′ = ½(1 + s) + ½·(1 − s²)·z·u′, where z·u′ = √(2/π)·(z + 0.134145·z³) = 3u − √(8/π)·z."""
    return np.asarray((1 + s + (1 - s * s) * (3 * u - np.sqrt(8 / np.pi) * z)) / 2)


# λ and λ·α of Klambauer et al. 2017 to 17 digits.
_SELU, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

# What an activation computes on the way, by letter: from z and what comes before.
STEPS: dict[str, dict[str, Callable[..., Array]]] = {
    "gelu": {"s": _normal},
    "gelu_tanh": {"u": _gelu_inner, "s": lambda z, u: np.tanh(u)},
    "silu": {"s": lambda z: sigmoid(z)},
    "mish": {"u": lambda z: np.logaddexp(0.0, z), "s": lambda z, u: np.tanh(u)},
}

# name: (f from z and its steps; f′ from z, a = f(z) and the steps). Both depend on what the sheet's formulas cite, by
# which a cell is judged. np.heaviside and np.maximum keep a NaN, which the check relies on.
ACTIVATIONS: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
    "sigmoid": (sigmoid, lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 - a * a),
    "relu": (lambda z: np.maximum(0.0, z), lambda z, a: np.heaviside(z, 0.0)),
    "leaky_relu": (
        lambda z, slope=0.01: np.maximum(z, 0.0) + slope * np.minimum(z, 0.0),
        lambda z, a, slope=0.01: slope + (1 - slope) * np.heaviside(z, 0.0),
    ),
    "relu6": (lambda z: np.clip(z, 0.0, 6.0), lambda z, a: _inside(z, 0.0, 6.0)),
    "elu": (
        lambda z: np.maximum(z, 0.0) + np.expm1(np.minimum(z, 0.0)),
        lambda z, a: np.exp(np.minimum(z, 0.0)),
    ),
    "selu": (
        lambda z: _SELU * (np.maximum(z, 0.0) + _SELU_ALPHA * np.expm1(np.minimum(z, 0.0))),
        # The slope is that of the left side up to 0, 0 included.
        lambda z, a: _SELU * np.where(z > 0, 1.0, _SELU_ALPHA * np.exp(np.minimum(z, 0.0))),
    ),
    "softsign": (lambda z: z / (1 + np.abs(z)), lambda z, a: (1 + np.abs(z)) ** -2.0),
    "hardtanh": (lambda z: np.clip(z, -1.0, 1.0), lambda z, a: _inside(z, -1.0, 1.0)),
    "hardsigmoid": (lambda z: np.clip(z + 3, 0.0, 6.0) / 6, lambda z, a: _inside(z, -3.0, 3.0) / 6),
    "softplus": (lambda z: np.logaddexp(0.0, z), lambda z, a: sigmoid(z)),
    # (z·Φ)′ = Φ + z·φ, φ the density.
    "gelu": (
        lambda z, s: z * s,
        lambda z, a, s: s + z * np.exp(-(np.clip(z, -50, 50) ** 2) / 2) / np.sqrt(2 * np.pi),
    ),
    "gelu_tanh": (lambda z, u, s: z * (1 + s) / 2, lambda z, a, u, s: _gelu_slope(z, u, s)),
    "silu": (lambda z, s: z * s, lambda z, a, s: s + a * (1 - s)),
    # tanh′ is 1 − tanh², and softplus′ is σ.
    "mish": (lambda z, u, s: z * s, lambda z, a, u, s: s + z * (1 - s * s) * sigmoid(z)),
}

# name: (loss of outputs y and targets t over the last axis; ∂loss/∂y)
LOSSES: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "half_squared_error": (lambda y, t: ((y - t) ** 2).sum(-1) / 2, lambda y, t: y - t),
    "squared_error": (lambda y, t: ((y - t) ** 2).sum(-1), lambda y, t: 2 * (y - t)),
    "mse": (lambda y, t: ((y - t) ** 2).mean(-1), lambda y, t: 2 * (y - t) / y.shape[-1]),
    "mae": (lambda y, t: np.abs(y - t).mean(-1), lambda y, t: np.sign(y - t) / y.shape[-1]),
    "huber": (
        lambda y, t, delta=1.0: (
            np.minimum(np.abs(y - t), delta) * (np.abs(y - t) - np.minimum(np.abs(y - t), delta) / 2)
        ).mean(-1),
        lambda y, t, delta=1.0: np.clip(y - t, -delta, delta) / y.shape[-1],
    ),
    "log_cosh": (
        lambda y, t: (np.logaddexp(y - t, t - y) - np.log(2)).mean(-1),
        lambda y, t: np.tanh(y - t) / y.shape[-1],
    ),
    "hinge": (
        lambda y, t: np.maximum(1 - t * y, 0).mean(-1),
        lambda y, t: -t * np.heaviside(1 - t * y, 0.0) / y.shape[-1],
    ),
    "squared_hinge": (
        lambda y, t: (np.maximum(1 - t * y, 0) ** 2).mean(-1),
        lambda y, t: -2 * t * np.maximum(1 - t * y, 0) / y.shape[-1],
    ),
}

# Losses of the last layer's weighted sums z, of the steps of its softmax where they take them: ∂loss/∂z is y − t.
FUSED_LOSSES: dict[str, Callable[[Quantities, int], Array]] = {
    "binary_cross_entropy": lambda q, last: (np.logaddexp(0.0, flat(q[f"z{last}"])) - q["t"] * flat(q[f"z{last}"])).sum(
        -1
    ),
    "cross_entropy": lambda q, last: _log_sums(q, last) - (q["t"] * flat(q[f"z{last}"])).sum(-1),
    "kl_div": lambda q, last: _log_sums(q, last) - (q["t"] * flat(q[f"z{last}"]) - _t_ln_t(q["t"])).sum(-1),
}


def _log_sums(q: Quantities, last: int) -> Array:
    """ln Σe^z, summed over the steps where there are several."""
    return np.asarray(flat(np.log(q[f"esum{last}"]) + q[f"zmax{last}"]).sum(-1))


def _t_ln_t(t: Array) -> Array:
    """t·ln t, 0 where t is 0: a part of the loss that no parameter changes."""
    return np.asarray(np.where(t > 0, t * np.log(np.where(t > 0, t, 1.0)), 0.0))


def flat(values: Array) -> Array:
    """Return what every sample has as one row of numbers, the last axis fastest."""
    return values.reshape(*values.shape[:2], -1)

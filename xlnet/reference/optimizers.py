"""Optimisers in numpy, by PyTorch's formulas: what they keep for a parameter array, and its next value.

A state of a row is the state after that row's gradient: "previous m_w1" is that of the iteration before.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlnet.reference.functions import Array, Function, Quantities, Rule
from xlnet.spec import Spec

_POWERS = ("beta1_k", "beta2_k")


def powers(spec: Spec) -> list[Rule]:
    """βᵏ, multiplied up from row to row."""
    if spec.training.optimizer.name not in ("adam", "adamw"):
        return []
    return [(name, _multiplied(name, name.removesuffix("_k"))) for name in _POWERS]


def _multiplied(name: str, factor: str) -> Function:
    return lambda q: np.where(q["is_first"] > 0, q[factor], q[f"previous {name}"] * q[factor])


def _number(q: Quantities, name: str, like: Array) -> Array:
    """Return a setting or a number of the row in a shape that multiplies `like`; 0 where it is left out."""
    return q[name].reshape(-1, *(1,) * (like.ndim - 1)) if name in q else np.zeros(1)


def _decayed(q: Quantities, name: str) -> Array:
    """∂E/∂w + λ·w."""
    gradient = q[f"d_{name}"]
    return gradient + _number(q, "weight_decay", gradient) * q[name]


def _kept(prefix: str, name: str, first: Function, later: Callable[[Quantities, Array], Array]) -> tuple[str, Function]:
    def rule(q: Quantities) -> Array:
        is_first = _number(q, "is_first", q[name])
        return np.where(is_first > 0, first(q), later(q, q[f"previous {prefix}_{name}"]))

    return prefix, rule


def _averaged(prefix: str, name: str, rate: str, value: Function) -> tuple[str, Function]:
    """kept ← rate·kept + (1 − rate)·value, from 0."""
    return _kept(
        prefix,
        name,
        lambda q: (1 - _number(q, rate, q[name])) * value(q),
        lambda q, kept: _number(q, rate, q[name]) * kept + (1 - _number(q, rate, q[name])) * value(q),
    )


def state_rules(spec: Spec, name: str) -> list[tuple[str, Function]]:
    """Return what an optimiser keeps for a parameter array: prefix and rule."""
    optimizer = spec.training.optimizer
    s = optimizer.settings
    gradient: Function = lambda q: _decayed(q, name)  # noqa: E731
    if optimizer.name == "adamw":
        gradient = lambda q: q[f"d_{name}"]  # noqa: E731
    square: Function = lambda q: gradient(q) ** 2  # noqa: E731
    match optimizer.name:
        case "sgd" if s["momentum"]:
            return [_kept("m", name, gradient, lambda q, m: _momentum(q, name, m))]
        case "adagrad":
            start: Function = lambda q: _number(q, "initial_accumulator_value", q[name]) + square(q)  # noqa: E731
            return [_kept("v", name, start, lambda q, v: v + square(q))]
        case "rmsprop":
            rules = [_averaged("v", name, "alpha", square)]
            rules += [_averaged("g", name, "alpha", gradient)] if s["centered"] else []
            step: Function = lambda q: _rmsprop_step(q, name)  # noqa: E731
            later = lambda q, m: _number(q, "momentum", m) * m + step(q)  # noqa: E731
            return [*rules, _kept("m", name, step, later)] if s["momentum"] else rules
        case "adam" | "adamw":
            rules = [_averaged("m", name, "beta1", gradient), _averaged("v", name, "beta2", square)]
            largest = _kept(
                "vmax", name, lambda q: q[f"v_{name}"], lambda q, largest: np.maximum(largest, q[f"v_{name}"])
            )
            return [*rules, largest] if s["amsgrad"] else rules
    return []


def _momentum(q: Quantities, name: str, m: Array) -> Array:
    return _number(q, "momentum", m) * m + (1 - _number(q, "dampening", m)) * _decayed(q, name)


def _rmsprop_step(q: Quantities, name: str) -> Array:
    variance = q[f"v_{name}"] - (q[f"g_{name}"] ** 2 if f"g_{name}" in q else 0.0)
    root: Array = np.sqrt(np.maximum(variance, 0.0))
    return _decayed(q, name) / (root + _number(q, "eps", root))


def _adam_step(q: Quantities, name: str) -> Array:
    """m̂ / (√v̂ + ε) with the bias of k steps corrected (Kingma & Ba 2015)."""
    m, v = q[f"m_{name}"], q.get(f"vmax_{name}", q[f"v_{name}"])
    corrected = m / (1 - _number(q, "beta1_k", m))
    root: Array = np.sqrt(v / (1 - _number(q, "beta2_k", m)))
    return corrected / (root + _number(q, "eps", m))


def updated(spec: Spec, name: str) -> Function:
    """Return the rule of a parameter's next value."""
    optimizer = spec.training.optimizer
    s = optimizer.settings

    def step(q: Quantities) -> Array:
        match optimizer.name:
            case "sgd" if s["nesterov"]:
                return _decayed(q, name) + _number(q, "momentum", q[name]) * q[f"m_{name}"]
            case "sgd" if s["momentum"]:
                return q[f"m_{name}"]
            case "adagrad":
                root: Array = np.sqrt(q[f"v_{name}"])
                slowed = 1 + (_number(q, "iter", root) - 1) * _number(q, "lr_decay", root)
                return _decayed(q, name) / (root + _number(q, "eps", root)) / slowed
            case "rmsprop":
                return q[f"m_{name}"] if s["momentum"] else _rmsprop_step(q, name)
            case "adam":
                return _adam_step(q, name)
            case "adamw":
                return _adam_step(q, name) + _number(q, "weight_decay", q[name]) * q[name]
        return _decayed(q, name)

    return lambda q: q[name] - _number(q, "eta", q[name]) * step(q)

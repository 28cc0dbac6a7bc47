"""The optimiser table: how a parameter's gradient becomes its next value, by PyTorch's formulas, names and defaults.

To add an optimiser, add an entry to `OPTIMIZERS`. A state column of a row holds the state after that row's gradient, so
a formula of state cites the previous state and the gradient beside it, and an update the previous iteration alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity, maximum, square, square_root
from xlnet.graph.node import Group, Node
from xlnet.spec import Settings


@dataclass(frozen=True)
class OptimizerRule:
    """An optimiser: its further settings with their defaults, and its formulas.

    `flags` are settings that are on or off and shape the formulas. `active` names, from the settings, those that the
    formulas cite; only they get a cell. `state(key, settings)` returns the columns kept for a parameter, and
    `update(key, settings)` its value in the next row; `shared(settings)` returns columns kept once for all parameters.
    """

    defaults: Mapping[str, float]
    update: Callable[[str, Settings], Expression]
    state: Callable[[str, Settings], list[Node]] = lambda key, settings: []
    shared: Callable[[Settings], list[Node]] = lambda settings: []
    active: Callable[[Settings], list[str]] = lambda settings: []
    flags: frozenset[str] = field(default_factory=frozenset)


ETA = Quantity(keys.LEARNING_RATE, previous=True)


def _previous(key: str) -> Quantity:
    return Quantity(key, previous=True)


def _setting(name: str) -> Quantity:
    return Quantity(name)


def _state(prefix: str, key: str, first: Expression, formula: Expression) -> Node:
    return Node(keys.state(prefix, key), Group.STATE, formula, first=first, of=key)


def _gradient(key: str, settings: Settings, *, previous: bool = False) -> Expression:
    """Return ∂E/∂w, plus λ·w where there is a coupled weight decay."""
    gradient = Quantity(keys.gradient(key), previous)
    if not settings["weight_decay"]:
        return gradient
    return gradient + _setting("weight_decay") * Quantity(key, previous)


def _decaying(settings: Settings, *names: str) -> list[str]:
    """Return the names of settings that are not 0, as 0 switches the term off."""
    return [name for name in names if settings[name]]


# Gradient descent: w ← w − η·g; with momentum b ← μ·b + (1 − τ)·g, the first b being g itself, and w ← w − η·b, or
# w − η·(g + μ·b) after Nesterov.
def _sgd_state(key: str, settings: Settings) -> list[Node]:
    if not settings["momentum"]:
        return []
    gradient = _gradient(key, settings)
    share = (1 - _setting("dampening")) * gradient if settings["dampening"] else gradient
    return [_state("m", key, gradient, _setting("momentum") * _previous(keys.state("m", key)) + share)]


def _sgd_update(key: str, settings: Settings) -> Expression:
    if not settings["momentum"]:
        step = _gradient(key, settings, previous=True)
    elif settings["nesterov"]:
        step = _gradient(key, settings, previous=True) + _setting("momentum") * _previous(keys.state("m", key))
    else:
        step = _previous(keys.state("m", key))
    return _previous(key) - ETA * step


# Adagrad (Duchi, Hazan & Singer 2011): v ← v + g², w ← w − η / (1 + (k − 1)·decay) · g / (√v + ε).
def _adagrad_state(key: str, settings: Settings) -> list[Node]:
    squared = square(_gradient(key, settings))
    initial = settings["initial_accumulator_value"]
    first = _setting("initial_accumulator_value") + squared if initial else squared
    return [_state("v", key, first, _previous(keys.state("v", key)) + squared)]


def _adagrad_update(key: str, settings: Settings) -> Expression:
    eta: Expression = ETA
    if settings["lr_decay"]:
        eta = ETA / (1 + (_previous(keys.ITERATION) - 1) * _setting("lr_decay"))
    root = square_root(_previous(keys.state("v", key))) + _setting("eps")
    return _previous(key) - eta * _gradient(key, settings, previous=True) / root


# RMSprop (Hinton 2012): v ← α·v + (1 − α)·g², w ← w − η·g / (√v + ε); centred, v − ḡ² instead of v, with ḡ the same
# average of g; with momentum b ← μ·b + g / (√v + ε) and w ← w − η·b.
def _average(prefix: str, key: str, rate: str, value: Expression) -> Node:
    share = (1 - _setting(rate)) * value
    return _state(prefix, key, share, _setting(rate) * _previous(keys.state(prefix, key)) + share)


def _rmsprop_step(key: str, settings: Settings, *, previous: bool) -> Expression:
    variance: Expression = Quantity(keys.state("v", key), previous)
    if settings["centered"]:
        # Rounding may take it below 0, where a root is an error.
        variance = maximum(variance - square(Quantity(keys.state("g", key), previous)), 0)
    return _gradient(key, settings, previous=previous) / (square_root(variance) + _setting("eps"))


def _rmsprop_state(key: str, settings: Settings) -> list[Node]:
    gradient = _gradient(key, settings)
    state = [_average("v", key, "alpha", square(gradient))]
    if settings["centered"]:
        state.append(_average("g", key, "alpha", gradient))
    if settings["momentum"]:
        step = _rmsprop_step(key, settings, previous=False)
        state.append(_state("m", key, step, _setting("momentum") * _previous(keys.state("m", key)) + step))
    return state


def _rmsprop_update(key: str, settings: Settings) -> Expression:
    step = _previous(keys.state("m", key)) if settings["momentum"] else _rmsprop_step(key, settings, previous=True)
    return _previous(key) - ETA * step


# Adam (Kingma & Ba 2015): m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η·m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵏ),
# v̂ = v / (1 − β₂ᵏ); AMSGrad takes the largest v so far. AdamW (Loshchilov & Hutter 2019) shrinks w by η·λ apart.
def _power(beta: str) -> str:
    """Return the key of βᵏ, which has a column: to LibreOffice a power that is too small, 0.9^10000, is an error."""
    return f"{beta}_k"


def _adam_powers(_: Settings) -> list[Node]:
    return [
        Node(_power(beta), Group.STATE, _previous(_power(beta)) * _setting(beta), first=_setting(beta))
        for beta in ("beta1", "beta2")
    ]


def _adam_state(key: str, settings: Settings) -> list[Node]:
    gradient = _gradient(key, settings)
    state = [_average("m", key, "beta1", gradient), _average("v", key, "beta2", square(gradient))]
    if settings["amsgrad"]:
        v = Quantity(keys.state("v", key))
        state.append(_state("vmax", key, v, maximum(_previous(keys.state("vmax", key)), v)))
    return state


def _adam_step(key: str, settings: Settings) -> Expression:
    m, v = _previous(keys.state("m", key)), _previous(keys.state("vmax" if settings["amsgrad"] else "v", key))
    corrected = m / (1 - _previous(_power("beta1")))
    return ETA * corrected / (square_root(v / (1 - _previous(_power("beta2")))) + _setting("eps"))


def _adam_update(key: str, settings: Settings) -> Expression:
    return _previous(key) - _adam_step(key, settings)


def _adamw_state(key: str, settings: Settings) -> list[Node]:
    return _adam_state(key, {**settings, "weight_decay": 0.0})


def _adamw_update(key: str, settings: Settings) -> Expression:
    shrunk = _previous(key) * (1 - ETA * _setting("weight_decay")) if settings["weight_decay"] else _previous(key)
    return shrunk - _adam_step(key, settings)


_ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

OPTIMIZERS = {
    "sgd": OptimizerRule(
        defaults={"momentum": 0.0, "dampening": 0.0, "nesterov": 0.0, "weight_decay": 0.0},
        flags=frozenset({"nesterov"}),
        state=_sgd_state,
        update=_sgd_update,
        active=lambda s: _decaying(s, *(["momentum", "dampening"] if s["momentum"] else []), "weight_decay"),
    ),
    "adagrad": OptimizerRule(
        defaults={"lr_decay": 0.0, "weight_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10},
        state=_adagrad_state,
        update=_adagrad_update,
        active=lambda s: ["eps", *_decaying(s, "lr_decay", "initial_accumulator_value", "weight_decay")],
    ),
    "rmsprop": OptimizerRule(
        defaults={"alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": 0.0},
        flags=frozenset({"centered"}),
        state=_rmsprop_state,
        update=_rmsprop_update,
        active=lambda s: ["alpha", "eps", *_decaying(s, "momentum", "weight_decay")],
    ),
    "adam": OptimizerRule(
        defaults={**_ADAM, "weight_decay": 0.0, "amsgrad": 0.0},
        flags=frozenset({"amsgrad"}),
        shared=_adam_powers,
        state=_adam_state,
        update=_adam_update,
        active=lambda s: [*_ADAM, *_decaying(s, "weight_decay")],
    ),
    "adamw": OptimizerRule(
        defaults={**_ADAM, "weight_decay": 0.01, "amsgrad": 0.0},
        flags=frozenset({"amsgrad"}),
        shared=_adam_powers,
        state=_adamw_state,
        update=_adamw_update,
        active=lambda s: [*_ADAM, *_decaying(s, "weight_decay")],
    ),
}

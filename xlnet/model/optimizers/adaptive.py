"""Optimisers that divide by the size of past gradients: adagrad, rmsprop, adadelta."""

from __future__ import annotations

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity, maximum, square, square_root
from xlnet.graph.node import Node
from xlnet.model.optimizers.rule import ETA, OptimizerRule, Own, used

_EPS = Quantity("eps")


# Adagrad (Duchi, Hazan & Singer 2011): v ← v + g², w ← w − η / (1 + (k − 1)·decay) · g / (√v + ε).
def _adagrad_state(own: Own) -> list[Node]:
    squared = square(own.gradient())
    initial = own.settings["initial_accumulator_value"]
    first = Quantity("initial_accumulator_value") + squared if initial else squared
    return [own.kept("v", first, own.before("v") + squared)]


def _adagrad_update(own: Own) -> Expression:
    eta: Expression = ETA
    if own.settings["lr_decay"]:
        eta = ETA / (1 + (Quantity(keys.ITERATION, previous=True) - 1) * Quantity("lr_decay"))
    root = square_root(own.before("v")) + _EPS
    return own.before() - eta * own.gradient(previous=True) / root


ADAGRAD = OptimizerRule(
    defaults={"lr_decay": 0.0, "weight_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10},
    state=_adagrad_state,
    update=_adagrad_update,
    active=lambda s: ["eps", *used(s, "lr_decay", "initial_accumulator_value", "weight_decay")],
)


# RMSprop (Hinton 2012): v ← α·v + (1 − α)·g², w ← w − η·g / (√v + ε); centred, v − ḡ² instead of v, with ḡ the same
# average of g; with momentum b ← μ·b + g / (√v + ε) and w ← w − η·b.
def _rmsprop_step(own: Own, *, previous: bool) -> Expression:
    variance: Expression = own.before("v") if previous else own.now("v")
    if own.settings["centered"]:
        # Rounding may take it below 0, where a root is an error.
        variance = maximum(variance - square(own.before("g") if previous else own.now("g")), 0)
    return own.gradient(previous=previous) / (square_root(variance) + _EPS)


def _rmsprop_state(own: Own) -> list[Node]:
    gradient = own.gradient()
    state = [own.average("v", "alpha", square(gradient))]
    if own.settings["centered"]:
        state.append(own.average("g", "alpha", gradient))
    if own.settings["momentum"]:
        step = _rmsprop_step(own, previous=False)
        state.append(own.kept("m", step, Quantity("momentum") * own.before("m") + step))
    return state


def _rmsprop_update(own: Own) -> Expression:
    step = own.before("m") if own.settings["momentum"] else _rmsprop_step(own, previous=True)
    return own.before() - ETA * step


RMSPROP = OptimizerRule(
    defaults={"alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": 0.0},
    flags=frozenset({"centered"}),
    state=_rmsprop_state,
    update=_rmsprop_update,
    active=lambda s: ["alpha", "eps", *used(s, "momentum", "weight_decay")],
)


# Adadelta (Zeiler 2012): v ← ρ·v + (1 − ρ)·g², the step s = √(u + ε) / √(v + ε)·g, where u is the same average of the
# steps before, u ← ρ·u + (1 − ρ)·s², and w ← w − η·s.
def _adadelta_state(own: Own) -> list[Node]:
    gradient = own.gradient()
    scaled = gradient / square_root(own.now("v") + _EPS)
    return [
        own.average("v", "rho", square(gradient)),
        own.kept("step", square_root(_EPS) * scaled, square_root(own.before("vstep") + _EPS) * scaled),
        own.average("vstep", "rho", square(own.now("step"))),
    ]


ADADELTA = OptimizerRule(
    defaults={"rho": 0.9, "eps": 1e-6, "weight_decay": 0.0},
    state=_adadelta_state,
    update=lambda own: own.before() - ETA * own.before("step"),
    active=lambda s: ["rho", "eps", *used(s, "weight_decay")],
)

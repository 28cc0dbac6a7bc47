"""Adagrad, RMSprop and Adadelta: steps that are divided by the size of past gradients."""

from __future__ import annotations

import numpy as np

from xlnet.reference.functions import Array, Function, Quantities
from xlnet.reference.optimizers.own import Kept, Optimizer, Own


def _adagrad_step(own: Own, q: Quantities) -> Array:
    slowed = 1 + (own.number(q, "iter") - 1) * own.number(q, "lr_decay")
    return own.gradient(q) / (np.sqrt(own.of(q, "v")) + own.number(q, "eps")) / slowed


ADAGRAD = Optimizer(
    updated=lambda own: own.descended(lambda q: _adagrad_step(own, q)),
    state=lambda own: [
        own.kept(
            "v",
            lambda q: own.number(q, "initial_accumulator_value") + own.gradient(q) ** 2,
            lambda q, v: v + own.gradient(q) ** 2,
        )
    ],
    always=("eps",),
)


def _rmsprop_scaled(own: Own, q: Quantities) -> Array:
    variance = own.of(q, "v") - (own.of(q, "g") ** 2 if own.settings["centered"] else 0.0)
    root: Array = np.sqrt(np.maximum(variance, 0.0))
    return own.gradient(q) / (root + own.number(q, "eps"))


def _rmsprop_state(own: Own) -> list[Kept]:
    rules = [own.averaged("v", "alpha", lambda q: own.gradient(q) ** 2)]
    rules += [own.averaged("g", "alpha", own.gradient)] if own.settings["centered"] else []
    if own.settings["momentum"]:
        first: Function = lambda q: _rmsprop_scaled(own, q)  # noqa: E731
        rules += [own.kept("m", first, lambda q, m: own.number(q, "momentum") * m + first(q))]
    return rules


RMSPROP = Optimizer(
    updated=lambda own: own.descended(
        lambda q: own.of(q, "m") if own.settings["momentum"] else _rmsprop_scaled(own, q)
    ),
    state=_rmsprop_state,
    always=("alpha", "eps"),
    switches=("centered",),
)


def _adadelta_state(own: Own) -> list[Kept]:
    """The root of the mean square of the steps before, over that of the gradients, this one's among them."""

    def step(q: Quantities, before: Array) -> Array:
        eps = own.number(q, "eps")
        root: Array = np.sqrt((before + eps) / (own.of(q, "v") + eps))
        return root * own.gradient(q)

    return [
        own.averaged("v", "rho", lambda q: own.gradient(q) ** 2),
        own.kept("step", lambda q: step(q, np.zeros(1)), lambda q, _: step(q, q[f"previous vstep_{own.name}"])),
        own.averaged("vstep", "rho", lambda q: own.of(q, "step") ** 2),
    ]


ADADELTA = Optimizer(
    updated=lambda own: own.descended(lambda q: own.of(q, "step")),
    state=_adadelta_state,
    always=("rho", "eps"),
)

"""Gradient descent with and without momentum; Rprop and Lion, which go by signs."""

from __future__ import annotations

import numpy as np

from xlnet.reference.functions import Array, Quantities
from xlnet.reference.optimizers.own import Kept, Optimizer, Own


def _sgd_state(own: Own) -> list[Kept]:
    def later(q: Quantities, m: Array) -> Array:
        return own.number(q, "momentum") * m + (1 - own.number(q, "dampening")) * own.gradient(q)

    return [own.kept("m", own.gradient, later)] if own.settings["momentum"] else []


def _sgd_step(own: Own, q: Quantities) -> Array:
    if own.settings["nesterov"]:
        return own.gradient(q) + own.number(q, "momentum") * own.of(q, "m")
    return own.of(q, "m") if own.settings["momentum"] else own.gradient(q)


SGD = Optimizer(
    updated=lambda own: own.descended(lambda q: _sgd_step(own, q)),
    state=_sgd_state,
    switches=("nesterov",),
)


def _rprop_state(own: Own) -> list[Kept]:
    """Sizes grow where the sign of the gradient stays, and shrink where it turns; there the gradient counts as 0."""

    def turn(q: Quantities) -> Array:
        return np.asarray(np.sign(own.bare(q)) * np.sign(q[f"previous prev_{own.name}"]))

    def within(q: Quantities, size: Array) -> Array:
        return np.clip(size, own.number(q, "step_size_min"), own.number(q, "step_size_max"))

    def later(q: Quantities, size: Array) -> Array:
        factors = [own.number(q, "etaminus"), np.ones(1), own.number(q, "etaplus")]
        return within(q, size * np.select([turn(q) < 0, turn(q) == 0, turn(q) > 0], factors, np.nan))

    return [
        own.kept("size", lambda q: within(q, own.number(q, "eta") * np.ones_like(own.of(q))), later),
        own.kept("prev", own.bare, lambda q, _: np.where(turn(q) < 0, 0.0 * turn(q), own.bare(q) + 0.0 * turn(q))),
    ]


RPROP = Optimizer(
    updated=lambda own: lambda q: own.of(q) - np.sign(own.of(q, "prev")) * own.of(q, "size"),
    state=_rprop_state,
    always=("etaminus", "etaplus", "step_size_min", "step_size_max"),
)


def _lion_state(own: Own) -> list[Kept]:
    def blend(q: Quantities, m: Array) -> Array:
        beta = own.number(q, "beta1")
        return np.asarray(np.sign(beta * m + (1 - beta) * own.bare(q)))

    def step(q: Quantities, _: Array) -> Array:
        return blend(q, q[f"previous m_{own.name}"])

    return [own.kept("step", lambda q: blend(q, np.zeros(1)), step), own.averaged("m", "beta2", own.bare)]


LION = Optimizer(
    updated=lambda own: own.descended(lambda q: own.of(q, "step") + own.decay(q)),
    state=_lion_state,
    always=("beta1", "beta2"),
)

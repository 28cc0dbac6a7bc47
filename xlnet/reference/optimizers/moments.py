"""Adam and its kin: running averages m of the gradient and v of its square, both corrected for starting from 0."""

from __future__ import annotations

import numpy as np

from xlnet.reference.functions import Array, Function, Quantities
from xlnet.reference.optimizers.own import Kept, Optimizer, Own, power

_BETAS = ("beta1", "beta2", "eps")


def _moments(own: Own, gradient: Function) -> list[Kept]:
    return [own.averaged("m", "beta1", gradient), own.averaged("v", "beta2", lambda q: gradient(q) ** 2)]


def _mean(own: Own, q: Quantities) -> Array:
    """m̂ = m / (1 − β₁ᵏ)."""
    return own.of(q, "m") / (1 - own.number(q, "beta1_k"))


def _spread(own: Own, q: Quantities, name: str = "v") -> Array:
    """√v̂ + ε, with v̂ = v / (1 − β₂ᵏ)."""
    root: Array = np.sqrt(own.of(q, name) / (1 - own.number(q, "beta2_k")))
    return root + own.number(q, "eps")


def _adam_state(own: Own, gradient: Function) -> list[Kept]:
    rules = _moments(own, gradient)
    if own.settings["amsgrad"]:
        rules.append(own.kept("vmax", lambda q: own.of(q, "v"), lambda q, most: np.maximum(most, own.of(q, "v"))))
    return rules


def _adam_step(own: Own, q: Quantities) -> Array:
    return _mean(own, q) / _spread(own, q, "vmax" if own.settings["amsgrad"] else "v")


ADAM = Optimizer(
    updated=lambda own: own.descended(lambda q: _adam_step(own, q)),
    state=lambda own: _adam_state(own, own.gradient),
    shared=(power("beta1"), power("beta2")),
    always=_BETAS,
    switches=("amsgrad",),
)
ADAMW = Optimizer(
    updated=lambda own: own.descended(lambda q: _adam_step(own, q) + own.decay(q)),
    state=lambda own: _adam_state(own, own.bare),
    shared=(power("beta1"), power("beta2")),
    always=_BETAS,
    switches=("amsgrad",),
)


def _adamax_state(own: Own) -> list[Kept]:
    """The largest |g| + ε, each forgotten by β₂ from row to row."""
    size: Function = lambda q: np.abs(own.gradient(q)) + own.number(q, "eps")  # noqa: E731
    largest = own.kept("u", size, lambda q, u: np.maximum(own.number(q, "beta2") * u, size(q)))
    return [own.averaged("m", "beta1", own.gradient), largest]


ADAMAX = Optimizer(
    updated=lambda own: own.descended(lambda q: _mean(own, q) / own.of(q, "u")),
    state=_adamax_state,
    shared=(power("beta1"),),
    always=_BETAS,
)


def _coupled(own: Own) -> Function:
    return own.bare if own.settings["decoupled_weight_decay"] else own.gradient


def _apart(own: Own, q: Quantities) -> Array:
    return own.decay(q) if own.settings["decoupled_weight_decay"] else np.zeros(1)


def _mu(q: Quantities, ahead: int) -> Array:
    return np.asarray(q["beta1"] * (1 - 0.5 * 0.96 ** ((q["iter"] + ahead) * q["momentum_decay"])))


def _nadam_step(own: Own, q: Quantities) -> Array:
    mu, ahead, product = (own.number(q, name) for name in ("mu", "mu_next", "mu_product"))
    now = (1 - mu) * _coupled(own)(q) / (1 - product)
    return (now + ahead * own.of(q, "m") / (1 - product * ahead)) / _spread(own, q)


NADAM = Optimizer(
    updated=lambda own: own.descended(lambda q: _nadam_step(own, q) + _apart(own, q)),
    state=lambda own: _moments(own, _coupled(own)),
    shared=(
        power("beta2"),
        ("mu", lambda q: _mu(q, 0)),
        ("mu_next", lambda q: _mu(q, 1)),
        ("mu_product", lambda q: q["mu"] * np.where(q["is_first"] > 0, 1.0, q["previous mu_product"])),
    ),
    always=(*_BETAS, "momentum_decay"),
    switches=("decoupled_weight_decay",),
)


def _rectification(q: Quantities) -> Array:
    """√((ρₖ − 4)(ρₖ − 2)·ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)·ρₖ)), and 0 up to ρₖ = 5."""
    length, most = q["rho_k"], q["rho_inf"]
    ratio = (length - 4) / (most - 4) * (length - 2) / (most - 2) * most / length
    return np.where(length > 5, np.sqrt(ratio), np.where(np.isnan(length), np.nan, 0.0))


def _radam_step(own: Own, q: Quantities) -> Array:
    length, rect = own.number(q, "rho_k"), own.number(q, "rect")
    scaled = rect * np.sqrt(1 - own.number(q, "beta2_k")) / (np.sqrt(own.of(q, "v")) + own.number(q, "eps"))
    return _mean(own, q) * np.where(length > 5, scaled, np.where(np.isnan(length), np.nan, 1.0))


RADAM = Optimizer(
    updated=lambda own: own.descended(lambda q: _radam_step(own, q) + _apart(own, q)),
    state=lambda own: _moments(own, _coupled(own)),
    shared=(
        power("beta1"),
        power("beta2"),
        ("rho_inf", lambda q: 2 / (1 - q["beta2"]) - 1),
        ("rho_k", lambda q: q["rho_inf"] - 2 * q["iter"] * q["beta2_k"] / (1 - q["beta2_k"])),
        ("rect", _rectification),
    ),
    always=_BETAS,
    switches=("decoupled_weight_decay",),
)

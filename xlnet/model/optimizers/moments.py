"""Adam and its kin: running averages of the gradient, m ← β₁·m + (1 − β₁)·g, and of its square, v.

Both start from 0, for which m̂ = m / (1 − β₁ᵏ) and v̂ = v / (1 − β₂ᵏ) make up.
"""

from __future__ import annotations

from xlnet import keys
from xlnet.graph.expression import (
    Expression,
    Number,
    Quantity,
    absolute,
    exp,
    ln,
    maximum,
    square,
    square_root,
    where_above,
)
from xlnet.graph.node import Group, Node
from xlnet.model.optimizers.rule import ETA, OptimizerRule, Own, power, powers, used
from xlnet.spec import Settings

_BETA1, _BETA2, _EPS = Quantity("beta1"), Quantity("beta2"), Quantity("eps")
_DEFAULTS = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}


def _of_the_row_before(key: str) -> Quantity:
    return Quantity(key, previous=True)


def _corrected(moment: Expression, beta: str) -> Expression:
    return moment / (1 - _of_the_row_before(power(beta)))


def _moments(own: Own) -> list[Node]:
    gradient = own.gradient()
    return [own.average("m", "beta1", gradient), own.average("v", "beta2", square(gradient))]


# Adam (Kingma & Ba 2015): w ← w − η·m̂ / (√v̂ + ε); AMSGrad takes the largest v so far. AdamW (Loshchilov & Hutter 2019)
# shrinks w by η·λ apart.
def _adam_state(own: Own) -> list[Node]:
    state = _moments(own)
    if own.settings["amsgrad"]:
        state.append(own.kept("vmax", own.now("v"), maximum(own.before("vmax"), own.now("v"))))
    return state


def _adam_step(own: Own) -> Expression:
    v = own.before("vmax" if own.settings["amsgrad"] else "v")
    return ETA * _corrected(own.before("m"), "beta1") / (square_root(_corrected(v, "beta2")) + _EPS)


ADAM = OptimizerRule(
    defaults={**_DEFAULTS, "weight_decay": 0.0, "amsgrad": 0.0},
    flags=frozenset({"amsgrad"}),
    shared=lambda _: powers("beta1", "beta2"),
    state=_adam_state,
    update=lambda own: own.before() - _adam_step(own),
    active=lambda s: [*_DEFAULTS, *used(s, "weight_decay")],
)
ADAMW = OptimizerRule(
    defaults={**_DEFAULTS, "weight_decay": 0.01, "amsgrad": 0.0},
    flags=frozenset({"amsgrad"}),
    shared=lambda _: powers("beta1", "beta2"),
    state=lambda own: _adam_state(own.without_decay),
    update=lambda own: own.shrunk() - _adam_step(own),
    active=lambda s: [*_DEFAULTS, *used(s, "weight_decay")],
)


# AdaMax (Kingma & Ba 2015): u ← max(β₂·u, |g| + ε) instead of √v, w ← w − η·m̂ / u.
def _adamax_state(own: Own) -> list[Node]:
    gradient = own.gradient()
    size = absolute(gradient) + _EPS
    return [own.average("m", "beta1", gradient), own.kept("u", size, maximum(_BETA2 * own.before("u"), size))]


ADAMAX = OptimizerRule(
    defaults={**_DEFAULTS, "weight_decay": 0.0},
    shared=lambda _: powers("beta1"),
    state=_adamax_state,
    update=lambda own: own.before() - ETA * _corrected(own.before("m"), "beta1") / own.before("u"),
    active=lambda s: [*_DEFAULTS, *used(s, "weight_decay")],
)


# The decay is a part of the gradient, or, decoupled, shrinks w by η·λ apart.
def _coupled(own: Own) -> Own:
    return own.without_decay if own.settings["decoupled_weight_decay"] else own


def _decayed(own: Own) -> Expression:
    return own.shrunk() if own.settings["decoupled_weight_decay"] else own.before()


_DECOUPLED = frozenset({"decoupled_weight_decay"})


# NAdam (Dozat 2016): Nesterov's look ahead, by a momentum that rises with the iterations, μₖ = β₁·(1 − ½·0.96^(k·ψ)):
# w ← w − η·((1 − μₖ) / (1 − Πμ)·g + μₖ₊₁ / (1 − Πμ·μₖ₊₁)·m) / (√v̂ + ε), where Πμ is the product of all μ so far.
def _momentum(step: Expression) -> Expression:
    # By its logarithm: to LibreOffice a power that is too small is an error.
    return _BETA1 * (1 - exp(step * Quantity("momentum_decay") * ln(Number(0.96))) / 2)


def _nadam_shared(_: Settings) -> list[Node]:
    k, mu = Quantity(keys.ITERATION), Quantity("mu")
    rule = "{beta1}·(1 − 0.96^(STEP·{momentum_decay}) / 2)"
    return [
        *powers("beta2"),
        Node("mu", Group.STATE, _momentum(k), mathematics=rule.replace("STEP", "{iter}")),
        Node("mu_next", Group.STATE, _momentum(k + 1), mathematics=rule.replace("STEP", "({iter} + 1)")),
        Node("mu_product", Group.STATE, _of_the_row_before("mu_product") * mu, first=mu),
    ]


def _nadam_update(own: Own) -> Expression:
    mu, ahead, product = map(_of_the_row_before, ("mu", "mu_next", "mu_product"))
    gradient = _coupled(own).gradient(previous=True)
    step = (1 - mu) / (1 - product) * gradient + ahead / (1 - product * ahead) * own.before("m")
    return _decayed(own) - ETA * step / (square_root(_corrected(own.before("v"), "beta2")) + _EPS)


NADAM = OptimizerRule(
    defaults={**_DEFAULTS, "weight_decay": 0.0, "momentum_decay": 4e-3, "decoupled_weight_decay": 0.0},
    flags=_DECOUPLED,
    shared=_nadam_shared,
    state=lambda own: _moments(_coupled(own)),
    update=_nadam_update,
    active=lambda s: [*_DEFAULTS, "momentum_decay", *used(s, "weight_decay")],
)


# RAdam (Liu et al. 2020): ρ∞ = 2 / (1 − β₂) − 1 and ρₖ = ρ∞ − 2k·β₂ᵏ / (1 − β₂ᵏ) tell how much v can be trusted. Up to
# ρₖ = 5 it is left out, w ← w − η·m̂; then w ← w − η·m̂·r / (√v̂ + …), with
# r = √((ρₖ − 4)(ρₖ − 2)·ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)·ρₖ)).
def _radam_shared(_: Settings) -> list[Node]:
    most, length = Quantity("rho_inf"), Quantity("rho_k")
    beta2_k = Quantity(power("beta2"))
    rectified = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)
    return [
        *powers("beta1", "beta2"),
        Node("rho_inf", Group.STATE, 2 / (1 - _BETA2) - 1),
        Node("rho_k", Group.STATE, most - 2 * Quantity(keys.ITERATION) * beta2_k / (1 - beta2_k)),
        Node("rect", Group.STATE, where_above(length, 5, square_root(rectified), 0)),
    ]


def _radam_update(own: Own) -> Expression:
    length, rect, beta2_k = map(_of_the_row_before, ("rho_k", "rect", power("beta2")))
    scaled = rect * square_root(1 - beta2_k) / (square_root(own.before("v")) + _EPS)
    return _decayed(own) - ETA * _corrected(own.before("m"), "beta1") * where_above(length, 5, scaled, 1)


RADAM = OptimizerRule(
    defaults={**_DEFAULTS, "weight_decay": 0.0, "decoupled_weight_decay": 0.0},
    flags=_DECOUPLED,
    shared=_radam_shared,
    state=lambda own: _moments(_coupled(own)),
    update=_radam_update,
    active=lambda s: [*_DEFAULTS, *used(s, "weight_decay")],
)

"""Optimisers that step down the gradient itself, or by its sign alone: sgd, rprop, lion."""

from __future__ import annotations

from xlnet import keys
from xlnet.graph.expression import Expression, Number, Quantity, call, maximum, minimum, where_above
from xlnet.graph.node import Node
from xlnet.model.optimizers.rule import ETA, OptimizerRule, Own, used


# Gradient descent: w ← w − η·g; with momentum b ← μ·b + (1 − τ)·g, the first b being g itself, and w ← w − η·b, or
# w − η·(g + μ·b) after Nesterov.
def _sgd_state(own: Own) -> list[Node]:
    if not own.settings["momentum"]:
        return []
    gradient = own.gradient()
    share = (1 - Quantity("dampening")) * gradient if own.settings["dampening"] else gradient
    return [own.kept("m", gradient, Quantity("momentum") * own.before("m") + share)]


def _sgd_update(own: Own) -> Expression:
    if not own.settings["momentum"]:
        step = own.gradient(previous=True)
    elif own.settings["nesterov"]:
        step = own.gradient(previous=True) + Quantity("momentum") * own.before("m")
    else:
        step = own.before("m")
    return own.before() - ETA * step


SGD = OptimizerRule(
    defaults={"momentum": 0.0, "dampening": 0.0, "nesterov": 0.0, "weight_decay": 0.0},
    flags=frozenset({"nesterov"}),
    state=_sgd_state,
    update=_sgd_update,
    active=lambda s: used(s, *(["momentum", "dampening"] if s["momentum"] else []), "weight_decay"),
)


# Rprop (Riedmiller & Braun 1993): the size of a weight's step, at first η, grows by η⁺ while its gradient keeps its
# sign, and shrinks by η⁻ where the sign turns; there the weight rests, and the gradient that is kept is 0.
def _rprop_state(own: Own) -> list[Node]:
    gradient = own.gradient()
    # By signs: the product of two small gradients may be 0, or below what a comparison sees.
    turn = call("sign", gradient) * call("sign", own.before("prev"))
    shrinks = where_above(Number(0), turn, Quantity("etaminus"), 1)
    factor = where_above(turn, 0, Quantity("etaplus"), shrinks)
    return [
        own.kept("size", _within(Quantity(keys.LEARNING_RATE)), _within(own.before("size") * factor)),
        own.kept("prev", gradient, where_above(Number(0), turn, 0, gradient)),
    ]


def _within(size: Expression) -> Expression:
    return maximum(Quantity("step_size_min"), minimum(Quantity("step_size_max"), size))


RPROP = OptimizerRule(
    defaults={"etaminus": 0.5, "etaplus": 1.2, "step_size_min": 1e-6, "step_size_max": 50.0},
    state=_rprop_state,
    update=lambda own: own.before() - call("sign", own.before("prev")) * own.before("size"),
    active=lambda s: ["etaminus", "etaplus", "step_size_min", "step_size_max"],
)


# Lion (Chen et al. 2023; not in PyTorch): s = sign(β₁·m + (1 − β₁)·g), then m ← β₂·m + (1 − β₂)·g, and
# w ← w·(1 − η·λ) − η·s.
def _lion_state(own: Own) -> list[Node]:
    gradient = own.without_decay.gradient()
    share = (1 - Quantity("beta1")) * gradient
    return [
        own.kept("step", call("sign", share), call("sign", Quantity("beta1") * own.before("m") + share)),
        own.average("m", "beta2", gradient),
    ]


LION = OptimizerRule(
    defaults={"beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
    state=_lion_state,
    update=lambda own: own.shrunk() - ETA * own.before("step"),
    active=lambda s: ["beta1", "beta2", *used(s, "weight_decay")],
)

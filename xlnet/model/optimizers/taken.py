"""What an optimiser takes for a gradient: ∂E/∂w itself, clipped, or with λ₁·sign(w) for the L1 penalty.

As with PyTorch's clip_grad_value_ and clip_grad_norm_, which come before the step, ∂E/∂w alone is clipped, neither the
penalty nor the weight decay. A gradient that none of this changes has no second column.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity, call, maximum, minimum, square, square_root, total
from xlnet.graph.node import Group, Node
from xlnet.model.network import Parameter
from xlnet.model.optimizers.rule import Own
from xlnet.spec import Training

# What clips, and the penalty; each has a cell where it is not 0.
SETTINGS = ("clip_value", "clip_norm", "l1")
_TAKEN = "used"
_NORM, _FACTOR = "grad_norm", "clip"
# PyTorch's, which keeps the denominator from 0.
_TINY = 1e-6


def active(training: Training) -> dict[str, float]:
    """Return the settings that have a cell."""
    return {name: value for name in SETTINGS if (value := getattr(training, name))}


def own(parameter: Parameter, training: Training) -> Own:
    """Return a trained parameter as its optimiser sees it."""
    settings = training.optimizer.settings
    if not _decays(parameter, training):
        settings = {**settings, **({"weight_decay": 0.0} if "weight_decay" in settings else {})}
    gradient = keys.gradient(parameter.key)
    return Own(
        parameter.key, keys.state(_TAKEN, parameter.key) if _is_changed(parameter, training) else gradient, settings
    )


def norm(trained: Sequence[Parameter], training: Training) -> list[Node]:
    """Return the columns of the norm of all gradients together, and of the factor that it leaves of each."""
    if not training.clip_norm:
        return []
    squares = (square(Quantity(keys.gradient(parameter.key))) for parameter in trained)
    factor = minimum(1, Quantity("clip_norm") / (Quantity(_NORM) + _TINY))
    return [
        Node(_NORM, Group.STATE, square_root(total(*squares))),
        Node(_FACTOR, Group.STATE, factor),
    ]


def taken(trained: Sequence[Parameter], training: Training) -> list[Node]:
    """Return the columns of the gradients that are clipped, or have a penalty."""
    return [
        own(parameter, training).made(_TAKEN, _value(parameter, training))
        for parameter in trained
        if _is_changed(parameter, training)
    ]


def _is_changed(parameter: Parameter, training: Training) -> bool:
    clips = training.clip_value or training.clip_norm
    return bool(clips or (training.l1 and _decays(parameter, training)))


def _decays(parameter: Parameter, training: Training) -> bool:
    return training.decay_biases or not parameter.is_bias


def _value(parameter: Parameter, training: Training) -> Expression:
    value: Expression = Quantity(keys.gradient(parameter.key))
    if training.clip_value:
        value = maximum(-Quantity("clip_value"), minimum(Quantity("clip_value"), value))
    if training.clip_norm:
        value = Quantity(_FACTOR) * value
    if training.l1 and _decays(parameter, training):
        value = value + Quantity("l1") * call("sign", Quantity(parameter.key))
    return value

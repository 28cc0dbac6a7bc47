"""Optimisers in numpy, by PyTorch's formulas: what they keep for a parameter array, and its next value.

To add an optimiser, add an entry to `OPTIMIZERS`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from xlnet.reference.functions import Function, Rule
from xlnet.reference.optimizers.adaptive import ADADELTA, ADAGRAD, RMSPROP
from xlnet.reference.optimizers.descent import LION, RPROP, SGD
from xlnet.reference.optimizers.moments import ADAM, ADAMAX, ADAMW, NADAM, RADAM
from xlnet.reference.optimizers.own import Kept, Optimizer
from xlnet.reference.optimizers.taken import SETTINGS, own, taken_rules
from xlnet.spec import Spec

__all__ = [
    "OPTIMIZERS",
    "Optimizer",
    "optimizer_numbers",
    "shared_rules",
    "state_rules",
    "taken_rules",
    "updated",
]

OPTIMIZERS = {
    "sgd": SGD,
    "adagrad": ADAGRAD,
    "rmsprop": RMSPROP,
    "adam": ADAM,
    "adamw": ADAMW,
    "adadelta": ADADELTA,
    "adamax": ADAMAX,
    "nadam": NADAM,
    "radam": RADAM,
    "rprop": RPROP,
    "lion": LION,
}


def shared_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what an optimiser keeps once for all parameters."""
    yield from OPTIMIZERS[spec.training.optimizer.name].shared


def state_rules(spec: Spec, name: str, biases: Collection[str] = ()) -> list[Kept]:
    """Return what an optimiser keeps for a parameter array: prefix and rule."""
    return OPTIMIZERS[spec.training.optimizer.name].state(own(spec, name, biases))


def updated(spec: Spec, name: str, biases: Collection[str] = ()) -> Function:
    """Return the rule of a parameter's next value."""
    return OPTIMIZERS[spec.training.optimizer.name].updated(own(spec, name, biases))


def optimizer_numbers(spec: Spec) -> dict[str, float]:
    """Return the settings that training uses; one that is 0 where it could be left out is left out."""
    settings = spec.training.optimizer.settings
    rule = OPTIMIZERS[spec.training.optimizer.name]
    off = (*rule.switches, *(() if settings.get("momentum") else ("dampening",)))
    used = {name: value for name, value in settings.items() if name not in off and (value or name in rule.always)}
    return used | {name: value for name in SETTINGS if (value := getattr(spec.training, name))}

"""The optimiser table: how a parameter's gradient becomes its next value, by PyTorch's formulas, names and defaults.

To add an optimiser, add an entry to `OPTIMIZERS`.
"""

from __future__ import annotations

from xlnet.model.optimizers.adaptive import ADADELTA, ADAGRAD, RMSPROP
from xlnet.model.optimizers.descent import LION, RPROP, SGD
from xlnet.model.optimizers.moments import ADAM, ADAMAX, ADAMW, NADAM, RADAM
from xlnet.model.optimizers.rule import ETA, OptimizerRule, Own

__all__ = ["ETA", "OPTIMIZERS", "OptimizerRule", "Own"]

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

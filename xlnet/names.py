"""The names of things: which there are of each kind, and how a user may spell one.

Activations, losses and the like are taken in any case, with or without _ and -, and by the names that Keras and PyTorch
give them where these mean the same. Nothing here imports numpy: `xlnet build --help` lists the names.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Any

from xlnet.graph.operations import ACTIVATIONS, LOSSES, SOFTMAX
from xlnet.model.initializers import INITIALIZERS
from xlnet.model.optimizers import OPTIMIZERS
from xlnet.model.schedules import SCHEDULES
from xlnet.spec import ORDERS, REDUCTIONS

FULL = "full"

# The names of each kind, by the override that takes one. Softmax stands on the last layer only.
NAMES: dict[str, Collection[str]] = {
    "activation": ACTIVATIONS,
    "output_activation": (*ACTIVATIONS, SOFTMAX),
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "order": ORDERS,
    "reduction": REDUCTIONS,
    "init": INITIALIZERS,
    "batch": (FULL,),
}

# Names that Keras (K) and PyTorch (P) have for the same, as `fold` leaves them; what differs from a name of xlnet by
# case and underscores alone need not stand here. Left out are names that mean something else by default, as Keras's
# glorot_normal (cut off at two deviations), random_uniform (up to 0.05) and ExponentialDecay, PyTorch's ConstantLR (a
# third of η) and OneCycleLR (which moves the momentum too), and those whose targets are of another kind
# (sparse_categorical_crossentropy).
OTHER_NAMES = {
    "linear": "identity",  # K
    "meansquarederror": "mse",  # K
    "mseloss": "mse",  # P
    "meanabsoluteerror": "mae",  # K
    "l1loss": "mae",  # P
    "huberloss": "huber",  # P
    "smoothl1loss": "huber",  # P: with its default β = 1, as Huber's with δ = 1
    "categoricalcrossentropy": "cross_entropy",  # K
    "crossentropyloss": "cross_entropy",  # P
    "bce": "binary_cross_entropy",  # K
    "bceloss": "binary_cross_entropy",  # P
    "bcewithlogitsloss": "binary_cross_entropy",  # P
    "binarycrossentropywithlogits": "binary_cross_entropy",  # P
    "steplr": "step",  # P
    "exponentiallr": "exponential",  # P
    "cosineannealinglr": "cosine",  # P
    "cosineannealingwarmrestarts": "cosine_restarts",  # P
    "linearlr": "warmup",  # P: from a third of η up to η
    "sumoverbatchsize": "mean",  # K
    "ones": "constant",  # K and P
    "glorotuniform": "xavier_uniform",  # K
    "kaiminguniform": "he_uniform",  # P
    "kaimingnormal": "he_normal",  # P
}
# Of these, names of losses that are the mean over the outputs there, and the sum here: one output is the same to both.
# Keras's binary_crossentropy is one of them by an underscore.
OF_ONE_OUTPUT = ("bce", "bceloss", "bcewithlogitsloss", "binarycrossentropywithlogits")
_KERAS_SPELLINGS = ("binary_crossentropy", "binarycrossentropy")


def fold(name: str) -> str:
    """Return a name as it is compared with others: without case, underscores, hyphens and blanks."""
    return name.casefold().translate({ord(c): None for c in "_- "})


def is_name(value: Any, name: str) -> bool:
    """Return whether a value spells `name`."""
    return isinstance(value, str) and fold(value) == fold(name)


def known(value: Any, names: Collection[str]) -> str | None:
    """Return the one of `names` that a value spells, or means by another name; None where it is none of them."""
    if not isinstance(value, str):
        return None
    folded = {fold(name): name for name in names}
    other = OTHER_NAMES.get(fold(value))
    return folded.get(fold(value), other if other in names else None)


def is_of_one_output(value: Any) -> bool:
    """Return whether a loss's name means the same to its own library only where there is one output."""
    return isinstance(value, str) and (fold(value) in OF_ONE_OUTPUT or value.casefold() in _KERAS_SPELLINGS)


def refusal(value: Any, names: Collection[str], shown: str) -> str:
    """Return what is wrong with a value that is none of `names`, `shown` as messages show it, and the nearest names."""
    candidates = {fold(name): name for name in names}
    candidates |= {other: name for other, name in OTHER_NAMES.items() if name in names and other not in candidates}
    near = difflib.get_close_matches(fold(str(value)), candidates, n=2)
    nearest = dict.fromkeys(candidates[name] for name in near)
    hint = f" (did you mean {' or '.join(nearest)}?)" if nearest else ""
    return f"must be one of {', '.join(names)}, not {shown}{hint}"


def spelled(override: str, value: Any) -> Any:
    """Return a value of an override, or of a dotted key of a layer, by the table's spelling where it is a name there.

    Any other value is returned as it is: the parser says what is wrong with it.
    """
    kind = override.rsplit(".", 1)[-1] if override.startswith("network.layers[") else override
    names = NAMES["output_activation" if kind == "activation" else kind] if kind in NAMES else ()
    name = None if is_of_one_output(value) else known(value, names)
    return value if name is None else name

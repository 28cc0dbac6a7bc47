"""The names of things: which there are of each kind, and how a user may spell one.

Activations, losses and the like are taken in any case, with or without _ and -, and by the names that Keras and PyTorch
give them where these mean the same. Nothing here imports numpy: `xlnet build --help` lists the names.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from typing import Any

from xlnet.graph.operations import ACTIVATIONS, LOSSES, SOFTMAX
from xlnet.hints import KEY_HINTS, NAME_HINTS
from xlnet.model.initializers import INITIALIZERS
from xlnet.model.optimizers import OPTIMIZERS
from xlnet.model.schedules import SCHEDULES
from xlnet.spec import CONSTANTS, LAYOUTS, ORDERS, REDUCTIONS

FULL = "full"
# What becomes of a value that is missing in a CSV file.
ERROR, DROP, MEAN = MISSING = ("error", "drop", "mean")

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
    "missing": MISSING,
    "layout": LAYOUTS,
    "constant": CONSTANTS,
}

# Names that Keras (K), PyTorch (P) and scikit-learn (S) have for the same, as `fold` leaves them; what differs from a
# name of xlnet by case and underscores alone need not stand here. What means something else has its hint (`hints`).
OTHER_NAMES = {
    "linear": "identity",  # K
    "none": "identity",  # K
    "logistic": "sigmoid",  # S
    "swish": "silu",  # K
    "celu": "elu",  # K and P: the same where α = 1, as by default
    "meansquarederror": "mse",  # K
    "mseloss": "mse",  # P
    "meanabsoluteerror": "mae",  # K
    "l1loss": "mae",  # P
    "l1": "mae",
    "huberloss": "huber",  # P
    "smoothl1loss": "huber",  # P: with its default β = 1, as Huber's with δ = 1
    "smoothl1": "huber",
    "categoricalcrossentropy": "cross_entropy",  # K
    "crossentropyloss": "cross_entropy",  # P
    "softmaxcrossentropy": "cross_entropy",
    "kldivergence": "kl_div",  # K
    "kullbackleiblerdivergence": "kl_div",
    "lrelu": "leaky_relu",
    "bce": "binary_cross_entropy",  # K
    "bceloss": "binary_cross_entropy",  # P
    "bcewithlogitsloss": "binary_cross_entropy",  # P
    "binarycrossentropywithlogits": "binary_cross_entropy",  # P
    "gradientdescent": "sgd",
    "steplr": "step",  # P
    "exponentiallr": "exponential",  # P
    "cosineannealinglr": "cosine",  # P
    "cosineannealingwarmrestarts": "cosine_restarts",  # P
    "linearlr": "warmup",  # P: from a third of η up to η
    "cosineannealing": "cosine",
    "cosinedecay": "cosine",  # K
    "sumoverbatchsize": "mean",  # K
    "batchmean": "mean",  # P
    "average": "mean",
    "shuffle": "shuffled",
    "ones": "constant",  # K and P
    "glorotuniform": "xavier_uniform",  # K
    "kaiminguniform": "he_uniform",  # P
    "kaimingnormal": "he_normal",  # P
}
# The same for kinds of layers, of which linear is one.
OTHER_KINDS = {
    "linear": "dense",  # P
    "fullyconnected": "dense",
    "fc": "dense",
    "convolution1d": "conv1d",  # K
    "convolution2d": "conv2d",  # K
    "maxpooling1d": "max_pool1d",  # K
    "maxpooling2d": "max_pool2d",  # K
    "averagepooling1d": "avg_pool1d",  # K
    "averagepooling2d": "avg_pool2d",  # K
    "upsampling1d": "upsample",  # K
    "upsampling2d": "upsample",  # K
    "simplernn": "rnn",  # K
    "layernormalization": "layer_norm",  # K
    "rmsnormalization": "rms_norm",  # K
    "batchnormalization": "batch_norm",  # K
    "batchnorm1d": "batch_norm",  # P
    "batchnorm2d": "batch_norm",  # P
    "multiheadattention": "attention",  # K and P
    "selfattention": "attention",
    "skip": "residual",
}
# Of these, names of losses that are the mean over the outputs there, and the sum here: one output is the same to both.
# Keras's binary_crossentropy is one of them by an underscore.
OF_ONE_OUTPUT = ("bce", "bceloss", "bcewithlogitsloss", "binarycrossentropywithlogits")
_KERAS_SPELLINGS = ("binary_crossentropy", "binarycrossentropy")

# What may stand before a name, as in torch.nn.ReLU.
_MODULES = re.compile(
    r"(?:(?:tf|tensorflow|keras|torch|nn|optim|f|functional|lr_scheduler|init|layers|activations|losses|optimizers"
    r"|schedules|initializers)\.)+"
)


def fold(name: str) -> str:
    """Return a name as it is compared with others: bare, without underscores, hyphens and blanks."""
    return _bare(name).translate({ord(c): None for c in "_- "})


def _bare(name: str) -> str:
    """Return a name in small letters without the modules before it and the brackets of a call."""
    name = name.casefold().strip().removesuffix("()")
    modules = _MODULES.match(name)
    return name[modules.end() :] if modules else name


def is_name(value: Any, name: str) -> bool:
    """Return whether a value spells `name`."""
    return isinstance(value, str) and fold(value) == fold(name)


def known(value: Any, names: Collection[str]) -> str | None:
    """Return the one of `names` that a value spells, or means by another name; None where it is none of them."""
    if not isinstance(value, str):
        return None
    folded = {fold(name): name for name in names}
    others = (table.get(fold(value)) for table in (OTHER_NAMES, OTHER_KINDS))
    return folded.get(fold(value), next((other for other in others if other in names), None))


def is_of_one_output(value: Any) -> bool:
    """Return whether a loss's name means the same to its own library only where there is one output."""
    return isinstance(value, str) and (fold(value) in OF_ONE_OUTPUT or _bare(value) in _KERAS_SPELLINGS)


def refusal(value: Any, names: Collection[str], shown: str) -> str:
    """Return what is wrong with a value that is none of `names`, `shown` as messages show it, and the right names."""
    return f"must be one of {', '.join(names)}, not {shown}{_hint(fold(str(value)), names)}"


def _hint(folded: str, names: Collection[str]) -> str:
    """Return the names that someone may mean by another one, and why it is not taken for them."""
    meant, why = NAME_HINTS.get(folded, ((), ""))
    nearest = [name for name in meant if name in names] or _nearest(folded, names)
    if not nearest:
        return ""
    reason = f" {why}" if why and nearest[0] in meant else ""
    return f" (did you mean {' or '.join(nearest)}?{reason})"


def _nearest(folded: str, names: Collection[str]) -> list[str]:
    candidates = {fold(name): name for name in names}
    candidates |= {other: name for other, name in OTHER_NAMES.items() if name in names and other not in candidates}
    near = difflib.get_close_matches(folded, candidates, n=2, cutoff=0.7)
    return list(dict.fromkeys(candidates[name] for name in near))


def key_hint(dotted: str, known: Collection[str]) -> str:
    """Return which key someone means by an unknown one, of those `known` beside it or elsewhere; nothing if unclear."""
    table, _, key = dotted.rpartition(".")
    alike = [name for name in known if fold(name) == fold(key)] or difflib.get_close_matches(key, known, n=1)
    place, why = setting_meant(key)
    where, _, other = place.rpartition(".")
    if place and other in known:
        return f"did you mean {other}? {why}".rstrip()
    if place and _numberless(where) != _numberless(table):
        return f"did you mean {place}? {why}".rstrip()
    return f"did you mean {alike[0]}?" if alike else ""


def setting_meant(key: str) -> tuple[str, str]:
    """Return the dotted key that someone means by a key of another name, and why it differs; nothing if unclear."""
    return KEY_HINTS.get(fold(key), ("", ""))


def _numberless(dotted: str) -> str:
    """Return the place of a table whatever its number: network.layers of network.layers[2]."""
    return dotted.partition("[")[0]


def spelled(override: str, value: Any) -> Any:
    """Return a value of an override, or of a dotted key of a layer, by the table's spelling where it is a name there.

    Any other value is returned as it is: the parser says what is wrong with it.
    """
    kind = override.rsplit(".", 1)[-1] if override.startswith("network.layers[") else override
    names = NAMES["output_activation" if kind == "activation" else kind] if kind in NAMES else ()
    name = None if is_of_one_output(value) else known(value, names)
    return value if name is None else name

"""What is drawn with a seed, and so whether a seed changes anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xlnet.model.initializers import INITIALIZERS, Initializer
from xlnet.names import known
from xlnet.spec import Spec
from xlnet.template.layers import DEFAULT_INITIALIZER

SEED = "training.seed"
NOTHING_DRAWN = "nothing is drawn at random: to draw new weights, use --layers, or --init with a random distribution"


def draws(document: Mapping[str, Any], spec: Spec) -> bool:
    """Return whether `document`, which was parsed to `spec`, has weights or an order drawn that the run uses."""
    return _draws_order(spec) or any(
        "weights" not in layer and _initializer(layer).random for layer in document["network"]["layers"]
    )


def _initializer(layer: Mapping[str, Any]) -> Initializer:
    return INITIALIZERS[known(layer.get("init"), INITIALIZERS) or DEFAULT_INITIALIZER]


def effective(spec: Spec) -> Spec:
    """Return `spec` without what changes nothing in the run, so that two runs are equal where they do the same."""
    training = spec.training
    if not spec.draws_samples:
        training = replace(training, batch=None, order="sequential")
    if not _draws_order(spec):
        training = replace(training, seed=0)
    return replace(spec, name="", title="", description="", training=training)


def _draws_order(spec: Spec) -> bool:
    return spec.draws_samples and spec.training.order == "shuffled"

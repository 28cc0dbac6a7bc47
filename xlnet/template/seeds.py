"""What is drawn with a seed, and so whether a seed changes anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlnet.model.initializers import INITIALIZERS
from xlnet.model.layers import DENSE, KINDS
from xlnet.names import known
from xlnet.spec import Spec
from xlnet.template import validation
from xlnet.template.weights import DEFAULT_INITIALIZER

SEED = "training.seed"
NOTHING_DRAWN = "nothing is drawn at random: to draw new weights, use --layers, or --init with a random distribution"


def draws(document: Mapping[str, Any], spec: Spec) -> bool:
    """Return whether `document`, which was parsed to `spec`, has anything drawn that the run uses.

    These are weights, the order of samples, masks, and samples that are held out.
    """
    held_out = bool(document["data"].get(validation.SHARE))
    return held_out or _draws_rows(spec) or any(map(_draws_weights, _every(document["network"]["layers"])))


def _every(layers: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the tables of layers, and of those inside them."""
    for layer in layers:
        yield layer
        yield from _every(layer.get("layers", ()))


def _draws_weights(layer: Mapping[str, Any]) -> bool:
    kind = known(layer.get("type"), KINDS) or DENSE
    if "share" in layer:
        return False
    arrays = (array for array in KINDS[kind].arrays if not array.is_bias and array.start is None)
    initializer = INITIALIZERS[known(layer.get("init"), INITIALIZERS) or DEFAULT_INITIALIZER]
    return initializer.random and any(array.name not in layer for array in arrays)


def effective(spec: Spec) -> Spec:
    """Return `spec` without what changes nothing in the run, so that two runs are equal where they do the same."""
    training = spec.training
    if not spec.draws_samples:
        training = replace(training, batch=None, order="sequential")
    if not _draws_rows(spec):
        training = replace(training, seed=0)
    return replace(spec, name="", title="", description="", training=training)


def _draws_rows(spec: Spec) -> bool:
    return (spec.draws_samples and spec.training.order == "shuffled") or any(layer.dropout for layer in spec.layers)

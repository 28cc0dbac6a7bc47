"""A template of every kind of layer, with each of its options, is the same once it is written down and read again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from math import prod
from typing import Any

import pytest
from drawn import SETTINGS, Document
from drawn_kinds import TAKES

import xlnet
from xlnet.graph.operations import ACTIVATIONS
from xlnet.model.layers import KINDS, Choice
from xlnet.spec import Spec
from xlnet.template.parse import parse
from xlnet.template.serialize import serialize

# What a layer of each kind must have.
NEEDED: dict[str, Document] = {
    "dense": {"units": 4},
    "attention": {},
    "embedding": {"entries": 3, "size": 2},
    "residual": {"layers": [{"units": 3, "activation": "tanh"}, {"units": 3, "dropout": 0.25}]},
    **{f"conv{axes}d": {"channels": 2, "kernel": 2} for axes in (1, 2)},
    **{f"{which}_pool{axes}d": {"kernel": 2} for which in ("max", "avg") for axes in (1, 2)},
    **{name: {"units": 2} for name in ("rnn", "lstm", "gru")},
}
# Another value of a whole number than its default.
OTHERS = {"stride": 1, "padding": 1, "heads": 2, "scale": 3}
EVERY_STEP = {"attention", "embedding", "rnn", "lstm", "gru"}


def variants(name: str) -> Iterator[Document]:
    """Yield a layer of a kind as it is, and with each thing that a template may say of it."""
    kind, bare = KINDS[name], {"type": name, **NEEDED.get(name, {})}
    yield bare
    yield bare | {"name": "one"}
    for number in kind.numbers:
        other = OTHERS.get(number.name, bare.get(number.name))
        yield bare | {number.name: other}
        if number.axes:
            yield bare | {number.name: [other] * number.axes}
        if number.axes > 1 and number.name != "padding":
            yield bare | {number.name: [other, 1]}
        elif number.axes > 1:
            yield bare | {number.name: [0, other]}
    for option in kind.options:
        for value in option.words if isinstance(option, Choice) else (True, False):
            yield bare | {option.name: value}
    for setting in kind.settings:
        yield bare | {setting: SETTINGS[setting][-1]}
    for activation in kind.activations:
        if activation in ACTIVATIONS:
            yield bare | {"activation": activation}
            for setting in ACTIVATIONS[activation].settings:
                yield bare | {"activation": activation, setting: SETTINGS[setting][-1]}
    if kind.activations and kind.takes_dropout:
        yield bare | {"dropout": 0.25}
    if any(array.is_bias for array in kind.arrays):
        yield bare | {"bias": False}
    if any(not array.is_bias for array in kind.arrays):
        yield from (bare | {"frozen": True}, bare | {"init": "uniform"})


def spec_of(layer: Document) -> Spec:
    """Return a network that starts with a layer, of the inputs that its kind takes; its targets fit any outputs."""
    inputs = TAKES[layer["type"]][-1 if layer["type"] == "upsample" else 0]
    shape: Any = list(inputs) if len(inputs) > 1 or layer["type"] in EVERY_STEP else inputs[0]
    x = [[0.0] * prod(inputs), [1.0] * prod(inputs)]
    document = {
        "network": {"inputs": shape, "layers": [layer, {"units": 1, "return": "last"}]},
        "data": {"x": x, "t": [[0.5], [1]]},
        "training": {"seed": 3},
    }
    return parse(document, name="kind", label="kind")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_written_back_with_every_option(name: str) -> None:
    every = list(variants(name))
    assert {key for layer in every for key in layer} >= {option.name for option in KINDS[name].options}
    specs = []
    for layer in every:
        spec = spec_of(layer)
        text = serialize(spec)
        assert parse(tomllib.loads(text), name="kind", label="kind") == spec, text
        specs.append(spec)
    # Each says something else, but for the values that hold anyway.
    assert len({repr(spec.layers) for spec in specs}) >= len(every) // 2


def test_a_layer_that_shares_weights_is_written_back() -> None:
    for transpose in (False, True):
        settings: dict[str, Any] = {"network.layers[2].transpose": transpose} if transpose else {}
        spec = xlnet.load("autoencoder", **settings)
        assert parse(tomllib.loads(serialize(spec)), name=spec.name, label="") == spec

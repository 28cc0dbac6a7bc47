"""Draws small networks with layers of every kind, one kind at a time, from the tables of kinds."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from drawn import Document, numbers, optimizers, some, targets
from hypothesis import strategies as st

from xlnet.graph.operations import ACTIVATIONS
from xlnet.model.layers import DENSE, KINDS, Asked, Before, Choice
from xlnet.spec import LAYOUTS, REDUCTIONS, Shape

# What a network of each kind takes; the kind stands first.
TAKES: dict[str, list[Shape]] = {
    DENSE: [(3,), (2, 2)],
    "attention": [(3, 2), (2, 4)],
    "avg_pool1d": [(1, 4)],
    "avg_pool2d": [(2, 3, 3)],
    "batch_norm": [(3,), (2, 3), (2, 2, 2)],
    "conv1d": [(2, 4)],
    "conv2d": [(1, 3, 4), (2, 3, 3)],
    "embedding": [(3,)],
    "flatten": [(2, 3)],
    "gru": [(3, 2), (2,)],
    "layer_norm": [(3,), (2, 3)],
    "lstm": [(2, 2), (3,)],
    "max_pool1d": [(1, 5)],
    "max_pool2d": [(2, 3, 3)],
    "residual": [(3,), (2, 3)],
    "rms_norm": [(3,), (2, 3)],
    "rnn": [(3, 2), (3,)],
    "upsample": [(1, 3), (1, 2, 2)],
}
_MOST = {"kernel": 2, "stride": 2, "channels": 2, "units": 3, "entries": 4, "size": 2, "scale": 2}
_LOSSES = {
    "mse": "tanh",
    "half_squared_error": "identity",
    "binary_cross_entropy": "sigmoid",
    "cross_entropy": "softmax",
}


@st.composite
def documents_with(draw: st.DrawFn, name: str) -> Document:
    """Draw the document of a network whose first layer is of a kind."""
    inputs = draw(st.sampled_from(TAKES[name]))
    before = Before(inputs, bool(KINDS[name].takes_steps), is_input=True)
    layers = [_layer(draw, name, before)]
    before = _after(name, layers[0], before)
    if before.has_steps and draw(st.booleans()):
        layers.append({"type": "residual", "layers": [_layer(draw, "attention", before)]})
    loss = draw(st.sampled_from(list(_LOSSES)))
    units = draw(st.integers(2, 3))
    last = {"units": units, "activation": _LOSSES[loss], "return": draw(st.sampled_from(["all", "last"]))}
    layers.append(last)
    steps = before.shape[0] if before.has_steps and last["return"] == "all" else 1
    samples = draw(st.integers(2, 3))
    x = numbers(draw, samples, prod(inputs))
    if KINDS[name].tokens:
        token = st.integers(0, layers[0]["entries"] - 1)
        x = [[float(draw(token)) for _ in row] for row in x]
    training: Document = {
        "iters": draw(st.integers(2, 4)),
        "loss": loss,
        "reduction": draw(st.sampled_from(REDUCTIONS)),
        "batch": draw(st.sampled_from(["full", 2])),
        "train_biases": draw(st.sampled_from([True, True, False])),
        "seed": draw(st.integers(0, 1000)),
        "optimizer": draw(optimizers()),
    }
    of_steps = [targets(draw, loss, samples, units) for _ in range(steps)]
    t = [[number for row in rows for number in row] for rows in zip(*of_steps, strict=True)]
    network = {"inputs": inputs[0] if len(inputs) == 1 else list(inputs), "layers": layers}
    if KINDS[name].takes_steps or KINDS[name].tokens:
        network["inputs"] = list(inputs)
    return {
        "layout": draw(st.sampled_from(LAYOUTS)),
        "network": network,
        "data": {"x": x, "t": t},
        "training": training,
    }


def _layer(draw: st.DrawFn, name: str, before: Before) -> Document:
    """Draw a layer: its numbers, options and settings, an activation, whether it has biases and learns."""
    kind = KINDS[name]
    layer: Document = {"type": name}
    for number in kind.numbers:
        if (number.default is None and not number.same_as) or draw(st.booleans()):
            most = _most(number.name, name, layer, before)
            one = st.integers(number.least, most)
            # A window may have a number for each axis.
            several = st.lists(one, min_size=number.axes, max_size=number.axes)
            axes = len(before.shape) - 1 if number.axes else 0
            layer[number.name] = draw(several if axes == number.axes > 1 and draw(st.booleans()) else one)
    for option in kind.options:
        layer[option.name] = draw(st.sampled_from(option.words) if isinstance(option, Choice) else st.booleans())
    layer |= some(draw, kind.settings)
    if kind.activations:
        layer["activation"] = draw(st.sampled_from([each for each in kind.activations if each in ACTIVATIONS]))
    if any(array.is_bias for array in kind.arrays):
        layer["bias"] = draw(st.booleans())
    if any(not array.is_bias for array in kind.arrays):
        layer["frozen"] = draw(st.sampled_from([False, False, True]))
    if kind.has_layers:
        layer["layers"] = [{"units": 2, "activation": "tanh"}, {"units": prod(before.shape)}]
        if len(before.shape) > 1:
            layer["layers"] = [{"type": "conv1d", "channels": before.shape[0], "kernel": 3, "padding": 1}]
    return layer


def _most(name: str, kind: str, layer: Document, before: Before) -> int:
    if name == "padding":
        kernel = min(np.atleast_1d(layer["kernel"]))
        return int(kernel - 1 if kind.startswith("conv") else kernel // 2)
    if name == "heads":
        return 2 - before.shape[-1] % 2
    return _MOST[name]


def _after(name: str, layer: Document, before: Before) -> Before:
    """Return what a layer gives, as its kind says."""
    kind = KINDS[name]
    given: dict[str, Any] = {}
    along: dict[str, Any] = {}
    for number in kind.numbers:
        own = layer.get(number.name, (along if number.axes else given).get(number.same_as, number.default))
        if number.axes:
            along[number.name] = tuple(own) if isinstance(own, list | tuple) else (own,) * number.axes
        else:
            given[number.name] = own
    options = {option.name: layer[option.name] for option in kind.options}
    _, gives = kind.shapes(before, Asked(given, options, along))
    return Before(gives, kind.has_steps(before, gives))

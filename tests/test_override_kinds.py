"""Options that set something of every layer set it where a layer's kind has it, in layers inside others too."""

from __future__ import annotations

import numpy as np
import pytest

import xlnet


def test_an_activation_reaches_layers_inside_others_and_no_outputs() -> None:
    before, after = xlnet.load("resnet"), xlnet.load("resnet", activation="relu")
    hidden = {layer.activation for layer in after.layers[:-1] if layer.type == "dense"}
    assert hidden == {"relu"}
    assert any(layer.inside for layer in after.layers)
    assert after.layers[-1].activation == before.layers[-1].activation
    assert {layer.activation for layer in after.layers if layer.type == "residual"} == {"identity"}


@pytest.mark.parametrize("name", ["resnet", "digits", "transformer"])
def test_without_biases_no_layer_has_any(name: str) -> None:
    assert any("b" in layer.arrays for layer in xlnet.load(name).layers)
    assert not any("b" in layer.arrays for layer in xlnet.load(name, bias=False).layers)


def test_drawn_weights_leave_those_that_start_from_one() -> None:
    layers = xlnet.load("transformer", init="zeros").layers
    assert any(layer.type == "layer_norm" for layer in layers)
    for layer in layers:
        if layer.type in ("layer_norm", "dense"):
            assert np.unique(layer.arrays["w"]).tolist() == [1.0 if layer.type == "layer_norm" else 0.0]

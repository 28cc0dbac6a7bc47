"""Options that set something of every layer set it where a layer's kind has it, in layers inside others too."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import xlnet
from xlnet.template.runs import parse_comparison, serialize_comparison
from xlnet.template.serialize import to_toml


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


def test_a_layer_of_another_kind_draws_its_weights() -> None:
    """Those that the template gives are of the kind before: a note tells that they are left out."""
    given = {"network.layers[1].type": "lstm"}
    spec = xlnet.load("echo", **given)
    assert spec.layers[0].type == "lstm"
    assert np.shape(spec.layers[0].arrays["whh"]) == (8, 2)
    assert np.unique(spec.layers[0].arrays["wih"]).size == 8
    assert spec.layers[1] == xlnet.load("echo").layers[1]
    assert spec.notes == (
        "echo: --set network.layers[1].type: weight_ih, weight_hh of rnn are left out; "
        "those of lstm are drawn with the seed",
    )
    assert xlnet.load("echo", **given, seed=1).layers[0] != spec.layers[0]
    # The same kind keeps its weights, and what is given beside the kind holds, wherever it stands.
    assert xlnet.load("echo", **{"network.layers[1].type": "RNN"}) == xlnet.load("echo")
    whole = {"network.layers[1].weight_ih": [[number] for number in range(8)]}
    assert xlnet.load("echo", **whole, **given).layers[0].arrays["wih"] == tuple((float(n),) for n in range(8))


def test_runs_with_layers_of_different_kinds_are_written_back(tmp_path: Path) -> None:
    layers = [{"type": "layer_norm", "weights": [2, 3], "bias": False}, {"units": 1}]
    path = tmp_path / "norms.toml"
    document = {"network": {"inputs": 2, "layers": layers}, "data": {"x": [[1, 2]], "t": [[1]]}}
    path.write_text(to_toml(document), encoding="utf-8")
    both = xlnet.load_comparison(
        path,
        settings={
            "network.layers[1].type": ["layer_norm", "batch_norm"],
            "data.x": [[[1, 2], [3, 1]]],
            "data.t": [[[1], [2]]],
        },
    )
    # As a workbook may hold them: of the same weights, whatever its kind starts from.
    runs = tuple(
        replace(run, spec=replace(run.spec, layers=(replace(first, arrays={**first.arrays, "w": (2.0, 3.0)}), last)))
        for run in both.runs
        for first, last in [run.spec.layers]
    )
    both = replace(both, runs=runs)
    assert [run.spec.layers[0].type for run in runs] == ["layer_norm", "batch_norm"]
    read = parse_comparison(tomllib.loads(serialize_comparison(both)), both.name, "norms")
    assert [run.spec for run in read.runs] == [run.spec for run in runs]


def test_outputs_that_are_a_sum_have_no_activation(tmp_path: Path) -> None:
    document = {
        "network": {
            "inputs": 2,
            "layers": [{"type": "residual", "layers": [{"units": 2, "weights": [[1, 0], [0, 1]]}]}],
        },
        "data": {"x": [[1, 2]], "t": [[1, 0]]},
    }
    path = tmp_path / "sum.toml"
    path.write_text(to_toml(document), encoding="utf-8")
    with pytest.raises(xlnet.UserError, match="the last layer, residual, has no activation: add a dense layer"):
        xlnet.load(path, output_activation="sigmoid")
    assert [layer.activation for layer in xlnet.load(path, activation="tanh").layers] == ["identity", "tanh"]
    # A loss that comes with an activation is not put into a layer that cannot have one.
    for loss, activation in (("cross_entropy", "softmax"), ("binary_cross_entropy", "sigmoid")):
        message = f'{loss} needs "{activation}" as the activation of the last layer, which residual cannot have'
        with pytest.raises(xlnet.UserError, match=message):
            xlnet.load(path, loss=loss)


def test_a_layer_with_the_weights_of_another_is_not_frozen_by_itself() -> None:
    with pytest.raises(xlnet.UserError, match="frozen: is of a layer's own weights, and these are those of 'code'"):
        xlnet.load(
            "autoencoder",
            **{"network.layers[2].share": "code", "network.layers[2].frozen": True, "network.layers[1].name": "code"},
        )

"""Overrides of networks whose layers are of many kinds, or stand inside others."""

from __future__ import annotations

import tomllib
from typing import Any

from drawn import Document

from xlnet.template.overrides import override
from xlnet.template.parse import parse
from xlnet.template.serialize import serialize
from xlnet.template.sources import TemplateSource

NESTED: Document = {
    "network": {
        "inputs": 2,
        "layers": [
            {"type": "layer_norm"},
            {"type": "residual", "layers": [{"units": 3, "activation": "tanh"}, {"units": 2}]},
            {"units": 1, "activation": "sigmoid"},
        ],
    },
    "data": {"x": [[1, 2]], "t": [[1]]},
    "training": {"iters": 2},
}


def overridden(**asked: Any) -> Document:
    document, *_ = override(TemplateSource("nested", "nested", None, "", NESTED), asked)
    parse(document, name="nested", label="nested")
    return document


def test_an_activation_is_set_in_hidden_layers_that_have_one() -> None:
    norm, residual, last = overridden(activation="relu")["network"]["layers"]
    assert norm == {"type": "layer_norm"}
    assert "activation" not in residual
    assert [layer["activation"] for layer in residual["layers"]] == ["relu", "relu"]
    assert last["activation"] == "sigmoid"


def test_an_initialisation_is_set_where_weights_are_drawn() -> None:
    norm, residual, last = overridden(init="zeros")["network"]["layers"]
    assert norm == {"type": "layer_norm"}
    assert "init" not in residual
    assert [layer["init"] for layer in (*residual["layers"], last)] == ["zeros"] * 3


def test_layers_make_a_dense_network_of_any() -> None:
    network = overridden(layers="2-3-1")["network"]
    assert [layer["units"] for layer in network["layers"]] == [3, 1]
    assert all(set(layer) <= {"units", "activation", "bias", "init", "dropout"} for layer in network["layers"])


def test_a_dotted_key_leads_into_a_nested_layer() -> None:
    document = overridden(**{"network.layers[2].layers[1].units": 5})
    assert document["network"]["layers"][1]["layers"][0]["units"] == 5


def test_a_nested_network_is_read_as_it_was_written() -> None:
    spec = parse(NESTED, name="nested", label="nested")
    again = parse(tomllib.loads(serialize(spec)), name="nested", label="nested")
    assert again == spec
    assert [layer.arrays for layer in again.layers] == [layer.arrays for layer in spec.layers]

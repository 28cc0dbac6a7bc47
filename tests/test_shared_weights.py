"""Layers that use another's weights, as they are and transposed: against PyTorch after some iterations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kept
import pytest
from drawn import Document
from recalculated import recalculated, where

import xlnet
from xlnet.spec import LAYOUTS
from xlnet.template.parse import parse

TIED: Document = {
    "network": {
        "inputs": 3,
        "layers": [
            {"name": "code", "units": 1, "activation": "tanh", "weights": [[0.5, -0.25, 0.125]], "biases": [0.25]},
            {"units": 3, "share": "code", "transpose": True, "biases": [0, 0.5, -0.5]},
        ],
    },
    "data": {"x": [[1, 2, -1], [0, 1, 1]], "t": [[1, 2, -1], [0, 1, 1]]},
    "training": {"iters": 4, "loss": "mse", "optimizer": {"name": "sgd", "lr": 0.1}},
}
TWICE: Document = {
    "network": {
        "inputs": 2,
        "layers": [
            {
                "name": "one",
                "units": 2,
                "activation": "tanh",
                "weights": [[0.5, -0.25], [0.125, 1]],
                "biases": [0.25, 0.5],
            },
            {"units": 2, "share": "one", "bias": False},
        ],
    },
    "data": {"x": [[1, 2], [0, 1]], "t": [[0.5, -1], [1, 0]]},
    "training": {"iters": 4, "loss": "mse", "optimizer": {"name": "adam", "lr": 0.1}},
}
# A table of tokens that gives the scores of tokens too, as in GPT-2, whose positions are its own.
TABLE: Document = {
    "network": {
        "inputs": [2],
        "layers": [
            {
                "type": "embedding",
                "name": "table",
                "entries": 3,
                "size": 2,
                "positions": True,
                "weights": [[0.5, -0.25], [0.125, 1], [-0.5, 0.75]],
                "position_weights": [[0.25, 0], [-0.5, 0.125]],
            },
            {"units": 3, "activation": "softmax", "share": "table", "biases": [0, 0.25, -0.25]},
        ],
    },
    "data": {"x": [[0, 2], [1, 0]], "t": [[0, 0, 1, 0, 1, 0], [1, 0, 0, 1, 0, 0]]},
    "training": {"iters": 4, "loss": "cross_entropy", "optimizer": {"name": "sgd", "lr": 0.5}},
}


def normalised(kind: str, **between: Any) -> Document:
    """Return two normalisations that share weights, each with biases of its own, and a layer between them."""
    unit = [[0.5, -0.25, 1], [0.125, 0.75, -0.5], [-1, 0.25, 0.5]]
    layers = [
        {"type": kind, "name": "one", "weights": [1.5, 0.5, -1], "biases": [0.25, 0, -0.5]},
        {"units": 3, "activation": "tanh", "weights": unit, **between},
        {"type": kind, "share": "one", "biases": [0, 0.5, 0.25]},
    ]
    x, t = [[1, 2, -1], [0, 1, 1], [0.5, -1, 2]], [[1, 0, -1], [0, 0.5, 0.25], [-0.5, 1, 0]]
    samples = 3 if kind == "batch_norm" else 2
    return {
        "network": {"inputs": 3, "layers": layers},
        "data": {"x": x[:samples], "t": t[:samples]},
        "training": {"iters": 4, "loss": "mse", "optimizer": {"name": "sgd", "lr": 0.1}},
    }


SHARED = {
    "tied": TIED,
    "twice": TWICE,
    "table": TABLE,
    "layer_norm": normalised("layer_norm", biases=[0.25, 0, -0.25]),
    "batch_norm": normalised("batch_norm", bias=False),
}
# Computed once by PyTorch 2.14 in float64: F.linear(torch.tanh(F.linear(x, w, b)), w.T, c) and, of TWICE,
# F.linear(torch.tanh(F.linear(x, w, b)), w), F.mse_loss, and three steps of SGD or Adam with lr=0.1; of the table
# F.linear(F.embedding(x, w) + p, w, b) and F.cross_entropy, with lr=0.5; F.layer_norm or F.batch_norm(training=True)
# with w and b, torch.tanh(F.linear(x, u, c)), and the same with w and another b, whose running mean is another's, too.
AFTER = {
    "tied": {
        "w1_1_1": 0.514735561287952, "w1_1_2": -0.2135175113803407, "w1_1_3": 0.1366460642336574,
        "b1_1": 0.2553826599317921,
        "b2_1": 0.07974234558542732, "b2_2": 0.6934144605635504, "b2_3": -0.41004155282160454,
    },
    "twice": {
        "w1_1_1": 0.7923181416123077, "w1_1_2": 0.04387504811835012,
        "w1_2_1": -0.16504210388029203, "w1_2_2": 0.7012584818821811,
        "b1_1": 0.5496762306171946, "b1_2": 0.199515573295115,
    },
    "table": {
        "w1_1_1": 0.4160990566989492, "w1_1_2": -0.10832492572698103, "w1_2_1": -0.02152143377582605,
        "w1_3_2": 0.5833542850268748, "p1_1_1": 0.192352539738883, "p1_2_2": -0.013040734412772197,
        "b2_1": 0.2625960354959156, "b2_3": -0.26484335439958345,
    },
    "layer_norm": {
        "w1_1": 1.0547571232030453, "w1_2": 0.4203368510236021, "w1_3": -1.0259474803948692,
        "b1_1": 0.10087631909955938, "w2_1_1": 0.5018358199068935, "w2_3_3": 0.649601344336335,
        "b3_2": 0.45401848678912393, "b3_3": 0.13981721128132504,
    },
    "batch_norm": {
        "w1_1": 1.3165797603472285, "w1_2": 0.34348455728965505, "w1_3": -0.8175820271624441,
        "b1_3": -0.5068790316532886, "w2_2_3": -0.6021793437057351, "b3_1": 0.031160493827160504,
        "rm1_1": 0.1355, "rm3_1": -0.07480925052895701, "rv3_2": 0.7327005100112406,
    },
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("name", "document"), SHARED.items(), ids=SHARED)
def test_shared_weights_learn_as_those_of_pytorch(tmp_path: Path, name: str, document: Document, layout: str) -> None:
    path = tmp_path / "shared.xlsx"
    xlnet.build(parse(document | {"layout": layout}, name=name, label=name), path, plain=name != "table")
    (cells,) = recalculated(path, "ironcalc")
    for key, value in AFTER[name].items():
        assert cells("Training!" + in_iteration(4, where(path, key))) == pytest.approx(value, rel=1e-12)
    report = kept.check(path, engine="ironcalc")
    assert report.agrees, report.to_text()


def in_iteration(number: int, place: str) -> str:
    """Return the cell of a quantity in an iteration, by what the Formulas sheet says: B, or C7/18."""
    cell, _, stride = place.partition("/")
    if not stride:
        return f"{cell}{number + 3}"
    letters = cell.rstrip("0123456789")
    return f"{letters}{int(cell[len(letters) :]) + int(stride) * (number - 1)}"

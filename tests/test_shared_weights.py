"""Layers that use another's weights, as they are and transposed: against PyTorch after some iterations."""

from __future__ import annotations

from pathlib import Path

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
# Computed once by PyTorch 2.14 in float64: F.linear(torch.tanh(F.linear(x, w, b)), w.T, c) and, of TWICE,
# F.linear(torch.tanh(F.linear(x, w, b)), w), F.mse_loss, and three steps of SGD or Adam with lr=0.1.
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
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("name", "document"), [("tied", TIED), ("twice", TWICE)], ids=["tied", "twice"])
def test_shared_weights_learn_as_those_of_pytorch(tmp_path: Path, name: str, document: Document, layout: str) -> None:
    path = tmp_path / "shared.xlsx"
    xlnet.build(parse(document | {"layout": layout}, name=name, label=name), path)
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

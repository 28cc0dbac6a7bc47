"""Layers that normalise learn as PyTorch's do, and a batch's running mean and variance follow as PyTorch's."""

from __future__ import annotations

from pathlib import Path

import kept
import pytest
from drawn import Document
from recalculated import recalculated, where
from test_shared_weights import in_iteration

import xlnet
from xlnet.spec import LAYOUTS
from xlnet.template.parse import parse

# Computed once by PyTorch in float64: nn.Linear(2, 3), then nn.LayerNorm(3), nn.RMSNorm(3) or nn.BatchNorm1d(3), then
# nn.Linear(3, 1), with the numbers of `network`; F.mse_loss, three steps of SGD with lr=0.1. Weights of the first
# layer and of the normalisation behind the third step, its biases, and of a batch the running mean and variance.
AFTER = {
    "layer_norm": {
        "w1": (0.5269868611871628, -0.3364186103249653, 0.06359016553957293, 0.6055724703312809, -0.4905770267267356,
               0.6308461399936844),
        "w2": (0.8151232928815386, 0.8769493763790082, 1.0036882471099267),
        "b2": (0.1043169785734329, -0.07326061549047326, 0.06231408111602724),
    },
    "rms_norm": {
        "w1": (0.6422300862253777, -0.13842106557015227, 0.1329774421284526, 0.7015424007789157, -0.5675142278731923,
               0.5167968784424307),
        "w2": (1.019048540805554, 0.9060433520272505, 1.0151845096275003),
    },
    "batch_norm": {
        "w1": (0.5757701861482687, -0.14177923402948958, 0.16577279538996975, 0.8082861669909406, -0.5364504373798509,
               0.48588123068460404),
        "w2": (0.9437845911502504, 0.8527543063726183, 1.0478422045078544),
        "b2": (0.12319469463014736, -0.07149274754256311, 0.08352844301027429),
        "rm2": (0.08965638266373854, 0.008431661492304687, 0.02281204296912012),
        "rv2": (0.9677685776651387, 0.8228393020781488, 1.0727777796867737),
    },
}  # fmt: skip


def network(kind: str) -> Document:
    first = {"units": 3, "weights": [[0.5, -0.3], [0.2, 0.8], [-0.6, 0.4]], "biases": [0.1, -0.2, 0.3]}
    last = {"units": 1, "weights": [[0.7, -0.5, 0.4]], "biases": [0.05]}
    return {
        "network": {
            "inputs": 2,
            "layers": [first | {"activation": "identity"}, {"type": kind}, last | {"activation": "identity"}],
        },
        "data": {"x": [[0.5, 1], [-1, 0.25], [2, -0.75]], "t": [[1], [0], [0.5]]},
        "training": {"iters": 4, "loss": "mse", "optimizer": {"name": "sgd", "lr": 0.1}},
    }


CASES = [(kind, layout) for kind in AFTER for layout in LAYOUTS]


@pytest.mark.parametrize(("kind", "layout"), CASES)
def test_layers_that_normalise_learn_as_those_of_pytorch(tmp_path: Path, kind: str, layout: str) -> None:
    path = tmp_path / "norm.xlsx"
    xlnet.build(parse(network(kind) | {"layout": layout}, name=kind, label=kind), path)
    (cells,) = recalculated(path, "ironcalc")
    for letter, values in AFTER[kind].items():
        places = [f"{i}_{j}" for i in (1, 2, 3) for j in (1, 2)] if letter == "w1" else ["1", "2", "3"]
        for place, value in zip(places, values, strict=True):
            found = cells("Training!" + in_iteration(4, where(path, f"{letter}_{place}")))
            assert found == pytest.approx(value, rel=1e-11), f"{letter}_{place}"
    report = kept.check(path, engine="ironcalc")
    assert report.agrees, report.to_text()

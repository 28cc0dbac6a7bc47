"""Residual networks give the numbers of ResNet.xlsx of Tom Yeh's "AI by Hand" (MIT licence), and learn as PyTorch's.

Its sheets take the ReLU, or the softmax, of what a skip connection has added; a frozen layer that hands everything on
(the sheet calls it Identity) does that here. The last column of each of its weights is the bias. All its numbers are
right; sheet small alone calls the sigmoid of R26 and S26 ReLU, in Q25.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import kept
import numpy as np
import pytest
from drawn import Document
from test_layers import both, by_reference, rows_of, spec_of

Rows = Sequence[Sequence[float]]

# Sheet small: I5:J8 are the two samples; C12:G14, G19:J22 and I26:M26 the weights.
SMALL = [
    [[1, 0, -1, 1, 1], [0, 1, 1, 0, 1], [1, -1, 0, 0, 0]],
    [[0, 1, 2, 1], [-1, 0, 2, 1], [0, 1, 1, 1], [-1, 0, -3, 0]],
    [[1, 1, 1, 0, -2]],
]
SMALL_X = [[2, 1, 2, 1], [-1, 1, 1, 2]]
# Sheet medium: O5:P10; G14:M18, K22:P27, M31:S34 and R38:V43.
MEDIUM = [
    [[1, 0, 0, 0, -1, 1, 1], [0, 1, 0, 1, 0, 0, -1], [0, 0, 1, 0, -1, 0, 0], [0, 1, 0, 1, 0, 0, 0],
     [1, -1, 0, 0, 0, -1, 1]],
    [[0, -1, -1, -1, 2, 1], [-1, 1, 1, 1, 2, 2], [0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 1], [1, -1, 0, -1, 2, 0],
     [-1, 0, 0, -1, -3, 6]],
    [[0, -1, 0, 0, 0, 2, -2], [1, 0, 1, 0, 1, 0, 0], [0, 1, 0, 1, 0, 0, 1], [-1, 2, 0, 0, 1, 0, 3]],
    [[0, 0, -1, 0, 1], *[[-1, 1, 1, -1, 2]] * 4, [-1, 0, 0, 0, 3]],
]  # fmt: skip
MEDIUM_X = [[2, 1, 0, 0, 2, 1], [-1, 1, 0, 1, 1, 2]]


def dense(rows: Rows, **further: object) -> Document:
    weights = [list(row[:-1]) for row in rows]
    return {"units": len(rows), "weights": weights, "biases": [row[-1] for row in rows]} | further


def identity(size: int, activation: str) -> Document:
    return {
        "units": size, "weights": np.eye(size).tolist(), "bias": False, "frozen": True, "activation": activation,
    }  # fmt: skip


def block(first: Rows, second: Rows, skip: bool, activation: str) -> list[Document]:
    """Return two layers, what comes in added to what they make of it, and the activation of the sum."""
    inside = [dense(first, activation="relu"), dense(second)]
    around: list[Document] = [{"type": "residual", "layers": inside}] if skip else inside
    return [*around, identity(len(second), activation)]


def small(skip: bool) -> Document:
    return {
        "network": {
            "inputs": 4,
            "layers": [*block(SMALL[0], SMALL[1], skip, "relu"), dense(SMALL[2], activation="sigmoid")],
        },
        "data": {"x": SMALL_X, "t": [[0], [0]]},
        "training": {"iters": 4, "loss": "binary_cross_entropy", "optimizer": {"lr": 0.01}},
    }


def medium(skip: bool) -> Document:
    layers = [*block(MEDIUM[0], MEDIUM[1], skip, "relu"), *block(MEDIUM[2], MEDIUM[3], skip, "softmax")]
    return {
        "network": {"inputs": 6, "layers": layers},
        "data": {"x": MEDIUM_X, "t": [[0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0]]},
        "training": {"iters": 4, "loss": "cross_entropy", "optimizer": {"lr": 0.01}},
    }


DOCUMENTS = {"small": small(True), "small mlp": small(False), "medium": medium(True), "medium mlp": medium(False)}
# What the sheets compute, a row a sample: ReLU(W₁X + b₁) in L12:M14 or R14:S18, the sum of a skip connection in L19:M22
# or R22:S27, then X38:Y43, and the outputs in R26:S26 or AA38:AB43. The layer behind it all is a block's last.
SHEETS: dict[str, dict[str, Rows]] = {
    "small": {
        "a2": [[2, 4, 1], [1, 3, 0]],
        "a1": [[9, 2, 8, -4], [3, 1, 5, 1]],
        "a4": [[9, 2, 8, 0], [3, 1, 5, 1]],
        "a5": [[0.9999999586006244], [0.9990889488055994]],
    },
    "small mlp": {
        "a2": [[7, 1, 6, -5], [4, 0, 4, -1]],
        "a3": [[7, 1, 6, 0], [4, 0, 4, 0]],
        "a4": [[0.9999938558253978], [0.9975273768433653]],
    },
    "medium": {
        "a2": [[2, 0, 0, 1, 1], [1, 1, 0, 2, 0]],
        "a1": [[4, 4, 0, 2, 5, 1], [-3, 5, 1, 4, -1, 5]],
        "a4": [[4, 4, 0, 2, 5, 1], [0, 5, 1, 4, 0, 5]],
        "a6": [[0, 9, 7, 12], [3, 1, 10, 13]],
        "a5": [[-2, 10, 6, 8, 11, 4], [-9, 2, -2, 1, -3, 5]],
        "a8": [
            [1.5858415155960017e-06, 0.2581033050944243, 0.00472732693209826, 0.03493048389925977, 0.7015975241033945,
             0.0006397741293075853],
            [7.776013767120372e-07, 0.04655821502718944, 0.0008527434537420389, 0.017127810126142295,
             0.00031370678522522693, 0.9351467470063243],
        ],
    },
    "medium mlp": {
        "a2": [[2, 3, 0, 2, 3, 0], [-2, 4, 1, 3, -2, 3]],
        "a4": [[0, 5, 6, 10], [0, 1, 8, 11]],
        "a5": [[-5, 3, 3, 3, 3, 3], [-7, 0, 0, 0, 0, 3]],
        "a6": [
            [6.708802447550411e-05, *[0.19998658239510492] * 5],
            [3.785871354184108e-05, *[0.04151712060542744] * 4, 0.8338936588647484],
        ],
    },
}  # fmt: skip
# Computed once by PyTorch 2.13 in float64, with torch.relu(x + f(x)), F.binary_cross_entropy_with_logits or
# F.cross_entropy: E of each iteration, three steps of SGD with lr=0.01, and the first layer's biases behind them.
TORCH = {
    "small": (
        (12.000455753926575, 9.769231176785546, 7.835501825345418, 6.288557573635978),
        (1.0307118111224491, 0.9465837170680388, -0.07171594005454547),
    ),
    "small mlp": (
        (9.001240914665605, 7.149727338423729, 5.7330107395935475, 4.782951831585645),
        (1.0108352770391498, 0.945206202527256, -0.06246894730555272),
    ),
    "medium": (
        (4.710723590099078, 3.288743057236897, 2.769794769030621, 2.3671238514836483),
        (1.002177718489324, -1.0055491395421652, 0.0, 0.017718945800784935, 1.0023001794397717),
    ),
    "medium mlp": (
        (2.3955771974093194, 1.3293553835818213, 0.9892244481275558, 0.8462046636617213),
        (1.0069820948301307, -0.9987529125733694, 0.0, -0.00041361292865413514, 1.00432641344929),
    ),
}


@pytest.mark.parametrize(("name", "quantity"), [(name, quantity) for name in SHEETS for quantity in SHEETS[name]])
def test_each_layer_gives_the_numbers_of_the_sheet(name: str, quantity: str) -> None:
    for found in both(spec_of(DOCUMENTS[name]), quantity):
        np.testing.assert_allclose(found, SHEETS[name][quantity], rtol=1e-14)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_blocks_learn_as_those_of_pytorch(name: str) -> None:
    spec = spec_of(DOCUMENTS[name])
    losses, biases = TORCH[name]
    own = by_reference(spec)
    first = "b2" if "residual" in str(DOCUMENTS[name]) else "b1"
    assert np.ravel(own["E"]) == pytest.approx(losses, rel=1e-12)
    assert np.ravel(own[first][3]) == pytest.approx(biases, rel=1e-12)
    rows = rows_of(spec)
    assert [row["E"] for row in rows] == pytest.approx(losses, rel=1e-12)
    assert [rows[3][f"{first}_{i + 1}"] for i in range(len(biases))] == pytest.approx(biases, rel=1e-12)


def test_the_workbook_of_a_residual_network_agrees(tmp_path: Path) -> None:
    path = tmp_path / "resnet.xlsx"
    kept.build(spec_of(DOCUMENTS["medium"] | {"layout": "matrix"}), path)
    report = kept.check(path, engine="ironcalc")
    assert report.agrees, report.to_text()

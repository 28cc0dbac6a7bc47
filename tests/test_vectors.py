"""Worked examples with published or recomputed digits, in the workbook's own values and in the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xlnet import reference
from xlnet.model.iteration import iteration
from xlnet.render.evaluate import iterations
from xlnet.template.parse import parse


def run(document: dict[str, Any]) -> list[dict[str, float]]:
    """Return the rows of a template by key, computed by the graph; the reference must agree."""
    spec = parse(document, name="vector", label="vector")
    graph = iteration(spec)
    rows = []
    for block in iterations(graph, [1] * spec.training.iters):
        row: dict[str, float] = {}
        for node, value in zip(graph.nodes, block.values, strict=True):
            row |= dict.fromkeys((node.key, *node.aliases), value)
        rows.append(row)
    witness = reference.train(spec, reference.initial(spec), reference.constants(spec), spec.training.iters)
    assert [row["E"] for row in rows] == pytest.approx(witness["E"].tolist(), rel=1e-12, abs=1e-15)
    return rows


def one_unit(activation: str, w: list[float], b: float, x: list[float], **training: Any) -> dict[str, Any]:
    layer = {"units": 1, "activation": activation, "weights": [w], "biases": [b]}
    return {
        "network": {"inputs": len(w), "layers": [layer]},
        "data": {"x": [x], "t": [training.pop("t", [0.0])]},
        "training": training,
    }


def test_one_tanh_unit() -> None:
    """The micrograd lecture; with ∂L/∂o = 1, that is t = o − 1 under ½(o − t)²."""
    output = 0.7071067811865476
    document = one_unit("tanh", [-3, 1], 6.8813735870195432, [2, 0], iters=1, t=[output - 1])
    (row,) = run(document)
    assert row["z1_1"] == pytest.approx(0.8813735870195432, rel=1e-12)
    assert row["a1_1"] == pytest.approx(output, rel=1e-12)
    gradients = [row["d_w1_1_1"], row["d_w1_1_2"], row["d_b1_1"]]
    assert gradients == pytest.approx([1.0, 0.0, 0.5], rel=1e-9, abs=1e-12)


def test_one_relu_unit() -> None:
    document = one_unit("relu", [-3, -1, 2], 1, [1, -2, 3], iters=2, t=[5.0])
    document["training"]["optimizer"] = {"lr": 0.001}
    first, second = run(document)
    assert first["z1_1"] == 6
    assert [first[f"d_w1_1_{i}"] for i in (1, 2, 3)] == [1, -2, 3]
    assert first["d_b1_1"] == 1
    after = [*(second[f"w1_1_{i}"] for i in (1, 2, 3)), second["b1_1"], second["z1_1"]]
    assert after == pytest.approx([-3.001, -0.998, 1.997, 0.999, 5.985], rel=1e-12)


LOGITS = [-4.885224780447092, 2.5974728206314666, 0.591664975702642, -2.0689445222722602, -4.568679173867985]
SHARES = [0.0004913481324991326, 0.8731394033037158, 0.11748226443514836, 0.008212668353281187, 0.0006743157753554798]


def classifier(logits: list[float], target: list[float]) -> dict[str, Any]:
    layer = {"units": len(logits), "activation": "softmax", "weights": [[0.0]] * len(logits), "biases": logits}
    return {
        "network": {"inputs": 1, "layers": [layer]},
        "data": {"x": [[1]], "t": [target]},
        "training": {"iters": 1, "loss": "cross_entropy"},
    }


def test_softmax_and_cross_entropy() -> None:
    (row,) = run(classifier(LOGITS, [0, 1, 0, 0, 0]))
    assert [row[f"a1_{i}"] for i in range(1, 6)] == pytest.approx(SHARES, rel=1e-12)
    assert row["E"] == pytest.approx(0.13566005283929541, rel=1e-12)
    assert row["d_z1_2"] == pytest.approx(SHARES[1] - 1, rel=1e-12)
    assert row["d_z1_1"] == pytest.approx(SHARES[0], rel=1e-12)


ADAM = (
    -0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977, -0.1380274, -0.08544591, -0.03286534, 0.01971428,
    0.0722929, 0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969, 0.38774145, 0.44031188, 0.49288093,
    0.54544852, 0.59801459,
)  # fmt: skip


def test_adam_of_cs231n() -> None:
    """The course's unit test, its step counter at 6 when the bias is corrected."""
    from xlnet.reference.optimizers import state_rules, updated

    document = one_unit("identity", [0.0] * 20, 0.0, [0.0] * 20, iters=1)
    document["training"]["optimizer"] = {"name": "adam", "lr": 0.01}
    spec = parse(document, name="adam", label="adam")
    q = {name: np.array([value]) for name, value in {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "eta": 0.01}.items()}
    q |= {"beta1_k": np.array([0.9**6]), "beta2_k": np.array([0.999**6]), "is_first": np.zeros(1)}
    start = {"w1": (-0.4, 0.6), "d_w1": (-0.6, 0.4), "previous m_w1": (0.6, 0.9), "previous v_w1": (0.7, 0.5)}
    q |= {name: np.linspace(*ends, 20)[None, None] for name, ends in start.items()}
    for prefix, rule in state_rules(spec, "w1"):
        q[f"{prefix}_w1"] = rule(q)
    assert updated(spec, "w1")(q).ravel() == pytest.approx(ADAM, abs=1e-8)


def test_adam_on_a_parabola() -> None:
    """f = θ² from 5 with η = 0.1."""
    document = one_unit("identity", [5.0], 0.0, [1.0], iters=4, loss="squared_error", train_biases=False)
    document["training"]["optimizer"] = {"name": "adam", "lr": 0.1}
    rows = run(document)
    thetas = [row["w1_1_1"] for row in rows]
    assert thetas == pytest.approx([5, 4.9000000001, 4.800057756868857, 4.700213291333392], rel=1e-12)


@pytest.mark.parametrize(("logits", "shares"), [([1000.0, 0.0], [1.0, 0.0]), ([0.0, -1000.0], [1.0, 0.0])])
def test_softmax_far_apart(logits: list[float], shares: list[float]) -> None:
    (row,) = run(classifier(logits, [0, 1]))
    assert [row["a1_1"], row["a1_2"]] == shares
    assert row["E"] == 1000
    assert [row["d_z1_1"], row["d_z1_2"]] == [1.0, -1.0]


def test_softmax_of_equals() -> None:
    (row,) = run(classifier([7.0, 7.0, 7.0], [0, 0, 1]))
    assert [row[f"a1_{i}"] for i in (1, 2, 3)] == pytest.approx([1 / 3] * 3)
    assert row["E"] == pytest.approx(np.log(3))

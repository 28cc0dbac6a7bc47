"""Dropout: masks drawn and typed, gradients through what stays, and a whole network once it has learned."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import kept
import numpy as np
import pytest
from conftest import ENGINES
from drawn import Document
from numpy.typing import NDArray
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from workbook_xml import change_cell, other_formula

import xlnet
from xlnet.checking.report.report import Report
from xlnet.model.dropout import masks
from xlnet.model.iteration import iteration
from xlnet.spec import MATRIX, Spec
from xlnet.template.parse import parse
from xlnet.template.serialize import serialize

RATE, LR = 0.4, 0.1
NETWORK: Document = {
    "network": {
        "inputs": 2,
        "layers": [
            {"units": 4, "activation": "tanh", "bias": True, "dropout": RATE},
            {"units": 1, "activation": "identity", "bias": True},
        ],
    },
    "data": {"x": [[0.5, -1], [1, 0.25], [-0.75, 2]], "t": [[1], [-1], [0.5]]},
    "training": {"iters": 25, "loss": "mse", "seed": 5, "optimizer": {"lr": LR}},
}


def spec_of(**training: object) -> Spec:
    document = copy.deepcopy(NETWORK)
    document["training"] |= training
    return parse(document, name="dropout", label="dropout")


VARIANTS = {
    "full batch": spec_of(),
    "mini-batches": spec_of(batch=2, order="shuffled", optimizer={"name": "adam", "lr": 0.05}),
    "online": spec_of(batch=1),
    "blocks": replace(spec_of(iters=3), layout=MATRIX),
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("dropout")
    built = {name: folder / f"{number}.xlsx" for number, name in enumerate(VARIANTS)}
    for spec, path in zip(VARIANTS.values(), built.values(), strict=True):
        kept.build(spec, path)
    return built


@pytest.fixture(scope="module")
def reports(engines: list[str], paths: dict[str, Path]) -> dict[str, dict[str, Report]]:
    found = kept.checked_by(engines, list(paths.values()))
    return {engine: dict(zip(paths, of_engine, strict=True)) for engine, of_engine in found.items()}


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_cell_agrees(
    reports: dict[str, dict[str, Report]], variant: str, engine_name: str, require: Callable[[str], str]
) -> None:
    report = reports[require(engine_name)][variant]
    assert report.agrees, report.to_text()
    assert {"masks", "proof", "predict"} <= {group.group for group in report.groups}


Column = Callable[[str, int], float]


def column_of(path: Path, spec: Spec) -> Column:
    """What the Training sheet has of a quantity in an iteration."""
    sheet = kept.looked_at(path, data_only=True)["Training"]
    columns = {node.key: number for number, node in enumerate(iteration(spec).nodes, 1)}
    return lambda key, row: float(str(sheet.cell(3 + row, columns[key]).value))


def test_the_run_is_that_of_a_loop_by_hand(paths: dict[str, Path]) -> None:
    """One that knows no graph: f·r/(1 − p) forward, and back by what stayed."""
    spec, at = VARIANTS["full batch"], column_of(paths["full batch"], VARIANTS["full batch"])
    x, t = np.array(spec.data.x), np.array(spec.data.t)
    w1, b1 = np.array(spec.layers[0].weights), np.array(spec.layers[0].biases)
    w2, b2 = np.array(spec.layers[1].weights), np.array(spec.layers[1].biases)
    left_out = 0
    for row in range(1, spec.training.iters + 1):
        mask = np.array([[at(f"r1_{unit}@{sample}", row) for unit in range(1, 5)] for sample in range(1, 4)])
        left_out += int((mask == 0).sum())
        f = np.tanh(x @ w1.T + b1)
        h = f * mask / (1 - RATE)
        y = h @ w2.T + b2
        assert at("E", row) == pytest.approx(((y - t) ** 2).mean(), rel=1e-12)
        d_y = 2 * (y - t) / len(x)
        d_z = (d_y @ w2) * mask / (1 - RATE) * (1 - f**2)
        w2, b2 = w2 - LR * d_y.T @ h, b2 - LR * d_y.sum(0)
        w1, b1 = w1 - LR * d_z.T @ x, b1 - LR * d_z.sum(0)
    assert 0.3 < left_out / (25 * 12) < 0.5


def test_predict_leaves_nothing_out(paths: dict[str, Path]) -> None:
    spec, path = VARIANTS["online"], paths["online"]
    at, last = column_of(path, spec), spec.training.iters
    w1 = np.array([[at(f"w1_{unit}_{source}", last) for source in (1, 2)] for unit in range(1, 5)])
    b1 = np.array([at(f"b1_{unit}", last) for unit in range(1, 5)])
    w2 = np.array([at(f"w2_1_{source}", last) for source in range(1, 5)])
    expected = [float(np.tanh(w1 @ x + b1) @ w2 + at("b2_1", last)) for x in np.array(spec.data.x)]
    sheet = kept.looked_at(path, data_only=True)["Predict"]
    shown = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, float)}
    for value in expected:
        assert any(number == pytest.approx(value, rel=1e-9) for number in shown)


def test_a_wrong_mask_and_a_formula_without_it_are_named(
    paths: dict[str, Path], tmp_path: Path, require: Callable[[str], str]
) -> None:
    spec, whole = VARIANTS["full batch"], paths["full batch"]
    letters = {node.key: get_column_letter(number) for number, node in enumerate(iteration(spec).nodes, 1)}
    mask, left = f"{letters['r1_2@3']}9", f"{letters['a1_2@3']}9"

    def half(_: str | None, __: str) -> str:
        return "{start}><v>0.5</v></c>"

    damages = {mask: (half, "no mask"), left: (other_formula, "wrong value")}
    damaged = []
    for cell, (damage, _) in damages.items():
        damaged.append(tmp_path / f"{cell}.xlsx")
        damaged[-1].write_bytes(whole.read_bytes())
        change_cell(damaged[-1], cell, damage)
    for report, (cell, (_, problem)) in zip(
        kept.check_all(damaged, engine=require("ironcalc")), damages.items(), strict=True
    ):
        assert [(d.cell, d.problem) for d in report.differences] == [(cell, problem)], report.to_text()


def test_masks_are_drawn_with_the_seed_and_can_be_typed_over(paths: dict[str, Path]) -> None:
    def drawn(seed: int) -> NDArray[np.float64]:
        return masks(spec_of(seed=seed))["r1"]

    assert (drawn(5) == drawn(5)).all()
    assert (drawn(5) != drawn(6)).any()
    workbook = load_workbook(paths["full batch"])
    sheet = workbook["Training"]
    column = next(n for n, node in enumerate(iteration(VARIANTS["full batch"]).nodes, 1) if node.key == "r1_1@1")
    assert not sheet.cell(8, column).protection.locked
    assert any(sheet.cell(8, column).coordinate in each.sqref for each in sheet.data_validations.dataValidation)


def test_the_template_comes_back() -> None:
    spec = spec_of()
    again = parse(tomllib.loads(serialize(spec)), name="dropout", label="dropout")
    assert again.layers == spec.layers
    assert again.layers[0].dropout == RATE


@pytest.mark.parametrize(("layer", "rate", "said"), [(0, 1.0, "from 0 up to"), (0, -0.1, "from 0"), (1, 0.5, "last")])
def test_what_cannot_be_dropped_is_refused(layer: int, rate: float, said: str) -> None:
    document = copy.deepcopy(NETWORK)
    document["network"]["layers"][layer]["dropout"] = rate
    with pytest.raises(xlnet.UserError, match=rf"network.layers\[{layer + 1}\].dropout: .*{said}"):
        parse(document, name="dropout", label="dropout")

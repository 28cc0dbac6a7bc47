"""Standardised targets, and columns that are constant: live, judged, and undone on sheet Predict."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import kept
import numpy as np
import pytest
from conftest import ENGINES
from openpyxl import load_workbook
from recalculated import labelled, recalculated
from workbook_xml import change_cell

import xlnet
from xlnet.checking.report.report import Report

TEMPLATE = """
[network]
inputs = 3
[[network.layers]]
units = 2
activation = "tanh"
[[network.layers]]
units = 2
[data]
x = [[1, 7, 0.1], [2, 7, 0.1], [4, 7, 0.1], [3, 7, 0.1], [0, 7, 0.1]]
t = [[100, 5], [120, 5], [90, 5], [300, 5], [210, 5]]
t_names = ["price", "size"]
standardize = {inputs}
standardize_targets = true
constant = "zero"
[training]
iters = 6
batch = {batch}
"""
BATCHES = {'"full"': "true", "2": "true", "1": "false"}
# The constant input varies, one that varied is constant, targets move.
EDIT = {"C3": 8.5, **{f"B{row}": 3.0 for row in range(2, 7)}, "E4": -7.0, "F2": 6.0}


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Workbooks with batches of every size."""
    folder = tmp_path_factory.mktemp("standardised")
    found = []
    for number, (batch, inputs) in enumerate(BATCHES.items()):
        template = folder / f"{number}.toml"
        template.write_text(TEMPLATE.format(batch=batch, inputs=inputs), encoding="utf-8")
        found.append(folder / f"{number}.xlsx")
        kept.build(xlnet.load(template), found[-1])
    return found


@pytest.fixture(scope="module")
def edited(workbooks: list[Path]) -> list[Path]:
    """The same with cells of the Data sheet edited."""
    found = []
    for path in workbooks:
        workbook = load_workbook(path)
        for cell, value in EDIT.items():
            workbook["Data"][cell] = value
        found.append(path.with_stem(f"{path.stem} edited"))
        workbook.save(found[-1])
    return found


@pytest.fixture(scope="module")
def reports(engines: list[str], workbooks: list[Path], edited: list[Path]) -> dict[str, list[Report]]:
    """The reports of each engine."""
    return kept.checked_by(engines, [*workbooks, *edited])


@pytest.mark.parametrize("engine_name", ENGINES)
def test_every_shape_agrees_as_built_and_edited(
    reports: dict[str, list[Report]], engine_name: str, require: Callable[[str], str]
) -> None:
    for report in reports[require(engine_name)]:
        assert report.agrees, report.to_text()


def test_a_constant_column_is_0_and_its_formula_is_live(workbooks: list[Path], engine: str) -> None:
    path = workbooks[0]
    data = np.array(xlnet.load(path.with_name("0.toml")).data.x)[:, 0]
    saved, other = recalculated(path, engine, {"Data!C3": 8.0})
    assert [saved(f"Data!{column}3") for column in "HIK"] == [0.0, pytest.approx(0, abs=1e-12), 0.0]
    assert saved("Data!G3") == pytest.approx((data[1] - data.mean()) / data.std())
    assert other("Data!H3") == pytest.approx(2.0)


def moved(formula: str | None, value: str) -> str:
    """A formula whose value is another."""
    return f"{{start}}><f>({formula})*1.01+1</f><v>{value}</v></c>"


def test_damage_is_named(workbooks: list[Path], tmp_path: Path, require: Callable[[str], str]) -> None:
    engine = require("ironcalc")
    row = labelled(workbooks[0], "Predict", "sample 2", 2)
    damaged = {"Data": ["K3", "Q3", "O2"], "Predict": [f"H{row}", f"F{row}"]}
    copies = {}
    for sheet, cells in damaged.items():
        part = f"xl/worksheets/sheet{kept.looked_at(workbooks[0]).sheetnames.index(sheet) + 1}.xml"
        for cell in cells:
            path = tmp_path / f"{cell}.xlsx"
            shutil.copy(workbooks[0], path)
            change_cell(path, cell, moved, part)
            copies[path] = f"{sheet}!{cell}"
    for report, cell in zip(kept.check_all(list(copies), engine=engine), copies.values(), strict=True):
        assert [f"{d.sheet}!{d.cell}" for d in report.differences] == [cell], report.to_text()


def test_predictions_are_in_the_targets_own_units(tmp_path: Path, engine: str) -> None:
    """A unit without activation learns the least squares line, whatever the scale."""
    spec = xlnet.load("regression", standardize_targets=True, loss="mse", lr=0.2, iters=100, batch="full")
    path = tmp_path / "line.xlsx"
    kept.build(spec, path)
    x, t = np.array(spec.data.x)[:, 0], np.array(spec.data.t)[:, 0]
    slope, intercept = np.polyfit(x, t, 1)
    row = labelled(path, "Predict", "your inputs, row 1", 2)
    saved, other = recalculated(path, engine, {f"Predict!C{row}": 100.0})
    assert other(f"Predict!E{row}") == pytest.approx(intercept + slope * 100)
    first = labelled(path, "Predict", "sample 1", 2)
    assert saved(f"Predict!D{first}") == t[0]
    assert saved(f"Predict!E{first}") == pytest.approx(intercept + slope * x[0])


def test_a_loss_of_classes_takes_no_standardised_targets() -> None:
    with pytest.raises(xlnet.UserError, match="--standardize-targets: cross_entropy needs targets from 0 to 1"):
        xlnet.load("iris", standardize_targets=True)


def test_a_single_sample_is_not_standardised() -> None:
    for option in ("standardize", "standardize_targets"):
        with pytest.raises(xlnet.UserError, match="there is a single sample"):
            xlnet.load("seed", **{option: True}, constant="zero")

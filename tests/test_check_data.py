"""The check of workbooks with several samples: the Data sheet, rows that say their samples, optimiser state."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from apart import apart
from conftest import ENGINES, Build
from openpyxl import load_workbook
from workbook_xml import DAMAGES, change_cell

import xlnet
from xlnet.checking.report.report import Report

SMALL = """
[network]
inputs = 2
[[network.layers]]
units = 2
activation = "relu"
[[network.layers]]
units = 2
activation = "softmax"
[data]
x = [[1, 2], [2, 4], [4, 1], [3, 3], [0, 5]]
t = [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0]]
standardize = true
[training]
iters = 7
loss = "cross_entropy"
batch = 2
order = "{order}"
[training.optimizer]
name = "adam"
weight_decay = 0.01
[training.schedule]
name = "cosine"
"""


ORDERS = ["sequential", "shuffled"]


@pytest.fixture(params=ORDERS)
def small(request: pytest.FixtureRequest, tmp_path: Path, built: Build) -> Path:
    template = tmp_path / "small.toml"
    template.write_text(SMALL.format(order=request.param), encoding="utf-8")
    return built(template)


def wrong(report: Report) -> list[str]:
    return [f"{difference.sheet}!{difference.cell}" for difference in report.differences]


def edit(path: Path, sheet: str, cell: str, value: Any) -> None:
    workbook = load_workbook(path)
    workbook[sheet][cell] = value
    workbook.save(path)


def columns(path: Path) -> dict[str, str]:
    rows = kept.looked_at(path)["Formulas"].iter_rows(min_row=2, values_only=True)
    return {str(row[0]): str(row[2]) for row in rows}


def test_every_column_of_formulas_is_watched(small: Path, require: Callable[[str], str]) -> None:
    """A damaged cell of each column, in the second row and the last: together those of which none cites another."""
    engine = require("ironcalc")
    kept.build(xlnet.load(small.with_name("small.toml")), small, plain=True)
    sheet = kept.looked_at(small)["Training"]
    watched = [column for key, column in columns(small).items() if "!" not in column and not key.startswith("sample")]
    formulas = {f"Training!{column}{row}": str(sheet[f"{column}{row}"].value) for column in watched for row in (5, 10)}
    assert len(formulas) > 50
    damaged: dict[Path, list[str]] = {}
    for number, together in enumerate(apart(formulas)):
        path = small.with_name(f"{number}.xlsx")
        shutil.copy(small, path)
        for place in together:
            change_cell(path, place.partition("!")[2], DAMAGES["other formula"])
        damaged[path] = sorted(together)
    for report, together in zip(kept.check_all(list(damaged), engine=engine), damaged.values(), strict=True):
        assert sorted(wrong(report)) == together, report.to_text()


Edits = tuple[tuple[str, Any], ...]
# By the engine, the order and the edits.
Reports = dict[tuple[str, str, Edits], Report]
CHANGED: Edits = (("B3", 7.5), ("D4", 0.5), ("E4", 0.5))
NO_NUMBERS = [("B3", None), ("C2", "much"), ("E6", True)]
NOT_STANDARDISED = ["=(B3-$J$2)/$J$3*1.01", 0.25, None]
MEAN = "the mean"
MEAN_OF_A_PART: Edits = ((MEAN, "=AVERAGE($B$2:$B$5)"),)


@pytest.fixture(scope="module")
def edited(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The reports of each engine on workbooks with these cells of the Data sheet edited."""
    every_edit: list[Edits] = [CHANGED, *((one,) for one in NO_NUMBERS), *((("F3", v),) for v in NOT_STANDARDISED)]
    paths: dict[tuple[str, Edits], Path] = {}
    for order in ORDERS:
        whole = tmp_path_factory.mktemp("edited") / "built.xlsx"
        whole.with_suffix(".toml").write_text(SMALL.format(order=order), encoding="utf-8")
        kept.build(xlnet.load(whole.with_suffix(".toml")), whole)
        mean = columns(whole)["mean_x_1"].split("!")[1].replace("$", "")
        workbook = load_workbook(whole)
        sheet = workbook["Data"]
        for number, edits in enumerate([*every_edit, MEAN_OF_A_PART]):
            paths[order, edits] = path = whole.with_name(f"{number}.xlsx")
            cells = [(sheet[mean if name == MEAN else name], value) for name, value in edits]
            before = [cell.value for cell, _ in cells]
            for cell, value in cells:
                cell.value = value
            workbook.save(path)
            for (cell, _), value in zip(cells, before, strict=True):
                cell.value = value
    return {
        (engine, *key): report
        for engine, reports in kept.checked_by(engines, list(paths.values())).items()
        for key, report in zip(paths, reports, strict=True)
    }


of_each_engine = pytest.mark.parametrize("engine_name", ENGINES)
of_each_order = pytest.mark.parametrize("order", ORDERS)


@of_each_engine
@of_each_order
def test_a_changed_sample_moves_everything_and_agrees(
    edited: Reports, engine_name: str, order: str, require: Callable[[str], str]
) -> None:
    report = edited[require(engine_name), order, CHANGED]
    assert report.agrees, report.to_text()


@of_each_engine
@of_each_order
@pytest.mark.parametrize(("cell", "value"), NO_NUMBERS)
def test_a_sample_without_a_number_is_named(
    edited: Reports, engine_name: str, order: str, cell: str, value: object, require: Callable[[str], str]
) -> None:
    assert wrong(edited[require(engine_name), order, ((cell, value),)]) == [f"Data!{cell}"]


@of_each_engine
@of_each_order
@pytest.mark.parametrize("value", NOT_STANDARDISED)
def test_a_wrong_standardised_input_is_named(
    edited: Reports, engine_name: str, order: str, value: object, require: Callable[[str], str]
) -> None:
    assert wrong(edited[require(engine_name), order, (("F3", value),)]) == ["Data!F3"]


@of_each_engine
@of_each_order
def test_a_wrong_mean_is_named(edited: Reports, engine_name: str, order: str, require: Callable[[str], str]) -> None:
    report = edited[require(engine_name), order, MEAN_OF_A_PART]
    assert [difference.key for difference in report.differences] == ["mean_x_1"]


def test_a_shuffled_order_must_be_a_permutation(tmp_path: Path, built: Build, engine: str) -> None:
    template = tmp_path / "shuffled.toml"
    template.write_text(SMALL.format(order="shuffled"), encoding="utf-8")
    path = built(template)
    sheet = kept.looked_at(path)["Training"]
    used = [sheet["C4"].value, sheet["D4"].value]
    # Another order is legal as long as it is a permutation: the first two change places.
    edit(path, "Training", "C4", used[1])
    edit(path, "Training", "D4", used[0])
    assert kept.check(path, engine=engine).agrees
    edit(path, "Training", "C5", used[0])
    assert wrong(kept.check(path, engine=engine))[0] == "Training!C5"


def test_keys_and_places_of_several_samples(small: Path) -> None:
    where = columns(small)
    assert where["data_x_1"] == "Data!F2:F6"
    assert where["raw_x_1"] == "Data!B2:B6"
    assert where["data_t_2"] == "Data!E2:E6"
    for key in ("epoch", "sample@1", "sample@2", "x_1@2", "t_2@1", "eta", "z1_2@2", "d_z2_1@1", "m_w1_2_1", "v_b2_1"):
        assert where[key].isalpha(), key
    assert where["eta_0"] == "Training!$A$2"
    sheet = kept.looked_at(small)["Training"]
    assert sheet["B5"].value == "=INT((A5-1)*2/5)+1"
    assert sheet[f"{where['x_2@1']}6"].value == "=INDEX(Data!$G$2:$G$6,C6)"


def test_full_batches_cite_the_samples_cells(built: Build) -> None:
    where = columns(built("xor", iters=3))
    sheet = kept.looked_at(built("xor", iters=3))["Training"]
    assert where["x_1@3"] == "Data!$B$4"
    assert where["data_x_1"] == "Data!B2:B5"
    assert sheet[f"{where['z1_1@3']}5"].value == "=B5*Data!$B$4+C5*Data!$C$4+J5"
    assert sheet[f"{where['E']}5"].value.endswith("/4")


def test_large_numbers_are_standardised_alike_by_all(tmp_path: Path, engine: str) -> None:
    """Timestamps: of a difference of two sums of squares nothing would be left."""
    rng = np.random.default_rng(1)
    lines = [f"{964982703 + int(rng.integers(3000))},{rng.normal():.6f},{rng.normal():.6f}" for _ in range(40)]
    csv = tmp_path / "ratings.csv"
    csv.write_text("\n".join(["timestamp,rating,score", *lines]), encoding="utf-8")
    path = tmp_path / "ratings.xlsx"
    overrides: dict[str, object] = {"data": str(csv), "inputs": "timestamp,rating", "targets": "score"}
    xlnet.build(xlnet.load(**overrides, layers="2-1", standardize=True, iters=3), path)  # type: ignore[arg-type]
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()

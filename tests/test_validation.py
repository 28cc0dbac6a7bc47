"""Samples that are held out: how they are chosen, and the sheet that shows how the network does on them."""

from __future__ import annotations

import math
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import kept
import pytest
from apart import apart
from conftest import ENGINES, Build
from openpyxl import load_workbook
from recalculated import Cells, labelled, recalculated_together, where
from workbook_xml import change_cell, other_formula, sheet_names, typed_over

import xlnet
from xlnet.book.model import model_of
from xlnet.book.sheets.validation.plan import FEWEST_POINTS, ValidationPlan
from xlnet.checking.report.report import Report
from xlnet.render.excel import cell
from xlnet.spec import Spec
from xlnet.summary import summaries, to_csv
from xlnet.template.parse import parse

SMALL = """
[network]
inputs = 2
[[network.layers]]
units = 3
activation = "tanh"
[[network.layers]]
units = 2
activation = "softmax"
[data]
x = [[1, 2], [2, 4], [4, 1], [3, 3], [0, 5]]
t = [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0]]
held_x = [[2, 2], [5, 3], [1, 1]]
held_t = [[0, 1], [1, 0], [1, 0]]
standardize = true
[training]
iters = 9
loss = "cross_entropy"
batch = 2
[training.optimizer]
name = "adam"
lr = 0.1
"""
Damage = Callable[[str | None, str], str]
CSV = "a,b,kind,part\n1,2,yes,Train\n2,1,no,train\n3,5,no,VALIDATION\n4,4,yes,training\n5,1,yes,test\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "small.xlsx"
    path.with_suffix(".toml").write_text(SMALL, encoding="utf-8")
    kept.build(xlnet.load(path.with_suffix(".toml")), path)
    return path


def of_file(folder: Path, text: str = CSV, **overrides: Any) -> Spec:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    columns: dict[str, Any] = {"data": path, "inputs": "a,b", "targets": "kind", "layers": "2-2"}
    return xlnet.load(**columns, **overrides)


def test_a_share_is_drawn_by_class() -> None:
    spec = xlnet.load("iris", validation=0.2)
    assert (spec.samples, spec.held_out) == (120, 30)
    assert [sum(column) for column in zip(*spec.data.held_t, strict=True)] == [10, 10, 10]
    # What is drawn depends on the seed alone, and both sets keep the file's order.
    assert xlnet.load("iris", validation=30, layers="4-5-3").data == spec.data
    assert xlnet.load("iris", validation=30, seed=5).data.held_x != spec.data.held_x
    every, apart = xlnet.load("circle").data, xlnet.load("circle", validation=8).data
    places = [[every.x.index(x) for x in rows] for rows in (apart.x, apart.held_x)]
    assert [sorted(own) for own in places] == places
    assert sorted((*places[0], *places[1])) == list(range(40))
    assert tuple(every.t[place] for place in places[1]) == apart.held_t
    # A rare class keeps a sample to learn from, and large ones give more.
    targets = [[0.0]] * 7 + [[1.0]] * 2 + [[0.0]]
    document = {
        "network": {"inputs": 1, "layers": [{"units": 1, "activation": "sigmoid"}]},
        "data": {"x": [[float(number)] for number in range(10)], "t": targets, "validation": 5},
    }
    held = parse(document, name="rare", label="rare").data.held_t
    assert sorted(held) == [(0.0,)] * 4 + [(1.0,)]


def test_a_column_or_another_file_says_which(tmp_path: Path) -> None:
    spec = of_file(tmp_path, split="part")
    assert spec.data.x == ((1.0, 2.0), (2.0, 1.0), (4.0, 4.0))
    assert spec.data.held_x == ((3.0, 5.0), (5.0, 1.0))
    other = tmp_path / "other.csv"
    # Other columns, and these in another order; classes in the order of the file to learn from.
    other.write_text("kind,c,b,a\nno,9,1,7\nyes,9,2,8\n", encoding="utf-8")
    spec = of_file(tmp_path, validation=str(other))
    assert spec.data.held_x == ((7.0, 1.0), (8.0, 2.0))
    assert (spec.data.t_names, spec.data.held_t) == (("yes", "no"), ((0.0, 1.0), (1.0, 0.0)))
    assert spec.samples == 5


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"validation": 1.0}, "--validation: must be a share above 0 and below 1, or a number of samples, not 1.0"),
    ({"validation": "much"}, "--validation: must be a share above 0 and below 1, or a number of samples, not 'much'"),
    ({"validation": 4}, "--validation: holds out 4 of 5 samples, but at most 3 can be spared"),
    ({"split": "kind"}, "--split: the column has entries that are neither training nor validation: 'yes', 'no': write"),
    ({"split": "nowhere"}, "--split: nowhere is not a column of the CSV file; its columns are a, b, kind, part"),
    ({"validation": "none.csv"}, "none.csv: no such file: check the path"),
    (
        {"validation": "new.csv"},
        "--validation: column kind has 'maybe', which is no class of the samples to learn from",
    ),
    ({"validation": "bad.csv"}, "bad.csv: line 3, column a: must be a number, not 'x'"),
]


@pytest.mark.parametrize(("overrides", "message"), MISTAKES, ids=[str(entry[0]) for entry in MISTAKES])
def test_a_mistake_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overrides: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text("a,b,kind\n1,2,maybe\n", encoding="utf-8")
    (tmp_path / "bad.csv").write_text("a,b,kind\n1,2,yes\nx,2,no\n", encoding="utf-8")
    with pytest.raises(xlnet.UserError) as raised:
        of_file(tmp_path, **overrides)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_two_keys_that_say_it_are_refused() -> None:
    with pytest.raises(xlnet.UserError, match=r"data\.held_x: cannot be combined with validation: keep one of the two"):
        parse({**_document(), "data": {**_document()["data"], "validation": 1}}, name="two", label="two")


def _document() -> dict[str, Any]:
    return tomllib.loads(SMALL)


@pytest.fixture(scope="module")
def calculated(small: Path, engines: list[str]) -> dict[str, list[Cells]]:
    """The small workbook by each engine: as saved, with a validation sample changed, with the best weights in use."""
    points: tuple[dict[str, float | str], ...] = ({"Data!C7": 4.0}, {"Predict!C4": "best"})
    return {engine: recalculated_together([small], engine, *points)[0] for engine in engines}


@pytest.mark.parametrize("engine_name", ENGINES)
def test_losses_are_those_of_a_loop_by_hand(
    small: Path, calculated: dict[str, list[Cells]], engine_name: str, require: Callable[[str], str]
) -> None:
    """From the weights on the Training sheet alone, sample by sample."""
    spec = xlnet.load(small.with_suffix(".toml"))
    cells = calculated[require(engine_name)][0]
    means = [math.fsum(column) / 5 for column in zip(*spec.data.x, strict=True)]
    deviations = [
        math.sqrt(math.fsum((value - mean) ** 2 for value in column) / 5)
        for mean, column in zip(means, zip(*spec.data.x, strict=True), strict=True)
    ]

    def of(key: str, iteration: int) -> float:
        return float(cells(f"Training!{where(small, key)}{3 + iteration}"))

    def measured(x: Any, t: Any, iteration: int) -> tuple[float, float]:
        losses, right = [], 0
        for sample, target in zip(x, t, strict=True):
            seen = [(v - m) / d for v, m, d in zip(sample, means, deviations, strict=True)]
            h = [
                math.tanh(sum(of(f"w1_{u}_{i}", iteration) * seen[i - 1] for i in (1, 2)) + of(f"b1_{u}", iteration))
                for u in (1, 2, 3)
            ]
            z = [
                sum(of(f"w2_{u}_{i}", iteration) * h[i - 1] for i in (1, 2, 3)) + of(f"b2_{u}", iteration)
                for u in (1, 2)
            ]
            true = target.index(1)
            losses.append(math.log(sum(map(math.exp, z))) - z[true])
            right += z[true] == max(z)
        return sum(losses) / len(losses), right / len(losses)

    for row, iteration in ((6, 1), (8, 9)):
        assert cells(f"Validation!C{row}") == iteration
        training = measured(spec.data.x, spec.data.t, iteration)
        validation = measured(spec.data.held_x, spec.data.held_t, iteration)
        shown = [float(cells(f"Validation!{column}{row}")) for column in "DEFG"]
        assert shown == pytest.approx([training[0], validation[0], training[1], validation[1]], rel=1e-12)
    lowest = [measured(spec.data.held_x, spec.data.held_t, iteration)[0] for iteration in range(1, 10)]
    assert cells("Validation!C7") == 1 + lowest.index(min(lowest))
    assert cells("Validation!E7") == pytest.approx(min(lowest), rel=1e-12)
    assert [cells(f"Data!B{row}") for row in range(2, 10)] == ["training"] * 5 + ["validation"] * 3


@pytest.mark.parametrize("engine_name", ENGINES)
def test_a_validation_sample_moves_its_loss_alone(
    small: Path, calculated: dict[str, list[Cells]], engine_name: str, require: Callable[[str], str]
) -> None:
    saved, changed, _ = calculated[require(engine_name)]
    last = f"Training!{where(small, 'E')}12"
    assert changed(last) == saved(last)
    assert changed("Validation!D8") == saved("Validation!D8")
    assert abs(float(changed("Validation!E8")) - float(saved("Validation!E8"))) > 1e-6


@pytest.mark.parametrize("engine_name", ENGINES)
def test_predict_may_use_the_best_iteration(
    calculated: dict[str, list[Cells]], engine_name: str, require: Callable[[str], str]
) -> None:
    saved, _, best = calculated[require(engine_name)]
    assert saved("Predict!C5") == 9
    assert best("Predict!C5") == saved("Validation!C7") != 9


def test_damage_is_named(small: Path, tmp_path: Path, require: Callable[[str], str]) -> None:
    """In every column of the Data sheet's formulas, and in cells all over the Validation sheet.

    Those of which none cites another are damaged together, and they are named.
    """
    engine = require("ironcalc")
    cached, formulas = kept.looked_at(small, data_only=True), kept.looked_at(small)
    (read,) = kept.opened(small)
    keys = {f"{f.cell.sheet}!{cell(f.cell.row, f.cell.column)}": f.key for lives in read.lives.values() for f in lives}
    damages: dict[Damage, dict[str, str]] = {_longer: {}, typed_over: {}, other_formula: {}}
    for sheet, most in (("Data", 6), ("Validation", 12)):
        cells = [cell for row in formulas[sheet] for cell in row if cell.data_type == "f"]
        for index in range(most):
            at = cells[index * (len(cells) - 1) // (most - 1)]
            is_text = isinstance(cached[sheet][at.coordinate].value, str)
            for damage in (_longer,) if is_text else (typed_over, other_formula):
                damages[damage][f"{sheet}!{at.coordinate}"] = str(getattr(at.value, "text", at.value))
    damaged: dict[Path, list[str]] = {}
    for made, of_damage in damages.items():
        for number, together in enumerate(apart(of_damage, keys)):
            path = tmp_path / f"{number}-{made.__name__}.xlsx"
            shutil.copy(small, path)
            for place in together:
                sheet, _, coordinate = place.partition("!")
                part = f"xl/worksheets/sheet{sheet_names(small).index(sheet) + 1}.xml"
                change_cell(path, coordinate, made, part=part)
            damaged[path] = sorted(together)
    workbook = load_workbook(small)
    for place, value in (("C8", None), ("E9", "much")):
        path = tmp_path / f"{place}.xlsx"
        before, workbook["Data"][place].value = workbook["Data"][place].value, value
        workbook.save(path)
        workbook["Data"][place].value = before
        damaged[path] = [f"Data!{place}"]
    for report, together in zip(kept.check_all(list(damaged), engine=engine), damaged.values(), strict=True):
        assert sorted(f"{d.sheet}!{d.cell}" for d in report.differences) == together, report.to_text()


def _longer(formula: str | None, value: str) -> str:
    return f'{{start}} t="str"><f>({formula})&amp;"!"</f><v>{value}</v></c>'


CASES: dict[str, dict[str, Any]] = {
    "thinned": {"template": "overfit", "iters": 60},
    "one iteration": {"template": "overfit", "iters": 1},
    "diverging": {"template": "regression", "validation": 0.3, "iters": 300, "lr": 10.0},
    "two classes, changed samples": {"template": "circle", "validation": 10, "iters": 6},
    "online": {"template": "xor", "validation": 1, "iters": 12, "batch": 1},
    "dropout": {"template": "circle", "validation": 6, "iters": 5, "network.layers[1].dropout": 0.5},
    "class weights": {
        "template": "iris",
        "validation": 0.2,
        "iters": 4,
        "training.class_weights": [1, 2, 0.5],
        "training.label_smoothing": 0.1,
    },
    "standardised targets": {"template": "regression", "validation": 0.3, "iters": 8, "standardize_targets": True},
    "plain": {"template": "iris", "validation": 0.2, "iters": 5},
}


@pytest.fixture(scope="module")
def checked(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Report]]:
    """The reports of each engine on all cases, and on a comparison whose runs hold out samples of their own."""
    folder = tmp_path_factory.mktemp("cases")
    paths = [folder / f"{number}.xlsx" for number in range(len(CASES))]
    for path, (case, overrides) in zip(paths, CASES.items(), strict=True):
        template = overrides["template"]
        spec = xlnet.load(template, **{key: value for key, value in overrides.items() if key != "template"})
        kept.build(spec, path, plain=case == "plain")
    workbook = load_workbook(paths[3])
    for place, value in (("C40", 0.5), ("E41", 1.0), ("C3", -0.25)):
        workbook["Data"][place] = value
    workbook.save(paths[3])
    compared = folder / "compared.xlsx"
    kept.build_comparison(xlnet.load_comparison("regression", validation=[4, 0.5], iters=8), compared)
    return kept.checked_by(engines, [*paths, compared])


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("number", range(len(CASES) + 1), ids=[*CASES, "compared"])
def test_every_case_agrees_with_numpy(
    checked: dict[str, list[Report]], number: int, engine_name: str, require: Callable[[str], str]
) -> None:
    report = checked[require(engine_name)][number]
    assert report.agrees, report.to_text()
    groups = {group.group for group in report.groups}
    assert ("validation" in groups) is (number < len(CASES) - 1)
    assert {"data", "data run1", "data run2"} & groups


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_loss_is_the_mean_that_training_has(tmp_path: Path, reduction: str) -> None:
    """With class weights, too: samples count as much as their classes do."""
    spec = of_file(tmp_path, validation=1, loss="cross_entropy", output_activation="softmax", iters=3)
    spec = replace(spec, training=replace(spec.training, class_weights=(1.0, 3.0), reduction=reduction))
    xlnet.build(spec, tmp_path / "weighted.xlsx")
    workbook = load_workbook(tmp_path / "weighted.xlsx", data_only=True)
    loss = float(str(next(cell.offset(row=1).value for cell in workbook["Training"][3] if cell.value == "E")))
    if reduction == "sum":
        loss /= sum(3.0 if row[1] else 1.0 for row in spec.data.t)
    assert workbook["Validation"]["D6"].value == pytest.approx(loss, rel=1e-12)


def test_a_workbook_without_them_has_no_such_sheet(built: Build) -> None:
    workbook = kept.looked_at(built("xor", iters=3, validation=0))
    assert "Validation" not in workbook.sheetnames
    assert workbook["Data"]["B1"].value == "x₁"


def test_the_template_overfits_and_what_the_guide_says_helps(built: Build) -> None:
    decay = "training.optimizer.weight_decay"
    by_decay = summaries(xlnet.load_comparison("overfit", settings={decay: [0.01, 0.1]}))
    by_units = summaries(xlnet.load_comparison("overfit", layers=["1-8-1", "1-3-1"]))
    worst = by_decay[0].validation_loss
    assert worst is not None
    for better in (by_decay[1], by_units[1]):
        assert better.validation_loss is not None
        assert better.validation_loss < 0.4 * worst
        # Not by learning the training samples better.
        assert better.loss > by_decay[0].loss
    cached = kept.looked_at(built("overfit"), data_only=True)
    sheet, guide = cached["Validation"], cached["Guide"]
    assert sheet["E8"].value == pytest.approx(worst, rel=1e-9)
    assert 50 < sheet["C7"].value < 100
    assert sheet["E8"].value > 2.5 * sheet["E7"].value
    assert sheet["D8"].value < 0.7 * sheet["D7"].value
    assert "the network overfits" in str(sheet["B10"].value)
    row = labelled(built("overfit"), "Guide", "Overfitting, and what to try against it", 2)
    assert "Type 0.1 into Training!E2" in str(guide.cell(row + 4, 3).value)
    assert cached["Training"]["E1"].value == "λ"


def test_the_summary_of_a_comparison_has_it_where_there_is_one() -> None:
    comparison = xlnet.load_comparison("xor", lr=[0.1, 0.2], iters=4)
    assert "validation_loss" not in to_csv(comparison, summaries(comparison))
    held_out = xlnet.load_comparison("xor", lr=[0.1, 0.2], iters=4, validation=1)
    assert to_csv(held_out, summaries(held_out)).startswith("run,lr,iters,E,validation_loss,")


def test_many_samples_are_shown_at_fewer_iterations(tmp_path: Path) -> None:
    def spec(samples: int) -> Spec:
        x = [[float(number)] for number in range(samples)]
        document = {
            "network": {"inputs": 1, "layers": [{"units": 9, "activation": "tanh"}, {"units": 1}]},
            "data": {"x": x, "t": x, "validation": 0.1},
            "training": {"iters": 100, "batch": 1},
        }
        return parse(document, name="many", label="many")

    assert [model_of(spec(n)).once(ValidationPlan).count for n in (20, 300, 10_000)] == [40, 10, FEWEST_POINTS]
    with pytest.raises(
        xlnet.UserError, match=r"many: the Validation sheet needs [\d,]+ cells, but it has at most 2,000"
    ):
        xlnet.build(spec(100_000), tmp_path / "many.xlsx")
    assert not list(tmp_path.iterdir())


def test_two_options_that_choose_are_refused(tmp_path: Path) -> None:
    with pytest.raises(xlnet.UserError, match="--validation and --split both say which samples are held out"):
        of_file(tmp_path, split="part", validation=0.5)

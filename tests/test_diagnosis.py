"""The Dashboard says what is wrong with a network, where something is, and nothing where nothing is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pytest
from openpyxl import load_workbook
from recalculated import Cells, checked_and_recalculated, recalculated

import xlnet
from xlnet.book.live import filled
from xlnet.book.model import model_of
from xlnet.book.sheets.dashboard import formulas
from xlnet.book.texts import LANGUAGES, load
from xlnet.sheet_size import LONGEST_FORMULA, MOST_ARGUMENTS
from xlnet.spec import Spec
from xlnet.template.parse import parse

XOR = {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "t": [[0], [1], [1], [0]]}
SQUARES = {"x": [[-1], [-0.5], [0], [0.5], [1], [1.5]], "t": [[2], [1.25], [1], [1.25], [2], [3.25]]}
YEARS = {"x": [[1, 2000, 0.1], [2, 2010, 0.3], [3, 1950, 0.4], [2.5, 2020, 0.0]], "t": [[0], [1], [1], [0]]}
OUTPUT = {"units": 1, "activation": "sigmoid"}


def network(data: dict[str, Any], hidden: dict[str, Any], output: dict[str, Any], **training: Any) -> Spec:
    """A network with one hidden layer."""
    document = {
        "network": {"inputs": len(data["x"][0]), "layers": [hidden, output]},
        "data": data,
        "training": {"iters": 40, "loss": "half_squared_error"} | training,
    }
    return parse(document, name="ill", label="ill")


def growing(factor: float) -> Spec:
    """A weight that swings further out in every step, so that the loss of 11 iterations grows by this factor."""
    document = {
        "network": {"inputs": 1, "layers": [{"units": 1, "bias": False, "weights": [[1]]}]},
        "data": {"x": [[1]], "t": [[0]]},
        "training": {"iters": 11, "optimizer": {"lr": 1 + factor ** (1 / 20)}},
    }
    return parse(document, name="growing", label="growing")


def relu(biases: list[float]) -> dict[str, Any]:
    return {"units": 3, "activation": "relu", "weights": [[1], [1], [-1]], "biases": biases}


# What the Dashboard says of a network, each line by its beginning and end.
ILL: dict[str, tuple[Callable[[], Spec], list[str]]] = {
    "all gradients are 0": (
        lambda: network(SQUARES, relu([-9, -8, -7]), {"units": 1, "bias": False}),
        [
            r"All 9 gradients are 0 at iteration 40, and the loss is still 1\.891: .* let no gradient through\.",
            r"Layer 1 is dead at iteration 40: .*",
        ],
    ),
    "some units are dead": (
        lambda: network(SQUARES, relu([-9, 1, -7]), {"units": 1}, iters=9),
        [r"Dead ReLUs at iteration 9, 0 for every sample: 2 of 3 \(h₁, h₃\)\. .*"],
    ),
    "twins": (
        lambda: network(
            XOR, {"units": 3, "activation": "tanh", "init": "constant"}, OUTPUT | {"init": "constant"}, iters=9
        ),
        [r"Twins at iteration 9, .* of their layer: 2 \(h₂, h₃\)\. .*"],
    ),
    "saturated, and of different sizes": (
        lambda: network(YEARS, {"units": 4, "activation": "tanh"}, OUTPUT, optimizer={"lr": 0.1}),
        [
            r"Layer 1 is saturated: at iteration 40 the average slope of its tanh units is \S+% of .*",
            r"The inputs differ in size: x₂ reaches 2020, but x₃ only 0\.4 \(absolute values\).*",
        ],
    ),
    "rising": (
        lambda: network(XOR, {"units": 2}, {"units": 1}, iters=11, optimizer={"lr": 1.4}, seed=2),
        [r"The loss has risen from \S+ at iteration \d+ to \S+ at iteration 11, by more than half\. .*\(η is 1\.4\)\."],
    ),
    "rising by 1.8": (
        lambda: growing(1.8),
        [r"The loss has risen from 0\.5 at iteration 1 to 0\.9\d* at iteration 11, by more than half\. .*"],
    ),
    "diverged": (
        lambda: network(SQUARES, {"units": 2}, {"units": 1}, optimizer={"lr": 50.0}),
        [r"The run diverges: from iteration \d+ on .*\(η is 50\), or standardised inputs \(--standardize\)\."],
    ),
    "flat": (
        lambda: network(XOR, {"units": 2, "activation": "tanh"}, OUTPUT, optimizer={"lr": 1e-05}),
        [r"The loss has hardly fallen in 40 iterations, from \S+ to \S+, by less than 10%\. .*\(η is 1E-5\).*"],
    ),
    "flat in batches": (
        lambda: network(
            XOR, {"units": 2, "activation": "tanh"}, OUTPUT, batch=2, order="shuffled", optimizer={"lr": 1e-05}
        ),
        [r"The loss has hardly fallen in 40 iterations: its mean over 2 batches was .*"],
    ),
    "still falling": (
        lambda: network(SQUARES, {"units": 4, "activation": "tanh"}, {"units": 1}, optimizer={"lr": 0.02}),
        [r"The loss is still falling, from \S+ at iteration 36 to \S+ at iteration 40, by more than 5%\. .*"],
    ),
    "overfits": (
        lambda: xlnet.load("overfit"),
        [r"The network overfits: its validation loss was lowest at iteration 70, 0\.0606\d*, and is 0\.1809\d* at .*"],
    ),
}
SOUND = ["seed", "logistic", "mazur", "regression", "xor", "conv", "valley_adam"]


def said(path: Path, cells: Cells) -> list[str]:
    """Return the heading of the findings, and the sentences below it."""
    formulas = kept.looked_at(path)["Dashboard"]
    rows = [row for row in range(10, 70) if str(formulas.cell(row, 2).value).startswith("=I")]
    every = (cells(f"Dashboard!B{row}") for row in rows)
    return [text for text in every if isinstance(text, str) and text]


def test_what_is_wrong_is_said(tmp_path: Path, engines: list[str]) -> None:
    paths = [tmp_path / f"{number}.xlsx" for number in range(len(ILL))]
    for path, (spec, _) in zip(paths, ILL.values(), strict=True):
        kept.build(spec(), path)
    for engine, every in checked_and_recalculated(engines, paths).items():
        for path, (name, (_, lines)), (report, cells) in zip(paths, ILL.items(), every, strict=True):
            heading, *found = said(path, cells)
            assert heading == f"What is wrong, or could be better: {len(lines)}", (engine, name, found)
            for line, text in zip(lines, found, strict=True):
                assert re.fullmatch(line, text), (engine, name, text)
            assert report.agrees, f"{engine}, {name}\n{report.to_text()}"


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_said_where_nothing_is_wrong(tmp_path: Path, name: str) -> None:
    """By the values that the workbook carries: `test_templates_check` holds them against engines."""
    path = tmp_path / f"{name}.xlsx"
    kept.build(xlnet.load(name), path)
    sheet = kept.looked_at(path, data_only=True)["Dashboard"]
    assert any(sheet.cell(row, 2).value == "What is wrong? Nothing found." for row in range(10, 20))


def test_a_finding_comes_and_goes_with_the_cells(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "seed.xlsx"
    kept.build(xlnet.load("seed"), path)
    saved, fast, slow = recalculated(path, engine, {"Training!D2": 1.0}, {"Training!D2": 1e-06})
    assert said(path, saved) == ["What is wrong? Nothing found."]
    assert said(path, fast)[1].startswith("The run diverges: from iteration 7 on")
    assert re.match(r"The loss has hardly fallen in 200 iterations, from 5\.882 to 5\.8\d*, ", said(path, slow)[1])


def test_a_damaged_sentence_and_its_number_are_named(tmp_path: Path, require: Callable[[str], str]) -> None:
    path = tmp_path / "dead.xlsx"
    kept.build(ILL["some units are dead"][0](), path)
    workbook = load_workbook(path)
    sheet = workbook["Dashboard"]
    cells = {cell.coordinate: str(cell.value) for row in sheet.iter_rows(3, 20, 27) for cell in row}
    # Of one unit: a layer of which none lives would have another sentence.
    largest = next(address for address, value in cells.items() if value.startswith("=MAX(Training!"))
    damage = {largest: cells[largest].replace("MAX", "MIN")}
    damage |= {address: value.replace(">0", ">9") for address, value in cells.items() if "Dead ReLUs" in value}
    assert len(damage) == 2
    for address, formula in damage.items():
        assert sheet[address].value != formula
        sheet[address] = formula
    workbook.save(path)
    report = kept.check(path, engine=require("ironcalc"))
    found = {difference.cell for difference in report.differences if difference.sheet == "Dashboard"}
    assert set(damage) <= found


@pytest.mark.parametrize(("units", "samples"), [(20, 200), (60, 60), (300, 5)])
def test_a_large_network_has_formulas_that_programs_take(units: int, samples: int) -> None:
    x = [[float(sample), 1.0, 2.0] for sample in range(samples)]
    hidden = {"units": units, "activation": "relu", "init": "he_uniform"}
    spec = network({"x": x, "t": [[1.0]] * samples}, hidden, OUTPUT, iters=3)
    model = model_of(spec)
    for formula in filled(formulas.lives(model)):
        assert len(formula.text) <= LONGEST_FORMULA
        assert formula.text.count(",") < MOST_ARGUMENTS
        assert all(len(text) <= 255 for text in re.findall(r'"([^"]*)"', formula.text))


def test_texts_in_formulas_are_short() -> None:
    """Excel takes no text of more than 255 characters in a formula."""
    for language in LANGUAGES:
        for name, text in load(language).sections["diagnosis"].items():
            assert max(map(len, re.split(r"[{}]", text))) <= 230, (language, name)

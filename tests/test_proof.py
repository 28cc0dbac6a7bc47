"""Sheet Proof finds what the hand-made sheets got wrong, and finds nothing where all is right."""

from __future__ import annotations

from pathlib import Path

import kept
import numpy as np
import pytest
from conftest import Build
from recalculated import checked_and_recalculated, recalculated, where
from workbook_xml import change_cell

import xlnet
from xlnet.template.parse import parse

VERDICT, HEADLINE, FIRST_ROW = "I", "Proof!A9", 12


def breaking(path: Path, key: str, formula: str) -> None:
    """Write another formula into the first row of a quantity's column; {0} is what stands there."""
    address = f"{where(path, key)}4"
    change_cell(path, address, lambda f, v: "{start}><f>" + formula.format(f) + f"</f><v>{v}</v></c>")


def test_the_gradients_are_those_of_the_loss(built: Build, engine: str) -> None:
    """Against differences of a loss that is written here once more."""
    path = built("mazur", iters=30)
    (cells, later) = recalculated(path, engine, {"Explore!D4": 17})

    def loss(w: list[float]) -> float:
        w1, b1, w2, b2 = np.reshape(w[:4], (2, 2)), w[4:6], np.reshape(w[6:10], (2, 2)), w[10:12]
        h = 1 / (1 + np.exp(-(w1 @ [0.05, 0.10] + b1)))
        y = 1 / (1 + np.exp(-(w2 @ h + b2)))
        return float(((y - [0.01, 0.99]) ** 2).sum() / 2)

    for shown, row in ((cells, 4), (later, 20)):
        parameters = [float(shown(f"Training!{chr(ord('B') + index)}{row}")) for index in range(12)]
        assert shown("Proof!B7") == pytest.approx(loss(parameters))
        for index, position in enumerate((0, 1, 2, 3, 6, 7, 8, 9)):
            moved = [list(parameters), list(parameters)]
            moved[0][position] += 1e-5
            moved[1][position] -= 1e-5
            slope = (loss(moved[0]) - loss(moved[1])) / 2e-5
            assert shown(f"Proof!F{FIRST_ROW + index}") == pytest.approx(slope, abs=1e-9)
            assert shown(f"Proof!G{FIRST_ROW + index}") == pytest.approx(slope, abs=1e-8)
        assert shown(HEADLINE) == "8 of 8 gradients agree"
    assert later("Proof!B4") == 17


def test_the_derivative_of_another_unit_turns_red(built: Build, engine: str) -> None:
    """h₁·(1 − h₁) where h₂ belongs."""
    path = built("mazur", iters=5)
    first, second = (f"{where(path, f'a1_{unit}')}4" for unit in (1, 2))
    breaking(path, "d_z1_2", f"{where(path, 'd_a1_2')}4*{first}*(1-{first})")
    (cells,) = recalculated(path, engine)
    assert second != first
    assert [cells(f"Proof!{VERDICT}{FIRST_ROW + row}") for row in range(4)] == [
        "agrees",
        "agrees",
        "differs",
        "differs",
    ]
    assert cells(HEADLINE) == "6 of 8 gradients agree"
    assert cells(f"Guide!C{kept.looked_at(path)['Guide'].max_row}") == "6 of 8 gradients agree"


def test_a_missing_mask_turns_red(built: Build, engine: str) -> None:
    """∂E/∂z = ∂E/∂h, although relu(z) is 0 there."""
    path = built("byhand", iters=5)
    sums = [float(recalculated(path, engine)[0](f"Training!{where(path, f'z1_{unit}')}4")) for unit in (1, 2, 3)]
    inactive = next(unit for unit, z in enumerate(sums, 1) if z < 0)
    breaking(path, f"d_z1_{inactive}", f"{where(path, f'd_a1_{inactive}')}4")
    (cells,) = recalculated(path, engine)
    assert "differs" in [cells(f"Proof!{VERDICT}{FIRST_ROW + row}") for row in range(6)]
    assert cells(HEADLINE) != "6 of 6 gradients agree"


def test_a_wrong_sign_and_a_forgotten_factor_turn_red(built: Build, engine: str) -> None:
    path = built("seed", iters=5)
    breaking(path, "d_w1_1_1", "-({0})")
    breaking(path, "d_w2_1_2", "2*({0})")
    (cells,) = recalculated(path, engine)
    verdicts = [cells(f"Proof!{VERDICT}{FIRST_ROW + row}") for row in range(6)]
    assert verdicts == ["differs", "agrees", "agrees", "agrees", "agrees", "differs"]
    assert cells(HEADLINE) == "4 of 6 gradients agree"


def kinked(activation: str, weight: float, x: list[list[float]]) -> dict[str, object]:
    layers = [
        {"units": 1, "activation": activation, "weights": [[weight]], "bias": False},
        {"units": 1, "weights": [[1.5]], "bias": False},
    ]
    return {
        "network": {"inputs": 1, "layers": layers},
        "data": {"x": x, "t": [[1.0]] * len(x)},
        "training": {"iters": 3},
    }


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_at_a_kink_either_slope_agrees(tmp_path: Path, engine: str, activation: str) -> None:
    path = tmp_path / "kink.xlsx"
    kept.build(parse(kinked(activation, 0.0, [[2.0]]), name="kink", label="kink"), path)
    ((report, cells),) = checked_and_recalculated([engine], [path])[engine]
    assert cells("Proof!I12") == "agrees, at a kink"
    assert cells(HEADLINE) == "2 of 2 gradients agree"
    assert report.agrees, report.to_text()


def test_a_perfect_fit_of_absolute_errors_agrees(tmp_path: Path, engine: str) -> None:
    document = kinked("identity", 1.0, [[1.0], [2.0]])
    document["data"] = {"x": [[1.0], [2.0]], "t": [[1.5], [3.0]]}
    document["training"] = {"iters": 3, "loss": "mae"}
    path = tmp_path / "mae.xlsx"
    kept.build(parse(document, name="mae", label="mae"), path)
    (cells,) = recalculated(path, engine)
    assert cells(HEADLINE) == "2 of 2 gradients agree"


def test_a_diverged_iteration_has_no_numbers(built: Build, engine: str) -> None:
    path = built("seed", iters=40, lr=1.0)
    (cells, later) = recalculated(path, engine, {"Explore!D4": 40})
    assert cells(HEADLINE) == "6 of 6 gradients agree"
    assert later("Proof!I12") == "no numbers"
    assert later(HEADLINE) == "No numbers here: the run has diverged"


def test_of_very_many_parameters_some_are_proved(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "many.xlsx"
    kept.build(xlnet.load("circle", layers="2-40-20-1", seed=1, iters=5), path)
    sheet = kept.looked_at(path)["Proof"]
    ((report, cells),) = checked_and_recalculated([engine], [path])[engine]
    headline = str(cells(HEADLINE))
    count = int(headline.split()[0])
    assert headline == f"{count} of {count} tested gradients agree (out of 961)"
    assert 4 <= count < 100
    assert f"Of 961 parameters, {count} are tested" in str(sheet["A2"].value)
    assert sheet.cell(FIRST_ROW, 1).value == "w₁₁"
    assert sheet.cell(FIRST_ROW + count - 1, 1).value == "b⁽³⁾₁"
    assert report.agrees, report.to_text()


def test_samples_are_those_of_the_chosen_iteration(built: Build, engine: str) -> None:
    path = built("circle", iters=30)
    (cells, later) = recalculated(path, engine, {"Explore!D4": 23})
    for shown, row in ((cells, 4), (later, 26)):
        loss = float(shown(f"Training!{where(path, 'E')}{row}"))
        assert shown("Proof!B7") == pytest.approx(loss, rel=1e-12)
        assert shown(HEADLINE) == "25 of 25 gradients agree"

"""Sheet Explore shows the chosen iteration, forward and backward, with its numbers put in."""

from __future__ import annotations

from pathlib import Path

import kept
import pytest
from conftest import Build
from openpyxl import load_workbook
from recalculated import recalculated, recalculated_copy, where

import xlnet

BACKWARD = {"Explore!D5": "backward"}


def numbers_of(path: Path, cells: object, rule: str, table_from: int = 1) -> str:
    """Return the text beside the rule that starts so."""
    sheet = kept.looked_at(path)["Explore"]
    for row in range(table_from, sheet.max_row + 1):
        if str(sheet.cell(row, 5).value or "").startswith(rule):
            column = next(
                column for column in range(6, sheet.max_column + 1) if sheet.cell(row, column).data_type == "f"
            )
            return str(cells(f"Explore!{sheet.cell(row, column).coordinate}"))  # type: ignore[operator]
    raise AssertionError(rule)


def test_rules_have_their_numbers(built: Build, engine: str) -> None:
    """By hand, of the template seed: h = (0.3, 0.7), y = 0.57, E = 5.88245."""
    path = built("seed")
    (cells, second) = recalculated(path, engine, {"Explore!D4": 2})
    assert numbers_of(path, cells, "h₁ =") == "0.1·1 + 0.2·1 = 0.3"
    assert numbers_of(path, cells, "y =") == "0.5·0.3 + 0.6·0.7 = 0.57"
    assert numbers_of(path, cells, "E =") == "(0.57 − 4)² / 2 = 5.882"
    assert numbers_of(path, cells, "∂E/∂y =") == "0.57 − 4 = −3.43"
    assert numbers_of(path, cells, "∂E/∂h₁ =") == "(−3.43)·0.5 = −1.715"
    assert numbers_of(path, cells, "∂E/∂w₁₁ =") == "(−1.715)·1 = −1.715"
    assert numbers_of(path, cells, "w₁₁ ←") == "0.1 − 0.01·(−1.715) = 0.1172"
    # w₁₁ = 0.11715 and w₁₂ = 0.21715, rounded to four digits; h₁ is computed from all digits.
    assert numbers_of(path, second, "h₁ =") == "0.1172·1 + 0.2172·1 = 0.3343"


def test_the_picture_turns_with_the_view(built: Build, engine: str) -> None:
    path = built("seed")
    forward, backward, later = recalculated(path, engine, BACKWARD, BACKWARD | {"Explore!D4": 50})
    sheet = kept.looked_at(path)["Explore"]
    picture = [cell for row in sheet.iter_rows(min_row=9, max_row=16) for cell in row if cell.data_type == "f"]

    def texts(cells: object) -> set[object]:
        return {cells(f"Explore!{cell.coordinate}") for cell in picture}  # type: ignore[operator]

    assert {"x₁ · w₁₁", "h₂", "→", 0.1, 0.6} <= texts(forward)
    assert {"∂E/∂w₁₁", "∂E/∂h₂", "←"} <= texts(backward)
    assert any(value == pytest.approx(-1.715) for value in texts(backward) if isinstance(value, float))
    gradient = later(f"Training!{where(path, 'd_w1_1_1')}53")
    assert any(value == pytest.approx(gradient) for value in texts(later) if isinstance(value, float))


def test_a_sample_of_a_batch_has_its_share(built: Build, engine: str) -> None:
    path = built("xor", iters=10)
    sheet = kept.looked_at(path)["Explore"]
    points: list[dict[str, float | str]] = [{"Explore!D6": float(sample), "Explore!D4": 7} for sample in (1, 2, 3, 4)]
    _, *cells = recalculated(path, engine, *points)
    row = next(row for row in range(1, sheet.max_row) if str(sheet.cell(row, 5).value).startswith("∂E/∂b⁽²⁾₁ ="))
    shares = [float(each(f"Explore!C{row}")) for each in cells]
    assert sum(shares) == pytest.approx(float(cells[0](f"Training!{where(path, 'd_b2_1')}10")))
    losses = {round(float(each(f"Training!{where(path, f'E@{n}')}10")), 12) for n, each in enumerate(cells, 1)}
    row = next(row for row in range(1, sheet.max_row) if str(sheet.cell(row, 5).value).startswith("E ="))
    assert {round(float(each(f"Explore!C{row}")), 12) for each in cells} == losses


def test_a_large_network_is_shown_by_matrices(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "large.xlsx"
    kept.build(xlnet.load("circle", layers="2-20-1", seed=5, iters=6), path)
    forward, backward = recalculated_copy(path, engine, BACKWARD | {"Explore!D4": 5})
    sheet = kept.looked_at(path)["Explore"]
    weights = [f"Explore!{cell.coordinate}" for row in sheet["B15:C34"] for cell in row]
    expected = [
        forward(f"Training!{where(path, f'w1_{unit}_{source}')}4") for unit in range(1, 21) for source in (1, 2)
    ]
    assert [forward(address) for address in weights] == expected
    gradients = [
        backward(f"Training!{where(path, f'd_w1_{unit}_{source}')}8") for unit in range(1, 21) for source in (1, 2)
    ]
    assert [backward(address) for address in weights] == gradients
    assert kept.check(path, engine=engine).agrees


def test_only_iterations_of_the_run_can_be_chosen(built: Build) -> None:
    workbook = kept.looked_at(built("xor", iters=30))
    rules, views = (
        {str(rule.sqref): rule for rule in workbook[sheet].data_validations.dataValidation}
        for sheet in ("Start", "Explore")
    )
    assert (rules["C4"].type, rules["C4"].formula1, rules["C4"].formula2) == ("whole", "1", "30")
    assert (rules["C5"].formula1, rules["C5"].formula2) == ("1", "4")
    assert (views["D5"].type, views["D5"].formula1) == ("list", '"forward,backward"')
    assert [workbook["Explore"][cell].value for cell in ("D4", "D6")] == ["=Start!$C$4", "=Start!$C$5"]


@pytest.mark.parametrize("value", [0.0, 201.0, 2.5])
def test_a_choice_that_is_none_is_reported(built: Build, engine: str, value: float) -> None:
    path = built("seed")
    workbook = load_workbook(path)
    workbook["Start"]["C4"].value = value
    workbook.save(path)
    differences = kept.check(path, engine=engine).differences
    assert ("Start", "C4", "no choice") in {(d.sheet, d.cell, d.problem) for d in differences}


def test_a_number_at_the_bound_of_small_ones_may_be_written_either_way(tmp_path: Path, engine: str) -> None:
    """The next weight is 0.001 − 0.001·0.9, which rounding puts on either side of 0.0001: = or ≈."""
    template = tmp_path / "tie.toml"
    template.write_text(
        "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\nbias = false\nweights = [[0.001]]\n"
        "[data]\nx = [[1]]\nt = [[-0.899]]\n[training]\niters = 4\n[training.optimizer]\nlr = 0.001\n",
        encoding="utf-8",
    )
    path = tmp_path / "tie.xlsx"
    kept.build(xlnet.load(template), path)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()

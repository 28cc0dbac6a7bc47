"""Sheet Dashboard: its numbers follow the run, in every engine, and no damage passes the check."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import Build
from openpyxl import load_workbook
from workbook_xml import change_cell, other_formula, poison, typed_over

import xlnet
from xlnet.engines.choose import recalculate
from xlnet.engines.grid import Edit, Extent, Grid, Point
from xlnet.engines.job import Job
from xlnet.engines.workers.handover import ERROR
from xlnet.template.parse import parse

DASHBOARD = "xl/worksheets/sheet2.xml"
EXTENT = Extent("Dashboard", 202, 60)


def shown(path: Path, engine: str, *points: Point) -> list[dict[str, object]]:
    """Return the headline numbers, by their labels, at each point."""
    (result,) = recalculate(engine, [Job(path, [EXTENT], points)], 120)
    return [headlines(grids["Dashboard"]) for grids in result.points]


def headlines(grid: Grid) -> dict[str, object]:
    labels = {row: text for (row, column), text in grid.texts.items() if column == 2}
    return {
        text: grid.texts.get((row, 3), float(grid.values[row - 1, 2])) for row, text in labels.items() if 4 <= row <= 11
    }


def test_the_headline_numbers_follow_the_run(built: Build, engine: str) -> None:
    path = built("seed")
    poison(path)
    diverging = Point((Edit("Training", 2, 4, ((1.0,),)),))
    other_bound = Point((Edit("Dashboard", 8, 3, ((1e-30,),)),), reopened=True)
    saved, diverged, never = shown(path, engine, Point(), diverging, other_bound)
    assert saved["iterations"] == 200
    assert saved["loss E at the start"] == pytest.approx(5.88245)
    assert saved["at the end: y"] == pytest.approx(4)
    assert saved["first iteration with a small loss"] == 45
    assert saved["diverges?"] == "no"
    assert str(diverged["diverges?"]).startswith("yes: no numbers from iteration ")
    assert never["first iteration with a small loss"] == "never"
    assert never["diverges?"] == "no"


CASES = {
    "one iteration": ("seed", {"iters": 1}),
    "two iterations": ("seed", {"iters": 2}),
    "all points": ("mazur", {"iters": 200}),
    "thinned": ("mazur", {"iters": 1234}),
    "more weights than lines": ("seed", {"iters": 30, "layers": "2-6-1", "seed": 1}),
    "mini-batches": ("iris", {"iters": 40}),
    "full batch": ("xor", {"iters": 40}),
    "diverging": ("seed", {"iters": 50, "lr": 1.0}),
}


@pytest.mark.parametrize(("template", "overrides"), CASES.values(), ids=CASES.keys())
def test_the_values_in_the_file_are_those_that_are_calculated(
    built: Build, engine: str, template: str, overrides: dict[str, object]
) -> None:
    path = built(template, **overrides)
    cached = load_workbook(path, data_only=True)["Dashboard"]
    formulas = load_workbook(path)["Dashboard"]
    (result,) = recalculate(engine, [Job(path, [EXTENT], [Point()])], 120)
    grid = result.points[0]["Dashboard"]
    compared = 0
    for row, column in np.ndindex(*grid.values.shape):
        cell = formulas.cell(row + 1, column + 1)
        if cell.data_type == "f":
            value = cached.cell(row + 1, column + 1).value
            number = float(grid.values[row, column])
            if isinstance(value, int | float):
                assert number == pytest.approx(value, rel=1e-9, abs=1e-15), cell.coordinate
            elif value == "#NUM!":
                assert grid.kinds[row, column] == ERROR, cell.coordinate
            else:
                assert grid.texts[row + 1, column + 1] == value, cell.coordinate
            compared += 1
    assert compared > 10
    report = xlnet.check(path, engine=engine)
    assert report.agrees, report.to_text()
    assert "dashboard" in {group.group for group in report.groups}


@pytest.mark.parametrize("cell", ["C4", "C6", "C9", "AA5", "AB7", "AC3", "AF9"])
@pytest.mark.parametrize("damage", [typed_over, other_formula], ids=["typed over", "other formula"])
def test_damage_on_the_dashboard_is_named(built: Build, engine: str, cell: str, damage: object) -> None:
    path = built("seed", iters=60)
    change_cell(path, cell, damage, part=DASHBOARD)  # type: ignore[arg-type]
    report = xlnet.check(path, engine=engine)
    assert [f"{difference.sheet}!{difference.cell}" for difference in report.differences] == [f"Dashboard!{cell}"]


def test_plain_has_no_dashboard(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "plain.xlsx"
    xlnet.build(xlnet.load("iris", iters=5), path, plain=True)
    assert load_workbook(path).sheetnames == ["Training", "Data", "Formulas", "Template"]
    assert xlnet.check(path, engine=engine).agrees


def test_every_chart_shows_the_whole_run(built: Build) -> None:
    path = built("seed", iters=100_000)
    sheet = load_workbook(path, data_only=True)["Dashboard"]
    iterations = [sheet.cell(row, 27).value for row in range(3, 203)]
    assert iterations[0] == 1
    assert iterations[-1] == 100_000
    assert sheet.cell(203, 27).value is None
    with zipfile.ZipFile(path) as package:
        charts = [name for name in package.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == 4
        for chart in charts:
            assert "$3:$AA$202" in package.read(chart).decode()


def test_only_inputs_are_unlocked_and_they_take_numbers_alone(built: Build) -> None:
    workbook = load_workbook(built("seed", iters=5))
    unlocked = set()
    for sheet in workbook:
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        cells = [cell for row in sheet.iter_rows() for cell in row]
        unlocked |= {f"{sheet.title}!{cell.coordinate}" for cell in cells if not cell.protection.locked}
    inputs = {f"Training!{letter}2" for letter in "ABCD"} | {f"Training!{letter}4" for letter in "BCDEFG"}
    assert unlocked == inputs | {"Dashboard!C8"}
    training = workbook["Training"].data_validations.dataValidation
    assert [str(validation.sqref) for validation in training] == ["A2:D2 B4:G4"]
    note = workbook["Training"]["B3"].comment
    assert note is not None
    assert "weight of layer 1, to unit 1 from input 1" in note.text


def test_a_single_iteration_may_have_a_small_loss(tmp_path: Path, engine: str) -> None:
    layer = {"units": 1, "weights": [[1.0]], "bias": False}
    document = {"network": {"inputs": 1, "layers": [layer]}, "data": {"x": [[1]], "t": [[1]]}, "training": {"iters": 1}}
    path = tmp_path / "one.xlsx"
    xlnet.build(parse(document, name="one", label="one"), path)
    (saved,) = shown(path, engine, Point())
    assert saved["first iteration with a small loss"] == 1

"""The Dashboard sheet: its numbers follow the run, in every engine, and no damage passes the check."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

import kept
import pytest
from conftest import Build
from openpyxl import load_workbook
from workbook_xml import poison

import xlnet
from xlnet.engines.choose import recalculate
from xlnet.engines.grid import Edit, Extent, Grid, Point
from xlnet.engines.job import Job
from xlnet.template.parse import parse

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
    assert saved["final output y"] == pytest.approx(4)
    assert saved["first iteration with a small loss"] == 45
    assert saved["diverged?"] == "no"
    assert str(diverged["diverged?"]).startswith("yes, from ")
    assert never["first iteration with a small loss"] == "never"
    assert never["diverged?"] == "no"


def test_every_chart_shows_the_whole_run(built: Build) -> None:
    path = built("seed", iters=100_000)
    with closing(load_workbook(path, data_only=True, read_only=True)) as workbook:
        rows = workbook["Dashboard"].iter_rows(min_row=3, values_only=True)
        iterations = [row[26] if len(row) > 26 else None for row in rows]
    assert iterations[0] == 1
    assert iterations[199] == 100_000
    assert set(iterations[200:]) <= {None}
    with zipfile.ZipFile(path) as package:
        every = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/charts/chart")]
        charts = [chart for chart in every if "Dashboard" in chart]
        # The last one is the loss on sheet Start.
        assert len(charts) == 5
        assert all("$3:$AA$202" in chart for chart in charts)


def test_only_inputs_are_unlocked_and_they_take_numbers_alone(built: Build) -> None:
    workbook = load_workbook(built("seed", iters=5))
    unlocked = set()
    for sheet in workbook:
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        cells = [cell for row in sheet.iter_rows() for cell in row]
        unlocked |= {f"{sheet.title}!{cell.coordinate}" for cell in cells if not cell.protection.locked}
    inputs = {f"Training!{letter}2" for letter in "ABCD"} | {f"Training!{letter}4" for letter in "BCDEFG"}
    inputs |= {"Start!C4", "Start!C5", "Start!C6", "Dashboard!C8", "Explore!D5", "Proof!B5", "Proof!B6", "Predict!C4"}
    inputs |= {f"Predict!C{row}" for row in range(6, 10)}
    typed = {cell for cell in unlocked - inputs if cell.startswith("Predict!")}
    assert unlocked - inputs == typed
    assert len(typed) == 10
    training = workbook["Training"].data_validations.dataValidation
    assert [str(validation.sqref) for validation in training] == ["A2:D2 B4:G4"]
    note = workbook["Training"]["B3"].comment
    assert note is not None
    assert "weight of layer 1, from input 1 to unit 1" in note.text


def test_a_single_iteration_may_have_a_small_loss(tmp_path: Path, engine: str) -> None:
    layer = {"units": 1, "weights": [[1.0]], "bias": False}
    document = {"network": {"inputs": 1, "layers": [layer]}, "data": {"x": [[1]], "t": [[1]]}, "training": {"iters": 1}}
    path = tmp_path / "one.xlsx"
    xlnet.build(parse(document, name="one", label="one"), path)
    (saved,) = shown(path, engine, Point())
    assert saved["first iteration with a small loss"] == 1


def test_a_bound_that_is_blank_is_named(built: Build, engine: str) -> None:
    path = built("seed", iters=12)
    workbook = load_workbook(path)
    workbook["Dashboard"]["C8"] = None
    workbook.save(path)
    report = kept.check(path, engine=engine)
    assert [(difference.sheet, difference.cell) for difference in report.differences] == [("Dashboard", "C8")]


def test_what_shows_a_batch_or_a_part_says_so(built: Build) -> None:
    """A row of a run by mini-batches has the loss of its own batch; a chart may show fewer iterations than others."""
    path = built("iris", batch=140, iters=150, layers="4-1-3")
    # Only this sheet of a large file.
    with closing(load_workbook(path, read_only=True)) as workbook:
        labels = [str(workbook["Dashboard"].cell(row, 2).value) for row in range(1, 12)]
    assert {"loss E of the first batch", "loss E of the last batch"} < set(labels)
    with zipfile.ZipFile(path) as package:
        charts = "".join(package.read(name).decode() for name in package.namelist() if "charts/chart" in name)
    for title in ("Batch loss", "Batch accuracy (142 iterations)"):
        assert f">{title}</" in charts

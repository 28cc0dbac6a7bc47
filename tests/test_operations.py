"""Every operation: its formula recalculated at nasty points, its derivative by finite differences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook
from steps import steps_of

from xlnet.engines.choose import recalculate
from xlnet.engines.grid import Extent, Grid, Point
from xlnet.engines.job import Job
from xlnet.engines.workers.handover import ERROR
from xlnet.graph.expression import Quantity
from xlnet.graph.operations import ACTIVATIONS, LOSSES
from xlnet.model.schedules import CONSTANT, SCHEDULES
from xlnet.reference import functions, schedules
from xlnet.render.excel import at_row, formula
from xlnet.render.layout import Layout

POINTS = [0.0, 1e-300, -1e-300, 1e-8, -1e-8, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 20.0, -20.0, 36.0, -36.0, 40.0, -40.0]
POINTS += [700.0, -700.0, 710.0, -710.0, 800.0, -800.0, 1e6, -1e6]
LAYOUT = Layout(cells={}, columns={"z": 1, "a": 2}, data={})
Z, A = Quantity("z"), Quantity("a")


def recalculated(engine: str, path: Path, extent: Extent) -> Grid:
    (recalculation,) = recalculate(engine, [Job(path, [extent], [Point()])], 120)
    return recalculation.points[0][extent.name]


def test_the_tables_of_graph_and_reference_hold_the_same() -> None:
    assert set(ACTIVATIONS) == set(functions.ACTIVATIONS)
    assert set(LOSSES) == set(functions.LOSSES) | set(functions.FUSED_LOSSES)
    assert set(SCHEDULES) - {CONSTANT} == set(schedules.SCHEDULES)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_recalculated_at_nasty_points(name: str, engine: str, tmp_path: Path) -> None:
    operation = ACTIVATIONS[name]
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    steps = [Quantity(step.letter) for step in operation.steps]
    layout = Layout(LAYOUT.cells, {**LAYOUT.columns, **{step.key: 4 + n for n, step in enumerate(steps)}}, {})
    for row, z in enumerate(POINTS, 1):
        sheet.cell(row, 1, z)
        sheet.cell(row, 2, at_row(formula(operation.value(Z, *steps), layout), row))
        if operation.derivative is not None:
            sheet.cell(row, 3, at_row(formula(operation.derivative(A, Z, *steps), layout), row))
        for number, step in enumerate(operation.steps):
            sheet.cell(row, 4 + number, at_row(formula(step.value(Z, *steps[:number]), layout), row))
    path = tmp_path / "points.xlsx"
    workbook.save(path)
    grid = recalculated(engine, path, Extent(sheet.title, len(POINTS), 3 + len(steps)))
    assert not (grid.kinds == ERROR).any()
    function, derivative = functions.ACTIVATIONS[name]
    points = np.array(POINTS)
    with np.errstate(under="ignore", over="raise", invalid="raise"):
        known = steps_of(name, points)
        assert grid.values[:, 1] == pytest.approx(function(points, *known), rel=1e-12, abs=1e-15)
    for number, expected in enumerate(known):
        assert grid.values[:, 3 + number] == pytest.approx(expected, rel=1e-12, abs=1e-15)
    if operation.derivative is not None:
        # IronCalc takes what is within 2e-16 of 0 for 0 when it compares: at a kink, either side is right.
        sides = []
        for shift in (-1e-15, 0.0, 1e-15):
            known = steps_of(name, points + shift)
            sides.append(derivative(points + shift, function(points + shift, *known), *known))
        for found, *allowed in zip(grid.values[:, 2], *sides, strict=True):
            assert any(found == pytest.approx(slope, rel=1e-9, abs=1e-15) for slope in allowed)


TIES = [(0.0, 0.0), (1.0, 1.0), (0.3, 0.1 + 0.2), (1.0, 0.0), (0.0, 1.0), (-2.5, 0.5), (3.0, 3.0 + 1e-9), (1e-300, 0.0)]


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if loss.fused is None])
def test_losses_recalculated_at_ties(name: str, engine: str, tmp_path: Path) -> None:
    """Within rounding of y = t, and of the bound of Huber's loss, either side is right."""
    y, t = Quantity("z"), Quantity("a")
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row, pair in enumerate(TIES, 1):
        for column, value in enumerate(pair, 1):
            sheet.cell(row, column, value)
        sheet.cell(row, 3, at_row(formula(LOSSES[name].value([y], [t]), LAYOUT), row))
        sheet.cell(row, 4, at_row(formula(LOSSES[name].derivative([y], [t])[0], LAYOUT), row))
    path = tmp_path / "ties.xlsx"
    workbook.save(path)
    values = recalculated(engine, path, Extent(sheet.title, len(TIES), 4)).values
    loss, derivative = functions.LOSSES[name]
    for (output, target), value, slope in zip(TIES, values[:, 2], values[:, 3], strict=True):
        outputs = np.array([[output - 1e-15], [output], [output + 1e-15], [target]])
        targets = np.full_like(outputs, target)
        assert any(value == pytest.approx(v, rel=1e-9, abs=1e-14) for v in loss(outputs, targets)[:3])
        near = 4 if abs(output - target) < 1e-15 else 3
        assert any(slope == pytest.approx(s, rel=1e-9, abs=1e-14) for s in derivative(outputs, targets)[:near, 0])

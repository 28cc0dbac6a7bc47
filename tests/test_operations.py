"""Every operation: its formula recalculated at nasty points, its derivative by finite differences."""

from __future__ import annotations

from dataclasses import replace
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
from xlnet.render.spot import Spot

POINTS = [0.0, 1e-300, -1e-300, 1e-8, -1e-8, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 20.0, -20.0, 36.0, -36.0, 40.0, -40.0]
POINTS += [6.0, -6.0, 700.0, -700.0, 710.0, -710.0, 800.0, -800.0, 1e6, -1e6]
LAYOUT = Layout(cells={}, spots={"z": Spot("Training", 1), "a": Spot("Training", 2)})
Z, A = Quantity("z"), Quantity("a")


# IronCalc's normal distribution has 10 digits, and of mish ln(1 + e^z) has as many digits as 1 + e^z.
RELATIVE, ABSOLUTE = {"gelu": 1e-10}, {"mish": 1e-14}
TIES = [(0.0, 0.0), (1.0, 1.0), (0.3, 0.1 + 0.2), (1.0, 0.0), (0.0, 1.0), (-2.5, 0.5), (3.0, 3.0 + 1e-9), (1e-300, 0.0)]
TIES += [(800.0, 0.0), (-800.0, 1.0), (1e6, -1.0), (1.0, -1.0), (-1.0, -1.0)]
LOSSES_WITH_TIES = [name for name, loss in LOSSES.items() if loss.fused is None]


@pytest.fixture(scope="module")
def computed_by(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Grid]]:
    """What every operation gives at its points by each engine, a workbook each."""
    folder = tmp_path_factory.mktemp("computed")
    jobs = {name: Job(folder / f"{number}.xlsx", [], [Point()]) for number, name in enumerate(ACTIVATIONS)}
    jobs |= {name: Job(folder / f"loss{number}.xlsx", [], [Point()]) for number, name in enumerate(LOSSES_WITH_TIES)}
    assert len(jobs) == len(ACTIVATIONS) + len(LOSSES_WITH_TIES), "names of activations are none of losses"
    for name, job in jobs.items():
        extent = write_activation(name, job.workbook) if name in ACTIVATIONS else write_loss(name, job.workbook)
        jobs[name] = replace(job, extents=[extent])
    found = {engine: recalculate(engine, list(jobs.values()), 300) for engine in engines}
    return {
        engine: {
            name: result.points[0][job.extents[0].name]
            for (name, job), result in zip(jobs.items(), results, strict=True)
        }
        for engine, results in found.items()
    }


@pytest.fixture
def computed(computed_by: dict[str, dict[str, Grid]], engine: str) -> dict[str, Grid]:
    """What every operation gives by each engine in turn."""
    return computed_by[engine]


def write_activation(name: str, path: Path) -> Extent:
    """Write each point, and the activation and its derivative there."""
    operation = ACTIVATIONS[name]
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    steps = [Quantity(step.letter) for step in operation.steps]
    own = {step.key: Spot("Training", number) for number, step in enumerate(steps, 4)}
    layout = Layout(LAYOUT.cells, {**LAYOUT.spots, **own})
    for row, z in enumerate(POINTS, 1):
        sheet.cell(row, 1, z)
        sheet.cell(row, 2, at_row(formula(operation.value(Z, *steps, **operation.settings), layout), row))
        if operation.derivative is not None:
            derivative = operation.derivative(A, Z, *steps, **operation.settings)
            sheet.cell(row, 3, at_row(formula(derivative, layout), row))
        for number, step in enumerate(operation.steps):
            sheet.cell(row, 4 + number, at_row(formula(step.value(Z, *steps[:number]), layout), row))
    workbook.save(path)
    return Extent(sheet.title, len(POINTS), 3 + len(steps))


def write_loss(name: str, path: Path) -> Extent:
    """Write each tie, and the loss and its derivative there."""
    y, t = Quantity("z"), Quantity("a")
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row, pair in enumerate(TIES, 1):
        for column, value in enumerate(pair, 1):
            sheet.cell(row, column, value)
        loss = LOSSES[name]
        sheet.cell(row, 3, at_row(formula(loss.value([y], [t], **loss.settings), LAYOUT), row))
        sheet.cell(row, 4, at_row(formula(loss.derivative([y], [t], **loss.settings)[0], LAYOUT), row))
    workbook.save(path)
    return Extent(sheet.title, len(TIES), 4)


def test_the_tables_of_graph_and_reference_hold_the_same() -> None:
    assert set(ACTIVATIONS) == set(functions.ACTIVATIONS)
    assert set(LOSSES) == set(functions.LOSSES) | set(functions.FUSED_LOSSES)
    assert set(SCHEDULES) - {CONSTANT} == set(schedules.SCHEDULES)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_recalculated_at_nasty_points(name: str, computed: dict[str, Grid]) -> None:
    operation, grid = ACTIVATIONS[name], computed[name]
    assert not (grid.kinds == ERROR).any()
    function, derivative = functions.ACTIVATIONS[name]
    points = np.array(POINTS)
    with np.errstate(under="ignore", over="raise", invalid="raise"):
        known = steps_of(name, points)
        relative, absolute = RELATIVE.get(name, 1e-12), ABSOLUTE.get(name, 1e-15)
        assert grid.values[:, 1] == pytest.approx(function(points, *known), rel=relative, abs=absolute)
    for number, expected in enumerate(known):
        assert grid.values[:, 3 + number] == pytest.approx(expected, rel=relative, abs=absolute)
    if operation.derivative is not None:
        # IronCalc takes what is within 2e-16 of 0 for 0 when it compares: at a kink, either side is right.
        sides = []
        for shift in (-1e-15, 0.0, 1e-15):
            known = steps_of(name, points + shift)
            sides.append(derivative(points + shift, function(points + shift, *known), *known))
        for found, *allowed in zip(grid.values[:, 2], *sides, strict=True):
            assert any(found == pytest.approx(slope, rel=1e-9, abs=absolute) for slope in allowed)


@pytest.mark.parametrize("name", LOSSES_WITH_TIES)
def test_losses_recalculated_at_ties(name: str, computed: dict[str, Grid]) -> None:
    """Within rounding of y = t, and of the bound of Huber's loss, either side is right."""
    values = computed[name].values
    loss, derivative = functions.LOSSES[name]
    for (output, target), value, slope in zip(TIES, values[:, 2], values[:, 3], strict=True):
        outputs = np.array([[output - 1e-15], [output], [output + 1e-15], [target]])
        targets = np.full_like(outputs, target)
        assert any(value == pytest.approx(v, rel=1e-9, abs=1e-14) for v in loss(outputs, targets)[:3])
        near = 4 if abs(output - target) < 1e-15 else 3
        assert any(slope == pytest.approx(s, rel=1e-9, abs=1e-14) for s in derivative(outputs, targets)[:near, 0])

"""The formulas on the sheets beside Training: what each should show, by numpy, of the table that was recalculated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from xlnet import keys, texts
from xlnet.checking.opened import Opened
from xlnet.checking.quantities import Position
from xlnet.checking.region import WrongCell, wrong_cell
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import BLANK, ERROR, NUMBER, TEXT
from xlnet.layout import FIRST_ROW, TRAINING
from xlnet.sheets import dashboard

# None: what a text or a truth value in a cell makes of a formula that cites it is not judged.
Expected = float | str | None


def wrong_beside(
    opened: Opened, grids: Mapping[str, Grid], probe: str, rtol: float, atol: float
) -> tuple[list[WrongCell], float]:
    """Return the wrong cells beside Training, and the worst error of the others, relative where a value is above 1."""
    if not opened.beside:
        return [], 0.0
    grid = grids[dashboard.NAME]
    wrong, worst = [], 0.0
    for position, expected in _dashboard(opened, grids):
        if expected is None:
            continue
        problem, error = _judged(opened, grid, position, expected, rtol, atol)
        if problem:
            wrong.append(wrong_cell(position, problem, probe, grid, expected))
        else:
            worst = max(worst, error)
    return wrong, worst


def _judged(
    opened: Opened, grid: Grid, position: Position, expected: float | str, rtol: float, atol: float
) -> tuple[str | None, float]:
    row, column = position.row - 1, position.column - 1
    kind, found = grid.kinds[row, column], grid.values[row, column]
    if not opened.beside[position][1]:
        return "typed over", 0.0
    if isinstance(expected, str):
        text = grid.texts.get((position.row, position.column))
        return (None if kind == TEXT and text == expected else "wrong value"), 0.0
    if not np.isfinite(expected):
        # What shows a cell in error is one itself.
        return (None if kind == ERROR else "wrong value"), 0.0
    if kind != NUMBER:
        return "no number", 0.0
    distance = abs(float(found) - expected)
    outside = distance > atol + rtol * abs(expected)
    return ("wrong value" if outside else None), distance / max(1.0, abs(expected))


def _dashboard(opened: Opened, grids: Mapping[str, Grid]) -> Iterator[tuple[Position, Expected]]:
    spec, words = opened.spec, texts.load().sections["dashboard"]
    iters = spec.training.iters
    training = grids[TRAINING]
    rows = slice(FIRST_ROW - 1, FIRST_ROW - 1 + iters)
    column = opened.layout.columns[keys.LOSS] - 1
    losses = np.where(training.kinds[rows, column] == BLANK, 0.0, training.values[rows, column])

    def cited(key: str, iteration: int) -> Expected:
        return _cited(training, FIRST_ROW + iteration - 1, opened.layout.columns[key])

    def headline(name: str, value: Expected) -> tuple[Position, Expected]:
        return Position(dashboard.NAME, dashboard.headline_row(spec, name), dashboard.VALUE_COLUMN), value

    count = int((training.kinds[rows, opened.layout.columns[keys.ITERATION] - 1] == NUMBER).sum())
    yield headline("iterations", float(count))
    yield headline("first loss", cited(keys.LOSS, 1))
    yield headline("final loss", cited(keys.LOSS, iters))
    if spec.batch_size == 1:
        for key in dashboard.outputs(spec):
            yield headline(f"output {key}", cited(key, iters))
    bound = grids[dashboard.NAME].values[dashboard.headline_row(spec, "bound") - 1, dashboard.VALUE_COLUMN - 1]
    below = np.flatnonzero(losses < bound)
    yield headline("first below", float(below[0] + 1) if below.size else words["never"])
    numbers = int((training.kinds[rows, column] == NUMBER).sum())
    yield headline("diverged", words["no"] if numbers == count else f"{words['since']} {numbers + 1}")
    shown = opened.points
    assert shown is not None
    own = grids[dashboard.NAME]
    counted = own.values[dashboard.headline_row(spec, "iterations") - 1, dashboard.VALUE_COLUMN - 1]
    # As everywhere, each cell is compared with what the cells that it cites call for.
    for index in range(shown.count):
        row = dashboard.FIRST_POINT_ROW + index

        def point(column: int, value: Expected, row: int = row) -> tuple[Position, Expected]:
            return Position(dashboard.NAME, row, column), value

        step = index / (shown.count - 1) if index else 0.0
        yield point(dashboard.POINTS_COLUMN, float(np.floor(1 + step * (counted - 1) + 0.5)))
        loss = _cited(own, row, shown.column(keys.LOSS))
        smallest = dashboard.SMALLEST_LOSS
        yield point(dashboard.POINTS_COLUMN + 1, float(np.maximum(loss, smallest)) if isinstance(loss, float) else None)
        iteration = own.values[row - 1, dashboard.POINTS_COLUMN - 1]
        is_known = 1 <= iteration < iters + 1
        for key in shown.keys:
            yield point(shown.column(key), cited(key, int(iteration)) if is_known else None)
        for key in shown.targets:
            place = opened.layout.cells[key]
            yield point(shown.column(key), _cited(grids[place.sheet], place.row or 1, place.column))


def _cited(grid: Grid, row: int, column: int) -> Expected:
    """Return what a formula has of a cell that it cites: 0 of a blank one, NaN of an error."""
    kind = grid.kinds[row - 1, column - 1]
    if kind in (NUMBER, ERROR):
        return float(grid.values[row - 1, column - 1])
    return 0.0 if kind == BLANK else None

"""The formulas on the sheets beside Training: what each should show, by numpy, of the table that was recalculated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from xlnet import keys, texts
from xlnet.checking.opened import Opened
from xlnet.checking.quantities import Position
from xlnet.checking.region import WrongCell, wrong_cell
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import ERROR, NUMBER, TEXT
from xlnet.layout import FIRST_ROW, TRAINING
from xlnet.sheets import dashboard

Expected = float | str


def wrong_beside(
    opened: Opened, grids: Mapping[str, Grid], probe: str, rtol: float, atol: float
) -> tuple[list[WrongCell], float]:
    """Return the wrong cells beside Training, and the worst error of the others, relative where a value is above 1."""
    if not opened.beside:
        return [], 0.0
    grid = grids[dashboard.NAME]
    wrong, worst = [], 0.0
    for position, expected in _dashboard(opened, grids):
        problem, error = _judged(opened, grid, position, expected, rtol, atol)
        if problem:
            wrong.append(wrong_cell(position, problem, probe, grid, expected))
        else:
            worst = max(worst, error)
    return wrong, worst


def _judged(
    opened: Opened, grid: Grid, position: Position, expected: Expected, rtol: float, atol: float
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
    table = grids[TRAINING].values[FIRST_ROW - 1 : FIRST_ROW - 1 + iters]
    losses = table[:, opened.layout.columns[keys.LOSS] - 1]

    def headline(name: str, value: Expected) -> tuple[Position, Expected]:
        return Position(dashboard.NAME, dashboard.headline_row(spec, name), dashboard.VALUE_COLUMN), value

    count = int(np.isfinite(table[:, 0]).sum())
    yield headline("iterations", float(count))
    yield headline("first loss", float(losses[0]))
    yield headline("final loss", float(losses[-1]))
    if spec.batch_size == 1:
        for key in dashboard.outputs(spec):
            yield headline(f"output {key}", float(table[-1, opened.layout.columns[key] - 1]))
    bound = grids[dashboard.NAME].values[dashboard.headline_row(spec, "bound") - 1, dashboard.VALUE_COLUMN - 1]
    below = np.flatnonzero(losses < bound)
    yield headline("first below", float(below[0] + 1) if below.size else words["never"])
    numbers = int(np.isfinite(losses).sum())
    yield headline("diverged", words["no"] if numbers == count else f"{words['since']} {numbers + 1}")
    shown = opened.points
    assert shown is not None
    values = grids[dashboard.NAME].values
    counted = values[dashboard.headline_row(spec, "iterations") - 1, dashboard.VALUE_COLUMN - 1]
    # As everywhere, each cell is compared with what the cells that it cites call for.
    for index in range(shown.count):
        row = dashboard.FIRST_POINT_ROW + index
        cells = values[row - 1]

        def point(column: int, value: float, row: int = row) -> tuple[Position, Expected]:
            return Position(dashboard.NAME, row, column), float(value)

        step = index / (shown.count - 1) if index else 0.0
        yield point(dashboard.POINTS_COLUMN, np.floor(1 + step * (counted - 1) + 0.5))
        yield point(
            dashboard.POINTS_COLUMN + 1, np.maximum(cells[shown.column(keys.LOSS) - 1], dashboard.SMALLEST_LOSS)
        )
        iteration = cells[dashboard.POINTS_COLUMN - 1]
        is_known = 1 <= iteration < iters + 1
        for key in shown.keys:
            found = table[int(iteration) - 1, opened.layout.columns[key] - 1] if is_known else np.nan
            yield point(shown.column(key), found)
        for key in shown.targets:
            place = opened.layout.cells[key]
            yield point(shown.column(key), grids[place.sheet].values[(place.row or 1) - 1, place.column - 1])

"""Sheet Dashboard: headline numbers, and the points of its charts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet import keys
from xlnet.checking.quantities import Position
from xlnet.checking.view import Expected, View
from xlnet.engines.workers.handover import BLANK, NUMBER
from xlnet.layout import FIRST_ROW, TRAINING
from xlnet.sheets import dashboard
from xlnet.sheets.dashboard import NAME

__all__ = ["NAME", "expected"]


def expected(view: View) -> Iterator[tuple[Position, Expected]]:
    """Yield what each formula of the sheet should show."""
    yield from _headlines(view)
    yield from _points(view)


def _headlines(view: View) -> Iterator[tuple[Position, Expected]]:
    opened = view.opened
    spec, words = opened.spec, opened.sheet.texts.sections["dashboard"]
    iters = spec.training.iters
    training = view.grids[TRAINING]
    rows = slice(FIRST_ROW - 1, FIRST_ROW - 1 + iters)
    column = opened.layout.columns[keys.LOSS] - 1
    losses = np.where(training.kinds[rows, column] == BLANK, 0.0, training.values[rows, column])

    def headline(name: str, value: Expected) -> tuple[Position, Expected]:
        return Position(NAME, dashboard.headline_row(spec, name), dashboard.VALUE_COLUMN), value

    count = int((training.kinds[rows, opened.layout.columns[keys.ITERATION] - 1] == NUMBER).sum())
    yield headline("iterations", float(count))
    yield headline("first loss", view.of_iteration(keys.LOSS, 1))
    yield headline("final loss", view.of_iteration(keys.LOSS, iters))
    if spec.batch_size == 1:
        for key in dashboard.outputs(spec):
            yield headline(f"output {key}", view.of_iteration(key, iters))
    bound = view.number(NAME, dashboard.headline_row(spec, "bound"), dashboard.VALUE_COLUMN)
    below = np.flatnonzero(losses < bound)
    yield headline("first below", float(below[0] + 1) if below.size else words["never"])
    numbers = int((training.kinds[rows, column] == NUMBER).sum())
    yield headline("diverged", words["no"] if numbers == count else f"{words['since']} {numbers + 1}")


def _points(view: View) -> Iterator[tuple[Position, Expected]]:
    opened = view.opened
    shown = dashboard.points(opened.sheet)
    counted = view.number(NAME, dashboard.headline_row(opened.spec, "iterations"), dashboard.VALUE_COLUMN)
    for index in range(shown.count):
        row = dashboard.FIRST_POINT_ROW + index

        def point(column: int, value: Expected, row: int = row) -> tuple[Position, Expected]:
            return Position(NAME, row, column), value

        step = index / (shown.count - 1) if index else 0.0
        yield point(dashboard.POINTS_COLUMN, float(np.floor(1 + step * (counted - 1) + 0.5)))
        loss = view.cited(NAME, row, shown.column(keys.LOSS))
        smallest = dashboard.SMALLEST_LOSS
        yield point(dashboard.POINTS_COLUMN + 1, None if loss is None else float(np.maximum(loss, smallest)))
        iteration = view.number(NAME, row, dashboard.POINTS_COLUMN)
        is_known = 1 <= iteration < opened.spec.training.iters + 1
        for key in shown.keys:
            yield point(shown.column(key), view.of_iteration(key, int(iteration)) if is_known else None)
        for key in shown.targets:
            place = opened.layout.cells[key]
            yield point(shown.column(key), view.cited(place.sheet, place.row or 1, place.column))

"""The Dashboard sheet: headline numbers, and the points of its charts."""

from __future__ import annotations

import operator
from collections.abc import Iterator

import numpy as np

from xlnet import keys
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard import plan as dashboard
from xlnet.book.sheets.dashboard.accuracy import Marks
from xlnet.book.sheets.dashboard.limited import limited_keys
from xlnet.book.sheets.dashboard.through_time import ThroughTime, cells
from xlnet.book.sheets.predict import NAME as PREDICT
from xlnet.book.sheets.predict.plan import VALUE_COLUMN as PREDICT_COLUMN
from xlnet.book.sheets.predict.plan import PredictPlan
from xlnet.book.sheets.validation.plan import BEST, END, ValidationPlan
from xlnet.cell import Cell
from xlnet.checking.judge.sheets.diagnosis import expected_diagnosis
from xlnet.checking.judge.sheets.lengths import length, shares_of_longest
from xlnet.checking.judge.sheets.losses import losses_of
from xlnet.checking.judge.sheets.marks import share_right
from xlnet.checking.judge.view import Expected, View
from xlnet.model import classification as classes

__all__ = ["NAME", "expected"]


def expected(view: View) -> Iterator[tuple[Cell, Expected]]:
    """Yield what each formula of the sheet should show."""
    yield from _headlines(view)
    yield from _points(view)
    shown = view.opened.model.once(dashboard.points)
    if shown.marks is not None:
        yield from _marks(view, shown.marks)
    if shown.through_time is not None:
        yield from _through_time(view, shown.through_time)
    yield from expected_diagnosis(view)


def _headlines(view: View) -> Iterator[tuple[Cell, Expected]]:
    opened = view.opened
    spec, words = opened.spec, opened.model.texts.sections["dashboard"]
    iters = spec.training.iters
    losses = losses_of(view, view.number(NAME, dashboard.headline_row(spec, "bound"), dashboard.VALUE_COLUMN))

    def headline(name: str, value: Expected, key: str = "") -> tuple[Cell, Expected]:
        return Cell(NAME, dashboard.headline_row(spec, name, key), dashboard.VALUE_COLUMN), value

    yield headline("iterations", float(losses.iterations))
    yield headline("first loss", view.of_iteration(keys.LOSS, 1))
    yield headline("final loss", view.of_iteration(keys.LOSS, iters))
    if spec.batch_size == 1:
        for key in dashboard.outputs(spec):
            yield headline("output", view.of_iteration(key, iters), key)
    if classes.groups(spec):
        yield headline(
            "accuracy", view.cited(PREDICT, opened.model.once(PredictPlan).controls["accuracy"], PREDICT_COLUMN)
        )
    if spec.held_out:
        plan = opened.model.once(ValidationPlan)
        yield headline("validation loss", view.at(plan.summary_cell(END, "validation loss")))
        yield headline("validation best", view.at(plan.summary_cell(BEST)))
        if plan.groups:
            yield headline("validation accuracy", view.at(plan.summary_cell(END, "validation accuracy")))
    yield headline("first below", losses.shown(words["never"]))
    has_all = losses.numbers == losses.iterations
    yield headline("diverged", words["no"] if has_all else f"{words['since']} {losses.numbers + 1}")


def _marks(view: View, table: Marks) -> Iterator[tuple[Cell, Expected]]:
    """Yield the accuracy of the iterations shown, and which samples of their batches are classified right."""
    opened = view.opened
    counted = view.number(NAME, dashboard.headline_row(opened.spec, "iterations"), dashboard.VALUE_COLUMN)
    for index in range(table.count):
        row = table.first_row + index
        step = index / (table.count - 1) if index else 0.0
        yield Cell(NAME, row, table.column), float(np.floor(1 + step * (counted - 1) + 0.5))
        found = [view.number(NAME, row, table.column + 1 + sample) for sample in range(1, table.samples + 1)]
        yield Cell(NAME, row, table.column + 1), float(np.mean(found))
        iteration = view.number(NAME, row, table.column)
        is_known = 1 <= iteration < opened.spec.training.iters + 1
        for sample in range(1, table.samples + 1):
            right: Expected = _is_right(view, table, sample, int(iteration)) if is_known else None
            yield Cell(NAME, row, table.column + 1 + sample), right


def _through_time(view: View, table: ThroughTime) -> Iterator[tuple[Cell, Expected]]:
    """Yield the steps, the length of the gradient at each, and its share of the longest."""
    for cell, step, series in cells(table):
        if series is None:
            yield cell, float(step)
        else:
            yield cell, length(_number(view, key, series.iteration) for key in series.state.steps[step - 1])
    for column, series in table.numbered():
        yield from shares_of_longest(view, NAME, column, table.share_column(column), table.rows(series))


def _is_right(view: View, table: Marks, sample: int, iteration: int) -> Expected:
    y, t = ([_number(view, key, iteration) for key in every] for every in table.keys_of(sample))
    return share_right(table.groups, y, t, operator.eq)


def _number(view: View, key: str, iteration: int) -> float:
    layout = view.opened.layout
    found = view.at(layout.cell(key, iteration))
    return float("nan") if found is None else found


def _points(view: View) -> Iterator[tuple[Cell, Expected]]:
    opened = view.opened
    shown = opened.model.once(dashboard.points)
    counted = view.number(NAME, dashboard.headline_row(opened.spec, "iterations"), dashboard.VALUE_COLUMN)
    bounded = limited_keys(shown)
    yield from _limits(view, shown)
    for index in range(shown.count):
        row = dashboard.FIRST_POINT_ROW + index

        def point(column: int, value: Expected, row: int = row) -> tuple[Cell, Expected]:
            return Cell(NAME, row, column), value

        step = index / (shown.count - 1) if index else 0.0
        yield point(dashboard.POINTS_COLUMN, float(np.floor(1 + step * (counted - 1) + 0.5)))
        loss = view.cited(NAME, row, shown.column(keys.LOSS))
        smallest = dashboard.SMALLEST_LOSS
        yield point(dashboard.POINTS_COLUMN + 1, None if loss is None else float(np.maximum(loss, smallest)))
        iteration = view.number(NAME, row, dashboard.POINTS_COLUMN)
        is_known = 1 <= iteration < opened.spec.training.iters + 1
        for key in shown.keys:
            found = view.of_iteration(key, int(iteration)) if is_known else None
            yield point(shown.column(key), _within(view, shown, key, row, found) if key in bounded else found)
        for key in shown.targets:
            yield point(shown.column(key), view.at(opened.layout.cells[key]))


def _within(view: View, shown: dashboard.Points, key: str, row: int, found: float | None) -> Expected:
    """Return a value within its limit; where there is none, the one above."""
    most, column = view.number(NAME, shown.limit_row, shown.column(key)), shown.column(key)
    if found is None:
        return None
    if np.isnan(found + most):
        return view.number(NAME, row - 1, column) if row > dashboard.FIRST_POINT_ROW else 0.0
    return float(np.clip(found, -most, most))


def _limits(view: View, shown: dashboard.Points) -> Iterator[tuple[Cell, Expected]]:
    """Yield the limits: out of reach, unless the loss has run away or has no number in the end."""
    model, spec = view.opened.model, view.opened.spec
    first, final = (
        view.cited(NAME, dashboard.headline_row(spec, name), dashboard.VALUE_COLUMN)
        for name in ("first loss", "final loss")
    )
    own_targets = dict(zip(dashboard.outputs(spec), dashboard.targets(spec), strict=True))
    is_out_of_reach = False
    for key in limited_keys(shown):
        cell = Cell(NAME, shown.limit_row, shown.column(key))
        if key == keys.LOSS:
            yield cell, _limit_of_loss(first, final)
            is_out_of_reach = view.number(*cell) >= dashboard.NO_LIMIT
            continue
        own = key in own_targets
        beginning = view.at(model.layout.cells[own_targets[key]] if own else model.layout.cell(key, 1))
        times = dashboard.OUTPUT_TIMES if own else dashboard.WEIGHT_TIMES
        if is_out_of_reach:
            yield cell, dashboard.NO_LIMIT
        else:
            yield cell, None if beginning is None else float(times * np.maximum(1.0, abs(beginning)))


def _limit_of_loss(first: float | None, final: float | None) -> Expected:
    if first is None or final is None:
        return None
    if np.isnan(first):
        return float(dashboard.LOSS_TIMES)
    start = max(abs(first), dashboard.LEAST_LOSS)
    is_tame = abs(final) <= dashboard.RUNAWAY * start
    return dashboard.NO_LIMIT if is_tame else dashboard.LOSS_TIMES * start

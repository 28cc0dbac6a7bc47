"""The Compare sheet: how a run ends, its weights, and the points of its charts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet import keys
from xlnet.book.sheets.compare import NAME
from xlnet.book.sheets.compare.names import live_name, parts, written
from xlnet.book.sheets.compare.plan import (
    CONTROL_ROW,
    FIRST_RUN_ROW,
    LOG_LOSS,
    LOSS,
    LOSS_TIMES,
    NONE,
    OUTPUT,
    OUTPUT_TIMES,
    PLACE_ROW,
    VALUE_COLUMN,
    WEIGHT_TIMES,
    ComparePlan,
    Series,
)
from xlnet.book.sheets.dashboard.plan import SMALLEST_LOSS
from xlnet.book.sheets.explore.written import DIGITS, LEAST, TINY
from xlnet.cell import Cell
from xlnet.checking.judge.sheets.losses import losses_of
from xlnet.checking.judge.view import NEAR_TIES, Expected, View, one_of
from xlnet.engines.workers.handover import NUMBER

__all__ = ["NAME", "expected"]

_Found = Iterator[tuple[Cell, Expected]]


def expected(view: View) -> _Found:
    """Yield what each formula of the sheet that shows this run should show."""
    plan, index = view.opened.plan, view.opened.index
    assert plan is not None
    yield from _results(view, plan, index)
    if index == 0:
        yield from _limits(view, plan)
    if plan.owns_axis(index):
        yield from _axis(view, plan, index)
    yield from _points(view, plan, index)
    yield from _weights(view, plan, index)


def _results(view: View, plan: ComparePlan, index: int) -> _Found:
    spec, words = view.opened.spec, plan.texts.sections["compare"]
    iters, own = spec.training.iters, view.opened.model.parameters

    def at(column: int, value: Expected) -> tuple[Cell, Expected]:
        return Cell(NAME, plan.row(index), column), value

    if live_name(plan, index) is not None:
        yield at(plan.column("run"), _name(view, plan, index))
    losses = losses_of(view, view.number(NAME, CONTROL_ROW, VALUE_COLUMN))
    yield at(plan.column("iterations"), float(losses.iterations))
    yield at(plan.column("first loss"), _or_none(view, keys.LOSS, 1))
    yield at(plan.column("final loss"), _or_none(view, keys.LOSS, iters))
    for number in plan.outputs:
        yield at(plan.output_column(number), _or_none(view, plan.output_key(index, number), iters))
    yield at(plan.column("first below"), losses.shown(words["never"]))
    has_all = losses.numbers == losses.iterations
    yield at(plan.column("diverged"), words["no"] if has_all else f"{words['since']} {losses.numbers + 1}")
    for when, iteration in (("initial", 1), ("final", iters)):
        for key in plan.parameters:
            if key in own:
                yield at(plan.column(when, key), _or_none(view, key, iteration))


def _name(view: View, plan: ComparePlan, index: int) -> Expected:
    """Return what a run is called: a setting that a cell holds with the number there, to four significant digits."""
    every: list[str] = [""]
    for part in parts(plan, index):
        between = ", " if every[0] else ""
        found = view.at(part.place) if part.place else None
        if part.place and (found is None or np.isnan(found)):
            return None if found is None else float("nan")
        own = [written(part.value)] if found is None else _spelled(found)
        every = [f"{before}{between}{part.called}{text}" for before in every for text in own]
    return one_of(every)


def _spelled(value: float) -> list[str]:
    """Return a number as programs write it to four significant digits; rounding may decide the last one."""
    return [text for nearly in NEAR_TIES for text in _with_sign(value * nearly)]


def _with_sign(value: float) -> Iterator[str]:
    size = abs(value)
    if size < LEAST:
        yield "0"
        return
    power = int(np.floor(np.log10(size)))
    is_tiny = size < TINY
    digits = float(f"{size * 10.0**-power if is_tiny else size:.{DIGITS - 1}e}")
    for text in (np.format_float_positional(digits, trim="-"), f"{digits:.15G}"):
        written_size = f"{text}E{power}" if is_tiny else text
        yield f"(−{written_size})" if value < 0 else written_size


def _or_none(view: View, key: str, iteration: int) -> Expected:
    found = view.of_iteration(key, iteration)
    return NONE if found is not None and np.isnan(found) else found


def _limits(view: View, plan: ComparePlan) -> _Found:
    area = plan.targets()
    targets = view.grids[area.sheet].values[area.top - 1 : area.bottom, area.left - 1 : area.right]
    losses = _numbers(view, plan, [plan.column("first loss")])
    weights = _numbers(view, plan, [plan.column("initial", key) for key in plan.parameters])
    limits = {
        "loss": LOSS_TIMES * max([0.0, *losses]),
        "output": OUTPUT_TIMES * max(1.0, *map(abs, targets.ravel().tolist())),
        "weight": WEIGHT_TIMES * max([1.0, *map(abs, weights)]),
    }
    for name, row in plan.limits.items():
        yield Cell(NAME, row, plan.limits_column + 1), float(limits[name])


def _numbers(view: View, plan: ComparePlan, columns: list[int]) -> list[float]:
    """Return the numbers in some columns of the table; a text is passed over."""
    grid = view.grids[NAME]
    rows = slice(FIRST_RUN_ROW - 1, plan.last_run_row)
    found: list[float] = []
    for column in columns:
        is_number = grid.kinds[rows, column - 1] == NUMBER
        found += grid.values[rows, column - 1][is_number].tolist()
    return found


def _axis(view: View, plan: ComparePlan, index: int) -> _Found:
    column = plan.axes[view.opened.spec.training.iters]
    counted = view.number(NAME, plan.row(index), plan.column("iterations"))
    count = len(plan.points(index))
    for number in range(count):
        step = number / (count - 1) if number else 0.0
        yield Cell(NAME, FIRST_RUN_ROW + number, column), float(np.floor(1 + step * (counted - 1) + 0.5))


def _points(view: View, plan: ComparePlan, index: int) -> _Found:
    most = _limit(view, plan, "loss")
    loss, log = (plan.series_column(index, series) for series in (LOSS, LOG_LOSS))
    for number in range(len(plan.points(index))):
        row = FIRST_RUN_ROW + number
        found = _at_point(view, plan, index, keys.LOSS, number)
        # fmin passes over a NaN: where the run has no number, the limit is drawn.
        drawn = None if found is None or np.isnan(most) else float(np.fmin(found, most))
        yield Cell(NAME, row, loss), drawn
        yield Cell(NAME, row, log), float(np.maximum(view.number(NAME, row, loss), SMALLEST_LOSS))
        if plan.outputs:
            key, column = plan.output_key(index, 0), plan.series_column(index, OUTPUT)
            yield _within(view, plan, "output", column, number, _at_point(view, plan, index, key, number))


def _weights(view: View, plan: ComparePlan, index: int) -> _Found:
    model = view.opened.model
    own = model.parameters
    by_symbol = {model.header(node): node.key for node in model.graph.nodes if node.key in own}
    for which in plan.charted_weights:
        key = by_symbol.get(view.text(NAME, plan.weight_row(which), VALUE_COLUMN) or "")
        column = plan.series_column(index, Series("weight", which))
        yield Cell(NAME, PLACE_ROW, column), None if key is None else float(plan.place(index, key))
        for number in range(len(plan.points(index))):
            found = None if key is None else _at_point(view, plan, index, key, number)
            yield _within(view, plan, "weight", column, number, found)


def _at_point(view: View, plan: ComparePlan, index: int, key: str, number: int) -> float | None:
    """Return what the Training sheet has of a quantity in the iteration that a point shows."""
    iters = plan.models[index].spec.training.iters
    iteration = view.number(NAME, FIRST_RUN_ROW + number, plan.axes[iters])
    return view.of_iteration(key, int(iteration)) if 1 <= iteration < iters + 1 else None


def _within(
    view: View, plan: ComparePlan, limit: str, column: int, number: int, found: float | None
) -> tuple[Cell, Expected]:
    """Return a value within its limit; where there is none, the one above."""
    row, most = FIRST_RUN_ROW + number, _limit(view, plan, limit)
    if found is not None and np.isnan(found + most):
        found = view.number(NAME, row - 1, column) if number else 0.0
    elif found is not None:
        found = float(np.clip(found, -most, most))
    return Cell(NAME, row, column), found


def _limit(view: View, plan: ComparePlan, name: str) -> float:
    return view.number(NAME, plan.limits[name], plan.limits_column + 1)

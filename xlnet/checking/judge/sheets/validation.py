"""The Validation sheet: every sample's pass by the reference, and what is made of their losses."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator

import numpy as np

from xlnet import keys, reference
from xlnet.book.sheets.validation import NAME
from xlnet.book.sheets.validation.formulas import NONE
from xlnet.book.sheets.validation.plan import (
    BEST,
    COUNTED,
    LABEL_COLUMN,
    LOSSES,
    MOMENTS,
    POINTS_COLUMN,
    RIGHT,
    START,
    VALUE_COLUMN,
    VERDICT_ROW,
    ValidationPlan,
)
from xlnet.book.sheets.validation.scores import areas_of_fit, table_of
from xlnet.cell import Area, Cell
from xlnet.checking.judge.sheets.marks import share_right
from xlnet.checking.judge.sheets.scores import of_confusion, r_squared
from xlnet.checking.judge.sheets.scores import pair as pair_of
from xlnet.checking.judge.view import NEAR_TIES, Expected, View, is_tie, one_of
from xlnet.checking.open.quantities import from_grids, placements
from xlnet.engines.workers.handover import NUMBER
from xlnet.model.network import outputs, targets

__all__ = ["NAME", "expected"]

_Found = Iterator[tuple[Cell, Expected]]


def expected(view: View) -> _Found:
    """Yield what each formula of the sheet should show."""
    plan = view.opened.model.once(ValidationPlan)
    yield from _summary(view, plan)
    yield from of_points(view, plan)
    yield from _scores(view, plan)


def of_points(view: View, plan: ValidationPlan) -> _Found:
    """Yield what the losses at each point should be, and the passes that they are of."""
    yield from _points(view, plan)
    for point in range(plan.count):
        iteration = view.cited(plan.sheet, plan.point_row(point), plan.points_column)
        yield Cell(plan.sheet, 1, plan.pass_column(point)), iteration
        yield from _passes(view, plan, point)


def _summary(view: View, plan: ValidationPlan) -> _Found:
    counted = _numbers(view, plan.over(plan.column(COUNTED)))
    is_number = np.isfinite(counted)
    lowest = float(counted[is_number].min()) if is_number.any() else math.nan
    # Rounding decides which of two that are nearly equal is the lowest.
    points = [point for point in range(plan.count) if is_number[point] and is_tie(float(counted[point]), lowest)]
    for moment in MOMENTS:
        for measure in ("", *plan.measures):
            column = plan.column(measure) if measure else POINTS_COLUMN
            value: Expected
            if moment == BEST and measure:
                value = _at_best(view, plan, column)
            elif moment == BEST:
                value = one_of(_number(view, plan, point, column) for point in points) if points else NONE
            else:
                value = view.cited(NAME, plan.point_row(0 if moment == START else plan.count - 1), column)
            yield plan.summary_cell(moment, measure), value
    words = view.opened.model.texts.sections["validation"]
    best, last = (view.at(plan.summary_cell(moment)) for moment in (BEST, MOMENTS[-1]))
    if best is None:
        told: Expected = words["no numbers"]
    else:
        at_end, at_best = (view.number(*plan.summary_cell(moment, LOSSES[0])) for moment in (MOMENTS[-1], BEST))
        rising, both = (words[name].format(iteration=f"{best:.0f}") for name in ("overfits", "both higher"))
        told = one_of(rising if at_end < at_best * nearly else both for nearly in NEAR_TIES)
        if best == last:
            told = words["lowest at the end"]
        elif math.isnan(at_end) or math.isnan(at_best):
            told = None
    yield Cell(NAME, VERDICT_ROW, LABEL_COLUMN), told


def _at_best(view: View, plan: ValidationPlan, column: int) -> Expected:
    """Return what the first point has that shows the iteration of the lowest validation loss."""
    best = view.at(plan.summary_cell(BEST))
    if best is None:
        return NONE
    iterations = [_number(view, plan, point, POINTS_COLUMN) for point in range(plan.count)]
    if best not in iterations:
        return NONE
    found = view.cited(NAME, plan.point_row(iterations.index(best)), column)
    return NONE if found is not None and math.isnan(found) else found


def _points(view: View, plan: ValidationPlan) -> _Found:
    iters = view.opened.spec.training.iters
    counted = float((view.over(keys.ITERATION)[0] == NUMBER).sum())
    for point in range(plan.count):
        row = plan.point_row(point)
        step = point / (plan.count - 1) if point else 0.0
        yield Cell(plan.sheet, row, plan.points_column), float(np.floor(1 + step * (counted - 1) + 0.5))
        for measure in plan.measures:
            yield Cell(plan.sheet, row, plan.column(measure)), _mean(view, plan, measure, point)
        loss = view.cited(plan.sheet, row, plan.column(LOSSES[1]))
        yield Cell(plan.sheet, row, plan.column(COUNTED)), NONE if loss is not None and math.isnan(loss) else loss
        iteration = view.number(plan.sheet, row, plan.points_column)
        is_known = 1 <= iteration < iters + 1
        for column, key in enumerate(plan.parameters, plan.first_parameter_column):
            yield Cell(plan.sheet, row, column), view.of_iteration(key, int(iteration)) if is_known else None


def _scores(view: View, plan: ValidationPlan) -> _Found:
    """Yield the confusion matrix, or R², of the samples held out."""
    every = [areas_of_fit(plan, output) for output in outputs(plan.one)]
    t, y = (np.column_stack([_numbers(view, pair[side]) for pair in every]) for side in (0, 1))
    if table := table_of(plan):
        area = table.pairs[0]
        for row, own_t, own_y in zip(range(area.top, area.bottom + 1), t, y, strict=True):
            is_known = not (np.isnan(own_t).any() or np.isnan(own_y).any())
            yield Cell(NAME, row, area.left), pair_of(plan.kind, own_t, own_y) if is_known else math.nan
        yield from of_confusion(view, table)
    for row, (own_t, own_y) in enumerate(zip(t.T, y.T, strict=True) if plan.fitted else (), plan.scores_row + 1):
        yield Cell(NAME, row, VALUE_COLUMN), r_squared(own_t, own_y)


def _mean(view: View, plan: ValidationPlan, measure: str, point: int) -> float:
    every, area = _numbers(view, plan.measured(measure, point)), plan.weights(measure, point)
    weights = np.ones_like(every) if area is None else _numbers(view, area)
    with np.errstate(all="ignore"):
        return float((every * weights).sum() / weights.sum())


def _passes(view: View, plan: ValidationPlan, point: int) -> _Found:
    """Yield the passes of a point, each quantity from what the sheets have of those that it depends on."""
    one, layout, rows = plan.one, plan.layouts[point], plan.rows
    places = placements(one, layout, ["x", *reference.of_layers(one), *reference.of_loss(one)])
    grids = {title: view.grids[title] for title in {place.sheet for place in places.values()}}
    found = from_grids(places, grids, len(rows))
    for name, values in reference.forward(one, found).items():
        columns = (places[name].columns.ravel() + 1).tolist()
        for row, numbers in zip(rows, values.reshape(len(rows), -1).tolist(), strict=True):
            for column, number in zip(columns, numbers, strict=True):
                yield Cell(plan.sheet, row, column), number
    if not plan.groups:
        return
    column = layout.column(RIGHT)
    y, t = (
        np.column_stack(
            [_numbers(view, Area(cell.sheet, rows[0], cell.column, rows[-1], cell.column)) for cell in cells]
        )
        for cells in ([layout.cell(key) for key in every] for every in (outputs(one), targets(one)))
    )
    for row, own_y, own_t in zip(rows, y.tolist(), t.tolist(), strict=True):
        yield Cell(plan.sheet, row, column), share_right(plan.groups, own_y, own_t, operator.ge)


def _numbers(view: View, area: Area) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the numbers in a column, NaN where there is none."""
    grid = view.grids[area.sheet]
    rows = slice(area.top - 1, area.bottom)
    return np.where(grid.kinds[rows, area.left - 1] == NUMBER, grid.values[rows, area.left - 1], np.nan)


def _number(view: View, plan: ValidationPlan, point: int, column: int) -> float:
    return view.number(plan.sheet, plan.point_row(point), column)

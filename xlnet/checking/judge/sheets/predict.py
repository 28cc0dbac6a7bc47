"""The Predict sheet: the passes by the reference, the outputs, the classes that they name, and the picture."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from xlnet import keys, reference
from xlnet.book.choices import ITERATION
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.beginnings import INPUT_ROWS
from xlnet.book.sheets.predict.continued import last_columns
from xlnet.book.sheets.predict.formulas import axis_cells
from xlnet.book.sheets.predict.others import Others, others_of
from xlnet.book.sheets.predict.painting import Painting
from xlnet.book.sheets.predict.plan import (
    RIGHT,
    VALUE_COLUMN,
    WRONG,
    PredictPlan,
    cell_of_sample,
    shown,
)
from xlnet.book.sheets.validation.plan import BEST, ValidationPlan
from xlnet.cell import Cell
from xlnet.checking.judge.sheets.marks import counts
from xlnet.checking.judge.sheets.scores import expected_scores
from xlnet.checking.judge.view import NEAR_TIES, Expected, Near, View, is_tie, one_of
from xlnet.checking.open.quantities import from_grids, placements
from xlnet.engines.workers.handover import BLANK, NUMBER
from xlnet.model import classification as classes
from xlnet.model.network import inputs, targets
from xlnet.model.samples import DEVIATION, MEAN

__all__ = ["NAME", "expected"]

# What engines snap to 0 of a sum, relative to its parts, is less.
_ROUNDING = 1e-14
Cells = Iterator[tuple[Cell, Expected]]


def expected(view: View) -> Cells:
    """Yield what each formula of the sheet should show that does not only show a quantity of Training."""
    plan = view.opened.model.once(PredictPlan)
    yield from _controls(view, plan)
    if plan.painting:
        yield from _painted(view, plan, plan.painting)
    yield from _continued(view, plan)
    yield from _samples(view, plan)
    yield from _points(view, plan)
    yield from _passes(view, plan)
    for key, target in zip(plan.outputs, targets(plan.model.spec), strict=True):
        for row in plan.rows:
            output = view.cited(NAME, row, plan.layout.column(key))
            wanted = _undone(view, target, output) if plan.is_undone else output
            yield Cell(NAME, row, plan.columns[shown(key)]), wanted
    if plan.kind:
        yield from _classes(view, plan)
    elif plan.groups:
        yield from _steps_right(view, plan)
    if others := plan.model.once(others_of):
        yield from _other_passes(view, others)
        yield from _other_marks(view, others) if plan.groups else ()
    yield from expected_scores(view, plan)
    if plan.dimensions == 2:
        yield from _surface(view, plan)


def _controls(view: View, plan: PredictPlan) -> Cells:
    numbers = view.over(keys.ITERATION)[0] == NUMBER
    word, words = view.text(NAME, plan.controls["weights"], VALUE_COLUMN), plan.model.texts.sections["predict"]
    used: Expected = float(numbers.sum())
    if word == words["chosen"]:
        used = view.at(ITERATION.cell)
    elif word == words["best"] and plan.model.spec.held_out:
        used = view.at(plan.model.once(ValidationPlan).summary_cell(BEST))
    yield Cell(NAME, plan.used.cell.row, VALUE_COLUMN), used
    if plan.groups:
        name = "steps right" if plan.names_steps else "is right"
        marks = [(row, plan.columns[name]) for row in range(plan.sample_row, plan.sample_row + plan.samples)]
        if others := plan.model.once(others_of):
            marks += [(row, others.mark_column) for row in _rows_of(others)]
        if plan.names_steps:
            right = math.fsum(view.number(NAME, *mark) for mark in marks)
        else:
            right = float(sum(view.text(NAME, *mark) == RIGHT for mark in marks))
        yield Cell(NAME, plan.controls["right"], VALUE_COLUMN), right
        count = plan.model.spec.samples * len(plan.groups)
        share = view.number(NAME, plan.controls["right"], VALUE_COLUMN) / count
        yield Cell(NAME, plan.controls["accuracy"], VALUE_COLUMN), share


def _painted(view: View, plan: PredictPlan, painting: Painting) -> Cells:
    for key, place in painting.cells.items():
        yield Cell(NAME, plan.first_row, plan.columns[key]), view.cited(NAME, *place)
    for key, place in painting.output_cells.items():
        yield Cell(NAME, *place), view.cited(NAME, plan.first_row, plan.columns[shown(key)])
    if painting.names_class:
        found = _found(view, plan.first_row, plan.columns["class"])
        yield Cell(NAME, painting.class_row, painting.output_column), found
    for row in painting.steps if painting.names_steps else ():
        columns = range(painting.output_column, painting.step_class_column - 1)
        y = [view.number(NAME, row, column) for column in columns]
        best = [index for index, value in enumerate(y) if is_tie(value, max(y))]
        wanted = one_of(float(index + painting.first_class) for index in (y.index(max(y)), *best))
        yield Cell(NAME, row, painting.step_class_column), math.nan if any(map(math.isnan, y)) else wanted


def _continued(view: View, plan: PredictPlan) -> Cells:
    """Yield the tokens that go on with those above, a step further, the last one the most likely that follows."""
    for row in plan.continued_rows:
        for key, after in pairwise(plan.inputs):
            yield Cell(NAME, row, plan.columns[key]), view.cited(NAME, row - 1, plan.columns[after])
        y = [view.number(NAME, row - 1, column) for column in last_columns(plan)]
        best = [token for token, value in enumerate(y) if is_tie(value, max(y))]
        wanted = one_of(map(float, (y.index(max(y)), *best)))
        yield Cell(NAME, row, plan.columns[plan.inputs[-1]]), math.nan if any(map(math.isnan, y)) else wanted


def _samples(view: View, plan: PredictPlan) -> Cells:
    for sample in range(plan.samples):
        for key in (*plan.inputs, *plan.targets):
            value = view.at(view.opened.layout.cells[cell_of_sample(plan.model.spec, key, sample)])
            yield Cell(NAME, plan.sample_row + sample, plan.columns[key]), value


def _points(view: View, plan: PredictPlan) -> Cells:
    for number in range(plan.points):
        steps = [number] if len(plan.axes) == 1 else [number % plan.side, number // plan.side]
        for index, (key, step) in enumerate(zip(plan.inputs, steps, strict=True)):
            yield Cell(NAME, plan.point_row + number, plan.columns[key]), _along(view, plan, index + 1, step)


def _along(view: View, plan: PredictPlan, number: int, step: int) -> float:
    first, last = (view.number(NAME, row, VALUE_COLUMN) for row in plan.ends(number))
    return first + (last - first) * step / (plan.side - 1)


def _passes(view: View, plan: PredictPlan) -> Cells:
    """Yield the passes, each quantity from what the sheet has of those that it depends on."""
    one = plan.model.spec.evaluated.of_one_sample
    places = placements(one, plan.layout, ["x", *reference.of_layers(one)])
    first = plan.rows[0]
    rows = plan.rows[-1] - first + 1
    results = reference.layer_values(one, from_grids(places, view.grids, rows))
    for name, values in results.items():
        columns = places[name].columns.ravel() + 1
        numbers = values.reshape(rows, -1)
        for row in plan.rows:
            for column, number in zip(columns, numbers[row - first], strict=True):
                yield Cell(NAME, row, int(column)), float(number)
    for key, own in zip(plan.inputs, plan.seen, strict=True) if plan.is_standardized else ():
        mean, deviation = _scale(view, own)
        for row in plan.rows:
            standardized = (view.number(NAME, row, plan.columns[key]) - mean) / deviation if deviation else math.nan
            yield Cell(NAME, row, plan.layout.column(own)), standardized


def _undone(view: View, target: str, output: float | None) -> Expected:
    """Return an output in the units of its target; a sum that is nearly 0 has the rounding of its parts."""
    if output is None:
        return None
    mean, deviation = _scale(view, target)
    return Near(output * deviation + mean, _ROUNDING * abs(mean))


def _scale(view: View, key: str) -> tuple[float, float]:
    """Return the mean and the standard deviation of an input or a target, as the Data sheet has them."""
    places = [view.opened.layout.cells[keys.state(prefix, key)] for prefix in (MEAN, DEVIATION)]
    return view.number(*places[0]), view.number(*places[1])


def _other_passes(view: View, others: Others) -> Cells:
    """Yield the passes of the samples that are not shown; their inputs stand on the Data sheet, in the same rows."""
    one, rows = others.spec.of_one_sample, _rows_of(others)
    places = placements(one, others.layout, reference.of_layers(one))
    found = from_grids(places, view.grids, len(rows))
    columns_of_inputs = [others.data_column(key) - 1 for key in inputs(one)]
    data = view.grids[others.plan.model.data_sheet]
    numbers = np.where(data.kinds == BLANK, 0.0, data.values)[rows[0] - 1 : rows[-1]]
    results = reference.layer_values(one, found | {"x": numbers[:, columns_of_inputs][:, None]})
    for name, values in results.items():
        columns = places[name].columns.ravel() + 1
        for row, expected_row in zip(rows, values.reshape(len(rows), -1), strict=True):
            for column, number in zip(columns, expected_row, strict=True):
                yield Cell(NAME, row, int(column)), float(number)


def _other_marks(view: View, others: Others) -> Cells:
    plan = others.plan
    outputs = [others.layout.column(key) for key in plan.outputs]
    targets = [others.data_column(key) for key in plan.targets]
    for row in _rows_of(others):
        y = np.array([view.number(NAME, row, column) for column in outputs])
        t = np.array([view.number(plan.model.data_sheet, row, column) for column in targets])
        if np.isnan(y).any() or np.isnan(t).any():
            mark: Expected = math.nan
        elif plan.names_steps:
            mark = _count_right(plan, y.tolist(), t.tolist())
        elif plan.kind == classes.TWO:
            is_one = t[0] > classes.BOUNDARY
            mark = one_of(RIGHT if (y[0] > classes.BOUNDARY * near) == is_one else WRONG for near in NEAR_TIES)
        else:
            largest = float(y.max())
            best = [y.argmax(), *(index for index, value in enumerate(y) if is_tie(float(value), largest))]
            mark = one_of(RIGHT if index == t.argmax() else WRONG for index in best)
        yield Cell(NAME, row, others.mark_column), mark


def _rows_of(others: Others) -> range:
    return range(others.first_row, others.last_row + 1)


def _classes(view: View, plan: PredictPlan) -> Cells:
    sample_rows = range(plan.sample_row, plan.sample_row + plan.samples)
    for row in (*range(plan.first_row, plan.first_row + INPUT_ROWS), *sample_rows):
        yield Cell(NAME, row, plan.columns["class"]), _class(view, plan, [shown(k) for k in plan.outputs], row)
    for row in sample_rows:
        yield Cell(NAME, row, plan.columns["target class"]), _class(view, plan, plan.targets, row)
        found = [_found(view, row, plan.columns[name]) for name in ("class", "target class")]
        mark = RIGHT if found[0] == found[1] else WRONG
        yield Cell(NAME, row, plan.columns["is right"]), math.nan if found[0] != found[0] else mark


def _steps_right(view: View, plan: PredictPlan) -> Cells:
    """Yield at how many steps of each sample the outputs name the class that the targets do."""
    for row in range(plan.sample_row, plan.sample_row + plan.samples):
        names = ([shown(key) for key in plan.outputs], plan.targets)
        y, t = ([view.number(NAME, row, plan.columns[name]) for name in every] for every in names)
        is_known = not any(map(math.isnan, (*y, *t)))
        yield Cell(NAME, row, plan.columns["steps right"]), _count_right(plan, y, t) if is_known else math.nan


def _count_right(plan: PredictPlan, y: Sequence[float], t: Sequence[float]) -> Expected:
    every = []
    for group in plan.groups:
        named, wanted = (_named([values[index] for index in group]) for values in (y, t))
        every.append({one == other for one in named for other in wanted})
    return one_of(map(float, counts(every)))


def _named(values: Sequence[float]) -> set[int]:
    """Return the class that values name, and those that rounding may make of it."""
    if len(values) == 1:
        return {int(values[0] > classes.BOUNDARY * nearly) for nearly in NEAR_TIES}
    largest = max(values)
    return {values.index(largest), *(index for index, value in enumerate(values) if is_tie(value, largest))}


def _found(view: View, row: int, column: int) -> str | float:
    text = view.text(NAME, row, column)
    number = view.number(NAME, row, column)
    return text if text is not None and view.cited(NAME, row, column) is None else number


def _class(view: View, plan: PredictPlan, columns: list[str], row: int) -> Expected:
    values = [view.number(NAME, row, plan.columns[name]) for name in columns]
    if any(map(math.isnan, values)):
        return math.nan
    if plan.kind == classes.TWO:
        sides = [values[0] > classes.BOUNDARY * nearly for nearly in NEAR_TIES]
        if not plan.model.spec.data.class_names:
            return one_of(map(float, sides))
        zero, one = (view.text(NAME, plan.controls[name], VALUE_COLUMN) for name in ("zero", "one"))
        return None if zero is None or one is None else one_of(one if side else zero for side in sides)
    largest = max(values)
    best = [values.index(largest), *(index for index, value in enumerate(values) if is_tie(value, largest))]
    names = [view.text(NAME, plan.class_row, plan.columns[shown(plan.outputs[index])]) for index in best]
    return None if None in names else one_of(name for name in names if name is not None)


def _surface(view: View, plan: PredictPlan) -> Cells:
    choice = 1.0
    if "output" in plan.controls:
        choice = view.number(NAME, plan.controls["output"], VALUE_COLUMN)
    for up in range(plan.side):
        for across in range(plan.side):
            row, column = plan.cell_of_point(across, up)
            source = plan.columns[shown(plan.outputs[int(choice) - 1])]
            yield Cell(NAME, row, column), view.cited(NAME, plan.row_of_point(across, up), source)
    for step in range(plan.side):
        for number, (row, column) in enumerate(axis_cells(plan, step), 1):
            yield Cell(NAME, row, column), _along(view, plan, number, step)

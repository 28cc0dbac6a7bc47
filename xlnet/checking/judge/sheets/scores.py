"""The scores on the Predict sheet: the table of classes, and R², from the outputs and targets of all samples."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np

from xlnet import keys
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.confusion import NONE, Confusion
from xlnet.book.sheets.predict.others import others_of
from xlnet.book.sheets.predict.plan import VALUE_COLUMN, PredictPlan, shown
from xlnet.book.sheets.predict.scores import table_of
from xlnet.cell import Area, Cell
from xlnet.checking.judge.view import NEAR_TIES, Expected, View, is_tie, one_of
from xlnet.model import classification as classes
from xlnet.model.network import targets

Cells = Iterator[tuple[Cell, Expected]]
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def expected_scores(view: View, plan: PredictPlan) -> Cells:
    """Yield what the formulas of the scores should show, and what they count."""
    if table := table_of(plan):
        yield from _pairs(view, plan)
        yield from of_confusion(view, table)
    for row, output in enumerate(plan.fitted, plan.scores_row + 1):
        yield Cell(NAME, row, VALUE_COLUMN), _r_squared(view, plan, output)


def of_confusion(view: View, table: Confusion) -> Cells:
    """Yield what a table of classes should show, by the numbers of pairs that it counts."""
    count = Counter(view.number(*place) for area in table.pairs for place in _cells(area))
    (sum_row, sum_column), (precision_row, recall_column) = table.sums, table.shares
    for target in table.classes:
        for predicted in table.classes:
            yield table.place(target, predicted), float(count[float(table.number(target, predicted))])
    found = np.array([[view.number(*table.place(t, p)) for p in table.classes] for t in table.classes])
    for each in table.classes:
        row, column = table.place(each, 0).row, table.place(0, each).column
        yield Cell(table.sheet, row, sum_column), float(found[each].sum())
        yield Cell(table.sheet, sum_row, column), float(found[:, each].sum())
        right = float(found[each, each])
        yield Cell(table.sheet, row, recall_column), _share(right, view.number(table.sheet, row, sum_column))
        yield Cell(table.sheet, precision_row, column), _share(right, view.number(table.sheet, sum_row, column))
    yield Cell(table.sheet, sum_row, sum_column), float(found.sum())


def _share(right: float, every: float) -> Expected:
    return NONE if every == 0 else right / every


def _cells(area: Area) -> list[Cell]:
    return [Cell(area.sheet, row, area.left) for row in range(area.top, area.bottom + 1)]


def _samples(view: View, plan: PredictPlan, target: str, output: str) -> tuple[list[Cell], list[Cell]]:
    """Return the cells with the targets of all samples, and with their outputs: listed ones, then the others."""
    rows = range(plan.sample_row, plan.sample_row + plan.samples)
    targets = [Cell(NAME, row, plan.columns[target]) for row in rows]
    outputs = [Cell(NAME, row, plan.columns[shown(output)]) for row in rows]
    if others := plan.model.once(others_of):
        rows = range(others.first_row, others.last_row + 1)
        data = view.opened.model.data_sheet
        targets += [Cell(data, row, others.data_column(target)) for row in rows]
        outputs += [Cell(NAME, row, others.layout.column(output)) for row in rows]
    return targets, outputs


def _pairs(view: View, plan: PredictPlan) -> Cells:
    every = [_samples(view, plan, *keys) for keys in zip(plan.targets, plan.outputs, strict=True)]
    of_targets, outputs = (np.array([[view.number(*c) for c in pair[side]] for pair in every]).T for side in (0, 1))
    places = [Cell(NAME, row, plan.pair_column) for row in range(plan.sample_row, plan.sample_row + plan.samples)]
    if others := plan.model.once(others_of):
        places += [Cell(NAME, row, others.pair_column) for row in range(others.first_row, others.last_row + 1)]
    for place, t, y in zip(places, of_targets, outputs, strict=True):
        if np.isnan(t).any() or np.isnan(y).any():
            yield place, math.nan
            continue
        yield place, pair(plan.kind, t, y)


def pair(kind: str | None, t: Numbers, y: Numbers) -> Expected:
    """Return the number of a sample's pair of classes, by its targets and outputs."""
    count = 2 if kind == classes.TWO else len(t)
    numbers = (target * count + predicted + 1 for target in _classes(kind, t) for predicted in _classes(kind, y))
    return one_of(map(float, numbers))


def _classes(kind: str | None, values: Numbers) -> list[int]:
    """Return the class that some values name, and those that rounding may make of it."""
    if kind == classes.TWO:
        return [int(values[0] > classes.BOUNDARY * nearly) for nearly in NEAR_TIES]
    largest = float(values.max())
    return [int(values.argmax()), *(index for index, value in enumerate(values) if is_tie(float(value), largest))]


def _r_squared(view: View, plan: PredictPlan, output: str) -> Expected:
    data = view.opened.model.layout.data[keys.data(targets(plan.model.spec)[plan.outputs.index(output)])]
    t = np.array([view.number(*place) for place in _cells(data)])
    rows = range(plan.sample_row, plan.sample_row + plan.samples)
    places = [Cell(NAME, row, plan.layout.column(output)) for row in rows]
    if others := plan.model.once(others_of):
        column = others.layout.column(output)
        places += [Cell(NAME, row, column) for row in range(others.first_row, others.last_row + 1)]
    return r_squared(t, np.array([view.number(*place) for place in places]))


def r_squared(t: Numbers, y: Numbers) -> Expected:
    """Return R² of outputs with their targets."""
    if np.isnan(t).any():
        return None
    if t.max() == t.min():
        return NONE
    with np.errstate(all="ignore"):
        left, variance = ((t - y) ** 2).sum(), ((t - t.mean()) ** 2).sum()
        value = float(1 - left / variance)
    if not math.isfinite(value):
        return NONE
    return one_of((NONE, value)) if is_tie(float(t.max()), float(t.min())) else value

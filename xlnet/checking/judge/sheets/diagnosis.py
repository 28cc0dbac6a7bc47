"""The numbers of the findings on the Dashboard, by numpy; `findings` has the sentences that they call for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from xlnet import keys
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard.diagnosis import recent
from xlnet.book.sheets.dashboard.diagnosis.numbers import BETWEEN, MORE, MOST_NAMED, labels, rows_before
from xlnet.book.sheets.dashboard.diagnosis.signs import Signs, signs
from xlnet.book.sheets.dashboard.plan import FIRST_POINT_ROW
from xlnet.book.sheets.validation.plan import COUNTED, END, LOSSES, ValidationPlan
from xlnet.cell import Area, Cell
from xlnet.checking.judge.sheets.findings import NEARLY_0, column_of, sentences
from xlnet.checking.judge.sheets.written import written
from xlnet.checking.judge.view import Expected, Near, View, is_tie, one_of
from xlnet.engines.workers.handover import BLANK, NUMBER

Cells = Iterator[tuple[Cell, Expected]]


def expected_diagnosis(view: View) -> Cells:
    """Yield what the formulas of the findings should show."""
    own = view.opened.model.once(signs)
    for name in own.numbers:
        yield own.number(name), _number(view, own, name)
        value = view.number(*own.number(name))
        yield own.text(name), written(value)
    yield from _relus(view, own)
    yield from _twins(view, own)
    for row, layer in enumerate(own.bounded, FIRST_POINT_ROW):
        a = _values(view, own.activations(layer))
        # The slope of a sigmoid is at most ¼.
        flatter = a**2 if layer.name == "tanh" else (2 * a - 1) ** 2
        # Cells of rows that were cut off are blank, and count as 0.
        blank = len(layer.activations) * len(own.window) - len(a)
        share = (flatter.sum() + (0 if layer.name == "tanh" else blank)) / (len(a) + blank)
        yield Cell(NAME, row, own.layer_column + 2), Near(float(1 - share), 1e-13)
    for row, (_, area) in enumerate(own.sizes, FIRST_POINT_ROW):
        yield Cell(NAME, row, own.size_column + 1), _largest(np.abs(_values(view, [area])))
        size, largest = view.number(NAME, row, own.size_column + 1), view.number(*own.number("largest"))
        yield Cell(NAME, row, own.size_column + 2), size or largest
    yield from sentences(view, own)


def _values(view: View, areas: Sequence[Area]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the numbers in some areas; of a cell without one NaN, of a blank one none."""
    found = []
    for area in areas:
        grid = view.grids[area.sheet]
        block = np.s_[area.top - 1 : area.bottom, area.left - 1 : area.right]
        found.append(grid.values[block][grid.kinds[block] != BLANK])
    return np.concatenate(found) if found else np.array([])


def _largest(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Return the largest number, NaN where one is missing; of blank cells alone 0, as MAX has it."""
    return float(values.max()) if values.size else 0.0


def _number(view: View, own: Signs, name: str) -> Expected:
    spec, last = own.model.spec, own.last
    kinds, losses = view.over(keys.LOSS)
    losses = np.where(kinds == NUMBER, losses, np.nan)
    width = recent.epoch(spec)

    def loss(iteration: int) -> float:
        return float(losses[max(iteration - width, 0) : iteration].mean())

    numbers: dict[str, Callable[[], Expected]] = {
        "eta": lambda: view.of_iteration(keys.LEARNING_RATE, last),
        "first loss": lambda: loss(width),
        "last loss": lambda: loss(last),
        "loss before": lambda: loss(last - recent.tenth(spec)),
        "lowest loss": lambda: float(losses.min()),
        "lowest at": lambda: _first_of(losses, view.number(*own.number("lowest loss"))),
        "gradient": lambda: _largest(np.abs(_values(view, own.gradients))),
        "dead layer": lambda: _dead_layer(view, own),
        "slope": lambda: float(column_of(view, own.layer_column + 2, len(own.bounded)).min()),
        "slope in percent": lambda: 100 * view.number(*own.number("slope")),
        "largest": lambda: float(column_of(view, own.size_column + 1, len(own.sizes)).max()),
        "smallest": lambda: float(column_of(view, own.size_column + 2, len(own.sizes)).min()),
        "validation loss": lambda: view.at(own.model.once(ValidationPlan).summary_cell(END, LOSSES[1])),
        "lowest validation loss": lambda: _lowest(view, own.model.once(ValidationPlan)),
    }
    return numbers[name]()


def _lowest(view: View, plan: ValidationPlan) -> float:
    """Return the lowest validation loss of those shown that are numbers, 0 where none is, as MIN has it."""
    area = plan.over(plan.column(COUNTED))
    grid = view.grids[area.sheet]
    block = np.s_[area.top - 1 : area.bottom, area.left - 1]
    numbers = grid.values[block][grid.kinds[block] == NUMBER]
    return float(numbers.min()) if numbers.size else 0.0


def _first_of(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], wanted: float) -> Expected:
    """Return where a number stands for the first time, from 1; or one that rounding takes for it."""
    if math.isnan(wanted) or np.isnan(values).any():
        return math.nan
    exactly = np.flatnonzero(values == wanted)
    # Programs find the first that is nearly the same, and IronCalc any that is nearly 0 as it is.
    ties = [index for index, value in enumerate(values) if is_tie(value, wanted) or abs(value - wanted) < NEARLY_0]
    return one_of(float(index + 1) for index in (*exactly[:1], *ties)) if ties else math.nan


def _dead_layer(view: View, own: Signs) -> Expected:
    for layer, rows in own.relu_layers.items():
        largest = max(view.number(NAME, row, own.relu_column + 1) for row in rows)
        if math.isnan(largest) or 0 < largest < NEARLY_0:
            return math.nan
        if largest == 0:
            return float(layer)
    return 0.0


def _relus(view: View, own: Signs) -> Cells:
    for row, unit in enumerate(own.relus, FIRST_POINT_ROW):
        yield Cell(NAME, row, own.relu_column + 1), _largest(_values(view, own.activations(unit)))
    yield from _listed(view, own, own.relu_column, [True] * len(own.relus))


def _twins(view: View, own: Signs) -> Cells:
    column, rows = own.twin_column, range(FIRST_POINT_ROW, FIRST_POINT_ROW + len(own.compared))
    for row, unit in zip(rows, own.compared, strict=True):
        weights = np.arange(len(unit.weights)) + column + 4
        numbers = np.array([view.number(NAME, row, int(c)) for c in weights])
        distances = []
        for other in rows_before(own, row):
            others = np.array([view.number(NAME, other, int(c)) for c in weights])
            distances.append(float(((numbers - others) ** 2).sum()))
        if distances:
            # A program may take nearly equal weights for equal ones.
            slack = float((np.abs(numbers) * 1e-14).max() ** 2) * len(numbers)
            yield Cell(NAME, row, column + 1), Near(float(np.min(distances)), slack)
    yield from _listed(view, own, column, [bool(rows_before(own, row)) for row in rows])


def _listed(view: View, own: Signs, column: int, counted: Sequence[bool]) -> Cells:
    names = labels(own)
    number, listed = 0.0, ""
    for row, may_count in enumerate(counted, FIRST_POINT_ROW):
        value = view.number(NAME, row, column + 1)
        is_known = not (may_count and (math.isnan(value) or 0 < value < NEARLY_0**2))
        if may_count and value == 0:
            number += 1
            name = names[Cell(NAME, row, column)]
            if number <= MOST_NAMED:
                listed += BETWEEN * (number > 1) + name
            elif number == MOST_NAMED + 1:
                listed += MORE
        yield Cell(NAME, row, column + 2), number if is_known else math.nan
        yield Cell(NAME, row, column + 3), listed if is_known else None
        if not is_known:
            # What follows is told by what the sheet has so far.
            number, listed = view.number(NAME, row, column + 2), view.text(NAME, row, column + 3) or ""

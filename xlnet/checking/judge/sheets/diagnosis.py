"""The findings on the Dashboard: the numbers that tell, by numpy, and the sentences that they call for."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from xlnet import keys
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard.diagnosis import recent
from xlnet.book.sheets.dashboard.diagnosis.findings import found, sentence, sentence_cell, shown_row
from xlnet.book.sheets.dashboard.diagnosis.numbers import BETWEEN, MORE, MOST_NAMED, labels, rows_before
from xlnet.book.sheets.dashboard.diagnosis.signs import MOST_SHOWN, Signs, signs
from xlnet.book.sheets.dashboard.plan import FIRST_POINT_ROW, LABEL_COLUMN, VALUE_COLUMN, headline_row
from xlnet.book.sheets.explore.written import DIGITS, LEAST
from xlnet.book.sheets.validation.plan import BEST, COUNTED, END, LOSSES, ValidationPlan
from xlnet.cell import Area, Cell
from xlnet.checking.judge.view import NEAR_TIES, Expected, Near, View, WrittenNumber, is_tie, one_of
from xlnet.engines.workers.handover import BLANK, NUMBER

Cells = Iterator[tuple[Cell, Expected]]
# What an engine takes for 0 where it compares, at most.
_NEARLY_0 = 1e-14


def expected_diagnosis(view: View) -> Cells:
    """Yield what the formulas of the findings should show."""
    own = view.opened.model.once(signs)
    for name in own.numbers:
        yield own.number(name), _number(view, own, name)
        value = view.number(*own.number(name))
        written = (WrittenNumber(0.0 if abs(value) < LEAST * nearly else value, DIGITS) for nearly in NEAR_TIES)
        yield own.text(name), math.nan if math.isnan(value) else one_of(written)
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
    yield from _sentences(view, own)


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


def _column(view: View, column: int, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([view.number(NAME, FIRST_POINT_ROW + index, column) for index in range(count)])


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
        "slope": lambda: float(_column(view, own.layer_column + 2, len(own.bounded)).min()),
        "slope in percent": lambda: 100 * view.number(*own.number("slope")),
        "largest": lambda: float(_column(view, own.size_column + 1, len(own.sizes)).max()),
        "smallest": lambda: float(_column(view, own.size_column + 2, len(own.sizes)).min()),
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
    ties = [index for index, value in enumerate(values) if is_tie(value, wanted) or abs(value - wanted) < _NEARLY_0]
    return one_of(float(index + 1) for index in (*exactly[:1], *ties)) if ties else math.nan


def _dead_layer(view: View, own: Signs) -> Expected:
    for layer, rows in own.relu_layers.items():
        largest = max(view.number(NAME, row, own.relu_column + 1) for row in rows)
        if math.isnan(largest) or 0 < largest < _NEARLY_0:
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
        is_known = not (may_count and (math.isnan(value) or 0 < value < _NEARLY_0**2))
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


_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
Condition = tuple[float, str, float]


def _sides(condition: Condition) -> set[bool]:
    """Return whether a condition holds, or both where rounding decides."""
    left, sign, right = condition
    if right == 0:
        return {_SIGNS[sign](left, 0.0)} | ({True, False} if 0 < abs(left) < _NEARLY_0 else set())
    return {_SIGNS[sign](left * nearly, right) for nearly in NEAR_TIES}


def _conditions(view: View, own: Signs) -> dict[str, list[Condition]]:
    """Return what each finding asks for, of the numbers on the sheet."""
    spec = own.model.spec

    def number(name: str) -> float:
        return view.number(*own.number(name)) if name in own.numbers else math.nan

    def last_of(column: int, rows: int) -> float:
        return view.number(NAME, FIRST_POINT_ROW + rows - 1, column + 2) if rows else math.nan

    bound = view.number(NAME, headline_row(spec, "bound"), VALUE_COLUMN)
    last, first, lowest = number("last loss"), number("first loss"), number("lowest loss")
    is_large = (last, ">=", bound)
    (kinds, _), iterations = view.over(keys.LOSS), view.number(NAME, headline_row(spec, "iterations"), VALUE_COLUMN)
    flat = [(last, "<=", first), (last, ">", 0.9 * first), is_large]
    flat += [(number("gradient"), ">", 0.0)] if own.gradients else []
    flat += [] if spec.draws_samples else [(last, "<=", 1.5 * lowest)]
    rising = (last, ">", 1.1 * first) if spec.draws_samples else (last, ">", 1.5 * lowest)
    return {
        "diverged": [(float((kinds == NUMBER).sum()), "<", iterations)],
        "gradients": [(number("gradient"), "=", 0.0), is_large],
        "dead layer": [(number("dead layer"), ">", 0.0)],
        "relus": [(last_of(own.relu_column, len(own.relus)), ">", 0.0), (number("dead layer"), "=", 0.0)],
        "twins": [(last_of(own.twin_column, len(own.compared)), ">", 0.0)],
        "saturated": [(number("slope"), "<", 0.05), (last, ">", first / 2), is_large],
        "rising": [rising, is_large],
        "overfits": _overfits(view, own, number("validation loss"), number("lowest validation loss")),
        "sizes": [(number("largest"), ">", 100 * number("smallest"))],
        "flat": flat,
        "falling": [(last, "<", 0.95 * number("loss before")), is_large],
    }


def _overfits(view: View, own: Signs, held: float, lowest: float) -> list[Condition]:
    if not own.model.spec.held_out:
        return []
    plan = own.model.once(ValidationPlan)
    trained, at_best = (view.number(*plan.summary_cell(moment, LOSSES[0])) for moment in (END, BEST))
    return [(held, ">", 1.1 * lowest), (trained, "<", at_best)]


def _sentences(view: View, own: Signs) -> Cells:
    conditions, names = _conditions(view, own), found(own)
    column, count = own.sentence_column, 0.0
    for name in names:
        cell = sentence_cell(own, name)
        if any(math.isnan(side) for left, _, right in conditions[name] for side in (left, right)):
            # Errors: nothing is told of them.
            yield cell, ""
        else:
            sides = map(_sides, conditions[name])
            yield cell, _one_or_none({all(held) for held in itertools.product(*sides)}, view, own, name)
        count += bool(view.text(*cell))
        yield Cell(NAME, cell.row, column + 1), count
        count = view.number(NAME, cell.row, column + 1)
    texts = own.model.texts
    written = _whole(count)
    heading = f"{texts.get('diagnosis', 'found')} {written}" if count else texts.get("diagnosis", "nothing")
    yield Cell(NAME, shown_row(own, 0) - 1, LABEL_COLUMN), None if written is None else heading
    counts = list(_column(view, column + 1, len(names)))
    for number in range(min(MOST_SHOWN, len(names))):
        shown = ""
        if number + 1 in counts:
            shown = view.text(NAME, FIRST_POINT_ROW + counts.index(number + 1), column) or ""
        yield Cell(NAME, shown_row(own, number), LABEL_COLUMN), shown


def _one_or_none(holds: set[bool], view: View, own: Signs, name: str) -> Expected:
    if True not in holds:
        return ""
    written = [_written(view, own, name, advice) for advice in _advice(view, own, name)]
    if None in written:
        return None
    return one_of([*(text for text in written if text is not None), *([""] if False in holds else [])])


def _advice(view: View, own: Signs, name: str) -> list[str]:
    if name != "gradients":
        return [""]
    is_dead = bool(own.relus) and view.number(*own.number("dead layer")) > 0
    return [own.model.texts.get("diagnosis", "see below" if is_dead else "other weights")]


def _written(view: View, own: Signs, name: str, advice: str) -> str | None:
    """Return a finding's sentence with the numbers and texts of the tables, None where one of them is missing."""
    parts: list[str | None] = [
        _cited(view, own, name, part, advice) if index % 2 else part for index, part in enumerate(sentence(own, name))
    ]
    return None if None in parts else "".join(part for part in parts if part is not None)


# The numbers that sentences cite, by their places.
_NUMBERS = {
    "eta": "eta",
    "loss": "last loss",
    "start": "first loss",
    "before": "loss before",
    "lowest": "lowest loss",
    "slope": "slope in percent",
    "largest": "largest",
    "smallest": "smallest",
    "held": "validation loss",
    "least": "lowest validation loss",
}


def _cited(view: View, own: Signs, name: str, place: str, advice: str) -> str | None:
    if place in _NUMBERS:
        is_known = not math.isnan(view.number(*own.number(_NUMBERS[place])))
        return view.text(*own.text(_NUMBERS[place])) if is_known else None
    if place == "advice":
        return advice
    if place == "from":
        return f"{(view.over(keys.LOSS)[0] == NUMBER).sum() + 1}"
    if place == "best":
        return f"{view.number(*own.model.once(ValidationPlan).summary_cell(BEST)):.0f}"
    if place == "at":
        return _whole(view.number(*own.number("lowest at")))
    if place == "layer" and name == "dead layer":
        return _whole(view.number(*own.number("dead layer")))
    if place in ("layer", "activation"):
        slopes = _column(view, own.layer_column + 2, len(own.bounded))
        unit = own.bounded[int(slopes.argmin())]
        return str(unit.layer) if place == "layer" else unit.name
    if place in ("large", "small"):
        sizes = _column(view, own.size_column + (1 if place == "large" else 2), len(own.sizes))
        return own.sizes[int(sizes.argmax() if place == "large" else sizes.argmin())][0]
    column, rows = (own.twin_column, len(own.compared)) if name == "twins" else (own.relu_column, len(own.relus))
    row = FIRST_POINT_ROW + rows - 1
    if place == "names":
        return view.text(NAME, row, column + 3)
    return _whole(view.number(NAME, row, column + 2))


def _whole(number: float) -> str | None:
    """Return the text of a whole number; None of any other, whose cell alone is to blame."""
    return f"{number:.0f}" if number.is_integer() else None

"""The sentences of the findings on the Dashboard, and when each applies, by the numbers that stand there."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterator

import numpy as np

from xlnet import keys
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard.diagnosis.findings import found, sentence, sentence_cell, shown_row
from xlnet.book.sheets.dashboard.diagnosis.signs import MOST_SHOWN, Signs
from xlnet.book.sheets.dashboard.plan import FIRST_POINT_ROW, LABEL_COLUMN, VALUE_COLUMN, headline_row
from xlnet.book.sheets.validation.plan import BEST, END, LOSSES, ValidationPlan
from xlnet.cell import Cell
from xlnet.checking.judge.view import NEAR_TIES, Expected, View, one_of
from xlnet.engines.workers.handover import NUMBER

Cells = Iterator[tuple[Cell, Expected]]
# What an engine takes for 0 where it compares, at most.
NEARLY_0 = 1e-14
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
Condition = tuple[float, str, float]


def column_of(view: View, column: int, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the numbers in a column of the tables beside those of the charts."""
    return np.array([view.number(NAME, FIRST_POINT_ROW + index, column) for index in range(count)])


def _sides(condition: Condition) -> set[bool]:
    """Return whether a condition holds, or both where rounding decides."""
    left, sign, right = condition
    if right == 0:
        return {_SIGNS[sign](left, 0.0)} | ({True, False} if 0 < abs(left) < NEARLY_0 else set())
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
    before = number("loss before")
    falling = [(last, "<", 0.95 * before), (last, "<=", 1.5 * lowest), is_large]
    if spec.draws_samples:
        falling = [(last, "<", 0.9 * before), (last, "<=", 1.1 * first), is_large]
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
        "falling": falling,
    }


def _overfits(view: View, own: Signs, held: float, lowest: float) -> list[Condition]:
    if not own.model.spec.held_out:
        return []
    plan = own.model.once(ValidationPlan)
    trained, at_best = (view.number(*plan.summary_cell(moment, LOSSES[0])) for moment in (END, BEST))
    return [(held, ">", 1.1 * lowest), (trained, "<", at_best)]


def sentences(view: View, own: Signs) -> Cells:
    """Yield the sentences, how many apply, and what is shown of them."""
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
    counts = list(column_of(view, column + 1, len(names)))
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
        slopes = column_of(view, own.layer_column + 2, len(own.bounded))
        unit = own.bounded[int(slopes.argmin())]
        return str(unit.layer) if place == "layer" else unit.name
    if place in ("large", "small"):
        sizes = column_of(view, own.size_column + (1 if place == "large" else 2), len(own.sizes))
        return own.sizes[int(sizes.argmax() if place == "large" else sizes.argmin())][0]
    column, rows = (own.twin_column, len(own.compared)) if name == "twins" else (own.relu_column, len(own.relus))
    row = FIRST_POINT_ROW + rows - 1
    if place == "names":
        return view.text(NAME, row, column + 3)
    return _whole(view.number(NAME, row, column + 2))


def _whole(number: float) -> str | None:
    """Return the text of a whole number; None of any other, whose cell alone is to blame."""
    return f"{number:.0f}" if number.is_integer() else None

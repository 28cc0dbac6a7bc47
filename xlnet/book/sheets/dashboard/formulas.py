"""The formulas of sheet Dashboard, and the cell that a person fills in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from xlnet.book.sheets.dashboard.plan import (
    FIRST_POINT_ROW,
    POINTS_COLUMN,
    SMALLEST_LOSS,
    VALUE_COLUMN,
    Points,
    headline_row,
    outputs,
    points,
    targets,
)

from xlnet import keys
from xlnet.book import losses, style
from xlnet.book.live import Live, Typed
from xlnet.book.record import Record
from xlnet.book.sheets.dashboard import accuracy
from xlnet.book.sheets.predict import NAME as PREDICT
from xlnet.book.sheets.predict.numbers import Numbers
from xlnet.book.sheets.predict.plan import VALUE_COLUMN as PREDICT_COLUMN
from xlnet.book.sheets.predict.plan import Plan
from xlnet.book.sheets.training import TrainingSheet
from xlnet.comparison import BOUND
from xlnet.model import classification as classes
from xlnet.render.excel import absolute, cell, element
from xlnet.render.layout import FIRST_ROW, TRAINING
from xlnet.xlsx.values import Value

_VALUE = replace(style.TEXT, border="below", bold=True, horizontal="right")


def formulas(sheet: TrainingSheet) -> list[Live]:
    """Return every formula of the sheet."""
    shown = points(sheet)
    iterations = absolute(VALUE_COLUMN, headline_row(sheet.spec, "iterations"))
    marked = () if shown.marks is None else accuracy.formulas(shown.marks, iterations)
    return [*_headlines(sheet), *_point_formulas(shown, sheet), *marked]


def _headlines(sheet: TrainingSheet) -> Iterator[Live]:
    last = sheet.spec.training.iters
    whole, number = replace(_VALUE, number_format=style.WHOLE_NUMBER), _VALUE

    def row(name: str, formula: str, value: Callable[[Record], Value], look: style.Look) -> Live:
        return Live(name, VALUE_COLUMN, headline_row(sheet.spec, name), formula, look, value)

    yield row("iterations", f"=COUNT({_column(sheet, keys.ITERATION)})", lambda r: float(r.iterations), whole)
    yield row("first loss", f"={_at(sheet, keys.LOSS, 1)}", _known(keys.LOSS, 1), number)
    yield row("final loss", f"={_at(sheet, keys.LOSS, last)}", _known(keys.LOSS, last), number)
    if sheet.spec.batch_size == 1:
        for key in outputs(sheet.spec):
            yield row(f"output {key}", f"={_at(sheet, key, last)}", _known(key, last), number)
    if classes.kind_of(sheet.spec):
        yield _accuracy(sheet)
    bound = cell(VALUE_COLUMN, headline_row(sheet.spec, "bound"))
    every_loss, every_iteration = _column(sheet, keys.LOSS), _column(sheet, keys.ITERATION)
    never, no, since = (sheet.texts.get("dashboard", name) for name in ("never", "no", "since"))
    below = row(
        "first below",
        losses.first_below(every_loss, bound, never),
        lambda r: never if r.first_below is None else float(r.first_below),
        whole,
    )
    yield replace(below, is_array=True)
    yield row(
        "diverged",
        losses.diverged(every_loss, every_iteration, no, since),
        lambda r: no if r.losses == r.iterations else f"{since} {r.losses + 1}",
        whole,
    )


def _accuracy(sheet: TrainingSheet) -> Live:
    """Return the share of samples that the weights of sheet Predict classify right."""
    plan = Plan(sheet)
    source = f"={PREDICT}!{absolute(PREDICT_COLUMN, plan.controls['accuracy'])}"
    look, numbers = replace(_VALUE, number_format=style.SHARE), Numbers(plan)
    row = headline_row(sheet.spec, "accuracy")
    return Live("accuracy", VALUE_COLUMN, row, source, look, lambda r: numbers.right(r) / sheet.spec.samples)


def _point_formulas(shown: Points, sheet: TrainingSheet) -> Iterator[Live]:
    number = style.TEXT
    iterations = f"$C${headline_row(sheet.spec, 'iterations')}"
    for index in range(shown.count):
        row, iteration = FIRST_POINT_ROW + index, shown.iteration(index)
        here = f"${cell(POINTS_COLUMN, row)}"
        formula = f"=ROUND(1+{index}*({iterations}-1)/{shown.count - 1},0)" if index else "=1"
        yield Live("iteration shown", POINTS_COLUMN, row, formula, style.TEXT, _fixed(float(iteration)))
        loss = cell(shown.column(keys.LOSS), row)
        yield Live(
            "E shown on a logarithmic scale",
            POINTS_COLUMN + 1,
            row,
            f"=MAX({loss},{SMALLEST_LOSS:.0E})",
            number,
            _not_zero(iteration),
        )
        for key in shown.keys:
            formula = f"={element(_column(sheet, key), here)}"
            yield Live(f"{key} shown", shown.column(key), row, formula, number, _known(key, iteration))
        for key in targets(sheet.spec):
            place = sheet.layout.cells[key]
            formula = f"={place.sheet}!{absolute(place.column, place.row or 1)}"
            yield Live(f"{key} shown", shown.column(key), row, formula, number, _fixed(sheet.constants[key]))


def _fixed(value: float) -> Callable[[Record], Value]:
    return lambda _: value


def _known(key: str, iteration: int) -> Callable[[Record], Value]:
    return lambda record: record.value(key, iteration)


def _not_zero(iteration: int) -> Callable[[Record], Value]:
    def loss(record: Record) -> Value:
        value = record.value(keys.LOSS, iteration)
        return value if math.isnan(value) else max(value, SMALLEST_LOSS)

    return loss


def _column(sheet: TrainingSheet, key: str) -> str:
    """Return the cells of a quantity in all iterations."""
    column = sheet.layout.columns[key]
    return f"{TRAINING}!{absolute(column, FIRST_ROW)}:{absolute(column, sheet.last_row)}"


def _at(sheet: TrainingSheet, key: str, iteration: int) -> str:
    return f"{TRAINING}!{absolute(sheet.layout.columns[key], FIRST_ROW + iteration - 1)}"


def inputs(sheet: TrainingSheet) -> list[Typed]:
    """Return the cells that a person fills in."""
    return [Typed("bound", VALUE_COLUMN, headline_row(sheet.spec, "bound"), BOUND)]

"""The formulas of sheet Dashboard, and the cell that a person fills in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import losses, style
from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.record import Record
from xlnet.book.sheets.dashboard import accuracy
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
from xlnet.book.sheets.predict import NAME as PREDICT
from xlnet.book.sheets.predict.numbers import Numbers
from xlnet.book.sheets.predict.plan import VALUE_COLUMN as PREDICT_COLUMN
from xlnet.book.sheets.predict.plan import Plan
from xlnet.comparison import BOUND
from xlnet.model import classification as classes
from xlnet.render.excel import absolute, address, cell, element, row_of
from xlnet.xlsx.values import Value

_VALUE = replace(style.TEXT, border="below", bold=True, horizontal="right")


def formulas(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    shown = model.once(points)
    iterations = absolute(VALUE_COLUMN, headline_row(model.spec, "iterations"))
    marked = () if shown.marks is None else accuracy.formulas(shown.marks, iterations)
    return [*_headlines(model), *_point_formulas(shown, model), *marked]


def _headlines(model: Model) -> Iterator[Live]:
    last = model.spec.training.iters
    whole, number = replace(_VALUE, number_format=style.WHOLE_NUMBER), _VALUE

    def row(name: str, formula: str, value: Callable[[Record], Value], look: style.Look) -> Live:
        return Live(name, VALUE_COLUMN, headline_row(model.spec, name), formula, look, value)

    yield row("iterations", f"=COUNT({_column(model, keys.ITERATION)})", lambda r: float(r.iterations), whole)
    yield row("first loss", f"={_at(model, keys.LOSS, 1)}", _known(keys.LOSS, 1), number)
    yield row("final loss", f"={_at(model, keys.LOSS, last)}", _known(keys.LOSS, last), number)
    if model.spec.batch_size == 1:
        for key in outputs(model.spec):
            yield row(f"output {key}", f"={_at(model, key, last)}", _known(key, last), number)
    if classes.kind_of(model.spec):
        yield _accuracy(model)
    bound = cell(VALUE_COLUMN, headline_row(model.spec, "bound"))
    every_loss, every_iteration = _column(model, keys.LOSS), _column(model, keys.ITERATION)
    never, no, since = (model.texts.get("dashboard", name) for name in ("never", "no", "since"))
    below = row(
        "first below",
        losses.first_below(every_loss, bound, never, model.layout.stride),
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


def _accuracy(model: Model) -> Live:
    """Return the share of samples that the weights of sheet Predict classify right."""
    plan = model.once(Plan)
    source = f"={PREDICT}!{absolute(PREDICT_COLUMN, plan.controls['accuracy'])}"
    look, numbers = replace(_VALUE, number_format=style.SHARE), Numbers(plan)
    row = headline_row(model.spec, "accuracy")
    return Live("accuracy", VALUE_COLUMN, row, source, look, lambda r: numbers.right(r) / model.spec.samples)


def _point_formulas(shown: Points, model: Model) -> Iterator[Live]:
    number = style.TEXT
    iterations = f"$C${headline_row(model.spec, 'iterations')}"
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
            formula = f"={element(_column(model, key), row_of(here, model.layout))}"
            yield Live(f"{key} shown", shown.column(key), row, formula, number, _known(key, iteration))
        for key in targets(model.spec):
            formula = f"={address(model.layout.cells[key])}"
            yield Live(f"{key} shown", shown.column(key), row, formula, number, _fixed(model.constants[key]))


def _fixed(value: float) -> Callable[[Record], Value]:
    return lambda _: value


def _known(key: str, iteration: int) -> Callable[[Record], Value]:
    return lambda record: record.value(key, iteration)


def _not_zero(iteration: int) -> Callable[[Record], Value]:
    def loss(record: Record) -> Value:
        value = record.value(keys.LOSS, iteration)
        return value if math.isnan(value) else max(value, SMALLEST_LOSS)

    return loss


def _column(model: Model, key: str) -> str:
    """Return the cells of a quantity in all iterations."""
    return address(model.layout.over(key))


def _at(model: Model, key: str, iteration: int) -> str:
    return address(model.layout.cell(key, iteration))


def inputs(model: Model) -> list[Typed]:
    """Return the cells that a person fills in."""
    return [Typed("bound", VALUE_COLUMN, headline_row(model.spec, "bound"), BOUND)]

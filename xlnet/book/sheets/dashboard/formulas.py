"""The formulas of the Dashboard sheet, and the cell that a person fills in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import losses, style
from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard import NAME, accuracy, through_time
from xlnet.book.sheets.dashboard.diagnosis import findings, numbers
from xlnet.book.sheets.dashboard.diagnosis.signs import signs
from xlnet.book.sheets.dashboard.limited import limited, limited_keys, limits
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
from xlnet.book.sheets.predict.plan import VALUE_COLUMN as PREDICT_COLUMN
from xlnet.book.sheets.predict.plan import PredictPlan
from xlnet.book.sheets.validation.plan import BEST, END, ValidationPlan
from xlnet.book.shown import at_iteration
from xlnet.book.spread import steps
from xlnet.cell import Cell
from xlnet.comparison import BOUND
from xlnet.graph.expression import Expression, Number, call, maximum
from xlnet.graph.references import NEITHER, Beside, InCell, InCells
from xlnet.model import classification

_VALUE = replace(style.TEXT, border="below", bold=True, horizontal="right")
_WHOLE = replace(_VALUE, number_format=style.WHOLE_NUMBER)


def inputs(model: Model) -> list[Typed]:
    """Return the cells that a person fills in."""
    return [Typed("bound", headline_row(model.spec, "bound"), VALUE_COLUMN, BOUND)]


def lives(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    shown = model.once(points)
    iterations = InCell(Cell(NAME, headline_row(model.spec, "iterations"), VALUE_COLUMN))
    marked = () if shown.marks is None else accuracy.lives(shown.marks, iterations)
    through = () if shown.through_time is None else through_time.lives(shown.through_time, model)
    own = model.once(signs)
    return [
        *_headlines(model),
        *_points(shown, model, iterations),
        *marked,
        *through,
        *numbers.lives(own),
        *findings.lives(own),
    ]


def labels(model: Model) -> dict[Cell, str]:
    """Return the texts in cells that formulas cite."""
    return numbers.labels(model.once(signs))


def _headlines(model: Model) -> Iterator[Live]:
    layout, last = model.layout, model.spec.training.iters

    def headline(name: str, expression: Expression, look: style.Look, key: str = "") -> Live:
        called, row = f"{name} {key}" if key else name, headline_row(model.spec, name, key)
        return Live(called, NAME, VALUE_COLUMN, [row], expression, look)

    def at(key: str, iteration: int) -> Expression:
        return InCell(layout.cell(key, iteration))

    every_loss, every_iteration = layout.over(keys.LOSS), layout.over(keys.ITERATION)
    yield headline("iterations", call("count", InCells(every_iteration)), _WHOLE)
    yield headline("first loss", at(keys.LOSS, 1), _VALUE)
    yield headline("final loss", at(keys.LOSS, last), _VALUE)
    if model.spec.batch_size == 1:
        for key in outputs(model.spec):
            yield headline("output", at(key, last), _VALUE, key)
    if classification.groups(model.spec):
        # The share of samples, or of their steps, that the weights of the Predict sheet classify right.
        share = InCell(Cell(PREDICT, model.once(PredictPlan).controls["accuracy"], PREDICT_COLUMN))
        yield headline("accuracy", share, replace(_VALUE, number_format=style.SHARE))
    if model.spec.held_out:
        plan = model.once(ValidationPlan)
        yield headline("validation loss", InCell(plan.summary_cell(END, "validation loss")), _VALUE)
        yield headline("validation best", InCell(plan.summary_cell(BEST)), _WHOLE)
        if plan.groups:
            share = InCell(plan.summary_cell(END, "validation accuracy"))
            yield headline("validation accuracy", share, replace(_VALUE, number_format=style.SHARE))
    never, no, since = (model.texts.get("dashboard", name) for name in ("never", "no", "since"))
    bound = InCell(Cell(NAME, headline_row(model.spec, "bound"), VALUE_COLUMN), NEITHER)
    below = headline("first below", losses.first_below(every_loss, bound, never, layout), _WHOLE)
    yield replace(below, is_array=True)
    yield headline("diverged", losses.diverged(every_loss, every_iteration, no, since), _WHOLE)


def _points(shown: Points, model: Model, iterations: InCell) -> Iterator[Live]:
    rows = range(FIRST_POINT_ROW, FIRST_POINT_ROW + shown.count)

    def column(key: str, number: int, expression: Expression) -> Live:
        return Live(key, NAME, number, rows, expression, style.TEXT)

    here = Beside(NAME, POINTS_COLUMN, is_fixed=True)
    yield from steps("iteration shown", NAME, POINTS_COLUMN, rows, iterations, style.TEXT)
    loss = maximum(Beside(NAME, shown.column(keys.LOSS)), Number(SMALLEST_LOSS))
    yield column("E shown on a logarithmic scale", POINTS_COLUMN + 1, loss)
    bounded = limited_keys(shown)
    for key in shown.keys:
        value = at_iteration(model.layout, key, here)
        if key in bounded:
            yield from limited(shown, key, value)
        else:
            yield column(f"{key} shown", shown.column(key), value)
    yield from limits(shown, model)
    for key in targets(model.spec):
        yield column(f"{key} shown", shown.column(key), InCell(model.layout.cells[key]))

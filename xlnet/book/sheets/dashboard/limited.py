"""What the charts draw of a run: its numbers, and of one that runs away only what its axes can bear.

Without limits a run that diverges would leave of every chart a flat line, and a last point at 1E+197.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlnet import keys
from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard.plan import (
    FIRST_POINT_ROW,
    LEAST_LOSS,
    LOSS_TIMES,
    NO_LIMIT,
    OUTPUT_TIMES,
    RUNAWAY,
    VALUE_COLUMN,
    WEIGHT_TIMES,
    Points,
    headline_row,
    outputs,
    targets,
)
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, Number, absolute, maximum, minimum
from xlnet.graph.references import ROW, Beside, InCell, choose, compared, or_else


def limited(shown: Points, key: str, value: Expression) -> Iterator[Live]:
    """Yield the formulas of a column: a value within its limit, or the one above where there is no number."""
    column, last = shown.column(key), FIRST_POINT_ROW + shown.count
    most = InCell(Cell(NAME, shown.limit_row, column), ROW)
    # MIN passes over a blank cell, where a sum counts 0.
    kept = maximum(-most, minimum(most, value + 0))
    for rows, otherwise in (
        (range(FIRST_POINT_ROW, FIRST_POINT_ROW + 1), Number(0)),
        (range(FIRST_POINT_ROW + 1, last), Beside(NAME, column, rows=-1)),
    ):
        yield Live(f"{key} shown", NAME, column, rows, or_else(kept, otherwise), style.TEXT)


def limits(shown: Points, model: Model) -> Iterator[Live]:
    """Yield the limits, each below its column; they are out of reach unless the loss has run away."""
    for key, expression in _limits(shown, model):
        yield Live(f"limit of {key}", NAME, shown.column(key), [shown.limit_row], expression, style.TEXT)


def limited_keys(shown: Points) -> list[str]:
    """Return the quantities that have a limit: all but the learning rate."""
    return [key for key in shown.keys if key != keys.LEARNING_RATE]


def _limits(shown: Points, model: Model) -> Iterator[tuple[str, Expression]]:
    first, final = (
        InCell(Cell(NAME, headline_row(model.spec, name), VALUE_COLUMN)) for name in ("first loss", "final loss")
    )
    start = maximum(absolute(first), Number(LEAST_LOSS))
    is_tame = compared(absolute(final), "<=", RUNAWAY * start)
    wild = LOSS_TIMES * start
    yield keys.LOSS, or_else(choose(is_tame, NO_LIMIT, wild), or_else(wild, LOSS_TIMES))
    has_limit = compared(InCell(Cell(NAME, shown.limit_row, shown.column(keys.LOSS))), "<", NO_LIMIT)
    own_targets = dict(zip(outputs(model.spec), targets(model.spec), strict=True))
    for key in limited_keys(shown)[1:]:
        beginning = model.layout.cells[own_targets[key]] if key in own_targets else model.layout.cell(key, 1)
        times = OUTPUT_TIMES if key in own_targets else WEIGHT_TIMES
        yield key, choose(has_limit, times * maximum(1, absolute(InCell(beginning))), NO_LIMIT)

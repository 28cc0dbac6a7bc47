"""A sequence of tokens that goes on: each row is the one above a step further, with its own most likely next token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.plan import PredictPlan, shown
from xlnet.cell import Area, Cell
from xlnet.graph.expression import call
from xlnet.graph.references import NEITHER, InCell, InCells

_NUMBER = replace(style.TEXT, border="below")


def continued(plan: PredictPlan) -> Iterator[Live]:
    """Yield the formulas of the inputs below the first; none where a network does not go on."""
    for row in plan.continued_rows:
        before = (InCell(Cell(NAME, row - 1, plan.columns[key]), NEITHER) for key in plan.inputs[1:])
        columns = last_columns(plan)
        scores = InCells(Area(NAME, row - 1, columns[0], row - 1, columns[-1]), NEITHER)
        following = [*before, call("match", call("max", scores), scores, 0) - 1]
        for key, value in zip(plan.inputs, following, strict=True):
            yield Live(f"{key} continued", NAME, plan.columns[key], [row], value, _NUMBER)


def last_columns(plan: PredictPlan) -> Sequence[int]:
    """Return the columns of the outputs at the last step: a number for each token."""
    entries = plan.model.spec.layers[plan.model.spec.last - 1].gives[-1]
    return [plan.columns[shown(key)] for key in plan.outputs[-entries:]]

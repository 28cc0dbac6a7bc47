"""The formulas around a painted input: the row of the table that repeats it, and what the network makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.plan import PredictPlan, shown
from xlnet.cell import Cell
from xlnet.graph.expression import call
from xlnet.graph.node import Group
from xlnet.graph.references import NEITHER, Along, InCell

_NUMBER = replace(style.TEXT, border="below")
_TINT = style.GROUPS[Group.FORWARD].tint
_OUTPUT = replace(style.TEXT, bold=True, border="box", fill=_TINT, horizontal="center", vertical="center")
_CLASS = replace(_OUTPUT, size=14)


def painted(plan: PredictPlan) -> Iterator[Live]:
    """Yield the formulas; none where nothing is painted."""
    painting, row = plan.painting, plan.first_row
    if painting is None:
        return
    for key, place in painting.cells.items():
        source = InCell(Cell(NAME, *place), NEITHER)
        yield Live(f"{key} as painted", NAME, plan.columns[key], [row], source, _NUMBER)
    for key, (output_row, column) in painting.output_cells.items():
        output = InCell(Cell(NAME, row, plan.columns[shown(key)]), NEITHER)
        yield Live(f"{key} of what is painted", NAME, column, [output_row], output, _OUTPUT)
    if painting.names_class:
        own = InCell(Cell(NAME, row, plan.columns["class"]), NEITHER)
        yield Live("class of what is painted", NAME, painting.output_column, [painting.class_row], own, _CLASS)
    if painting.names_steps:
        values = Along(NAME, painting.output_column, painting.step_class_column - 2)
        best = call("match", call("max", values), values, 0)
        best = best if painting.first_class else best - 1
        yield Live("most likely class of a step", NAME, painting.step_class_column, painting.steps, best, _CLASS)

"""How well the network does on the samples held out, at the last iteration: a confusion matrix, or R² an output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets import sets
from xlnet.book.sheets.predict import confusion
from xlnet.book.sheets.predict.confusion import Confusion
from xlnet.book.sheets.predict.fit import r_squared
from xlnet.book.sheets.validation import NAME
from xlnet.book.sheets.validation.plan import LABEL_COLUMN, VALUE_COLUMN, ValidationPlan
from xlnet.cell import Area
from xlnet.graph.references import Along, Beside
from xlnet.model import classification
from xlnet.model.network import outputs, targets

_FIT = replace(style.TEXT, bold=True, horizontal="right", border="below")


def lives(plan: ValidationPlan) -> Iterator[Live]:
    """Yield the formulas."""
    if table := table_of(plan):
        yield from confusion.lives(table)
        rows = range(table.pairs[0].top, table.pairs[0].bottom + 1)
        sides = [_side(plan, plan.model.data_sheet, _targets(plan)), _side(plan, NAME, _outputs(plan))]
        formula = confusion.pair(plan.kind or "", sides)
        yield Live("pair of classes of a validation sample", NAME, plan.pair_column, rows, formula, style.QUIET)
    for row, output in enumerate(plan.fitted, plan.scores_row + 1):
        every, found = areas_of_fit(plan, output)
        yield Live(f"R² of {output}", NAME, VALUE_COLUMN, [row], r_squared(every, [(every, found)]), _FIT)


def table_of(plan: ValidationPlan) -> Confusion | None:
    """Return the confusion matrix, None where there is none."""
    if not plan.classes:
        return None
    names = classification.called(plan.model.spec, plan.model.texts.get("predict", "unnamed"))
    pairs = _held_out(plan, NAME, plan.pair_column)
    return Confusion(NAME, plan.scores_row, LABEL_COLUMN, tuple(names), (pairs,))


def areas_of_fit(plan: ValidationPlan, output: str) -> tuple[Area, Area]:
    """Return the cells with the targets of the samples held out, as the network learns them, and with their outputs."""
    index = outputs(plan.one).index(output)
    every = _held_out(plan, plan.model.data_sheet, _targets(plan)[index])
    return every, _held_out(plan, NAME, _outputs(plan)[index])


def _held_out(plan: ValidationPlan, sheet: str, column: int) -> Area:
    rows = sets.numbers(plan.model, sets.VALIDATION)
    return Area(sheet, rows.top, column, rows.bottom, column)


def _outputs(plan: ValidationPlan) -> list[int]:
    return [plan.layouts[-1].column(key) for key in outputs(plan.one)]


def _targets(plan: ValidationPlan) -> list[int]:
    return [plan.model.layout.data[keys.data(key)].left for key in targets(plan.model.spec)]


def _side(plan: ValidationPlan, sheet: str, columns: list[int]) -> Along | Beside:
    return Beside(sheet, columns[0]) if plan.kind == classification.TWO else Along(sheet, columns[0], columns[-1])

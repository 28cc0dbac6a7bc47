"""How well the network does on the samples: which classes it takes for which, or R² of each output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.predict import NAME, confusion
from xlnet.book.sheets.predict.confusion import Confusion
from xlnet.book.sheets.predict.fit import r_squared
from xlnet.book.sheets.predict.others import others_of
from xlnet.book.sheets.predict.plan import LABEL_COLUMN, VALUE_COLUMN, PredictPlan, shown
from xlnet.cell import Area
from xlnet.graph.references import Along, Beside
from xlnet.model import classification
from xlnet.model.network import targets

_FIT = replace(style.TEXT, bold=True, horizontal="right", border="below")


def scores(plan: PredictPlan) -> Iterator[Live]:
    """Yield the formulas of the scores, and of what they count."""
    if table := table_of(plan):
        yield from confusion.lives(table)
        yield from _pairs(plan)
    for row, output in enumerate(plan.fitted, plan.scores_row + 1):
        every = learned(plan, output)
        formula = r_squared(every, areas_of_fit(plan, every, output))
        yield Live(f"R² of {output}", NAME, VALUE_COLUMN, [row], formula, _FIT)


def table_of(plan: PredictPlan) -> Confusion | None:
    """Return the table of classes, None where there is none."""
    if not plan.classes:
        return None
    pairs = [_listed(plan, plan.pair_column)]
    if others := plan.model.once(others_of):
        pairs.append(Area(NAME, others.first_row, others.pair_column, others.last_row, others.pair_column))
    names = classification.called(plan.model.spec, plan.model.texts.get("predict", "unnamed"))
    return Confusion(NAME, plan.scores_row, LABEL_COLUMN, tuple(names), tuple(pairs))


def learned(plan: PredictPlan, output: str) -> Area:
    """Return the targets of an output on the Data sheet as the network learns them, of all samples.

    R² is the same in their own units, which standardised ones do not have.
    """
    target = targets(plan.model.spec)[plan.outputs.index(output)]
    return plan.model.layout.data[keys.data(target)]


def areas_of_fit(plan: PredictPlan, every: Area, output: str) -> list[tuple[Area, Area]]:
    """Return the areas with the targets of all samples and their outputs: of those that are listed, and the others."""
    split = every.top + plan.samples
    areas = [(every._replace(bottom=split - 1), _listed(plan, plan.layout.column(output)))]
    if others := plan.model.once(others_of):
        column = others.layout.column(output)
        areas.append((every._replace(top=split), Area(NAME, others.first_row, column, others.last_row, column)))
    return areas


def _listed(plan: PredictPlan, column: int) -> Area:
    return Area(NAME, plan.sample_row, column, plan.sample_row + plan.samples - 1, column)


def _pairs(plan: PredictPlan) -> Iterator[Live]:
    assert plan.kind is not None
    sides = ([plan.columns[key] for key in every] for every in (plan.targets, map(shown, plan.outputs)))
    rows = range(plan.sample_row, plan.sample_row + plan.samples)
    formula = confusion.pair(plan.kind, [_side(plan, NAME, columns) for columns in sides])
    yield Live("pair of classes of a sample", NAME, plan.pair_column, rows, formula, style.QUIET)
    if others := plan.model.once(others_of):
        target_columns = [others.data_column(key) for key in plan.targets]
        output_columns = [others.layout.column(key) for key in plan.outputs]
        others_sides = [_side(plan, plan.model.data_sheet, target_columns), _side(plan, NAME, output_columns)]
        rows = range(others.first_row, others.last_row + 1)
        formula = confusion.pair(plan.kind, others_sides)
        yield Live("pair of classes of a sample not shown", NAME, others.pair_column, rows, formula, style.QUIET)


def _side(plan: PredictPlan, sheet: str, columns: list[int]) -> Along | Beside:
    if plan.kind == classification.TWO:
        return Beside(sheet, columns[0])
    return Along(sheet, columns[0], columns[-1])

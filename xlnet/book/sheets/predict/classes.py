"""The classes that outputs and targets name, and whether they are the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.beginnings import INPUT_ROWS
from xlnet.book.sheets.predict.others import Others
from xlnet.book.sheets.predict.plan import RIGHT, VALUE_COLUMN, WRONG, PredictPlan, shown
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Number, call, total, where_above
from xlnet.graph.references import Along, Beside, InCell, InCells, choose, compared
from xlnet.model import classification

_CLASS = replace(style.TEXT, bold=True, horizontal="center", border="below")


def classes(plan: PredictPlan) -> Iterator[Live]:
    """Yield the classes of the inputs that a person types, those of the samples, and the marks of these."""
    sample_rows = range(plan.sample_row, plan.sample_row + plan.samples)
    rows = [*range(plan.first_row, plan.first_row + INPUT_ROWS), *sample_rows]
    predicted, target = plan.columns["class"], plan.columns["target class"]
    outputs = [plan.columns[shown(key)] for key in plan.outputs]
    yield Live("class of an input", NAME, predicted, rows, _class(plan, outputs), _CLASS)
    targets = [plan.columns[key] for key in plan.targets]
    yield Live("class of a sample", NAME, target, sample_rows, _class(plan, targets), _CLASS)
    # `=` takes "yes" for "Yes".
    is_same = call("exact", Beside(NAME, predicted), Beside(NAME, target))
    mark = choose(is_same, RIGHT, WRONG)
    yield Live("mark of a sample", NAME, plan.columns["is right"], sample_rows, mark, _CLASS)


def steps_right(plan: PredictPlan) -> Iterator[Live]:
    """Yield at how many steps of each sample the outputs name the class that the targets do."""
    rows = range(plan.sample_row, plan.sample_row + plan.samples)
    outputs, targets = ([plan.columns[key] for key in every] for every in (map(shown, plan.outputs), plan.targets))
    count = _steps_right(plan, (NAME, outputs), (NAME, targets))
    yield Live("steps of a sample that are right", NAME, plan.columns["steps right"], rows, count, _CLASS)


def _steps_right(plan: PredictPlan, *sides: tuple[str, list[int]]) -> Expression:
    """Return at how many steps two sides name the same class: the outputs and the targets, by sheet and columns."""
    marks = []
    for group in plan.groups:
        named = []
        for sheet, columns in sides:
            first, last = columns[group[0]], columns[group[-1]]
            if len(group) == 1:
                # (a>b)=(c>d) loses its brackets in IronCalc.
                named.append(where_above(Beside(sheet, first), classification.BOUNDARY, 1, 0))
            else:
                named.append(call("match", call("max", Along(sheet, first, last)), Along(sheet, first, last), 0))
        marks.append(choose(compared(named[0], "=", named[1]), 1, 0))
    return total(*marks)


def _class(plan: PredictPlan, columns: list[int]) -> Expression:
    """Return the class that the outputs or targets in some columns name."""
    if plan.kind == classification.TWO:
        zero, one = map(InCell, _cells_of_names(plan)) if plan.model.spec.data.class_names else (Number(0), Number(1))
        return where_above(Beside(NAME, columns[0]), classification.BOUNDARY, one, zero)
    values = Along(NAME, columns[0], columns[-1])
    named = [plan.columns[shown(key)] for key in plan.outputs]
    names = InCells(Area(NAME, plan.class_row, named[0], plan.class_row, named[-1]))
    # Of a range of one row Gnumeric takes a single number for that of a row.
    return call("index", names, 1, call("match", call("max", values), values, 0))


def mark_of_other(others: Others) -> Expression:
    """Return whether the class of a sample that is not shown is named right, or at how many steps."""
    plan = others.plan
    data = plan.model.data_sheet
    outputs = [others.layout.column(key) for key in plan.outputs]
    targets = [others.data_column(key) for key in plan.targets]
    if plan.names_steps:
        return _steps_right(plan, (NAME, outputs), (data, targets))
    if plan.kind == classification.TWO:
        sides = [Beside(NAME, outputs[0]), Beside(data, targets[0])]
        # (a>b)=(c>d) loses its brackets in IronCalc.
        one, other = (where_above(side, classification.BOUNDARY, 1, 0) for side in sides)
    else:
        ranges = [Along(NAME, outputs[0], outputs[-1]), Along(data, targets[0], targets[-1])]
        one, other = (call("match", call("max", values), values, 0) for values in ranges)
    return choose(compared(one, "=", other), RIGHT, WRONG)


def names(plan: PredictPlan) -> list[str]:
    """Return the names of the classes."""
    return classification.names(plan.model.spec, plan.model.texts.get("predict", "unnamed"))


def labels(model: Model) -> dict[Cell, str]:
    """Return the cells with the names of the classes, which formulas cite."""
    plan = model.once(PredictPlan)
    if plan.kind == classification.TWO:
        return dict(zip(_cells_of_names(plan), model.spec.data.class_names, strict=True))
    if plan.kind != classification.SEVERAL:
        return {}
    pairs = zip(plan.outputs, names(plan), strict=True)
    return {Cell(NAME, plan.class_row, plan.columns[shown(key)]): name for key, name in pairs}


def _cells_of_names(plan: PredictPlan) -> list[Cell]:
    """Return the cells with the names of the classes 0 and 1, where they have names."""
    return [Cell(NAME, plan.controls[name], VALUE_COLUMN) for name in ("zero", "one") if name in plan.controls]

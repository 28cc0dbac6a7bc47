"""The formulas of the Predict sheet, and the cells that a person fills in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlnet import keys
from xlnet.book import shown as shows
from xlnet.book import style
from xlnet.book.choices import ITERATION
from xlnet.book.live import Live, Typed, of_pass
from xlnet.book.model import Model
from xlnet.book.passes import Pass
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.beginnings import typed_inputs
from xlnet.book.sheets.predict.classes import classes, mark_of_other, steps_right
from xlnet.book.sheets.predict.continued import continued
from xlnet.book.sheets.predict.others import Others, others_of
from xlnet.book.sheets.predict.painted import painted
from xlnet.book.sheets.predict.plan import (
    PICTURE_ROW,
    RIGHT,
    TICK,
    VALUE_COLUMN,
    PredictPlan,
    cell_of_sample,
    shown,
)
from xlnet.book.sheets.predict.scores import scores
from xlnet.book.sheets.validation.plan import BEST, ValidationPlan
from xlnet.book.shown import Shown
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Number, Product, call, total
from xlnet.graph.node import Group
from xlnet.graph.references import NEITHER, Beside, InCell, InCells, choose, compared, counted, or_else
from xlnet.model.network import targets
from xlnet.model.samples import undone
from xlnet.model.tokens import tokens

_NUMBER = replace(style.TEXT, border="below")
_OUTPUT = replace(_NUMBER, bold=True, fill=style.GROUPS[Group.FORWARD].tint)
_CONTROL = replace(style.TEXT, bold=True, horizontal="right", border="below")
_SURFACE = replace(style.TEXT, number_format=style.HIDDEN, horizontal="center", bold=True)
_AXIS = replace(style.QUIET, size=8, shrink=True)


def inputs(model: Model) -> list[Typed]:
    """Return the cells that a person fills in."""
    plan, texts = model.once(PredictPlan), model.texts
    names = ("last", "chosen", "best") if model.spec.held_out else ("last", "chosen")
    words = tuple(texts.get("predict", name) for name in names)
    found = [Typed("weights", plan.controls["weights"], VALUE_COLUMN, words[0], "choice", words)]
    if "output" in plan.controls:
        outputs = range(1, model.spec.outputs + 1)
        found.append(Typed("output of the picture", plan.controls["output"], VALUE_COLUMN, 1, "choice", outputs))
    for number, axis in enumerate(plan.axes, 1):
        ends = zip(("first", "last"), plan.ends(number), (axis.first, axis.last), strict=True)
        for name, row, value in ends:
            found.append(Typed(f"{name} of axis {number}", row, VALUE_COLUMN, value, "inputs"))
    first, *others = typed_inputs(model.spec)
    places = {key: (plan.first_row, plan.columns[key]) for key in plan.inputs}
    for key, value in zip(plan.inputs, first, strict=True):
        row, column = (plan.painting.cells if plan.painting else places)[key]
        found.append(Typed(f"{key} to predict", row, column, value, "inputs", tokens(model.spec)))
    for row, values in enumerate([] if plan.continued_rows else others, plan.first_row + 1):
        for key, value in zip(plan.inputs, values, strict=True):
            found.append(Typed(f"{key} to predict", row, plan.columns[key], value, "inputs", tokens(model.spec)))
    return found


def lives(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    plan, others = model.once(PredictPlan), model.once(others_of)
    return [
        *_controls(plan),
        *painted(plan),
        *continued(plan),
        *_parameters(plan),
        *_samples(plan),
        *_points(plan),
        *_passes(plan),
        *_outputs(plan),
        *(classes(plan) if plan.kind else ()),
        *(steps_right(plan) if plan.names_steps else ()),
        *scores(plan),
        *(_others(others) if others else ()),
        *(_surface(plan) if plan.dimensions == 2 else ()),
    ]


def _control(plan: PredictPlan, name: str) -> InCell:
    return InCell(Cell(NAME, plan.controls[name], VALUE_COLUMN))


def _controls(plan: PredictPlan) -> Iterator[Live]:
    model = plan.model
    is_chosen = compared(_control(plan, "weights"), "=", model.texts.get("predict", "chosen"))
    used: Expression = call("count", InCells(model.layout.over(keys.ITERATION)))
    if model.spec.held_out:
        is_best = compared(_control(plan, "weights"), "=", model.texts.get("predict", "best"))
        used = choose(is_best, InCell(model.once(ValidationPlan).summary_cell(BEST)), used)
    used = choose(is_chosen, InCell(ITERATION.cell), used)
    row = plan.used.cell.row
    yield Live("iteration whose weights are used", NAME, VALUE_COLUMN, [row], used, _CONTROL)
    if plan.groups:
        name = "steps right" if plan.names_steps else "is right"
        column, last = plan.columns[name], plan.sample_row + plan.samples - 1
        marks = [Area(NAME, plan.sample_row, column, last, column)]
        if others := plan.model.once(others_of):
            marks.append(Area(NAME, others.first_row, others.mark_column, others.last_row, others.mark_column))
        every = [InCells(area, NEITHER) for area in marks]
        right = total(*(call("sum", of) if plan.names_steps else counted(of, RIGHT) for of in every))
        yield Live("samples right", NAME, VALUE_COLUMN, [plan.controls["right"]], right, _CONTROL)
        share = replace(_control(plan, "right"), fixed=NEITHER) / (model.spec.samples * len(plan.groups))
        look = replace(_CONTROL, number_format=style.SHARE)
        yield Live("accuracy", NAME, VALUE_COLUMN, [plan.controls["accuracy"]], share, look)


def _parameters(plan: PredictPlan) -> Iterator[Live]:
    for key in plan.parameters:
        cited = Shown(key, plan.used)
        source = shows.expression(cited, plan.model.layout)
        place = plan.layout.cells[key]
        yield Live(f"{key} used", NAME, place.column, [place.row], source, _NUMBER, shown=cited)


def _samples(plan: PredictPlan) -> Iterator[Live]:
    """Yield the inputs and targets of the samples."""
    for sample in range(plan.samples):
        for key in (*plan.inputs, *plan.targets):
            cited = InCell(plan.model.layout.cells[cell_of_sample(plan.model.spec, key, sample)])
            yield Live(f"{key} of a sample", NAME, plan.columns[key], [plan.sample_row + sample], cited, _NUMBER)


def _points(plan: PredictPlan) -> Iterator[Live]:
    """Yield the inputs of the picture's points: all points at one step of an axis have the same formula."""
    for index, key in enumerate(plan.inputs, 1):
        # The first axis goes ahead with every point, the second one when the first is through.
        apart = plan.side ** (index - 1)
        for step in range(plan.side):
            rows = [plan.point_row + n for n in range(plan.points) if n // apart % plan.side == step]
            yield Live(f"{key} of a point", NAME, plan.columns[key], rows, _along(plan, index, step), _NUMBER)


def _along(plan: PredictPlan, number: int, step: int) -> Expression:
    """Return the place of a step on an axis."""
    first, last = (InCell(Cell(NAME, row, VALUE_COLUMN)) for row in plan.ends(number))
    # A factor of 1 stands there, too: all steps have the same formula.
    return first + Product((last - first, Number(step))) / (plan.side - 1)


def _passes(plan: PredictPlan) -> Iterator[Live]:
    after_others = plan.continued_rows
    # A row that goes on with the one above is computed after it.
    for rows in ([row for row in plan.rows if row not in after_others], *([row] for row in after_others)):
        passes = Pass(plan.nodes, plan.layout, rows)
        for node in plan.nodes:
            yield of_pass(passes, node, f"{node.key} of a pass", _NUMBER)


def _outputs(plan: PredictPlan) -> Iterator[Live]:
    for key, target in zip(plan.outputs, targets(plan.model.spec), strict=True):
        output: Expression = Beside(NAME, plan.layout.column(key))
        output = undone(target, output) if plan.is_undone else output
        yield Live(f"{key} of an input", NAME, plan.columns[shown(key)], plan.rows, output, _OUTPUT, plan.layout)


def _others(others: Others) -> Iterator[Live]:
    """Yield the passes of the samples that are not shown, and whether their classes are named right."""
    rows = range(others.first_row, others.last_row + 1)
    passes = Pass(others.nodes, others.layout, rows)
    for node in others.nodes:
        yield of_pass(passes, node, f"{node.key} of a sample not shown", style.QUIET)
    if not others.plan.groups:
        return
    mark = mark_of_other(others)
    yield Live("mark of a sample not shown", NAME, others.mark_column, rows, mark, style.QUIET)


def _surface(plan: PredictPlan) -> Iterator[Live]:
    """Yield the picture of the plane, and its axes."""
    columns: Sequence[int] = [plan.columns[shown(key)] for key in plan.outputs]
    for up in range(plan.side):
        for across in range(plan.side):
            row = plan.row_of_point(across, up)
            output: Expression = InCell(Cell(NAME, row, columns[0]), NEITHER)
            if "output" in plan.controls:
                every = InCells(Area(NAME, row, columns[0], row, columns[-1]), NEITHER)
                output = call("index", every, 1, _control(plan, "output"))
            own_row, column = plan.cell_of_point(across, up)
            # An error would show as ### in a cell this narrow.
            yield Live("output in the picture", NAME, column, [own_row], or_else(output, ""), _SURFACE)
    for step in range(plan.side):
        look = replace(_AXIS, number_format=style.GENERAL if step % TICK == 0 else style.HIDDEN)
        for number, (row, column) in enumerate(axis_cells(plan, step), 1):
            yield Live(f"axis {number}", NAME, column, [row], _along(plan, number, step), look)


def axis_cells(plan: PredictPlan, step: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the cells of a step on the axis below the picture, and on the one on its left: row and column."""
    _, column = plan.cell_of_point(step, 0)
    row, _ = plan.cell_of_point(0, step)
    return (PICTURE_ROW + plan.side, column), (row, plan.picture_column)

"""The formulas of sheet Predict, and the cells that a person fills in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from openpyxl.utils import get_column_letter

from xlnet import keys
from xlnet.book import shown as shows
from xlnet.book import style
from xlnet.book.choices import ITERATION
from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.record import Record
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.numbers import RIGHT, WRONG, Numbers
from xlnet.book.sheets.predict.plan import (
    INPUT_ROWS,
    PARAMETER_ROW,
    PICTURE_ROW,
    TICK,
    VALUE_COLUMN,
    Others,
    Plan,
    cell_of_sample,
    shown,
    typed_inputs,
)
from xlnet.book.shown import Shown
from xlnet.model import classification as classes
from xlnet.render.excel import absolute, address, at_row, cell, text
from xlnet.render.excel import formula as written
from xlnet.render.layout import DATA
from xlnet.xlsx.values import Value

_NUMBER = replace(style.TEXT, border="below")
_OUTPUT = replace(_NUMBER, bold=True, fill=style.GROUPS["forward"].tint)
_QUIET = style.QUIET
_CLASS = replace(style.TEXT, bold=True, horizontal="center", border="below")
_CONTROL = replace(style.TEXT, bold=True, horizontal="right", border="below")
_SURFACE = replace(style.TEXT, number_format=style.HIDDEN, horizontal="center", bold=True)
_AXIS = replace(style.QUIET, size=8, shrink=True)


def inputs(model: Model) -> list[Typed]:
    """Return the cells that a person fills in."""
    plan, texts = model.once(Plan), model.texts
    words = tuple(texts.get("predict", name) for name in ("last", "chosen"))
    found = [Typed("weights", VALUE_COLUMN, plan.controls["weights"], words[0], "choice", words)]
    if "output" in plan.controls:
        outputs = range(1, model.spec.outputs + 1)
        found.append(Typed("output of the picture", VALUE_COLUMN, plan.controls["output"], 1, "choice", outputs))
    for number, axis in enumerate(plan.axes, 1):
        for name, value in (("first", axis.first), ("last", axis.last)):
            row = plan.controls[f"{name} {number}"]
            found.append(Typed(f"{name} of axis {number}", VALUE_COLUMN, row, value, "inputs"))
    for row, values in enumerate(typed_inputs(plan), plan.first_row):
        for key, value in zip(plan.inputs, values, strict=True):
            found.append(Typed(f"{key} to predict", plan.columns[key], row, value, "inputs"))
    return found


def formulas(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    plan = model.once(Plan)
    numbers = Numbers(plan)
    return [
        *_controls(plan, numbers),
        *_parameters(plan),
        *_samples(plan),
        *_points(plan, numbers),
        *_passes(plan, numbers),
        *_outputs(plan, numbers),
        *(_classes(plan, numbers) if plan.kind else ()),
        *(_others(plan.others, numbers) if plan.others else ()),
        *(_surface(plan, numbers) if model.spec.inputs == 2 else ()),
    ]


def _controls(plan: Plan, numbers: Numbers) -> Iterator[Live]:
    model = plan.model
    weights, chosen = absolute(VALUE_COLUMN, plan.controls["weights"]), text(model.texts.get("predict", "chosen"))
    count = f"COUNT({address(model.layout.over(keys.ITERATION))})"
    yield Live(
        "iteration whose weights are used",
        VALUE_COLUMN,
        plan.used.row,
        f"=IF({weights}={chosen},{ITERATION.address(NAME)},{count})",
        _CONTROL,
        lambda _: float(plan.used.first),
    )
    if plan.kind:
        marks = [(plan.columns["is right"], plan.sample_row, plan.sample_row + plan.samples - 1)]
        if plan.others:
            marks.append((plan.others.mark_column, plan.others.first_row, plan.others.last_row))
        counts = (f"COUNTIF({cell(column, top)}:{cell(column, end)},{text(RIGHT)})" for column, top, end in marks)
        right, every = plan.controls["right"], model.spec.samples
        yield Live("samples right", VALUE_COLUMN, right, f"={'+'.join(counts)}", _CONTROL, numbers.right)
        yield Live(
            "accuracy",
            VALUE_COLUMN,
            plan.controls["accuracy"],
            f"={cell(VALUE_COLUMN, right)}/{every}",
            replace(_CONTROL, number_format=style.SHARE),
            lambda record: numbers.right(record) / every,
        )


def _parameters(plan: Plan) -> Iterator[Live]:
    for key in plan.parameters:
        cited = Shown(key, plan.used)
        source = shows.formula(cited, plan.model.layout, NAME)
        column = plan.layout.cells[key].column
        value = partial(shows.value, cited, constants={})
        yield Live(f"{key} used", column, PARAMETER_ROW, source, _NUMBER, value, cited)


def _samples(plan: Plan) -> Iterator[Live]:
    """Yield the inputs and targets of the samples."""
    for sample in range(plan.samples):
        row = plan.sample_row + sample
        for key in (*plan.inputs, *plan.targets):
            source = cell_of_sample(plan.model.spec, key, sample)
            formula = f"={address(plan.model.layout.cells[source])}"
            value = plan.model.constants[source]
            yield Live(f"{key} of a sample", plan.columns[key], row, formula, _NUMBER, _fixed(value))


def _points(plan: Plan, numbers: Numbers) -> Iterator[Live]:
    """Yield the inputs of the picture's points."""
    for number in range(plan.points):
        row = plan.point_row + number
        steps = [number] if len(plan.axes) == 1 else [number % plan.side, number // plan.side]
        for index, (key, step) in enumerate(zip(plan.inputs, steps, strict=True)):
            yield Live(
                f"{key} of a point",
                plan.columns[key],
                row,
                f"={_along(plan, index + 1, step)}",
                _NUMBER,
                _input_of(numbers, row, index),
            )


def _along(plan: Plan, number: int, step: int) -> str:
    """Return the place of a step on an axis, as a formula has it."""
    first, last = (absolute(VALUE_COLUMN, plan.controls[f"{name} {number}"]) for name in ("first", "last"))
    return f"{first}+({last}-{first})*{step}/{plan.side - 1}"


def _passes(plan: Plan, numbers: Numbers) -> Iterator[Live]:
    for node in plan.nodes:
        assert node.formula is not None
        column, filled_down = plan.layout.column(node.key), written(node.formula, plan.layout, NAME)
        for row in plan.rows:
            value = _of_pass(numbers, node.key, row)
            yield Live(f"{node.key} of a pass", column, row, at_row(filled_down, row), _NUMBER, value)


def _outputs(plan: Plan, numbers: Numbers) -> Iterator[Live]:
    for key in plan.outputs:
        for row in plan.rows:
            source = f"={cell(plan.layout.column(key), row)}"
            yield Live(
                f"{key} of an input", plan.columns[shown(key)], row, source, _OUTPUT, _of_pass(numbers, key, row)
            )


def _classes(plan: Plan, numbers: Numbers) -> Iterator[Live]:
    sample_rows = range(plan.sample_row, plan.sample_row + plan.samples)
    for row in (*range(plan.first_row, plan.first_row + INPUT_ROWS), *sample_rows):
        source = _class(plan, [shown(key) for key in plan.outputs], row)
        yield Live("class of an input", plan.columns["class"], row, source, _CLASS, _class_of(numbers, row))
    for sample, row in enumerate(sample_rows):
        source = _class(plan, plan.targets, row)
        target, own = cell(plan.columns["target class"], row), cell(plan.columns["class"], row)
        column = plan.columns["target class"]
        yield Live("class of a sample", column, row, source, _CLASS, _fixed(numbers.target_class(sample)))
        # `=` takes "yes" for "Yes".
        mark = f"=IF(EXACT({own},{target}),{text(RIGHT)},{text(WRONG)})"
        yield Live("mark of a sample", plan.columns["is right"], row, mark, _CLASS, _mark_of(numbers, sample))


def _others(others: Others, numbers: Numbers) -> Iterator[Live]:
    """Yield the passes of the samples that are not shown, and whether their classes are named right."""
    for node in others.nodes:
        assert node.formula is not None
        column, filled_down = others.layout.column(node.key), written(node.formula, others.layout, NAME)
        for row, sample in enumerate(others.samples, others.first_row):
            value = partial(numbers.of_other, key=node.key, sample=sample)
            yield Live(f"{node.key} of a sample not shown", column, row, at_row(filled_down, row), _QUIET, value)
    filled_down = _other_mark(others)
    for row, sample in enumerate(others.samples, others.first_row):
        mark = partial(numbers.other_mark, sample=sample)
        yield Live("mark of a sample not shown", others.mark_column, row, at_row(filled_down, row), _QUIET, mark)


def _other_mark(others: Others) -> str:
    """Return the formula of a mark, to be filled down."""
    plan = others.plan
    first, last = (get_column_letter(others.layout.column(plan.outputs[end])) for end in (0, -1))
    first_target, last_target = (get_column_letter(others.data_column(plan.targets[end])) for end in (0, -1))
    if plan.kind == classes.TWO:
        cells = f"{first}{{here[0]}}", f"{DATA}!{first_target}{{here[0]}}"
        # (a>b)=(c>d) loses its brackets in IronCalc.
        sides = [f"IF({one}>{classes.BOUNDARY},1,0)" for one in cells]
    else:
        ranges = f"{first}{{here[0]}}:{last}{{here[0]}}", f"{DATA}!{first_target}{{here[0]}}:{last_target}{{here[0]}}"
        sides = [f"MATCH(MAX({values}),{values},0)" for values in ranges]
    return f"=IF({'='.join(sides)},{text(RIGHT)},{text(WRONG)})"


def _class(plan: Plan, columns: list[str], row: int) -> str:
    """Return the formula of the class that outputs or targets name."""
    first, last = plan.columns[columns[0]], plan.columns[columns[-1]]
    if plan.kind == classes.TWO:
        return f"=IF({cell(first, row)}>{classes.BOUNDARY},1,0)"
    outputs = [plan.columns[shown(key)] for key in plan.outputs]
    names = f"{absolute(outputs[0], plan.class_row)}:{absolute(outputs[-1], plan.class_row)}"
    values = f"{cell(first, row)}:{cell(last, row)}"
    # Of a range of one row Gnumeric takes a single number for that of a row.
    return f"=INDEX({names},1,MATCH(MAX({values}),{values},0))"


def _surface(plan: Plan, numbers: Numbers) -> Iterator[Live]:
    """Yield the picture of the plane, and its axes."""
    first, last = (plan.columns[shown(plan.outputs[end])] for end in (0, -1))
    for up in range(plan.side):
        for across in range(plan.side):
            row = plan.row_of_point(across, up)
            source = f"={cell(first, row)}"
            if "output" in plan.controls:
                output = absolute(VALUE_COLUMN, plan.controls["output"])
                source = f"=INDEX({cell(first, row)}:{cell(last, row)},1,{output})"
            # An error would show as ### in a cell this narrow.
            source = f'=IFERROR({source.removeprefix("=")},"")'
            value = _or_blank(numbers, plan.outputs[0], row)
            yield Live("output in the picture", *plan.cell_of_point(across, up), source, _SURFACE, value)
    for step in range(plan.side):
        below, beside = axis_cells(plan, step)
        for number, (column, row) in enumerate((below, beside), 1):
            form = style.GENERAL if step % TICK == 0 else style.HIDDEN
            look = replace(_AXIS, number_format=form)
            point = plan.row_of_point(step, 0) if number == 1 else plan.row_of_point(0, step)
            value = _input_of(numbers, point, number - 1)
            yield Live(f"axis {number}", column, row, f"={_along(plan, number, step)}", look, value)


def axis_cells(plan: Plan, step: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the cells of a step on the axis below the picture, and on the one on its left: column and row."""
    column, _ = plan.cell_of_point(step, 0)
    _, row = plan.cell_of_point(0, step)
    return (column, PICTURE_ROW + plan.side), (plan.picture_column, row)


def _fixed(value: Value) -> Callable[[Record], Value]:
    return lambda _: value


def _input_of(numbers: Numbers, row: int, index: int) -> Callable[[Record], Value]:
    return lambda _: numbers.inputs_of(row)[index]


def _of_pass(numbers: Numbers, key: str, row: int) -> Callable[[Record], Value]:
    return lambda record: numbers.of_pass(record, key, row)


def _or_blank(numbers: Numbers, key: str, row: int) -> Callable[[Record], Value]:
    def value(record: Record) -> Value:
        found = numbers.of_pass(record, key, row)
        return "" if math.isnan(found) else found

    return value


def _class_of(numbers: Numbers, row: int) -> Callable[[Record], Value]:
    return lambda record: numbers.predicted(record, row)


def _mark_of(numbers: Numbers, sample: int) -> Callable[[Record], Value]:
    return lambda record: numbers.mark(record, sample)

"""Draws the Predict sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlnet.book import style
from xlnet.book.choices import TYPED_ITERATION
from xlnet.book.drawing.cells import put, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.live import Formula, put_all, put_inputs
from xlnet.book.model import Model
from xlnet.book.sheets.predict.beginnings import INPUT_ROWS
from xlnet.book.sheets.predict.classes import labels, names
from xlnet.book.sheets.predict.formulas import inputs
from xlnet.book.sheets.predict.others import Others, others_of
from xlnet.book.sheets.predict.painting_drawing import draw_painting
from xlnet.book.sheets.predict.painting_drawing import widths as widths_of_painting
from xlnet.book.sheets.predict.pictures_drawing import draw_curve, draw_surface
from xlnet.book.sheets.predict.plan import (
    LABEL_COLUMN,
    PARAMETER_ROW,
    PICTURE_ROW,
    TITLE_ROW,
    VALUE_COLUMN,
    PredictPlan,
    shown,
)
from xlnet.book.sheets.predict.scores_drawing import draw_scores
from xlnet.book.sheets.predict.words import input_name, of_part, undone_names
from xlnet.graph.node import Group
from xlnet.model import classification as classes
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

_MARGIN_WIDTH, _LABEL_WIDTH, _WIDTH, _POINT_WIDTH, _AXIS_WIDTH = 2.0, 26.0, 13.0, 4.2, 6.0
_CHART_COLUMN_WIDTH, _LINK_COLUMNS = 9.0, 4
_LABEL = replace(style.TEXT, border="below")
_CLASS_NAME = replace(style.TEXT, bold=True, horizontal="right", border="below")
_LINK = replace(style.LINK, indent=1)
_PAINTED = replace(style.INPUT, border="box", horizontal="center", vertical="center")


def draw(page: Page, model: Model, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    plan, texts = model.once(PredictPlan), model.texts
    put_text(page, TITLE_ROW, LABEL_COLUMN, texts.get("predict", "title"), replace(style.TITLE, size=16))
    _draw_controls(page, plan)
    _draw_headers(page, plan)
    draw_scores(page, plan)
    put_all(page, formulas)
    typed = replace(style.INPUT, border="below", horizontal="right")
    painted = set(plan.painting.cells.values()) if plan.painting else set[tuple[int, int]]()
    every = inputs(model)
    put_inputs(page, [each for each in every if (each.row, each.column) not in painted], typed, texts)
    put_inputs(page, [each for each in every if (each.row, each.column) in painted], _PAINTED, texts)
    _set_widths(page, plan)
    draw_painting(page, plan)
    _draw_passes(page, plan)
    if others := model.once(others_of):
        _draw_others(page, others)
    if plan.dimensions == 1:
        draw_curve(page, plan)
    elif plan.side:
        draw_surface(page, plan)
    # A price would become a power of ten.
    if not plan.is_undone:
        outputs = [plan.columns[shown(key)] for key in plan.outputs]
        area = f"{cell(plan.first_row, min(outputs))}:{cell(max(plan.rows), max(outputs))}"
        align_ordinary(page, area, style.FEW_DIGITS)
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.SAMPLES].strong
    protect(page)
    last = plan.picture_column + plan.picture_width - 1 if plan.side else max(plan.columns.values())
    bottom = max(plan.point_row - 2, PICTURE_ROW + (plan.side if plan.dimensions == 2 else 0) + 2)
    if plan.painting:
        # The table is as wide as the picture has cells.
        bottom, last = plan.scores_row - 1, plan.painting.last_column
        if plan.painting.is_sequence:
            # Rows of the table may go on where it ends.
            bottom, last = plan.sample_row - 2, max(last, VALUE_COLUMN + len(plan.inputs) - 1)
    # The link beside the controls goes on over so many columns.
    last = max(last, VALUE_COLUMN + _LINK_COLUMNS)
    page.print_area = f"A1:{cell(bottom, last)}"
    print_landscape(page)
    page.page_setup.fitToWidth = 1


def _draw_controls(page: Page, plan: PredictPlan) -> None:
    texts = plan.model.texts
    for name, row in plan.controls.items():
        isof_part = name in ("right", "accuracy") and plan.model.spec.held_out
        text = f"{name} label of the training samples" if isof_part else f"{name} label"
        if name == "right" and plan.names_steps:
            text = text.replace("right", "steps right", 1)
        label = texts.get("predict", text).format(count=plan.model.spec.samples * max(len(plan.groups), 1))
        put_text(page, row, LABEL_COLUMN, label, _LABEL)
    for index in range(len(plan.axes)):
        for name, row in zip(("first", "last"), plan.ends(index + 1), strict=True):
            label = texts.get("predict", f"{name} label").format(input=input_name(plan, index))
            put_text(page, row, LABEL_COLUMN, label, _LABEL)
    if plan.kind == classes.TWO:
        for place, name in labels(plan.model).items():
            put_text(page, place.row, place.column, name, _CLASS_NAME)
    target = f"{TYPED_ITERATION.sheet}!{cell(TYPED_ITERATION.row, TYPED_ITERATION.column)}"
    note = texts.get("predict", "weights note of the best" if plan.model.spec.held_out else "weights note")
    put_link(page, plan.controls["weights"], VALUE_COLUMN + 1, note, target, _LINK)


def _draw_headers(page: Page, plan: PredictPlan) -> None:
    model, texts = plan.model, plan.model.texts
    groups = dict.fromkeys((*plan.inputs, *plan.targets), Group.SAMPLES)
    titles = {key: input_name(plan, index) for index, key in enumerate(plan.inputs)}
    called = model.spec.data.t_names
    for index, key in enumerate(plan.targets):
        name = f" {called[index]}" if called and plan.kind != classes.SEVERAL else ""
        titles[key] = model.symbols(key) + name
    titles |= {shown(key): model.symbols(key) for key in plan.outputs}
    titles |= {shown(key) if key in plan.outputs else key: name for key, name in undone_names(plan).items()}
    titles |= {name: texts.get("predict", name) for name in ("target class", "class", "is right")}
    titles["steps right"] = texts.get("predict", "steps right").format(count=len(plan.groups))
    put_text(page, plan.header_row, LABEL_COLUMN, texts.get("predict", "yours"), _filled(Group.ITERATION))
    for name, column in plan.columns.items():
        put_text(page, plan.header_row, column, titles[name], _filled(groups.get(name, Group.FORWARD)))
    if plan.kind == classes.SEVERAL:
        quiet = replace(style.QUIET, shrink=True)
        for keys_of in (plan.targets, [shown(key) for key in plan.outputs]):
            for key, name in zip(keys_of, names(plan), strict=True):
                put_text(page, plan.class_row, plan.columns[key], name, quiet)
    for number in range(1, INPUT_ROWS + 1):
        row = plan.first_row + number - 1
        is_painted = plan.painting is not None and number == 1
        name = "painted row" if is_painted else "continued row" if row in plan.continued_rows else "yours number"
        put_text(page, row, LABEL_COLUMN, texts.get("predict", name).format(number=number), _LABEL)
    _band(page, plan, plan.sample_row - 1, of_part(plan, "training samples" if plan.model.spec.held_out else "samples"))
    for number in range(1, plan.samples + 1):
        label = texts.get("predict", "sample number").format(number=number)
        put_text(page, plan.sample_row + number - 1, LABEL_COLUMN, label, _LABEL)
    if plan.points:
        _band(page, plan, plan.point_row - 1, texts.get("predict", "points"))


def _filled(group: str) -> style.Look:
    return style.varied(style.HEADER, fill=style.GROUPS[group].strong, shrink=True)


def _band(page: Page, plan: PredictPlan, row: int, text: str) -> None:
    band = replace(style.BAND, fill=style.GROUPS[Group.ITERATION].strong)
    for column in range(LABEL_COLUMN, max(plan.columns.values()) + 1):
        put(page, row, column, band)
    put_text(page, row, LABEL_COLUMN, text, band)


def _set_widths(page: Page, plan: PredictPlan) -> None:
    widths: dict[int, float] = {1: _MARGIN_WIDTH, LABEL_COLUMN: _LABEL_WIDTH}
    for column in range(VALUE_COLUMN, plan.layout.last_column + 1):
        widths[column] = _WIDTH
    widths[plan.picture_column - 1] = _MARGIN_WIDTH
    if plan.dimensions == 1:
        widths |= dict.fromkeys(
            range(plan.picture_column, plan.picture_column + plan.picture_width), _CHART_COLUMN_WIDTH
        )
    elif plan.side:
        widths |= dict.fromkeys(range(plan.picture_column + 1, plan.picture_column + 1 + plan.side), _POINT_WIDTH)
        widths[plan.picture_column] = _AXIS_WIDTH
    if plan.painting:
        widths |= widths_of_painting(plan.painting)
    page.widths.update(widths)


def _draw_passes(page: Page, plan: PredictPlan) -> None:
    """Draw the names of the parameters in use and the headers of the passes."""
    symbols, texts = plan.model.symbols, plan.model.texts
    first = plan.layout.cells[plan.parameters[0]].column
    put_text(page, PARAMETER_ROW - 2, first, texts.get("predict", "used"), style.TITLE)
    for key in plan.parameters:
        put_text(page, PARAMETER_ROW - 1, plan.layout.cells[key].column, symbols(key), _filled(Group.PARAMETERS))
    put_text(page, plan.header_row - 1, first, texts.get("predict", "passes"), style.TITLE)
    for node in plan.nodes:
        group = Group.SAMPLES if node.group == Group.SAMPLES else Group.FORWARD
        put_text(page, plan.header_row, plan.layout.column(node.key), symbols(node.key), _filled(group))
    columns = [plan.layout.column(node.key) for node in plan.nodes]
    align_ordinary(page, f"{cell(plan.first_row, min(columns))}:{cell(max(plan.rows), max(columns))}")
    last = plan.layout.cells[plan.parameters[-1]].column
    align_ordinary(page, f"{cell(PARAMETER_ROW, first)}:{cell(PARAMETER_ROW, last)}")


def _draw_others(page: Page, others: Others) -> None:
    """Draw the title and the header of the passes of the samples that the table does not show."""
    texts, symbols = others.plan.model.texts, others.plan.model.symbols
    numbers = {"first": others.samples[0] + 1, "last": others.samples[-1] + 1}
    title = texts.get("predict", "other samples").format(**numbers)
    put_text(page, others.title_row, others.first_column, title, style.TITLE)
    header = others.title_row + 1
    for node in others.nodes:
        put_text(page, header, others.layout.column(node.key), symbols(node.key), _filled(Group.FORWARD))
    if others.plan.groups:
        name = "steps right" if others.plan.names_steps else "is right"
        text = texts.get("predict", name).format(count=len(others.plan.groups))
        put_text(page, header, others.mark_column, text, _filled(Group.FORWARD))
    last = cell(others.last_row, others.mark_column - 1)
    align_ordinary(page, f"{cell(others.first_row, others.first_column)}:{last}")

"""Draws the Predict sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openpyxl.formatting.rule import ColorScaleRule, Rule
from openpyxl.styles import Border, Font, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from xlnet.book import style
from xlnet.book.choices import ITERATION
from xlnet.book.drawing.cells import put, put_text
from xlnet.book.drawing.charts import Chart, Line, draw_chart
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.live import Formula, put_all, put_inputs
from xlnet.book.model import Model
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.classes import labels, names
from xlnet.book.sheets.predict.formulas import inputs
from xlnet.book.sheets.predict.others import Others, others_of
from xlnet.book.sheets.predict.painting_drawing import draw_painting
from xlnet.book.sheets.predict.painting_drawing import widths as widths_of_painting
from xlnet.book.sheets.predict.plan import (
    INPUT_ROWS,
    LABEL_COLUMN,
    PARAMETER_ROW,
    PICTURE_ROW,
    TITLE_ROW,
    VALUE_COLUMN,
    PredictPlan,
    shown,
)
from xlnet.book.sheets.predict.scores_drawing import draw_scores
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, absolute, call
from xlnet.graph.node import Group
from xlnet.graph.references import COLUMN, ROW, Bracketed, InCell, InCells, compared
from xlnet.model import classification as classes
from xlnet.model.network import targets
from xlnet.render.excel import cell, condition
from xlnet.xlsx.page import Page

_MARGIN_WIDTH, _LABEL_WIDTH, _WIDTH, _POINT_WIDTH, _AXIS_WIDTH = 2.0, 26.0, 13.0, 4.2, 6.0
_CHART_COLUMN_WIDTH = 9.0
_MOST_LINES = 6
# Numbers of formats below 164 are Excel's own.
_MARK_FORMAT_NUMBER = 210
_LABEL = replace(style.TEXT, border="below")
_NOTE = replace(style.QUIET, horizontal="left")
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
        _draw_curve(page, plan)
    elif plan.side:
        _draw_surface(page, plan)
    # A price would become a power of ten.
    if not plan.is_undone:
        outputs = [plan.columns[shown(key)] for key in plan.outputs]
        align_ordinary(page, f"{cell(plan.first_row, min(outputs))}:{cell(max(plan.rows), max(outputs))}")
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.SAMPLES].strong
    protect(page)
    last = plan.picture_column + plan.picture_width - 1 if plan.side else max(plan.columns.values())
    bottom = max(plan.point_row - 2, PICTURE_ROW + (plan.side if plan.dimensions == 2 else 0) + 2)
    if plan.painting:
        # The table is as wide as the picture has cells.
        bottom, last = plan.scores_row - 1, plan.painting.last_column
    page.print_area = f"A1:{cell(bottom, last)}"
    print_landscape(page)
    page.page_setup.fitToWidth = 1


def _draw_controls(page: Page, plan: PredictPlan) -> None:
    texts = plan.model.texts
    for name, row in plan.controls.items():
        is_of_part = name in ("right", "accuracy") and plan.model.spec.held_out
        text = f"{name} label of the training samples" if is_of_part else f"{name} label"
        label = texts.get("predict", text).format(count=plan.model.spec.samples)
        put_text(page, row, LABEL_COLUMN, label, _LABEL)
    for index in range(len(plan.axes)):
        for name, row in zip(("first", "last"), plan.ends(index + 1), strict=True):
            label = texts.get("predict", f"{name} label").format(input=_input_name(plan, index))
            put_text(page, row, LABEL_COLUMN, label, _LABEL)
    if plan.kind == classes.TWO:
        for place, name in labels(plan.model).items():
            put_text(page, place.row, place.column, name, _CLASS_NAME)
    target = f"{ITERATION.cell.sheet}!{cell(ITERATION.cell.row, ITERATION.cell.column)}"
    note = texts.get("predict", "weights note of the best" if plan.model.spec.held_out else "weights note")
    put_link(page, plan.controls["weights"], VALUE_COLUMN + 1, note, target, _LINK)


def _of_part(plan: PredictPlan, name: str) -> str:
    """Return a text on the samples, which says so where only the first ones are shown."""
    every = plan.model.spec.samples
    if plan.samples == every:
        return plan.model.texts.get("predict", name)
    return plan.model.texts.get("predict", f"{name} of the first").format(count=plan.samples, all=f"{every:,}")


def _input_name(plan: PredictPlan, index: int) -> str:
    """Return the symbol of an input, and what it is called."""
    called = plan.model.spec.data.x_names
    symbol = plan.model.symbols(plan.seen[index])
    if plan.is_standardized and called:
        return called[index]
    return f"{symbol} {called[index]}" if called else symbol


def _draw_headers(page: Page, plan: PredictPlan) -> None:
    model, texts = plan.model, plan.model.texts
    groups = dict.fromkeys((*plan.inputs, *plan.targets), Group.SAMPLES)
    titles = {key: _input_name(plan, index) for index, key in enumerate(plan.inputs)}
    called = model.spec.data.t_names
    for index, key in enumerate(plan.targets):
        name = f" {called[index]}" if called and plan.kind != classes.SEVERAL else ""
        titles[key] = model.symbols(key) + name
    titles |= {shown(key): model.symbols(key) for key in plan.outputs}
    titles |= {shown(key) if key in plan.outputs else key: name for key, name in _undone_names(plan).items()}
    titles |= {name: texts.get("predict", name) for name in ("target class", "class", "is right")}
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
    _band(
        page, plan, plan.sample_row - 1, _of_part(plan, "training samples" if plan.model.spec.held_out else "samples")
    )
    for number in range(1, plan.samples + 1):
        label = texts.get("predict", "sample number").format(number=number)
        put_text(page, plan.sample_row + number - 1, LABEL_COLUMN, label, _LABEL)
    if plan.points:
        _band(page, plan, plan.point_row - 1, texts.get("predict", "points"))


def _undone_names(plan: PredictPlan) -> dict[str, str]:
    """Return what targets and outputs are called that are shown in the units of the targets; none where none are."""
    if not plan.is_undone:
        return {}
    spec, text = plan.model.spec, plan.model.texts.get("predict", "undone")
    own = spec.data.t_names or [plan.model.symbols(key) for key in targets(spec)]
    names = dict(zip(plan.targets, own, strict=True))
    return names | {key: text.format(name=name) for key, name in zip(plan.outputs, own, strict=True)}


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
    if others.plan.kind:
        put_text(page, header, others.mark_column, texts.get("predict", "is right"), _filled(Group.FORWARD))
    last = cell(others.last_row, others.mark_column - 1)
    align_ordinary(page, f"{cell(others.first_row, others.first_column)}:{last}")


def _draw_curve(page: Page, plan: PredictPlan) -> None:
    """Draw the outputs over the only input, with the samples as marks."""
    called = {key: plan.model.symbols(key) for key in (*plan.outputs, *plan.targets)} | _undone_names(plan)
    x, last = plan.columns[plan.inputs[0]], plan.point_row + plan.points - 1
    lines = [Line(plan.columns[shown(key)], called[key]) for key in plan.outputs[:_MOST_LINES]]
    samples = (plan.sample_row, plan.sample_row + plan.samples - 1)
    lines += [
        Line(plan.columns[key], called[key], dashed=True, marked=True, rows=samples)
        for key in plan.targets[:_MOST_LINES]
    ]
    chart = Chart(
        title=_of_part(plan, "curve"),
        x_title=_input_name(plan, 0),
        y_title=_undone_names(plan).get(plan.targets[0], "y, t"),
        lines=lines,
        x_column=x,
        first_row=plan.point_row,
        last_row=last,
        x_max=None,
    )
    draw_chart(page, plan.picture_column, chart, PICTURE_ROW)


def _draw_surface(page: Page, plan: PredictPlan) -> None:
    """Colour the picture of the plane, mark the samples in it, and name its axes."""
    texts, left = plan.model.texts, plan.picture_column + 1
    symbols = plan.model.symbols
    title = texts.get("predict", "surface").format(output=symbols(plan.outputs[0]))
    if "output" in plan.controls:
        chosen = cell(plan.controls["output"], VALUE_COLUMN)
        title = texts.get("predict", "chosen surface").format(cell=chosen)
    put_text(page, PICTURE_ROW - 1, left, title, style.TITLE)
    across, up = _input_name(plan, 0), _input_name(plan, 1)
    names_row = PICTURE_ROW + plan.side + 1
    note = texts.get("predict", "surface note").format(across=across, up=up)
    put_text(page, names_row, left, note, _NOTE)
    put_text(page, names_row + 2, left, texts.get("predict", "key of classes" if plan.kind else "key"), _NOTE)
    if plan.kind:
        put_text(page, names_row + 1, left, _of_part(plan, "marks"), _NOTE)
    first, last = cell(*plan.cell_of_point(0, plan.side - 1)), cell(*plan.cell_of_point(plan.side - 1, 0))
    area = f"{first}:{last}"
    for rule in _marks(plan):
        page.conditional_formatting.add(area, rule)
    low, middle, high = style.SIGNED_SCALE
    if plan.kind:
        scale = ColorScaleRule("num", 0, low, "num", classes.BOUNDARY, middle, "num", 1, high)  # type: ignore[no-untyped-call]
    else:
        scale = ColorScaleRule("min", None, low, "percentile", 50, middle, "max", None, high)  # type: ignore[no-untyped-call]
    page.conditional_formatting.add(area, scale)


def _marks(plan: PredictPlan) -> list[Rule]:
    """Return the rules that mark the points nearest to a sample, with a full or an empty circle by its target."""
    last = plan.sample_row + plan.samples - 1

    def samples(*keys: str) -> InCells:
        columns = [plan.columns[key] for key in keys]
        return InCells(Area(NAME, plan.sample_row, columns[0], last, columns[-1]))

    def control(row: int) -> InCell:
        return InCell(Cell(NAME, row, VALUE_COLUMN))

    def near(number: int, axis: InCell) -> Expression:
        distance = absolute(samples(plan.inputs[number - 1]) - axis)
        first, last = map(control, plan.ends(number))
        width = (last - first) / (2 * (plan.side - 1))
        return Bracketed(compared(distance, "<=", width))

    across = InCell(Cell(NAME, PICTURE_ROW + plan.side, plan.picture_column + 1), ROW)
    up = InCell(Cell(NAME, PICTURE_ROW, plan.picture_column), COLUMN)
    here = near(1, across) * near(2, up)
    target: Expression = samples(plan.targets[0])
    if "output" in plan.controls:
        target = call("index", samples(plan.targets[0], plan.targets[-1]), 0, control(plan.controls["output"]))
    full = here * Bracketed(compared(target, ">", classes.BOUNDARY)) if plan.kind else here
    rules = [_mark(compared(call("sumproduct", full), ">", 0), "●")]
    if plan.kind:
        rules.append(_mark(compared(call("sumproduct", here), ">", 0), "○"))
    return rules


def _mark(where: Expression, sign: str) -> Rule:
    side = Side(style="thin", color="334155")
    look = DifferentialStyle(
        font=Font(b=True, color="0F172A"),
        border=Border(left=side, right=side, top=side, bottom=side),
        numFmt=NumberFormat(numFmtId=_MARK_FORMAT_NUMBER + (sign == "○"), formatCode=f'"{sign}"'),
    )
    return Rule(type="expression", dxf=look, formula=[condition(where, NAME)], stopIfTrue=False)

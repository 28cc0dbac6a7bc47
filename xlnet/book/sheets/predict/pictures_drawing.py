"""Draws the picture on the Predict sheet: a curve over the only input, or the plane of two."""

from __future__ import annotations

from dataclasses import replace

from openpyxl.formatting.rule import ColorScaleRule, Rule
from openpyxl.styles import Border, Font, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.charts import Chart, Line, draw_chart
from xlnet.book.drawing.scales import signed_scale
from xlnet.book.sheets.predict import NAME
from xlnet.book.sheets.predict.plan import (
    PICTURE_ROW,
    VALUE_COLUMN,
    PredictPlan,
    shown,
)
from xlnet.book.sheets.predict.words import input_name, of_part, undone_names
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, absolute, call
from xlnet.graph.references import COLUMN, ROW, Bracketed, InCell, InCells, compared
from xlnet.model import classification as classes
from xlnet.render.excel import cell, condition
from xlnet.xlsx.page import Page

_MOST_LINES = 6
# Numbers of formats below 164 are Excel's own.
_MARK_FORMAT_NUMBER = 210
_NOTE = replace(style.QUIET, horizontal="left")


def draw_curve(page: Page, plan: PredictPlan) -> None:
    """Draw the outputs over the only input, with the samples as marks."""
    called = {key: plan.model.symbols(key) for key in (*plan.outputs, *plan.targets)} | undone_names(plan)
    x, last = plan.columns[plan.inputs[0]], plan.point_row + plan.points - 1
    lines = [Line(plan.columns[shown(key)], called[key]) for key in plan.outputs[:_MOST_LINES]]
    samples = (plan.sample_row, plan.sample_row + plan.samples - 1)
    lines += [
        Line(plan.columns[key], called[key], dashed=True, marked=True, rows=samples)
        for key in plan.targets[:_MOST_LINES]
    ]
    chart = Chart(
        title=of_part(plan, "curve"),
        x_title=input_name(plan, 0),
        y_title=undone_names(plan).get(plan.targets[0], "y, t"),
        lines=lines,
        x_column=x,
        first_row=plan.point_row,
        last_row=last,
        x_max=None,
    )
    draw_chart(page, plan.picture_column, chart, PICTURE_ROW, plan.model.texts)


def draw_surface(page: Page, plan: PredictPlan) -> None:
    """Colour the picture of the plane, mark the samples in it, and name its axes."""
    texts, left = plan.model.texts, plan.picture_column + 1
    symbols = plan.model.symbols
    title = texts.get("predict", "surface").format(output=symbols(plan.outputs[0]))
    if "output" in plan.controls:
        chosen = cell(plan.controls["output"], VALUE_COLUMN)
        title = texts.get("predict", "chosen surface").format(cell=chosen)
    put_text(page, PICTURE_ROW - 1, left, title, style.TITLE)
    across, up = input_name(plan, 0), input_name(plan, 1)
    names_row = PICTURE_ROW + plan.side + 1
    note = texts.get("predict", "surface note").format(across=across, up=up)
    put_text(page, names_row, left, note, _NOTE)
    has_signs = min(map(min, plan.model.spec.data.t)) < 0 < max(map(max, plan.model.spec.data.t))
    key = "key of classes" if plan.kind else "key of signs" if has_signs else "key"
    put_text(page, names_row + 2, left, texts.get("predict", key), _NOTE)
    if plan.kind:
        put_text(page, names_row + 1, left, of_part(plan, "marks"), _NOTE)
    first, last = plan.cell_of_point(0, plan.side - 1), plan.cell_of_point(plan.side - 1, 0)
    area = f"{cell(*first)}:{cell(*last)}"
    for rule in _marks(plan):
        page.conditional_formatting.add(area, rule)
    low, middle, high = style.SIGNED_SCALE
    if plan.kind:
        scale = ColorScaleRule("num", 0, low, "num", classes.BOUNDARY, middle, "num", 1, high)  # type: ignore[no-untyped-call]
    elif has_signs:
        scale = signed_scale([Area(NAME, *first, *last)])
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

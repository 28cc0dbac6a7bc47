"""Draws the Validation sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put_text
from xlnet.book.drawing.charts import Chart, Line, draw_chart
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.live import Formula, put_all
from xlnet.book.model import Model
from xlnet.book.sheets.predict import NAME as PREDICT
from xlnet.book.sheets.predict import confusion
from xlnet.book.sheets.predict.plan import VALUE_COLUMN as PREDICT_COLUMN
from xlnet.book.sheets.predict.plan import PredictPlan
from xlnet.book.sheets.predict.scores_drawing import draw_confusion, draw_fit_labels
from xlnet.book.sheets.validation.plan import (
    ABOUT_ROW,
    ACCURACIES,
    BEST,
    CHART_ROW,
    CHART_SIZE,
    CHART_STEP,
    COUNTED,
    END,
    FIRST_POINT_ROW,
    LABEL_COLUMN,
    LOSSES,
    MOMENTS,
    POINTS_COLUMN,
    POINTS_HEADER_ROW,
    START,
    SUMMARY_ROW,
    TITLE_ROW,
    VALUE_COLUMN,
    VERDICT_ROW,
    ValidationPlan,
)
from xlnet.book.sheets.validation.scores import table_of
from xlnet.graph.node import Group
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

# Two lines, where a sentence is long.
_VERDICT_HEIGHT = 36
_MARGIN_WIDTH, _LABEL_WIDTH, _WIDTH, _PASS_WIDTH = 2.0, 26.0, 12.0, 12.5
_LABEL = replace(style.TEXT, border="below")
_NOTE = replace(style.QUIET, horizontal="left")


def draw(page: Page, model: Model, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    plan, words = model.once(ValidationPlan), model.texts.sections["validation"]
    put_text(page, TITLE_ROW, LABEL_COLUMN, words["title"], replace(style.TITLE, size=16))
    about = words["about"].format(training=f"{model.spec.samples:,}", validation=f"{model.spec.held_out:,}")
    put_text(page, ABOUT_ROW, LABEL_COLUMN, about, _NOTE)
    _draw_summary(page, plan)
    name = "thinned" if plan.count < model.spec.training.iters else "whole"
    note = words[name].format(count=plan.count, all=f"{model.spec.training.iters:,}")
    put_text(page, VERDICT_ROW + 1, LABEL_COLUMN, note, _NOTE)
    target = f"{PREDICT}!{cell(model.once(PredictPlan).controls['weights'], PREDICT_COLUMN)}"
    put_link(page, VERDICT_ROW + 2, LABEL_COLUMN, words["use"], target)
    put_all(page, formulas)
    charts = list(_charts(plan))
    for index, chart in enumerate(charts):
        draw_chart(page, LABEL_COLUMN + index * CHART_STEP, chart, CHART_ROW, model.texts)
    draw_points(page, plan)
    _draw_scores(page, plan)
    merge(page, VERDICT_ROW, LABEL_COLUMN, LABEL_COLUMN + CHART_STEP - 2)
    page.heights[VERDICT_ROW] = _VERDICT_HEIGHT
    _show_numbers(page, plan)
    widths = {1: _MARGIN_WIDTH, LABEL_COLUMN: _LABEL_WIDTH}
    widths |= dict.fromkeys(range(VALUE_COLUMN, plan.first_pass_column), _WIDTH)
    widths |= dict.fromkeys(range(plan.first_pass_column, plan.pass_column(plan.count)), _PASS_WIDTH)
    for column, width in widths.items():
        page.widths[column] = width
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.LOSS].strong
    protect(page)
    bottom = plan.scores_row + (confusion.height(plan.classes) if plan.classes else len(plan.fitted) + 1)
    right = max(LABEL_COLUMN + len(charts) * CHART_STEP - 1, LABEL_COLUMN + plan.classes + 2)
    page.print_area = f"A1:{cell(bottom, right)}"
    print_landscape(page)
    page.page_setup.fitToWidth = 1


def _draw_summary(page: Page, plan: ValidationPlan) -> None:
    texts = plan.model.texts
    header = replace(style.HEADER, fill=style.GROUPS[Group.LOSS].strong, shrink=True)
    put_text(page, SUMMARY_ROW, LABEL_COLUMN, "", header)
    put_text(page, SUMMARY_ROW, VALUE_COLUMN, texts.get("header", "iter"), header)
    for measure in plan.measures:
        column = plan.summary_cell(START, measure).column
        put_text(page, SUMMARY_ROW, column, texts.get("validation", measure), header)
    for moment in MOMENTS:
        put_text(page, plan.summary_cell(moment).row, LABEL_COLUMN, texts.get("validation", moment), _LABEL)


def _draw_scores(page: Page, plan: ValidationPlan) -> None:
    texts, spec = plan.model.texts, plan.model.spec
    count, title = f"{spec.held_out:,}", replace(style.TITLE, size=11)
    if table := table_of(plan):
        put_text(page, table.row, table.column, texts.get("validation", "confusion").format(count=count), title)
        draw_confusion(page, table, plan.model)
        pair = replace(style.QUIET, shrink=True)
        put_text(page, 1, plan.pair_column, texts.get("predict", "pair"), pair)
    if plan.fitted:
        put_text(page, plan.scores_row, LABEL_COLUMN, texts.get("validation", "fit").format(count=count), title)
        draw_fit_labels(page, plan.model, plan.fitted, plan.scores_row + 1, LABEL_COLUMN)


def draw_points(page: Page, plan: ValidationPlan) -> None:
    """Draw the headers of the points, of their parameters, and of the passes."""
    model, texts = plan.model, plan.model.texts
    header = replace(style.HEADER, fill=style.CONSTANTS.strong, shrink=True)
    put_text(page, POINTS_HEADER_ROW - 1, plan.points_column, texts.get("validation", "points"), _NOTE)
    put_text(page, POINTS_HEADER_ROW, plan.points_column, texts.get("header", "iter"), header)
    for name in (*plan.measures, COUNTED):
        put_text(page, POINTS_HEADER_ROW, plan.column(name), texts.get("validation", name), header)
    put_text(page, POINTS_HEADER_ROW - 1, plan.first_parameter_column, texts.get("validation", "used"), _NOTE)
    filled = replace(style.HEADER, fill=style.GROUPS[Group.PARAMETERS].strong, shrink=True)
    for column, key in enumerate(plan.parameters, plan.first_parameter_column):
        put_text(page, POINTS_HEADER_ROW, column, model.symbols(key), filled)
    looks = {group: replace(style.HEADER, fill=style.GROUPS[group].strong, shrink=True) for group in style.GROUPS}
    for layout in plan.layouts:
        for node in plan.nodes:
            named = texts.get("validation", "right") if node is plan.marks else model.symbols(node.key)
            put_text(page, 1, layout.column(node.key), named, looks[node.group])


def _show_numbers(page: Page, plan: ValidationPlan) -> None:
    """Give numbers of ordinary size the same digits."""
    losses = [plan.summary_cell(moment, measure) for moment in (START, END) for measure in LOSSES]
    summary = f"{cell(losses[0].row, losses[0].column)}:{cell(losses[-1].row, losses[-1].column)}"
    align_ordinary(page, summary, style.FEW_DIGITS)
    last_row = plan.point_row(plan.count - 1)
    areas = [(plan.column(LOSSES[0]), plan.column(LOSSES[1])), (plan.column(COUNTED), plan.column(COUNTED))]
    areas.append((plan.first_parameter_column, plan.first_pass_column - 2))
    for first, last in areas:
        align_ordinary(page, f"{cell(FIRST_POINT_ROW, first)}:{cell(last_row, last)}")
    first, last = plan.first_pass_column, plan.pass_column(plan.count) - 1
    align_ordinary(page, f"{cell(plan.rows[0], first)}:{cell(plan.rows[-1], last)}")


def _charts(plan: ValidationPlan) -> Iterator[Chart]:
    texts = plan.model.texts
    best = plan.summary_cell(BEST)

    def chart(name: str, y: str, measures: Sequence[str]) -> Chart:
        lines = [Line(plan.column(measure), texts.get("validation", measure)) for measure in measures]
        mark = plan.summary_cell(BEST, measures[1])
        lines.append(
            Line(
                mark.column, texts.get("validation", BEST), marked=True, rows=(best.row, best.row), x_column=best.column
            )
        )
        return Chart(
            title=texts.get("validation", name),
            x_title=texts.get("header", "iter"),
            y_title=y,
            lines=lines,
            x_column=POINTS_COLUMN,
            first_row=FIRST_POINT_ROW,
            last_row=plan.point_row(plan.count - 1),
            x_max=plan.model.spec.training.iters,
            size=CHART_SIZE,
        )

    yield chart("loss chart", "E", LOSSES)
    if plan.groups:
        yield replace(chart("accuracy chart", texts.get("dashboard", "share"), ACCURACIES), y_max=1)

"""Draws the Dashboard sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.bars import Bars, draw_bars
from xlnet.book.drawing.cells import put, put_text
from xlnet.book.drawing.charts import COLUMNS, ROWS, Chart, Line, draw_chart
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.live import Formula, put_all, put_inputs
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard.diagnosis.drawing import draw_diagnosis
from xlnet.book.sheets.dashboard.formulas import inputs
from xlnet.book.sheets.dashboard.plan import (
    CHART_COLUMN,
    FIRST_HEADLINE_ROW,
    FIRST_POINT_ROW,
    LABEL_COLUMN,
    LOSS_TIMES,
    OUTPUT_TIMES,
    POINTS_COLUMN,
    POINTS_HEADER_ROW,
    SMALLEST_LOSS,
    TITLE_ROW,
    VALIDATED,
    VALUE_COLUMN,
    WEIGHT_TIMES,
    Headline,
    Points,
    headlines,
    outputs,
    points,
    targets,
    weights,
)
from xlnet.book.sheets.dashboard.through_time import Series, ThroughTime
from xlnet.book.sheets.validation import NAME as VALIDATION
from xlnet.graph.node import Group
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

_CHART_COLUMN_WIDTH, _POINT_WIDTH = 9, 12.5
_LABEL = replace(style.TEXT, border="below")
_VALUE = replace(style.TEXT, border="below", bold=True, horizontal="right")
_LINK = replace(style.LINK, border="below")
_NOTE = replace(style.QUIET, horizontal="left", vertical="top")
# The headlines with digits after the point: they stand below each other.
_NUMBERS = ("first loss", "final loss", "validation loss", "output")


def draw(page: Page, model: Model, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    texts = model.texts
    put_text(page, TITLE_ROW, LABEL_COLUMN, model.title, replace(style.TITLE, size=16))
    placed = list(enumerate(headlines(model.spec), FIRST_HEADLINE_ROW))
    for row, headline in placed:
        if headline.name in VALIDATED:
            put_link(page, row, LABEL_COLUMN, _label(headline, model), f"{VALIDATION}!A1", _LINK)
        else:
            put_text(page, row, LABEL_COLUMN, _label(headline, model), _LABEL)
        put(page, row, VALUE_COLUMN, _VALUE)
    put_inputs(page, inputs(model), replace(style.INPUT, border="below", horizontal="right"), texts)
    shown = model.once(points)
    thinned = "thinned" if shown.count < shown.iterations else "whole"
    note = texts.get("dashboard", thinned).format(count=shown.count)
    put_text(page, FIRST_HEADLINE_ROW + len(placed) + 1, LABEL_COLUMN, note, _NOTE)
    _draw_points(page, shown, model)
    draw_diagnosis(page, model)
    put_all(page, formulas)
    charts: list[Chart | Bars] = [*_charts(model, shown)]
    if shown.through_time is not None:
        charts.append(_bars(shown.through_time, model))
    for index, chart in enumerate(charts):
        across, down = index % 2 * (COLUMNS + 1), index // 2 * (ROWS + 1)
        column, row = CHART_COLUMN + across, FIRST_HEADLINE_ROW + down
        if isinstance(chart, Bars):
            draw_bars(page, column, chart, row, texts)
        else:
            draw_chart(page, column, chart, row, texts)
    numbers = [row for row, headline in placed if headline.name in _NUMBERS]
    headline_cells = f"{cell(min(numbers), VALUE_COLUMN)}:{cell(max(numbers), VALUE_COLUMN)}"
    last_cell = cell(FIRST_POINT_ROW + shown.count - 1, shown.column(shown.every_key[-1]))
    align_ordinary(page, headline_cells, style.FEW_DIGITS)
    align_ordinary(page, f"{cell(FIRST_POINT_ROW, POINTS_COLUMN + 1)}:{last_cell}")
    protect(page)
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.LOSS].strong
    page.widths.update({1: 2, 2: 34, 3: 16, 4: 2})
    for column in range(CHART_COLUMN, POINTS_COLUMN):
        # Programs have widths of their own for columns that have none, and charts are placed by columns.
        page.widths[column] = _CHART_COLUMN_WIDTH
    for key in shown.every_key:
        page.widths[shown.column(key)] = _POINT_WIDTH
    page.print_area = f"A1:{cell(FIRST_HEADLINE_ROW + max(3, -(-len(charts) // 2)) * (ROWS + 1), POINTS_COLUMN - 2)}"
    print_landscape(page)
    page.page_setup.fitToWidth = 1


def _text(name: str, model: Model) -> str:
    """Return a text, that on the row's batch where rows have batches of their own and there is one.

    Where samples are held out, that on the training samples.
    """
    of_training = f"{name} of the training samples"
    if model.spec.held_out and of_training in model.texts.sections["dashboard"]:
        return model.texts.get("dashboard", of_training)
    of_a_batch = f"{name} of a batch"
    has_one = model.spec.draws_samples and of_a_batch in model.texts.sections["dashboard"]
    return model.texts.get("dashboard", of_a_batch if has_one else name)


def _label(headline: Headline, model: Model) -> str:
    text = _text(headline.name, model)
    return f"{text} {model.symbols(headline.key)}" if headline.key else text


def _draw_points(page: Page, shown: Points, model: Model) -> None:
    """Draw the header of the table behind the charts."""
    header = replace(style.HEADER, fill=style.CONSTANTS.strong)
    texts = model.texts
    put_text(page, POINTS_HEADER_ROW - 1, POINTS_COLUMN, texts.get("dashboard", "points"), _NOTE)
    put_text(page, POINTS_HEADER_ROW, POINTS_COLUMN, texts.get("header", "iter"), header)
    put_text(page, POINTS_HEADER_ROW, POINTS_COLUMN + 1, texts.get("dashboard", "log loss"), header)
    put_text(page, shown.limit_row, POINTS_COLUMN + 1, texts.get("dashboard", "limit"), _NOTE)
    note = texts.get("dashboard", "limit note").format(loss=LOSS_TIMES, output=OUTPUT_TIMES, weight=WEIGHT_TIMES)
    put_text(page, shown.limit_row + 1, POINTS_COLUMN + 1, note, _NOTE)
    for key in shown.every_key:
        put_text(page, POINTS_HEADER_ROW, shown.column(key), model.symbols(key), header)
    if shown.marks is not None:
        first = shown.marks.column
        put_text(page, POINTS_HEADER_ROW - 1, first, texts.get("dashboard", "marks"), _NOTE)
        put_text(page, POINTS_HEADER_ROW, first, texts.get("header", "iter"), header)
        put_text(page, POINTS_HEADER_ROW, first + 1, texts.get("dashboard", "share"), header)
        for sample in range(1, shown.marks.samples + 1):
            put_text(page, POINTS_HEADER_ROW, first + 1 + sample, f"[{sample}]", header)
    if shown.through_time is not None:
        table = shown.through_time
        put_text(page, POINTS_HEADER_ROW - 1, table.column, texts.get("dashboard", "through time"), _NOTE)
        put_text(page, POINTS_HEADER_ROW, table.column, texts.get("dashboard", "step"), header)
        for column, each in table.numbered():
            put_text(page, POINTS_HEADER_ROW, column, _gradient(each, model), header)
            share = texts.get("dashboard", "share of the longest")
            put_text(page, POINTS_HEADER_ROW, table.share_column(column), share, header)


def _gradient(series: Series, model: Model) -> str:
    found = model.texts.get("dashboard", "through time series")
    return found.format(letter=series.state.letter, layer=series.state.layer, iteration=series.iteration)


def _bars(table: ThroughTime, model: Model) -> Bars:
    """Return the gradients by step: of each iteration as shares of its longest, as they shrink with the loss."""
    texts = model.texts
    return Bars(
        sheet=NAME,
        title=texts.get("dashboard", "through time chart"),
        x_title=texts.get("dashboard", "step"),
        y_title=texts.get("dashboard", "share of the longest"),
        columns=[(table.share_column(column), _gradient(each, model)) for column, each in table.numbered()],
        names_column=table.column,
        first_row=table.first_row,
        last_row=table.first_row + table.steps - 1,
    )


def _charts(model: Model, shown: Points) -> Iterator[Chart]:
    texts = model.texts
    last = FIRST_POINT_ROW + shown.count - 1

    def chart(name: str, y: str, lines: list[Line], *, logarithmic: bool = False) -> Chart:
        return Chart(
            title=_text(name, model),
            x_title=texts.get("header", "iter"),
            y_title=y,
            lines=lines,
            x_column=POINTS_COLUMN,
            first_row=FIRST_POINT_ROW,
            last_row=last,
            x_max=shown.iterations,
            logarithmic=logarithmic,
        )

    def line(key: str, *, dashed: bool = False) -> Line:
        return Line(shown.column(key), model.symbols(key), dashed)

    yield chart("loss chart", "E", [line(keys.LOSS)])
    floor = texts.get("chart", "floor").format(symbol="E", least=f"{SMALLEST_LOSS:.0E}")
    yield chart("log chart", floor, [Line(POINTS_COLUMN + 1, "E")], logarithmic=True)
    if outputs(model.spec):
        lines = [*(line(key) for key in outputs(model.spec)), *(line(key, dashed=True) for key in targets(model.spec))]
        name = "output chart"
        if len(outputs(model.spec)) < model.spec.batch_size * model.spec.outputs:
            name = "some outputs chart"
        yield chart(name, "y, t", lines)
    drawn = chart("weight chart", "w, b" if model.has_biases else "w", [line(key) for key in weights(model)])
    count, every = len(weights(model)), len(model.parameters)
    if count < every:
        title = texts.get("dashboard", "some weights chart").format(count=count, all=every)
        drawn = replace(drawn, title=title)
    yield drawn
    if shown.marks is not None:
        table = shown.marks
        rows = (table.first_row, table.first_row + table.count - 1)
        accuracies = [Line(table.column + 1, texts.get("dashboard", "accuracy chart"), rows=rows)]
        drawn = chart("accuracy chart", texts.get("dashboard", "share"), accuracies)
        if table.count < shown.count:
            drawn = replace(drawn, title=texts.get("dashboard", "some accuracy chart").format(count=table.count))
        yield replace(drawn, x_column=table.column, y_max=1)
    if model.spec.training.schedule:
        yield chart("rate chart", "η", [line(keys.LEARNING_RATE)])

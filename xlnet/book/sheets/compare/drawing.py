"""Draws the Compare sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle

from xlnet.book import style
from xlnet.book.drawing.cells import put, put_number, put_text
from xlnet.book.drawing.charts import Chart, Line, draw_chart
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.links import put_link, put_links
from xlnet.book.drawing.outline import fold_columns
from xlnet.book.drawing.page import print_landscape, width_of
from xlnet.book.drawing.protection import protect
from xlnet.book.drawing.rules import add_rule
from xlnet.book.drawing.scales import signed_scale
from xlnet.book.limits import most_runs
from xlnet.book.live import Formula, put_all, put_inputs
from xlnet.book.sheets.compare import NAME
from xlnet.book.sheets.compare.formulas import RUN, inputs
from xlnet.book.sheets.compare.names import name_of
from xlnet.book.sheets.compare.plan import (
    BAND_ROW,
    CHART_COLUMNS,
    CHARTS_ABREAST,
    CONTROL_ROW,
    FIRST_RUN_ROW,
    HEADER_ROW,
    LABEL_COLUMN,
    LOG_LOSS,
    LOSS,
    LOSS_TIMES,
    OUTPUT,
    OUTPUT_TIMES,
    SHARED_ROW,
    TITLE_ROW,
    VALUE_COLUMN,
    WAYS_ROW,
    WEIGHT_TIMES,
    Column,
    ComparePlan,
    Series,
)
from xlnet.book.sheets.dashboard.plan import SMALLEST_LOSS
from xlnet.cell import Area, Cell
from xlnet.graph.expression import call
from xlnet.graph.node import Group
from xlnet.graph.references import NEITHER, InCell, compared
from xlnet.render.excel import cell, quoted_sheet
from xlnet.xlsx.page import Page

_MARGIN_WIDTH, _NAME_WIDTH, _WIDTH = 2.0, 26.0, 12.5
# A chart is high enough for the runs' names beside it.
_LEAST_ROWS, _ROWS_BESIDE_LEGEND = 18, 3
# From the last run to the charts.
_ROWS_TO_CHARTS = 4
# In points; thinner than where a chart has few lines.
_LINE_WIDTH = 1.25
_LABEL = replace(style.TEXT, border="below")
_NOTE = replace(style.QUIET, horizontal="left")
_SETTING = replace(style.TEXT, border="below", horizontal="right")
_BANDS = {"settings": Group.SCHEDULE, "results": Group.LOSS, "initial": Group.PARAMETERS, "final": Group.PARAMETERS}
# The groups of columns; the others show how a run ends.
_GROUPS = {"run": Group.ITERATION, "setting": Group.SCHEDULE, "initial": Group.PARAMETERS, "final": Group.PARAMETERS}


def draw(page: Page, plan: ComparePlan, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with the formulas of all runs."""
    put_text(page, TITLE_ROW, LABEL_COLUMN, plan.title, replace(style.TITLE, size=16))
    put_text(page, TITLE_ROW + 1, LABEL_COLUMN, plan.texts.get("compare", "title"), _NOTE)
    _draw_controls(page, plan)
    _draw_table(page, plan)
    put_all(page, formulas)
    _draw_points(page, plan)
    _colour(page, plan)
    _set_widths(page, plan)
    _draw_ways(page, plan)
    top = plan.last_run_row + _ROWS_TO_CHARTS
    columns, rows = size = CHART_COLUMNS, max(_LEAST_ROWS, len(plan.models) + _ROWS_BESIDE_LEGEND)
    charts = list(_charts(plan, size))
    for number, chart in enumerate(charts):
        across, down = number % CHARTS_ABREAST * (columns + 1), number // CHARTS_ABREAST * (rows + 1)
        draw_chart(page, LABEL_COLUMN + across, chart, top + down, plan.texts)
    page.freeze_panes = cell(FIRST_RUN_ROW, LABEL_COLUMN + 1)
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.LOSS].strong
    protect(page)
    bottom = top + -(-len(charts) // CHARTS_ABREAST) * (rows + 1)
    page.print_area = f"A1:{cell(bottom, plan.limits_column - 2)}"
    print_landscape(page)
    page.page_setup.fitToWidth = 1


def _draw_controls(page: Page, plan: ComparePlan) -> None:
    texts = plan.texts
    put_text(page, CONTROL_ROW, LABEL_COLUMN, texts.get("compare", "bound"), _LABEL)
    for number in plan.charted_weights:
        label = texts.get("compare", "weight").format(number=number + 1)
        put_text(page, plan.weight_row(number), LABEL_COLUMN, label, _LABEL)
    if plan.charted_weights and not plan.shared:
        note = replace(_NOTE, indent=1)
        put_text(page, plan.weight_row(0), VALUE_COLUMN + 1, texts.get("compare", "weight note"), note)
    if plan.shared:
        first = min(place.column for place in plan.shared.values())
        put_text(page, SHARED_ROW - 1, first, texts.get("compare", "shared"), _NOTE)
        for key, place in plan.shared.items():
            header = replace(style.HEADER, fill=style.CONSTANTS.strong, border="box")
            put_text(page, place.row - 1, place.column, plan.symbols(key), header)
    put_inputs(page, inputs(plan), replace(style.INPUT, border="below", horizontal="right"), texts)


def _draw_table(page: Page, plan: ComparePlan) -> None:
    texts = plan.texts
    for name, (first, last) in _bands(plan).items():
        band = replace(style.BAND, fill=style.GROUPS[_BANDS[name]].strong)
        for column in range(first, last + 1):
            put(page, BAND_ROW, column, band)
        every = max(len(sheet.parameters) for sheet in plan.models)
        is_part = name in ("initial", "final") and every > len(plan.parameters)
        words = texts.get("compare", f"some {name}" if is_part else name).format(count=len(plan.parameters), all=every)
        put_text(page, BAND_ROW, first, words, band)
    for each, column in plan.columns.items():
        header = replace(style.HEADER, fill=style.GROUPS[_GROUPS.get(each.name, Group.LOSS)].strong, shrink=True)
        put_text(page, HEADER_ROW, column, _header(plan, each), header)
    for index, run in enumerate(plan.comparison.runs):
        row, target = plan.row(index), f"{quoted_sheet(run.name)}A1"
        put_link(page, row, plan.column("run"), name_of(plan, index), target, RUN)
        for name in plan.settings:
            setting, column = plan.setting(index, name), plan.column("setting", name)
            if plan.constant(index, name) is not None:
                continue
            if isinstance(setting, bool | str):
                shown = str(setting).lower() if isinstance(setting, bool) else setting
                put_text(page, row, column, shown, replace(_SETTING, shrink=True))
            else:
                put_number(page, row, column, setting, _SETTING)
    below = plan.last_run_row + 1
    room = texts.get("compare", "room").format(count=len(plan.models), most=most_runs(plan.comparison))
    put_text(page, below, LABEL_COLUMN, room, _NOTE)
    edge = texts.get("compare", "edge").format(loss=LOSS_TIMES, output=OUTPUT_TIMES, weight=WEIGHT_TIMES)
    put_text(page, below + 1, LABEL_COLUMN, edge, _NOTE)


def _bands(plan: ComparePlan) -> dict[str, tuple[int, int]]:
    """Return the first and last column of each group of the table."""
    found = {
        "settings": (plan.column("run"), plan.column("iterations") - 1),
        "results": (plan.column("iterations"), plan.column("diverged")),
    }
    for when in ("initial", "final"):
        own = [plan.column(when, key) for key in plan.parameters]
        found[when] = (min(own), max(own))
    return found


def _draw_ways(page: Page, plan: ComparePlan) -> None:
    """Link the groups of columns, and let the points behind the charts fold, chart by chart."""
    texts, bands = plan.texts, _bands(plan)
    areas = {
        texts.get("compare", f"way {name}"): Area(NAME, BAND_ROW, first, plan.last_run_row, last)
        for name, (first, last) in bands.items()
    }
    charts = plan.last_run_row + _ROWS_TO_CHARTS
    areas[texts.get("compare", "way charts")] = Area(NAME, charts, LABEL_COLUMN, charts + _LEAST_ROWS, LABEL_COLUMN)
    points = [(plan.series_column(0, each), plan.series_column(len(plan.models) - 1, each)) for each in plan.series]
    last = points[0][1]
    areas[texts.get("compare", "way points")] = Area(NAME, HEADER_ROW, plan.limits_column, HEADER_ROW, last)
    put_links(page, WAYS_ROW, LABEL_COLUMN, areas.items())
    put_links(page, WAYS_ROW, plan.limits_column, [(texts.get("links", "start"), Area(NAME, 1, 1, 1, 1))])
    fold_columns(page, points)


def _header(plan: ComparePlan, column: Column) -> str:
    if column.name == "setting":
        return plan.called(column.key)
    return plan.symbols(column.key) if column.key else plan.texts.get("compare", column.name)


def _draw_points(page: Page, plan: ComparePlan) -> None:
    """Draw the limits, and the headers of the points."""
    texts = plan.texts
    for name, row in plan.limits.items():
        put_text(page, row, plan.limits_column, texts.get("compare", f"limit {name}"), _LABEL)
    header = replace(style.HEADER, fill=style.CONSTANTS.strong, shrink=True)
    first = min(plan.axes.values())
    put_text(page, BAND_ROW - 1, first, texts.get("compare", "points"), _NOTE)
    for column in plan.axes.values():
        put_text(page, HEADER_ROW, column, texts.get("header", "iter"), header)
    for index, run in enumerate(plan.comparison.runs):
        for series in plan.series:
            symbol = plan.symbols(plan.output_key(index, 0)) if series == OUTPUT else ""
            label = texts.get("compare", f"series {series.name}")
            label = label.format(run=run.name, symbol=symbol, number=series.number + 1)
            put_text(page, HEADER_ROW, plan.series_column(index, series), label, header)


def _colour(page: Page, plan: ComparePlan) -> None:
    """Show powers of ten, the losses that are small, the runs that diverge, and weights by sign and size."""
    first, last = FIRST_RUN_ROW, plan.last_run_row
    align_ordinary(page, f"{cell(first, plan.column('first loss'))}:{cell(last, plan.column('first below') - 1)}")
    numbers = f"{cell(CONTROL_ROW, plan.limits_column + 1)}:{cell(CONTROL_ROW + 2, plan.limits_column + 1)}"
    align_ordinary(page, numbers)
    wrong, right = style.VERDICT
    columns = plan.column("first below"), plan.column("diverged")
    below, diverged = (InCell(Cell(NAME, first, column), NEITHER) for column in columns)
    for column, where, (colour, fill) in (
        (columns[0], call("isnumber", below), right),
        (columns[1], compared(diverged, "<>", plan.texts.get("compare", "no")), wrong),
    ):
        look = DifferentialStyle(font=Font(color=colour, b=True), fill=PatternFill(bgColor=fill))
        add_rule(page, f"{cell(first, column)}:{cell(last, column)}", where, look)
    for start, end in (_bands(plan)[when] for when in ("initial", "final")):
        align_ordinary(page, f"{cell(first, start)}:{cell(last, end)}")
        scale = signed_scale([Area(NAME, first, start, last, end)])
        page.conditional_formatting.add(f"{cell(first, start)}:{cell(last, end)}", scale)


def _set_widths(page: Page, plan: ComparePlan) -> None:
    names = [width_of(name_of(plan, index)) + 3 for index in range(len(plan.models))]
    last = max(plan.series_column(len(plan.models) - 1, series) for series in plan.series)
    widths = dict.fromkeys(range(VALUE_COLUMN, last + 1), _WIDTH)
    widths |= {1: _MARGIN_WIDTH, LABEL_COLUMN: max(_NAME_WIDTH, *names), plan.limits_column: _NAME_WIDTH}
    for name in plan.settings:
        shown = [str(plan.setting(index, name)) for index in range(len(plan.models))]
        if plan.constant(0, name) is None:
            widths[plan.column("setting", name)] = min(max(_WIDTH, *(width_of(word) + 2 for word in shown)), 30)
    page.widths.update(widths)


def _charts(plan: ComparePlan, size: tuple[int, int]) -> Iterator[Chart]:
    texts = plan.texts
    longest = max(plan.axes)

    def chart(title: str, y_title: str, series: Series, *, logarithmic: bool = False) -> Chart:
        lines = []
        for index in range(len(plan.models)):
            rows = (FIRST_RUN_ROW, FIRST_RUN_ROW + len(plan.points(index)) - 1)
            axis = plan.axes[plan.models[index].spec.training.iters]
            called = Cell(NAME, plan.row(index), plan.column("run"))
            column = plan.series_column(index, series)
            lines.append(Line(column, name_of(plan, index), rows=rows, x_column=axis, named_by=called))
        return Chart(
            title=title,
            x_title=texts.get("header", "iter"),
            y_title=y_title,
            lines=lines,
            x_column=min(plan.axes.values()),
            first_row=FIRST_RUN_ROW,
            last_row=FIRST_RUN_ROW,
            x_max=longest,
            logarithmic=logarithmic,
            size=size,
            points_wide=_LINE_WIDTH,
        )

    yield chart(texts.get("compare", "loss chart"), "E", LOSS)
    floor = texts.get("chart", "floor").format(symbol="E", least=f"{SMALLEST_LOSS:.0E}")
    yield chart(texts.get("compare", "log chart"), floor, LOG_LOSS, logarithmic=True)
    if plan.outputs:
        symbol = plan.symbols(plan.output_key(0, 0))
        yield chart(texts.get("compare", "output chart").format(symbol=symbol), symbol, OUTPUT)
    for number in plan.charted_weights:
        chosen = cell(plan.weight_row(number), VALUE_COLUMN)
        title = texts.get("compare", "weight chart").format(number=number + 1, cell=chosen)
        yield chart(title, "w", Series("weight", number))

"""Draws the Start sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openpyxl.formatting.rule import ColorScaleRule

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put, put_number, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.drawing.scatter import draw_scatter
from xlnet.book.live import Formula, put_all, put_inputs
from xlnet.book.model import Model
from xlnet.book.sheets.explore.moving import drawing as moving
from xlnet.book.sheets.predict.words import input_name
from xlnet.book.sheets.start import charts, picture, sentences, steps_drawing, surface, tables_drawing, tries, why
from xlnet.book.sheets.start.formulas import inputs
from xlnet.book.sheets.start.plan import (
    ABOUT_ROW,
    CHART_ROWS,
    FIRST_ROW,
    LABEL_COLUMN,
    LAST_ROW,
    LEGEND_ROW,
    MIDDLE,
    MIDDLE_END,
    NOTE_COLUMN,
    RIGHT,
    RIGHT_END,
    STEP_ROW,
    TITLE_ROW,
    VALUE_COLUMN,
    WHY_ROW,
    StartPlan,
)
from xlnet.book.sheets.start.plane import Plane
from xlnet.book.sheets.start.revealed import LINE
from xlnet.model import classification as classes
from xlnet.render.excel import address, cell
from xlnet.xlsx.controls import ScrollBar
from xlnet.xlsx.page import USUAL_ROW, Page

_WIDTHS = {1: 1.0, LABEL_COLUMN: 25.0, VALUE_COLUMN: 12.0, NOTE_COLUMN: 13.2, 5: 1.0, 12: 1.0, 13: 4.0}
_MIDDLE_WIDTH, _PLANE_WIDTH = 11.0, 3.1
_LABEL = replace(style.TEXT, border="below")
_NOTE = replace(style.QUIET, horizontal="left", size=9, italic=False)
_LINK = replace(style.LINK, size=9, border="below")
_LOSS_ROWS = 11


def draw(page: Page, model: Model, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    plan = model.once(StartPlan)
    texts = model.texts
    put_text(page, TITLE_ROW, LABEL_COLUMN, model.title, replace(style.TITLE, size=16))
    put_text(page, ABOUT_ROW, LABEL_COLUMN, texts.get("start", "about"), _NOTE)
    _draw_left(page, plan)
    _draw_middle(page, plan)
    _draw_right(page, plan)
    tables_drawing.draw(page, plan)
    steps_drawing.draw(page, plan)
    put_all(page, formulas)
    put_inputs(page, inputs(model), replace(style.INPUT, border="box", horizontal="center"), texts)
    page.heights |= {TITLE_ROW: 24.0, FIRST_ROW - 1: 6.0}
    # A screen has room for the sheet in rows of the usual height, whatever the language.
    page.sheet_format.defaultRowHeight = USUAL_ROW
    page.widths.update(_WIDTHS | dict.fromkeys(range(MIDDLE, MIDDLE_END + 1), _MIDDLE_WIDTH))
    page.widths.update(dict.fromkeys(range(RIGHT + 1, RIGHT_END + 1), _PLANE_WIDTH))
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.POSITIVE
    protect(page)
    page.print_area = f"A1:{cell(LAST_ROW, RIGHT_END)}"
    print_landscape(page)
    page.page_setup.fitToWidth = 1
    page.print_title_cols = None


def _draw_left(page: Page, plan: StartPlan) -> None:
    model, texts = plan.model, plan.model.texts
    choices = {typed.row: typed for typed in inputs(model)}
    for name, row in plan.controls.items():
        label, typed = texts.get("start", name), choices[row]
        if isinstance(typed.choices, range) and isinstance(typed.first, int):
            first, last = typed.choices[0], typed.choices[-1]
            label = texts.get("start", "from to").format(name=label, first=first, last=f"{last:,}")
            page.add_scroll_bar(ScrollBar(row, NOTE_COLUMN, address(plan.control(name)), first, last, typed.first))
        else:
            put_text(page, row, NOTE_COLUMN, texts.get("start", "choose"), replace(_NOTE, indent=1))
        put_text(page, row, LABEL_COLUMN, label, _LABEL)
    for name, row in plan.readouts.items():
        put_text(page, row, LABEL_COLUMN, _label(plan, name), _LABEL)
        put(page, row, VALUE_COLUMN, _LABEL)
        if name in plan.settings:
            place = model.layout.cells[name]
            target = f"{place.sheet}!{cell(place.row, place.column)}"
            put_link(page, row, NOTE_COLUMN, texts.get("start", "change").format(cell=target), target, _LINK)
    for name, row in plan.readouts.items():
        if name not in plan.settings and name != "accuracy":
            align_ordinary(page, cell(row, VALUE_COLUMN), style.FEW_DIGITS)
    tries.draw(page, plan)


def _label(plan: StartPlan, name: str) -> str:
    texts, symbols = plan.model.texts, plan.model.symbols
    if name in ("loss", "accuracy"):
        of_batch = plan.model.spec.draws_samples
        return texts.get("start", f"{name} of a batch" if of_batch else name)
    if name in plan.settings:
        return f"{symbols(name)}  {texts.meaning(name, plan.model.spec.layers).split(':')[0].split('：')[0]}"
    kind = "target" if name.startswith("t") else "output"
    return f"{symbols(name)}  {texts.get('start', kind)}"


def _draw_middle(page: Page, plan: StartPlan) -> None:
    texts = plan.model.texts
    if plan.network.is_drawn:
        draw_scatter(page, FIRST_ROW, MIDDLE, charts.network(plan))
        legend = texts.get("start", "legend")
        if plan.network.is_part:
            legend = texts.get("start", "legend of a part").format(count=max(plan.network.shown))
        put_text(page, LEGEND_ROW, MIDDLE, legend, _NOTE)
    else:
        size = MIDDLE_END - MIDDLE + 1, CHART_ROWS
        if every := moving.charts(plan.model):
            moving.draw_one(page, MIDDLE, replace(every[0], size=size), FIRST_ROW, plan.model)
        else:
            draw_scatter(page, FIRST_ROW, MIDDLE, replace(charts.loss(plan, CHART_ROWS), size=size))
        put_link(page, LEGEND_ROW, MIDDLE, texts.get("start", "matrices"), "Explore!A1", replace(_LINK, border="none"))
    if plan.steps.entries:
        _wrapped(page, STEP_ROW, WHY_ROW - STEP_ROW, LINE)
    if plan.chosen:
        for name in sentences.names(plan):
            _wrapped(page, sentences.row_of(plan, name), sentences.rows_of(plan, name), sentences.SENTENCE)
        for place, number in why.facts(plan):
            put_number(page, place.row, place.column, number, style.TEXT)
    for place, number in picture.points(plan) if plan.network.is_drawn else ():
        put_number(page, place.row, place.column, number, style.TEXT)


def _wrapped(page: Page, row: int, rows: int, look: style.Look) -> None:
    """Let a text take several lines of the middle."""
    for own in range(row, row + rows):
        for column in range(MIDDLE, MIDDLE_END + 1):
            put(page, own, column, look)
    merge(page, row, MIDDLE, MIDDLE_END, rows)


def _draw_right(page: Page, plan: StartPlan) -> None:
    plane, row = plan.plane, FIRST_ROW
    if plan.network.is_drawn:
        draw_scatter(page, FIRST_ROW, RIGHT, charts.loss(plan, _LOSS_ROWS))
        row += _LOSS_ROWS + 1
    rows = min(CHART_ROWS, LAST_ROW - row + 1)
    every = moving.charts(plan.model)
    if every and not plan.network.is_drawn:
        # The first one is in the middle.
        draw_scatter(page, row, RIGHT, charts.loss(plan, rows))
    elif every and plane is None:
        size = RIGHT_END - RIGHT + 1, rows
        moving.draw_one(page, RIGHT, replace(every[0], size=size), row, plan.model)
    elif plane is None:
        draw_scatter(page, row, RIGHT, charts.weights(plan, rows))
    elif plane.dimensions == 1:
        draw_scatter(page, row, RIGHT, charts.curve(plan, plane, rows))
    else:
        _draw_surface(page, plan, plane)


def _draw_surface(page: Page, plan: StartPlan, plane: Plane) -> None:
    texts, symbols = plan.model.texts, plan.model.symbols
    title = texts.get("start", "plane").format(output=symbols(plane.output))
    put_text(page, surface.TOP - 1, RIGHT + 1, title, replace(style.TITLE, size=11))
    across, up = input_name(plane.predict, 0), input_name(plane.predict, 1)
    note = texts.get("start", "plane note").format(across=across, up=up)
    put_text(page, surface.TOP + plane.side + 1, RIGHT + 1, note, _NOTE)
    first, last = cell(*surface.place(plane, 0, plane.side - 1)), cell(*surface.place(plane, plane.side - 1, 0))
    area = f"{first}:{last}"
    low, middle, high = style.SIGNED_SCALE
    if plane.predict.kind:
        scale = ColorScaleRule("num", 0, low, "num", classes.BOUNDARY, middle, "num", 1, high)  # type: ignore[no-untyped-call]
    else:
        scale = ColorScaleRule("min", None, low, "percentile", 50, middle, "max", None, high)  # type: ignore[no-untyped-call]
    for rule in surface.marks(plane):
        page.conditional_formatting.add(area, rule)
    page.conditional_formatting.add(area, scale)

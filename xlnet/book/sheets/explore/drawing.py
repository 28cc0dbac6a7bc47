"""Draws the Explore sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from math import ceil

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import range_boundaries

from xlnet import keys
from xlnet.book import style
from xlnet.book.choices import ITERATION, TYPED_ITERATION, sample_of
from xlnet.book.drawing.cells import merge, put, put_text
from xlnet.book.drawing.digits import Tone, align_ordinary
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import COLUMNS_PER_PAGE, fit_height, lines_of, print_landscape, width_of
from xlnet.book.drawing.protection import protect
from xlnet.book.drawing.rules import rule
from xlnet.book.drawing.scales import signed_scale
from xlnet.book.live import Formula, put_all, put_inputs
from xlnet.book.model import Model
from xlnet.book.sheets.explore import NAME, matrices, picture
from xlnet.book.sheets.explore.areas import areas
from xlnet.book.sheets.explore.faces import cells, faces
from xlnet.book.sheets.explore.formulas import inputs, palette_of
from xlnet.book.sheets.explore.looks import NUMBERS, look_of
from xlnet.book.sheets.explore.moving.drawing import draw_moving
from xlnet.book.sheets.explore.moving.plan import CHART_SIZE, Moving
from xlnet.book.sheets.explore.plan import (
    BATCH_LOSS,
    CONTROL_COLUMN,
    CONTROL_LABEL_COLUMN,
    PICTURE_ROW,
    ROUNDED_COLUMN,
    RULE_COLUMN,
    SYMBOL_COLUMN,
    TITLE_ROW,
    VALUE_COLUMN,
    VIEW_ROW,
    Entry,
    ExplorePlan,
)
from xlnet.book.sheets.explore.spans import characters, last_column, numbers_span, rule_span, width
from xlnet.book.sheets.explore.ways import draw_ways
from xlnet.book.sheets.explore.words import group_name, heading_text
from xlnet.book.sheets.explore.written import parts_of
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, call
from xlnet.graph.node import Group
from xlnet.graph.references import InCell, compared
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

_NOTE = replace(style.QUIET, horizontal="left", indent=1)
_LABEL = replace(style.TEXT, border="below")
_SYMBOL = replace(style.TEXT, bold=True, border="below", vertical="center", horizontal="left")
# A number in a text takes about so many characters.
_CHARACTERS_PER_NUMBER = 7


def draw(page: Page, model: Model, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    plan, texts = model.once(ExplorePlan), model.texts
    put_text(page, TITLE_ROW, CONTROL_LABEL_COLUMN, texts.get("explore", "title"), replace(style.TITLE, size=16))
    _draw_controls(page, plan)
    _draw_picture(page, plan)
    if plan.is_drawn:
        _draw_table(page, plan)
    put_all(page, formulas)
    draw_moving(page, model)
    for column in range(1, last_column(plan) + 1):
        page.widths[column] = width(plan, column)
    draw_ways(page, plan)
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.FORWARD].strong
    protect(page)
    _set_pages(page, plan)


def _set_pages(page: Page, plan: ExplorePlan) -> None:
    """Print the picture with its table, and each chart that moves on a page of its own; the charts' tables are not."""
    moving = plan.model.once(Moving)
    picture = last_column(plan)
    areas = [f"A1:{cell(max(row for row, column in page.written if column <= picture), picture)}"]
    for number in range(moving.count):
        last = cell(moving.row(number) + CHART_SIZE[1], moving.column + CHART_SIZE[0])
        areas.append(f"{cell(moving.row(number), moving.column)}:{last}")
    page.print_area = areas
    print_landscape(page)
    page.page_setup.fitToWidth = 1 if plan.is_drawn else -(-picture // COLUMNS_PER_PAGE)


def _draw_controls(page: Page, plan: ExplorePlan) -> None:
    model, texts = plan.model, plan.model.texts
    controls = {"iteration": ITERATION.cell.row, "view": VIEW_ROW}
    if model.spec.batch_size > 1:
        controls["sample"] = sample_of(model.spec).cell.row
    notes = {"view": texts.get("explore", "view note")}
    sample_note = "sample note" if plan.is_drawn else "sample note of matrices"
    notes["sample"] = texts.get("explore", sample_note)
    for name, row in controls.items():
        put_text(page, row, CONTROL_LABEL_COLUMN, texts.get("explore", name), _LABEL)
        put(page, row, CONTROL_LABEL_COLUMN + 1, _LABEL)
        if name in notes:
            put_text(page, row, CONTROL_COLUMN + 1, notes[name], _NOTE)
    place = TYPED_ITERATION
    target = f"{place.sheet}!{cell(place.row, place.column)}"
    note = texts.get("explore", "iteration note")
    put_link(page, ITERATION.cell.row, CONTROL_COLUMN + 1, note, target, replace(style.LINK, indent=1))
    put_inputs(page, inputs(model), replace(style.INPUT, border="box", horizontal="center"), texts)
    colours = texts.get("explore", "colours" if plan.is_drawn else "colours of matrices")
    _draw_note(page, plan, colours)


def _draw_note(page: Page, plan: ExplorePlan, text: str) -> None:
    """Draw what the colours mean, in as many lines as it needs above the picture."""
    row, span = PICTURE_ROW - 1, (CONTROL_LABEL_COLUMN, last_column(plan))
    look = replace(_NOTE, indent=0, wrap=True)
    for column in range(span[0], span[1] + 1):
        put(page, row, column, look)
    put_text(page, row, span[0], text, look)
    merge(page, row, *span)
    fit_height(page, row, lines_of(text, characters(plan, span)))


def _draw_picture(page: Page, plan: ExplorePlan) -> None:
    layers = plan.model.spec.layers
    for heading in picture.headings(plan) if plan.is_drawn else matrices.headings(plan):
        group = Group.SAMPLES if heading.number == 0 else Group.LOSS if heading.number > len(layers) else Group.FORWARD
        look = replace(style.HEADER, fill=style.GROUPS[group].strong)
        for column in range(heading.first, heading.last + 1):
            put(page, heading.row, column, look)
        text = heading_text(plan, heading)
        put_text(page, heading.row, heading.first, text, look)
        merge(page, heading.row, heading.first, heading.last)
    for each in cells(plan):
        look = look_of(each)
        put(page, each.row, each.column, look)
        forward, backward = faces(plan, each)
        if isinstance(forward, str) and forward == backward and forward:
            put_text(page, each.row, each.column, forward, look)
    if plan.is_drawn:
        _format_picture(page, plan)
    else:
        _format_matrices(page, plan)


def _format_matrices(page: Page, plan: ExplorePlan) -> None:
    """Give the numbers of every matrix their digits and colours by sign and size; the names turn with the view."""
    for area in matrices.areas(plan):
        align_ordinary(page, area, style.FEW_DIGITS)
        page.conditional_formatting.add(area, signed_scale([_area(area)]))
    for area in areas([each for each in cells(plan) if each.kind == picture.CAPTION and _turns(plan, each)]):
        page.conditional_formatting.add(area, _backward(plan))


def _format_picture(page: Page, plan: ExplorePlan) -> None:
    """Give the numbers of the picture their digits, weights the colour of sign and size, units those of the view."""
    weights = areas([each for each in cells(plan) if each.kind == "weight"])
    scale = signed_scale([_area(area) for area in weights])
    for area in weights:
        align_ordinary(page, area, style.FEW_DIGITS)
        page.conditional_formatting.add(area, scale)
    for kind, turns in product(("name", "value"), (True, False)):
        for area in areas([each for each in cells(plan) if each.kind == kind and _turns(plan, each) == turns]):
            if kind == "value":
                align_ordinary(page, area, style.FEW_DIGITS, _tones(plan) if turns else ())
            if turns:
                page.conditional_formatting.add(area, _backward(plan))


def _area(cells: str) -> Area:
    """Return an area by its address."""
    left, top, right, bottom = range_boundaries(cells)
    return Area(NAME, top or 1, left or 1, bottom or 1, right or 1)


def _turns(plan: ExplorePlan, each: picture.PictureCell) -> bool:
    """Return whether a cell of the picture shows something else in the backward view."""
    forward, backward = faces(plan, each)
    return forward != backward or each.key is None


def _backward(plan: ExplorePlan) -> Rule:
    """Return the rule that gives the units the colours of the backward pass in the backward view."""
    palette = style.GROUPS[Group.GRADIENTS]
    look = DifferentialStyle(font=Font(color=palette.strong), fill=PatternFill("solid", bgColor=palette.tint))
    return rule(NAME, _is_backward(plan), look)


def _tones(plan: ExplorePlan) -> list[Tone]:
    """Return the colours of the slopes of units in the backward view, by their sign."""

    def is_slope(sign: str) -> Callable[[InCell], Expression]:
        return lambda number: call("and", _is_backward(plan), compared(number, sign, 0))

    return [Tone(is_slope("<"), style.BEHIND_NEGATIVE), Tone(is_slope(">"), style.BEHIND_POSITIVE)]


def _is_backward(plan: ExplorePlan) -> Expression:
    view = InCell(Cell(NAME, VIEW_ROW, CONTROL_COLUMN))
    return compared(view, "=", plan.model.texts.get("explore", "backward"))


def _draw_table(page: Page, plan: ExplorePlan) -> None:
    texts = plan.model.texts
    header = replace(style.BAND, fill=style.CONSTANTS.strong)
    numbers = numbers_span(plan)
    for column in range(SYMBOL_COLUMN, numbers[1] + 1):
        put(page, plan.table_row, column, header)
    headers = {SYMBOL_COLUMN: "symbol", VALUE_COLUMN: "value", ROUNDED_COLUMN: "rounded"}
    headers |= {RULE_COLUMN: "rule", numbers[0]: "numbers"}
    for column, name in headers.items():
        is_number = column in (VALUE_COLUMN, ROUNDED_COLUMN)
        look = replace(header, horizontal="right") if is_number else replace(header, indent=column != SYMBOL_COLUMN)
        put_text(page, plan.table_row, column, texts.get("explore", name), look)
    group = ""
    for entry in plan.entries:
        row = plan.rows[entry.key]
        palette = style.GROUPS[palette_of(entry.group)]
        if entry.group != group:
            group = entry.group
            band = replace(style.BAND, fill=palette.strong)
            for column in range(SYMBOL_COLUMN, numbers[1] + 1):
                put(page, row - 1, column, band)
            put_text(page, row - 1, SYMBOL_COLUMN, group_name(plan, group), band)
        _draw_entry(page, plan, entry, row)
    values = f"{cell(plan.table_row + 1, VALUE_COLUMN)}:{cell(max(plan.rows.values()), VALUE_COLUMN)}"
    align_ordinary(page, values)
    page.print_title_rows = None


def _draw_entry(page: Page, plan: ExplorePlan, entry: Entry, row: int) -> None:
    put_text(page, row, SYMBOL_COLUMN, _symbol(plan, entry), _SYMBOL)
    lines = 1
    for first, last in (rule_span(plan), numbers_span(plan)):
        for column in range(first, last + 1):
            put(page, row, column, NUMBERS)
        merge(page, row, first, last)
    text = rule_of(plan, entry)
    if text:
        put_text(page, row, RULE_COLUMN, text, NUMBERS)
        lines = lines_of(text, characters(plan, rule_span(plan)))
    if entry.has_numbers:
        parts = parts_of(plan, entry)
        length = sum(_CHARACTERS_PER_NUMBER if index % 2 else width_of(part) for index, part in enumerate(parts))
        lines = max(lines, ceil((length + _CHARACTERS_PER_NUMBER) / characters(plan, numbers_span(plan))))
    fit_height(page, row, lines)


def _symbol(plan: ExplorePlan, entry: Entry) -> str:
    symbols = plan.model.symbols
    if entry.node is None:
        return symbols(keys.LOSS if entry.key == BATCH_LOSS else entry.key)
    return symbols(entry.node.key)


def rule_of(plan: ExplorePlan, entry: Entry) -> str:
    """Return the rule of an entry."""
    if entry.group == "batch":
        reduction = plan.model.reduction
        return plan.model.texts.get("explore", f"batch {reduction}" if entry.key == BATCH_LOSS else "batch sum")
    return "" if entry.node is None else plan.model.symbols.rule(entry.node)

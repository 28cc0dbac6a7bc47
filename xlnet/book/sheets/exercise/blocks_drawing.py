"""Draws the student's sheet as matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put, put_text
from xlnet.book.live import Formula, put_all
from xlnet.book.sheets.exercise import looks
from xlnet.book.sheets.exercise.blocks import FIRST_COLUMN, LIST_WIDTH, Blocks, Panel
from xlnet.book.sheets.exercise.drawing import draw_blanks, draw_head, draw_margin, finish
from xlnet.book.sheets.exercise.listing import HEADER_ROW
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

_VALUE_WIDTH, _LIST_WIDTHS = 8.5, (16.0, 40.0, 60.0)
_NAME_COLUMNS = 6


def draw(page: Page, plan: ExercisePlan, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    blocks = Blocks(plan)
    draw_head(page, plan, FIRST_COLUMN, blocks.last_column)
    name = plan.face.name
    for column in range(name.column, name.column + _NAME_COLUMNS):
        put(page, name.row, column, looks.NAME)
    merge(page, name.row, name.column, name.column + _NAME_COLUMNS - 1)
    for panel in blocks.panels:
        _draw_panel(page, plan, blocks, panel)
    _draw_list(page, plan, blocks)
    put_all(page, formulas)
    draw_blanks(page, plan)
    draw_margin(page, plan)
    page.widths |= {1: 2.0, blocks.list_column - 1: 3.0}
    page.widths |= dict.fromkeys(range(FIRST_COLUMN, blocks.list_column - 1), _VALUE_WIDTH)
    page.widths |= {blocks.list_column + number: width for number, width in enumerate(_LIST_WIDTHS)}
    page.freeze_panes = cell(HEADER_ROW, 1)
    finish(page)


def _draw_panel(page: Page, plan: ExercisePlan, blocks: Blocks, panel: Panel) -> None:
    colours = style.GROUPS[panel.group]
    look = replace(style.BAND, fill=colours.strong)
    for column in range(FIRST_COLUMN, blocks.list_column - 1):
        put(page, panel.row, column, look)
    put_text(page, panel.row, FIRST_COLUMN, plan.words.get(panel.name), look)
    caption = replace(style.TEXT, colour=colours.strong, bold=True, horizontal="left")
    for placed in panel.placed:
        put_text(page, placed.row - 1, placed.column, blocks.caption(placed.tensor), caption)


def _draw_list(page: Page, plan: ExercisePlan, blocks: Blocks) -> None:
    header = replace(style.HEADER, fill=style.CONSTANTS.strong, horizontal="left")
    for row, name in ((HEADER_ROW, "boxes"), (blocks.margin_row - 1, "margin")):
        for column in range(blocks.list_column, blocks.list_column + LIST_WIDTH):
            put(page, row, column, header)
        put_text(page, row, blocks.list_column, plan.words.get(name), header)
    for number, blank in enumerate(plan.blanks):
        row = blocks.list_row(number)
        put_text(page, row, blocks.list_column, plan.words.symbol(blank.key), looks.SYMBOL)
        put_text(page, row, blocks.list_column + 2, plan.words.rule(blank.key, blank.rule), looks.RULE)

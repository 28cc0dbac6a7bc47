"""Draws the pass step by step, below the first screen of the Start sheet."""

from __future__ import annotations

from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.page import fit_height, lines_of
from xlnet.book.sheets.explore.formulas import palette_of
from xlnet.book.sheets.start.plan import RIGHT_END, StartPlan
from xlnet.book.sheets.start.revealed import TEXT, phase_column, rule, symbol_of
from xlnet.book.sheets.start.steps import (
    FIRST_ROW,
    HEADER_ROW,
    NUMBERS_COLUMN,
    RULE_COLUMN,
    SYMBOL_COLUMN,
    TITLE_ROW,
    VALUE_COLUMN,
)
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

_SYMBOL = replace(style.TEXT, bold=True, border="below", vertical="center", horizontal="left")
_HIDDEN = replace(style.TEXT, number_format=style.HIDDEN)
# How many characters the rule and its numbers have in a line.
_RULE_WIDTH, _NUMBERS_WIDTH = 52, 70


def draw(page: Page, plan: StartPlan) -> None:
    """Draw it."""
    steps, texts = plan.steps, plan.model.texts
    if not steps.entries:
        return
    put_text(page, TITLE_ROW, SYMBOL_COLUMN, texts.get("start", "step by step"), replace(style.TITLE, size=14))
    page.heights[TITLE_ROW] = 21.0
    header = replace(style.BAND, fill=style.CONSTANTS.strong)
    for column in range(SYMBOL_COLUMN, RIGHT_END + 1):
        put(page, HEADER_ROW, column, header)
    headers = {SYMBOL_COLUMN: "symbol", VALUE_COLUMN: "value", RULE_COLUMN: "rule", NUMBERS_COLUMN: "numbers"}
    for column, name in headers.items():
        look = replace(header, horizontal="right") if name == "value" else replace(header, indent=1)
        put_text(page, HEADER_ROW, column, texts.get("explore", name), look)
    for number, entry in enumerate(steps.entries, 1):
        row = FIRST_ROW + number - 1
        symbol = replace(_SYMBOL, colour=style.GROUPS[palette_of(entry.group)].strong)
        put_text(page, row, SYMBOL_COLUMN, f"{number}.  {symbol_of(plan, entry)}", symbol)
        for first, last in ((RULE_COLUMN, NUMBERS_COLUMN - 1), (NUMBERS_COLUMN, RIGHT_END)):
            for column in range(first, last + 1):
                put(page, row, column, TEXT)
            merge(page, row, first, last)
        text = rule(plan, entry)
        put_text(page, row, RULE_COLUMN, text, replace(TEXT, indent=1))
        put_text(page, row, phase_column(), texts.get("start", steps.phase(entry)), _HIDDEN)
        fit_height(page, row, max(lines_of(text, _RULE_WIDTH), lines_of(text, _NUMBERS_WIDTH)))
    align_ordinary(page, f"{cell(FIRST_ROW, VALUE_COLUMN)}:{cell(steps.last_row, VALUE_COLUMN)}", style.FEW_DIGITS)

"""Draws the headers and the texts of the tables behind the Start sheet."""

from __future__ import annotations

from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.sheets.start import picture, why
from xlnet.book.sheets.start.plan import DATA_COLUMN, HEADER_ROW, StartPlan
from xlnet.book.sheets.start.tables import NUMBERS, Table
from xlnet.graph.node import Group
from xlnet.xlsx.page import Page

_HEADER = replace(style.HEADER, fill=style.GROUPS[Group.ITERATION].strong)
_WIDTH = 11.0


def draw(page: Page, plan: StartPlan) -> None:
    """Draw them."""
    texts = plan.model.texts
    put_text(page, HEADER_ROW - 1, DATA_COLUMN, texts.get("start", "numbers"), replace(style.QUIET, horizontal="left"))
    for offset, name in enumerate(("number", "value", "text")):
        put_text(page, HEADER_ROW, DATA_COLUMN + offset, texts.get("start headers", name), _HEADER)
    made = set(why.numbers_of(plan)) if plan.chosen else set[str]()
    for name in NUMBERS:
        if name in made or (name == "largest" and plan.network.is_drawn):
            place = plan.number(name)
            put_text(page, place.row, DATA_COLUMN, texts.get("start headers", name), style.TEXT)
    for table in (plan.table, plan.units, plan.edges, plan.labels, plan.marks):
        if table.count:
            _draw_header(page, plan, table)
    for place, text in {**why.labels(plan), **picture.labels(plan)}.items():
        put_text(page, place.row, place.column, text, style.TEXT)
    plane = plan.plane
    if plane:
        for key, column in plane.columns.items():
            put_text(page, HEADER_ROW, column, plan.model.symbols(key), _HEADER)
        for node in plane.nodes:
            put_text(page, HEADER_ROW, plane.layout.column(node.key), plan.model.symbols(node.key), _HEADER)
        put_text(page, HEADER_ROW, plane.output_column, plan.model.symbols(plane.output), _HEADER)


def _draw_header(page: Page, plan: StartPlan, table: Table) -> None:
    texts = plan.model.texts.sections["start headers"]
    for name in table.names:
        text = texts.get(name)
        if text is None:
            axis, size = name.split()
            text = f"{axis} {texts['lit'] if size == 'lit' else size.replace('-', '−')}"
        put_text(page, HEADER_ROW, table.column(name), text, _HEADER)
        page.widths[table.column(name)] = _WIDTH

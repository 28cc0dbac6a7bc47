"""Draws the findings below the headline numbers, and the tables of the numbers that tell."""

from __future__ import annotations

from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put_text
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard.diagnosis.findings import ROWS, found, shown_row
from xlnet.book.sheets.dashboard.diagnosis.numbers import labels
from xlnet.book.sheets.dashboard.diagnosis.signs import MOST_SHOWN, signs
from xlnet.book.sheets.dashboard.plan import LABEL_COLUMN, POINTS_HEADER_ROW, VALUE_COLUMN
from xlnet.xlsx.page import Page

_HEADER = replace(style.HEADER, fill=style.CONSTANTS.strong, shrink=True)
_NOTE = replace(style.QUIET, horizontal="left", vertical="top")


def draw_diagnosis(page: Page, model: Model) -> None:
    """Draw what stands around the formulas."""
    own, texts = model.once(signs), model.texts
    for number in range(min(MOST_SHOWN, len(found(own)))):
        merge(page, shown_row(own, number), LABEL_COLUMN, VALUE_COLUMN, ROWS)
    put_text(page, POINTS_HEADER_ROW - 1, own.column, texts.get("diagnosis", "numbers"), _NOTE)
    headers = {own.column: ["number", "value", "text"], own.sentence_column: ["sentence", "so far"]}
    if own.relus:
        headers[own.relu_column] = ["relu", "largest activation", "so far", "names"]
    if own.bounded:
        headers[own.layer_column] = ["activation", "layer", "slope"]
    if own.sizes:
        headers[own.size_column] = ["input", "size", "size above 0"]
    if own.compared:
        headers[own.twin_column] = ["unit", "distance", "so far", "names", "weights"]
    for first, names in headers.items():
        for column, name in enumerate(names, first):
            put_text(page, POINTS_HEADER_ROW, column, texts.get("diagnosis", f"header {name}"), _HEADER)
    for name in own.numbers:
        cell = own.number(name)
        put_text(page, cell.row, cell.column - 1, texts.get("diagnosis", f"number {name}"), style.TEXT)
    for cell, text in labels(own).items():
        put_text(page, cell.row, cell.column, text, style.TEXT)

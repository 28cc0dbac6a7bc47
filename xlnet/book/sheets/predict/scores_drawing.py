"""Draws the scores on the Predict sheet: their titles and headers, and the colours of the table of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openpyxl.formatting.rule import ColorScaleRule

from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.model import Model
from xlnet.book.sheets.predict.confusion import Confusion
from xlnet.book.sheets.predict.others import others_of
from xlnet.book.sheets.predict.plan import LABEL_COLUMN, PredictPlan
from xlnet.book.sheets.predict.scores import table_of
from xlnet.graph.node import Group
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

_HEADER = style.varied(style.HEADER, fill=style.GROUPS[Group.FORWARD].strong, shrink=True)
_LABEL = replace(style.TEXT, border="below")
_TITLE = replace(style.TITLE, size=11)


def draw_scores(page: Page, plan: PredictPlan) -> None:
    """Draw the table of classes, or the labels of R²."""
    texts, count = plan.model.texts, f"{plan.model.spec.samples:,}"
    is_of_part = plan.model.spec.held_out > 0
    if table := table_of(plan):
        name = "confusion of the training samples" if is_of_part else "confusion"
        title = texts.get("predict", name).format(count=count)
        put_text(page, table.row, table.column, title, _TITLE)
        draw_confusion(page, table, plan.model)
        header = replace(style.QUIET, shrink=True)
        put_text(page, plan.header_row, plan.pair_column, texts.get("predict", "pair"), header)
        if others := plan.model.once(others_of):
            put_text(page, others.title_row + 1, others.pair_column, texts.get("predict", "pair"), header)
    if plan.fitted:
        title = texts.get("predict", "fit of the training samples" if is_of_part else "fit").format(count=count)
        put_text(page, plan.scores_row, LABEL_COLUMN, title, _TITLE)
        draw_fit_labels(page, plan.model, plan.fitted, plan.scores_row + 1, LABEL_COLUMN)


def draw_fit_labels(page: Page, model: Model, fitted: Sequence[str], row: int, column: int) -> None:
    """Draw the labels of R² of some outputs, from a row on; the numbers stand at their right."""
    names = model.spec.data.t_names
    for number, output in enumerate(fitted):
        called = f"{model.symbols(output)} {names[number] if names else ''}".strip()
        put_text(page, row + number, column, model.texts.get("predict", "fit label").format(output=called), _LABEL)
    align_ordinary(page, f"{cell(row, column + 1)}:{cell(row + len(fitted) - 1, column + 1)}", style.FEW_DIGITS)


def draw_confusion(page: Page, table: Confusion, model: Model) -> None:
    """Draw the headers and the colours of a table of classes, below its title."""
    texts = model.texts
    (sum_row, sum_column), (precision_row, recall_column) = table.sums, table.shares
    put_text(page, table.header_row, table.column, texts.get("predict", "confusion corner"), _HEADER)
    for number, name in enumerate(table.names, 1):
        put_text(page, table.header_row, table.column + number, name, _HEADER)
        put_text(page, table.header_row + number, table.column, name, _LABEL)
    put_text(page, table.header_row, sum_column, texts.get("predict", "confusion targets"), _HEADER)
    put_text(page, table.header_row, recall_column, texts.get("predict", "recall"), _HEADER)
    put_text(page, sum_row, table.column, texts.get("predict", "confusion predictions"), _LABEL)
    put_text(page, precision_row, table.column, texts.get("predict", "precision"), _LABEL)
    first, last = table.place(0, 0), table.place(table.classes[-1], table.classes[-1])
    _, white, most = style.SIGNED_SCALE
    scale = ColorScaleRule("num", 0, white, "max", None, most)  # type: ignore[no-untyped-call]
    page.conditional_formatting.add(f"{cell(first.row, first.column)}:{cell(last.row, last.column)}", scale)

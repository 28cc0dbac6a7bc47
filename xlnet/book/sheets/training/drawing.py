"""Draws the Training sheet but for the cells of its table, which are streamed into it."""

from __future__ import annotations

from xlnet.book import style
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect, take_numbers, take_tokens
from xlnet.book.model import Model
from xlnet.book.sheets.training import blocks, jump, rows
from xlnet.book.sheets.training.constants import draw_constants, of_numbers, of_tokens
from xlnet.graph.node import Group
from xlnet.model.tokens import tokens
from xlnet.render.excel import cell
from xlnet.sheet_size import HEADER_ROW, NAME_ROW
from xlnet.spec import MATRIX
from xlnet.xlsx.page import Page


def draw(page: Page, model: Model) -> None:
    """Draw all but the table: rows 1 to 3, widths, and the styles and texts of the table's first two iterations."""
    draw_constants(page, model)
    if model.spec.layout == MATRIX:
        blocks.draw_table(page, model)
        jump.draw(page, model)
        weights = blocks.weights(model)
        blocks.print_blocks(page, model)
    else:
        rows.draw_table(page, model)
        weights = rows.weights(model)
        print_landscape(page, f"{NAME_ROW}:{HEADER_ROW}")
    take_numbers(page, [*of_numbers(model), *weights], model.texts)
    take_tokens(page, of_tokens(model), tokens(model.spec), model.texts)
    protect(page, is_free_below=model.spec.layout != MATRIX)
    page.freeze_panes = cell(model.layout.first_row, 2)
    page.sheet_properties.tabColor = style.GROUPS[Group.PARAMETERS].strong

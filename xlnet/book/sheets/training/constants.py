"""What does not change: names in row 1 of the Training sheet, values in row 2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import put_number, put_text
from xlnet.book.drawing.notes import put_note
from xlnet.book.live import Formula, Live, filled, put_all
from xlnet.book.model import Model
from xlnet.graph.node import Constant, Group
from xlnet.graph.references import InCell
from xlnet.model.tokens import tokens
from xlnet.render.excel import cell
from xlnet.sheet_size import HEADER_ROW, NAME_ROW, VALUE_ROW
from xlnet.spec import MATRIX
from xlnet.xlsx.page import Page

# A title that began further to the right would not be seen.
_LAST_TITLE_COLUMN = 26


def repeated(model: Model) -> list[Formula]:
    """Return the formulas of the constants that stand on another sheet."""
    look = replace(style.TEXT, bold=True, horizontal="center", vertical="center", border="box")
    lives = [
        Live(key, model.name, model.layout.cells[key].column, [VALUE_ROW], InCell(cited), look, shown=cited)
        for key, cited in model.shared.items()
    ]
    return list(filled(lives))


def draw_constants(page: Page, model: Model) -> None:
    """Draw the constants with their notes, and the title beside them."""
    for constant in model.graph.settings:
        _draw_constant(page, constant, model)
    put_all(page, repeated(model))
    put_text(page, *_place_of_title(model), model.title, style.TITLE)
    for constant in model.graph.settings:
        lines = [
            model.symbols(constant.key),
            model.texts.meaning(constant.key, model.symbols.layers),
            model.texts.get("input", "shared note" if constant.key in model.shared else "note"),
        ]
        put_note(page, NAME_ROW, model.layout.cells[constant.key].column, lines)


def _place_of_title(model: Model) -> tuple[int, int]:
    """Return a row and column: beside the constants, or beside what blocks are called where a screen ends before."""
    beside = len(model.graph.settings) + 2
    if model.spec.layout == MATRIX and beside > _LAST_TITLE_COLUMN > model.layout.last_column + 2:
        return HEADER_ROW, model.layout.last_column + 2
    return NAME_ROW, beside


def _draw_constant(page: Page, constant: Constant, model: Model) -> None:
    column = model.layout.cells[constant.key].column
    name = replace(style.HEADER, fill=style.CONSTANTS.strong, border="box")
    value = replace(style.INPUT, horizontal="center", vertical="center", border="box")
    put_text(page, NAME_ROW, column, model.symbols(constant.key), name)
    if constant.key not in model.shared:
        put_number(page, VALUE_ROW, column, constant.value, value)


def of_tokens(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the only sample's inputs, where these are numbers of tokens."""
    if tokens(model.spec):
        for constant in model.graph.settings:
            if constant.group == Group.INPUTS and constant.key not in model.shared:
                yield cell(VALUE_ROW, model.layout.cells[constant.key].column)


def of_numbers(model: Model) -> Iterator[str]:
    """Yield the range that holds the user's numbers."""
    is_token = bool(tokens(model.spec))
    own = [
        model.layout.cells[c.key].column
        for c in model.graph.settings
        if c.key not in model.shared and not (is_token and c.group == Group.INPUTS)
    ]
    yield f"{cell(VALUE_ROW, min(own))}:{cell(VALUE_ROW, max(own))}"

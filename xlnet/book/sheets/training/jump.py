"""A link to any block: the number of an iteration is typed into a cell, and the link beside it leads there."""

from __future__ import annotations

from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.live import Formula, Live, Typed, filled, put_all, put_inputs
from xlnet.book.model import Model
from xlnet.cell import Cell
from xlnet.graph.expression import call
from xlnet.graph.references import InCell, Text, joined
from xlnet.render.excel import quoted_sheet
from xlnet.sheet_size import HEADER_ROW
from xlnet.spec import MATRIX
from xlnet.xlsx.page import Page

_LABEL_COLUMN, _NUMBER_COLUMN, LINK_COLUMN = 2, 4, 5
# The columns of row 3 that it takes.
LAST_COLUMN = LINK_COLUMN


def inputs(model: Model) -> list[Typed]:
    """Return the cell in which the iteration is typed; none where iterations are rows."""
    if model.spec.layout != MATRIX:
        return []
    choices = range(1, model.spec.training.iters + 1)
    return [Typed("go to iteration", HEADER_ROW, _NUMBER_COLUMN, 1.0, choices=choices)]


def formulas(model: Model) -> list[Formula]:
    """Return the link; none where iterations are rows."""
    if model.spec.layout != MATRIX:
        return []
    layout = model.layout
    row = (InCell(Cell(model.name, HEADER_ROW, _NUMBER_COLUMN)) - 1) * layout.stride + layout.first_row
    link = call("hyperlink", joined(f"#{quoted_sheet(model.name)}A", row), Text(text(model)))
    look = replace(style.LINK, bold=True)
    return list(filled([Live("link to an iteration", model.name, LINK_COLUMN, [HEADER_ROW], link, look)]))


def text(model: Model) -> str:
    """Return what the link says."""
    return model.texts.get("blocks", "go")


def draw(page: Page, model: Model) -> None:
    """Draw the cell and the link."""
    put_text(
        page,
        HEADER_ROW,
        _LABEL_COLUMN,
        model.texts.get("blocks", "go to"),
        replace(style.QUIET, horizontal="left", size=9),
    )
    put_inputs(page, inputs(model), replace(style.INPUT, horizontal="center", border="box"), model.texts)
    put_all(page, formulas(model))

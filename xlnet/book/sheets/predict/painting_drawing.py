"""Draws what stands around a painted input: headings, names, colours, and cells that are nearly squares."""

from __future__ import annotations

from dataclasses import replace

from openpyxl.formatting.rule import ColorScaleRule

from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.scales import signed_scale
from xlnet.book.sheets.predict.classes import names
from xlnet.book.sheets.predict.painting import FIRST_COLUMN, Painting
from xlnet.book.sheets.predict.plan import VALUE_COLUMN, PredictPlan
from xlnet.cell import Area
from xlnet.model import classification as classes
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

# The widths of columns in characters and the heights of rows in points, of a small picture and of a large one.
_SIZES, _LARGE = ((5.5, 28.0), (3.2, 17.0)), 12
_NAME = replace(style.QUIET, horizontal="right", shrink=True)


def draw_painting(page: Page, plan: PredictPlan) -> None:
    """Draw them, where something is painted."""
    painting, texts = plan.painting, plan.model.texts
    if painting is None:
        return
    heading = "type sequence" if painting.is_sequence else "paint"
    put_text(page, painting.row, FIRST_COLUMN, texts.get("predict", heading), style.TITLE)
    _draw_names(page, plan, painting)
    rows, columns = painting.size
    last_row, last_column = painting.first_row + rows - 1, FIRST_COLUMN + columns - 1
    painted = Area(page.title, painting.first_row, FIRST_COLUMN, last_row, last_column)
    area = f"{cell(painted.top, painted.left)}:{cell(painted.bottom, painted.right)}"
    # A 0 stays as yellow as all cells to be filled in.
    page.conditional_formatting.add(area, signed_scale([painted], zero=style.CONSTANTS.tint))
    _colour_outputs(page, plan, painting)
    if not painting.is_sequence:
        _, height = _size(painting)
        page.heights |= dict.fromkeys(range(painting.first_row, painting.first_row + rows), height)


def widths(painting: Painting) -> dict[int, float]:
    """Return the widths of the columns of a picture."""
    if painting.is_sequence:
        return {}
    return dict.fromkeys(range(FIRST_COLUMN, FIRST_COLUMN + painting.size[1]), _size(painting)[0])


def _size(painting: Painting) -> tuple[float, float]:
    return _SIZES[max(painting.size) > _LARGE]


def _draw_names(page: Page, plan: PredictPlan, painting: Painting) -> None:
    texts, symbols = plan.model.texts, plan.model.symbols
    if painting.lists_outputs:
        called = names(plan) if plan.kind == classes.SEVERAL else [symbols(key) for key in plan.outputs]
        for (row, column), name in zip(painting.output_cells.values(), called, strict=True):
            put_text(page, row, column - 1, name, _NAME)
    if painting.names_class:
        put_text(page, painting.class_row, painting.output_column - 1, texts.get("predict", "class"), _NAME)
    if painting.names_steps:
        put_text(page, painting.row, painting.step_class_column, texts.get("predict", "most likely"), _NAME)
    if painting.is_sequence:
        for number in range(painting.size[0]):
            label = texts.get("predict", "step").format(number=number + 1)
            put_text(page, painting.first_row + number, VALUE_COLUMN, label, _NAME)


def _colour_outputs(page: Page, plan: PredictPlan, painting: Painting) -> None:
    rows, columns = painting.output_size
    first, last = painting.output_column, painting.output_column + columns - 1
    area = f"{cell(painting.first_row, first)}:{cell(painting.first_row + rows - 1, last)}"
    if not plan.is_undone:
        align_ordinary(page, area, style.FEW_DIGITS)
    if rows * columns == 1:
        return
    if painting.names_class or painting.names_steps:
        _, low, high = style.SIGNED_SCALE
        scale = ColorScaleRule("num", 0, low, end_type="num", end_value=1, end_color=high)  # type: ignore[no-untyped-call]
    else:
        bottom = painting.first_row + rows - 1
        scale = signed_scale([Area(page.title, painting.first_row, first, bottom, last)])
    page.conditional_formatting.add(area, scale)

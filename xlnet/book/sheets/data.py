"""The Data sheet: a sample a row, inputs and targets, and beside them what standardises them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import put_formula, put_number, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.page import print_landscape, width_of
from xlnet.book.drawing.protection import protect, take_numbers, take_tokens
from xlnet.book.live import put_all
from xlnet.book.model import Model
from xlnet.book.sheets import sets
from xlnet.graph.node import Constant, DataColumn, Group
from xlnet.model.tokens import tokens
from xlnet.render.excel import at_row, cell, formula
from xlnet.render.layout import SAMPLE_COLUMN, SET_COLUMN, Layout
from xlnet.render.spot import Spot
from xlnet.sheet_size import FIRST_SAMPLE_ROW
from xlnet.xlsx.page import Address, Page

_MOST_WIDTH = 36
_WIDTH = 15


def draw(page: Page, model: Model) -> None:
    """Draw the sheet; the values of its formulas are in `values`."""
    _header(page, SAMPLE_COLUMN, model.texts.get("header", "sample"), style.CONSTANTS)
    for number in range(1, model.spec.samples + model.spec.held_out + 1):
        put_number(page, FIRST_SAMPLE_ROW + number - 1, SAMPLE_COLUMN, number, style.QUIET)
    for column in model.graph.data:
        place = model.layout.data[column.key]
        is_typed = column.constants[0].formula is None
        _header(page, place.left, _title(column, model), style.CONSTANTS if is_typed else style.GROUPS[Group.FORWARD])
    if model.graph.statistics:
        _draw_statistics_labels(page, model)
    layout = _layout_of_rows(model)
    for column in (*model.graph.data, *model.graph.held):
        _draw_column(page, column, layout)
    for constant in model.graph.statistics:
        _draw_statistic(page, constant, model)
    if model.graph.held:
        _draw_sets(page, model)
    for area in _computed(model):
        align_ordinary(page, area)
    take_numbers(page, _inputs(model, is_token=False), model.texts)
    take_tokens(page, _inputs(model, is_token=True), tokens(model.spec), model.texts)
    protect(page, is_free_below=True)
    page.freeze_panes = cell(FIRST_SAMPLE_ROW, 2)
    print_landscape(page, "1:1")


def _draw_sets(page: Page, model: Model) -> None:
    """Draw which samples are held out."""
    words = model.texts.sections["validation"]
    _header(page, SET_COLUMN, words["set"], style.CONSTANTS)
    for name in (sets.TRAINING, sets.VALIDATION):
        place = sets.count_cell(model, name)
        put_text(page, place.row, place.column - 1, words[f"{name} samples"], style.TEXT)
        page.widths[place.column - 1] = 20
    put_all(page, sets.formulas(model))


def _inputs(model: Model, *, is_token: bool) -> Iterator[str]:
    """Yield the ranges that hold the user's numbers: those of tokens, or all others."""
    for column in (*model.graph.data, *model.graph.held):
        place = model.layout.data[column.key]
        of_tokens = bool(tokens(model.spec)) and column.constants[0].group == Group.INPUTS
        if column.constants[0].formula is None and of_tokens is is_token:
            yield f"{cell(place.top, place.left)}:{cell(place.bottom, place.right)}"


def _computed(model: Model) -> Iterator[str]:
    """Yield the areas that hold formulas: columns, and the statistics."""
    for column in (*model.graph.data, *model.graph.held):
        place = model.layout.data[column.key]
        if column.constants[0].formula is not None:
            yield f"{cell(place.top, place.left)}:{cell(place.bottom, place.right)}"
    if model.graph.statistics:
        places = [model.layout.cells[model.graph.statistics[end].key] for end in (0, -1)]
        yield ":".join(cell(place.row, place.column) for place in places)


def _title(column: DataColumn, model: Model) -> str:
    """Return a column's header: the symbol of what the network sees, the file's own name of what was measured."""
    if column.is_raw:
        return column.name or model.symbols(column.key)
    symbol = model.symbols(column.of)
    is_measured = column.constants[0].formula is None
    title = f"{symbol} {column.name}".strip() if is_measured else symbol
    names = model.spec.data.class_names
    if not names or column.constants[0].group != Group.TARGETS:
        return title
    return model.texts.get("header", "two classes").format(name=title, zero=names[0], one=names[1])


def values(model: Model) -> dict[Address, float]:
    """Return the values of the sheet's formulas, by row and column."""
    found: dict[Address, float] = {}
    for constant in model.graph.data_constants:
        if constant.formula is not None:
            place = model.layout.cells[constant.key]
            found[place.row, place.column] = constant.value
    return found


def _draw_column(page: Page, column: DataColumn, layout: Layout) -> None:
    place, first = layout.data[column.key], column.constants[0].formula
    filled_down = None if first is None else formula(first, layout, place.sheet)
    for row, constant in enumerate(column.constants, place.top):
        if filled_down is None:
            put_number(page, row, place.left, constant.value, style.INPUT)
        else:
            put_formula(page, row, place.left, at_row(filled_down, row), style.TEXT)


def _layout_of_rows(model: Model) -> Layout:
    """Return where the first sample's numbers stand for a formula that is filled down."""
    firsts = (column.constants[0].key for column in (*model.graph.data, *model.graph.held))
    moving = {key: model.layout.cells[key] for key in firsts if key in model.layout.relative}
    return replace(model.layout, spots={key: Spot(place.sheet, place.column) for key, place in moving.items()})


def _draw_statistic(page: Page, constant: Constant, model: Model) -> None:
    place = model.layout.cells[constant.key]
    assert constant.formula is not None
    put_formula(
        page,
        place.row,
        place.column,
        at_row(formula(constant.formula, model.layout, place.sheet), place.row),
        style.TEXT,
    )


def _draw_statistics_labels(page: Page, model: Model) -> None:
    first = model.layout.cells[model.graph.statistics[0].key].column
    for row, name in enumerate(("mean", "deviation"), FIRST_SAMPLE_ROW):
        put_text(page, row, first - 1, model.texts.get("header", name), style.TEXT)
    page.widths[first - 1] = 20
    for index in range(0, len(model.graph.statistics), 2):
        key = model.graph.statistics[index].of
        _header(page, first + index // 2, model.symbols(key), style.GROUPS[Group.FORWARD])


def _header(page: Page, column: int, text: str, palette: style.Palette) -> None:
    put_text(page, 1, column, text, replace(style.HEADER, fill=palette.strong, shrink=True))
    width = min(max(_WIDTH, width_of(text) + 3), _MOST_WIDTH)
    page.widths[column] = width

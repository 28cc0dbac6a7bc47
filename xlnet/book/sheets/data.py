"""Sheet Data: a sample a row, inputs and targets, and beside them what standardises the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.book import style
from xlnet.book.drawing.cells import put_formula, put_number, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.page import print_landscape, width_of
from xlnet.book.drawing.protection import protect, take_numbers
from xlnet.book.model import Model
from xlnet.graph.node import Constant, DataColumn
from xlnet.render.excel import at_row, cell, formula
from xlnet.render.layout import DATA, FIRST_SAMPLE_ROW, SAMPLE_COLUMN, Layout

_MOST_WIDTH = 36
_WIDTH = 15


def draw(worksheet: Worksheet, model: Model) -> None:
    """Draw the sheet; the values of its formulas are in `values`."""
    _header(worksheet, SAMPLE_COLUMN, model.texts.get("header", "sample"), style.CONSTANTS)
    samples = len(model.graph.data[0].constants)
    for number in range(1, samples + 1):
        put_number(worksheet, SAMPLE_COLUMN, FIRST_SAMPLE_ROW + number - 1, number, style.QUIET)
    for column in model.graph.data:
        place = model.layout.data[column.key]
        is_typed = column.constants[0].formula is None
        _header(
            worksheet, place.column, _title(column, model), style.CONSTANTS if is_typed else style.GROUPS["forward"]
        )
    if model.graph.statistics:
        _draw_statistics_labels(worksheet, model)
    layout = _layout_of_rows(model)
    for column in model.graph.data:
        _draw_column(worksheet, column, layout)
    for constant in model.graph.statistics:
        _draw_statistic(worksheet, constant, model)
    for area in _computed(model):
        align_ordinary(worksheet, area)
    take_numbers(worksheet, _inputs(model), model.texts)
    protect(worksheet)
    worksheet.freeze_panes = cell(2, FIRST_SAMPLE_ROW)
    print_landscape(worksheet, "1:1")


def _inputs(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the user's numbers."""
    for column in model.graph.data:
        place = model.layout.data[column.key]
        if column.constants[0].formula is None:
            yield f"{cell(place.column, place.first)}:{cell(place.column, place.last)}"


def _computed(model: Model) -> Iterator[str]:
    """Yield the areas that hold formulas: columns, and the statistics."""
    for column in model.graph.data:
        place = model.layout.data[column.key]
        if column.constants[0].formula is not None:
            yield f"{cell(place.column, place.first)}:{cell(place.column, place.last)}"
    if model.graph.statistics:
        places = [model.layout.cells[model.graph.statistics[end].key] for end in (0, -1)]
        yield ":".join(cell(place.column, place.row or 1) for place in places)


def _title(column: DataColumn, model: Model) -> str:
    """Return a column's header: the symbol of what the network sees, the file's own name of what was measured."""
    if column.key.startswith("raw_"):
        return column.name or model.symbols(column.key)
    symbol = model.symbols(column.key.removeprefix("data_"))
    is_measured = column.constants[0].formula is None
    return f"{symbol} {column.name}".strip() if is_measured else symbol


def every_constant(model: Model) -> Iterator[Constant]:
    """Yield all that stands on sheet Data."""
    for column in model.graph.data:
        yield from column.constants
    yield from model.graph.statistics


def values(model: Model) -> dict[str, float]:
    """Return the values of the sheet's formulas, by address."""
    found = {}
    for constant in every_constant(model):
        if constant.formula is not None:
            place = model.layout.cells[constant.key]
            assert place.row is not None
            found[cell(place.column, place.row)] = constant.value
    return found


def _draw_column(worksheet: Worksheet, column: DataColumn, layout: Layout) -> None:
    place, first = layout.data[column.key], column.constants[0].formula
    filled_down = None if first is None else formula(first, layout, DATA)
    for row, constant in enumerate(column.constants, place.first):
        if filled_down is None:
            put_number(worksheet, place.column, row, constant.value, style.INPUT)
        else:
            put_formula(worksheet, place.column, row, at_row(filled_down, row), style.TEXT)


def _layout_of_rows(model: Model) -> Layout:
    """Return where the first sample's numbers stand for a formula that is filled down."""
    places = {column.constants[0].key: model.layout.cells[column.constants[0].key] for column in model.graph.data}
    moving = {key: replace(place, row=None) for key, place in places.items() if place.moves}
    return replace(model.layout, cells={**model.layout.cells, **moving})


def _draw_statistic(worksheet: Worksheet, constant: Constant, model: Model) -> None:
    place = model.layout.cells[constant.key]
    assert place.row is not None
    assert constant.formula is not None
    put_formula(worksheet, place.column, place.row, formula(constant.formula, model.layout, DATA), style.TEXT)


def _draw_statistics_labels(worksheet: Worksheet, model: Model) -> None:
    first = model.layout.cells[model.graph.statistics[0].key].column
    for row, name in enumerate(("mean", "deviation"), FIRST_SAMPLE_ROW):
        put_text(worksheet, first - 1, row, model.texts.get("header", name), style.TEXT)
    worksheet.column_dimensions[get_column_letter(first - 1)].width = 20
    for index in range(0, len(model.graph.statistics), 2):
        key = model.graph.statistics[index].key.removeprefix("mean_")
        _header(worksheet, first + index // 2, model.symbols(key), style.GROUPS["forward"])


def _header(worksheet: Worksheet, column: int, text: str, palette: style.Palette) -> None:
    put_text(worksheet, column, 1, text, replace(style.HEADER, fill=palette.strong, shrink=True))
    width = min(max(_WIDTH, width_of(text) + 3), _MOST_WIDTH)
    worksheet.column_dimensions[get_column_letter(column)].width = width

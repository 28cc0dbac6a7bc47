"""Sheet Training: constants in rows 1 and 2, headers in row 3, an iteration a row from row 4."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby

from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import put, put_number, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.notes import MOST_NOTES, put_note
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect, take_numbers
from xlnet.book.live import Live, put_all
from xlnet.book.model import Model
from xlnet.book.record import Record
from xlnet.graph.node import Constant, Graph, Node
from xlnet.render.excel import absolute, cell, quoted_sheet
from xlnet.render.layout import FIRST_ROW, HEADER_ROW, NAME_ROW, VALUE_ROW
from xlnet.xlsx.values import Value

_WIDTH = 12.5
_ITERATION_WIDTH = 11


def repeated(model: Model) -> list[Live]:
    """Return the formulas of the constants that stand on another sheet."""
    look = replace(style.TEXT, bold=True, horizontal="center", vertical="center", border="box")
    found = []
    for key, cited in model.shared.items():
        value = model.constants[key]
        source = f"={quoted_sheet(cited.sheet)}{absolute(cited.column, cited.row)}"
        found.append(Live(key, model.layout.cells[key].column, VALUE_ROW, source, look, _fixed(value), cited))
    return found


def _fixed(value: float) -> Callable[[Record], Value]:
    return lambda _: value


def draw(worksheet: Worksheet, model: Model) -> None:
    """Draw all but the table: rows 1 to 3, widths, and the styles of the table's first two rows."""
    for constant in model.graph.settings:
        _draw_constant(worksheet, constant, model)
    put_all(worksheet, repeated(model))
    for index, node in enumerate(model.graph.nodes, 1):
        _draw_column(worksheet, index, node, model)
    _draw_bands(worksheet, model)
    _draw_title(worksheet, model)
    _show_numbers(worksheet, model)
    _add_notes(worksheet, model)
    take_numbers(worksheet, _inputs(model), model.texts)
    protect(worksheet)
    worksheet.freeze_panes = cell(2, FIRST_ROW)
    worksheet.row_dimensions[HEADER_ROW].height = 21
    worksheet.sheet_view.zoomScale = 100
    worksheet.sheet_properties.tabColor = style.GROUPS["parameters"].strong
    print_landscape(worksheet, f"{NAME_ROW}:{HEADER_ROW}")


def _draw_constant(worksheet: Worksheet, constant: Constant, model: Model) -> None:
    column = model.layout.cells[constant.key].column
    name = replace(style.HEADER, fill=style.CONSTANTS.strong, border="box")
    value = replace(style.INPUT, horizontal="center", vertical="center", border="box")
    put_text(worksheet, column, NAME_ROW, model.symbols(constant.key), name)
    if constant.key not in model.shared:
        put_number(worksheet, column, VALUE_ROW, constant.value, value)


def _draw_column(worksheet: Worksheet, index: int, node: Node, model: Model) -> None:
    palette = style.GROUPS[node.group]
    put_text(worksheet, index, HEADER_ROW, model.header(node), replace(style.HEADER, fill=palette.strong))
    is_whole = keys.parts(node.key).letter in (keys.ITERATION, keys.EPOCH, keys.SAMPLE)
    later = replace(
        style.TEXT,
        fill=palette.tint,
        border="below",
        number_format=style.WHOLE_NUMBER if is_whole else style.GENERAL,
        horizontal="center" if is_whole else "right",
    )
    if node.typed is not None:
        later = replace(later, colour=style.INPUT.colour, bold=True)
    first = replace(style.INPUT, border="below", horizontal="right") if node.group == "parameters" else later
    put(worksheet, index, FIRST_ROW, first)
    put(worksheet, index, FIRST_ROW + 1, later)
    worksheet.column_dimensions[get_column_letter(index)].width = _ITERATION_WIDTH if is_whole else _WIDTH


def _draw_bands(worksheet: Worksheet, model: Model) -> None:
    """Name the groups in row 2, above their headers, as far as the constants leave room."""
    for group, start, end in _groups(model.graph):
        free = max(start, len(model.graph.settings) + 2)
        band = replace(style.BAND, fill=style.GROUPS[group].strong)
        for column in range(free, end + 1):
            put(worksheet, column, VALUE_ROW, band)
        if free <= end:
            put_text(worksheet, free, VALUE_ROW, model.group_name(group), band)


def _groups(graph: Graph) -> Iterator[tuple[str, int, int]]:
    start = 1
    for group, members in groupby(graph.nodes, key=lambda node: node.group):
        end = start + len(list(members)) - 1
        yield group, start, end
        start = end + 1


def _draw_title(worksheet: Worksheet, model: Model) -> None:
    put_text(worksheet, len(model.graph.settings) + 2, NAME_ROW, model.title, style.TITLE)


def _add_notes(worksheet: Worksheet, model: Model) -> None:
    layers = model.symbols.layers
    for constant in model.graph.settings:
        lines = [
            model.symbols(constant.key),
            model.texts.meaning(constant.key, layers),
            model.texts.get("input", "shared note" if constant.key in model.shared else "note"),
        ]
        put_note(worksheet, model.layout.cells[constant.key].column, NAME_ROW, lines)
    # Of a batch's samples the first one's notes come first, so that there are some for every kind of column.
    every = sorted(enumerate(model.graph.nodes, 1), key=lambda column: (keys.parts(column[1].key).sample or 1) > 1)
    for index, node in every[:MOST_NOTES]:
        rule = model.symbols.rule(node)
        lines = [model.header(node), model.texts.meaning(node.key, layers), *([rule] if rule else [])]
        put_note(worksheet, index, HEADER_ROW, lines)


def _inputs(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the user's numbers."""
    own = [model.layout.cells[c.key].column for c in model.graph.settings if c.key not in model.shared]
    yield f"{cell(min(own), VALUE_ROW)}:{cell(max(own), VALUE_ROW)}"
    for group, start, end in _groups(model.graph):
        if group == "parameters":
            yield f"{cell(start, FIRST_ROW)}:{cell(end, FIRST_ROW)}"


def _show_numbers(worksheet: Worksheet, model: Model) -> None:
    """Give numbers of ordinary size the same digits, and colour the gradients by sign and size."""
    low, middle, high = style.SIGNED_SCALE
    for group, start, end in _groups(model.graph):
        area = f"{cell(start, FIRST_ROW)}:{cell(end, model.last_row)}"
        if group not in ("iteration", "samples"):
            align_ordinary(worksheet, area)
        if group == "gradients":
            scale = ColorScaleRule("min", None, low, "num", 0, middle, "max", None, high)  # type: ignore[no-untyped-call]
            worksheet.conditional_formatting.add(area, scale)

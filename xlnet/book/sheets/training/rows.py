"""The iterations as rows: headers in row 3, and from row 4 on a row for each iteration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import put, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.notes import MOST_NOTES, put_note
from xlnet.book.drawing.protection import whole_numbers
from xlnet.book.drawing.scales import signed_scale
from xlnet.book.model import Model
from xlnet.book.sheets.training.sections import draw_ways, sections
from xlnet.cell import Area
from xlnet.graph.node import Group, Node
from xlnet.model.layers.kind import MASK
from xlnet.render.excel import cell
from xlnet.sheet_size import HEADER_ROW, VALUE_ROW
from xlnet.xlsx.page import Page

_WIDTH = 12.5
_ITERATION_WIDTH = 11


def draw_table(page: Page, model: Model) -> None:
    """Draw headers, bands, widths, and the styles of the table's first two rows."""
    for node in model.graph.nodes:
        _draw_node(page, node, model)
    _draw_bands(page, model)
    _show_numbers(page, model)
    _add_notes(page, model)
    if masks := list(_masks(model)):
        page.add_data_validation(whole_numbers(masks, range(2), model.texts))
    page.heights[HEADER_ROW] = 21
    page.sheet_view.zoomScale = 100
    draw_ways(page, model)


def _draw_node(page: Page, node: Node, model: Model) -> None:
    palette, layout = style.GROUPS[node.group], model.layout
    column = layout.column(node.key)
    put_text(page, HEADER_ROW, column, model.header(node), style.varied(style.HEADER, fill=palette.strong))
    is_whole = keys.parts(node.key).letter in (keys.ITERATION, keys.EPOCH, keys.SAMPLE, MASK)
    later = style.varied(
        style.TEXT,
        fill=palette.tint,
        border="below",
        number_format=style.WHOLE_NUMBER if is_whole else style.GENERAL,
        horizontal="center" if is_whole else "right",
    )
    if node.typed is not None:
        is_open = node.group == Group.MASKS
        later = style.varied(later, colour=style.INPUT.colour or "", bold=True, locked=not is_open)
    first = style.varied(style.INPUT, border="below", horizontal="right") if node.group == Group.PARAMETERS else later
    put(page, layout.cell(node.key, 1).row, column, first)
    put(page, layout.cell(node.key, 2).row, column, later)
    page.widths[column] = _ITERATION_WIDTH if is_whole else _WIDTH


def _draw_bands(page: Page, model: Model) -> None:
    """Name the groups in row 2, above their headers, as far as the constants leave room."""
    for group, start, end in sections(model):
        free = max(start, len(model.graph.settings) + 2)
        band = replace(style.BAND, fill=style.GROUPS[group].strong)
        for column in range(free, end + 1):
            put(page, VALUE_ROW, column, band)
        if free <= end:
            put_text(page, VALUE_ROW, free, model.group_name(group), band)


def _add_notes(page: Page, model: Model) -> None:
    # Of a batch's samples the first one's notes come first, so that there are some for every kind of column.
    every = sorted(model.graph.nodes, key=lambda node: (keys.parts(node.key).sample or 1) > 1)
    for node in every[:MOST_NOTES]:
        put_note(page, HEADER_ROW, model.layout.column(node.key), note_of(node, model))


def note_of(node: Node, model: Model) -> list[str]:
    """Return what a quantity is, as a note says it."""
    rule = model.rule(node)
    return [model.header(node), model.texts.meaning(node.key, model.symbols.layers), *([rule] if rule else [])]


def weights(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the initial weights."""
    cells = [model.layout.cell(key) for key in model.parameters]
    first, last = cells[0], cells[-1]
    if first.row == last.row:
        yield f"{cell(first.row, first.column)}:{cell(last.row, last.column)}"
    else:
        yield from (cell(place.row, place.column) for place in cells)


def _masks(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the masks of a dropout."""
    layout = model.layout
    for group, start, end in sections(model):
        if group == Group.MASKS:
            yield f"{cell(layout.first_row, start)}:{cell(layout.last_row, end)}"


def _show_numbers(page: Page, model: Model) -> None:
    """Give numbers of ordinary size the same digits, and colour the gradients by sign and size."""
    for group, start, end in sections(model):
        area = f"{cell(model.layout.first_row, start)}:{cell(model.layout.last_row, end)}"
        if group not in (Group.ITERATION, Group.SAMPLES, Group.MASKS):
            align_ordinary(page, area)
        if group == Group.GRADIENTS:
            table = Area(model.name, model.layout.first_row, start, model.layout.last_row, end)
            page.conditional_formatting.add(area, signed_scale([table]))

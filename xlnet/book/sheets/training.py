"""The Training sheet: constants in rows 1 and 2, headers in row 3, one iteration per row from row 4."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from openpyxl.formatting.rule import ColorScaleRule

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import put, put_number, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.notes import MOST_NOTES, put_note
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect, take_numbers, take_tokens, whole_numbers
from xlnet.book.live import Formula, Live, filled, put_all
from xlnet.book.model import Model
from xlnet.graph.node import Constant, Group, Node
from xlnet.graph.references import InCell
from xlnet.model.layers.kind import MASK
from xlnet.model.tokens import tokens
from xlnet.render.excel import cell
from xlnet.sheet_size import HEADER_ROW, NAME_ROW, VALUE_ROW
from xlnet.xlsx.page import Page

_WIDTH = 12.5
_ITERATION_WIDTH = 11


def repeated(model: Model) -> list[Formula]:
    """Return the formulas of the constants that stand on another sheet."""
    look = replace(style.TEXT, bold=True, horizontal="center", vertical="center", border="box")
    lives = [
        Live(key, model.name, model.layout.cells[key].column, [VALUE_ROW], InCell(cited), look, shown=cited)
        for key, cited in model.shared.items()
    ]
    return list(filled(lives))


def draw(page: Page, model: Model) -> None:
    """Draw all but the table: rows 1 to 3, widths, and the styles of the table's first two rows."""
    for constant in model.graph.settings:
        _draw_constant(page, constant, model)
    put_all(page, repeated(model))
    for node in model.graph.nodes:
        _draw_node(page, node, model)
    _draw_bands(page, model)
    _draw_title(page, model)
    _show_numbers(page, model)
    _add_notes(page, model)
    take_numbers(page, _inputs(model), model.texts)
    take_tokens(page, _tokens(model), tokens(model.spec), model.texts)
    if masks := list(_masks(model)):
        page.add_data_validation(whole_numbers(masks, range(2), model.texts))
    protect(page)
    page.freeze_panes = cell(model.layout.first_row, 2)
    page.heights[HEADER_ROW] = 21
    page.sheet_view.zoomScale = 100
    page.sheet_properties.tabColor = style.GROUPS[Group.PARAMETERS].strong
    print_landscape(page, f"{NAME_ROW}:{HEADER_ROW}")


def _draw_constant(page: Page, constant: Constant, model: Model) -> None:
    column = model.layout.cells[constant.key].column
    name = replace(style.HEADER, fill=style.CONSTANTS.strong, border="box")
    value = replace(style.INPUT, horizontal="center", vertical="center", border="box")
    put_text(page, NAME_ROW, column, model.symbols(constant.key), name)
    if constant.key not in model.shared:
        put_number(page, VALUE_ROW, column, constant.value, value)


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
    for group, start, end in _groups(model):
        free = max(start, len(model.graph.settings) + 2)
        band = replace(style.BAND, fill=style.GROUPS[group].strong)
        for column in range(free, end + 1):
            put(page, VALUE_ROW, column, band)
        if free <= end:
            put_text(page, VALUE_ROW, free, model.group_name(group), band)


def _groups(model: Model) -> Iterator[tuple[str, int, int]]:
    """Yield the groups of nodes, with the first and last column of each."""
    for group, members in groupby(model.graph.nodes, key=lambda node: node.group):
        columns = [model.layout.column(node.key) for node in members]
        yield group, min(columns), max(columns)


def _draw_title(page: Page, model: Model) -> None:
    put_text(page, NAME_ROW, len(model.graph.settings) + 2, model.title, style.TITLE)


def _add_notes(page: Page, model: Model) -> None:
    layers = model.symbols.layers
    for constant in model.graph.settings:
        lines = [
            model.symbols(constant.key),
            model.texts.meaning(constant.key, layers),
            model.texts.get("input", "shared note" if constant.key in model.shared else "note"),
        ]
        put_note(page, NAME_ROW, model.layout.cells[constant.key].column, lines)
    # Of a batch's samples the first one's notes come first, so that there are some for every kind of column.
    every = sorted(model.graph.nodes, key=lambda node: (keys.parts(node.key).sample or 1) > 1)
    for node in every[:MOST_NOTES]:
        rule = model.rule(node)
        lines = [model.header(node), model.texts.meaning(node.key, layers), *([rule] if rule else [])]
        put_note(page, HEADER_ROW, model.layout.column(node.key), lines)


def _tokens(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the only sample's inputs, where these are numbers of tokens."""
    if tokens(model.spec):
        for constant in model.graph.settings:
            if constant.group == Group.INPUTS and constant.key not in model.shared:
                yield cell(VALUE_ROW, model.layout.cells[constant.key].column)


def _inputs(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the user's numbers."""
    is_token = bool(tokens(model.spec))
    own = [
        model.layout.cells[c.key].column
        for c in model.graph.settings
        if c.key not in model.shared and not (is_token and c.group == Group.INPUTS)
    ]
    yield f"{cell(VALUE_ROW, min(own))}:{cell(VALUE_ROW, max(own))}"
    cells = [model.layout.cell(key) for key in model.parameters]
    first, last = cells[0], cells[-1]
    if first.row == last.row:
        yield f"{cell(first.row, first.column)}:{cell(last.row, last.column)}"
    else:
        yield from (cell(place.row, place.column) for place in cells)


def _masks(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the masks of a dropout."""
    layout = model.layout
    for group, start, end in _groups(model):
        if group == Group.MASKS:
            yield f"{cell(layout.first_row, start)}:{cell(layout.last_row, end)}"


def _show_numbers(page: Page, model: Model) -> None:
    """Give numbers of ordinary size the same digits, and colour the gradients by sign and size."""
    low, middle, high = style.SIGNED_SCALE
    for group, start, end in _groups(model):
        area = f"{cell(model.layout.first_row, start)}:{cell(model.layout.last_row, end)}"
        if group not in (Group.ITERATION, Group.SAMPLES, Group.MASKS):
            align_ordinary(page, area)
        if group == Group.GRADIENTS:
            scale = ColorScaleRule("min", None, low, "num", 0, middle, "max", None, high)  # type: ignore[no-untyped-call]
            page.conditional_formatting.add(area, scale)

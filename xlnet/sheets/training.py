"""Sheet Training: constants in rows 1 and 2, headers in row 3, an iteration a row from row 4."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from openpyxl.cell import Cell, MergedCell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnet import keys, style
from xlnet.excel import cell, formula, require_length
from xlnet.graph.node import Constant, Graph, Node
from xlnet.layout import FIRST_ROW, HEADER_ROW, NAME_ROW, VALUE_ROW, Layout
from xlnet.notation import Symbols
from xlnet.sheets.page import print_landscape
from xlnet.sheets.text import put_text
from xlnet.texts import Texts
from xlnet.xlsx.table import TableColumn

_WIDTH = 12.5
_ITERATION_WIDTH = 11


@dataclass(frozen=True)
class TrainingSheet:
    """What sheet Training shows: a graph, where its quantities stand, and what they are called."""

    graph: Graph
    layout: Layout
    symbols: Symbols
    texts: Texts
    title: str
    last_row: int

    def header(self, node: Node) -> str:
        """Return the header of a node's column."""
        if node.key in self.texts.sections["header"]:
            return self.texts.get("header", node.key)
        return self.symbols(node.key)


def columns(graph: Graph, layout: Layout) -> list[TableColumn]:
    """Return the formulas of the columns, ready to be filled down."""
    return [
        TableColumn(
            first_formula=None if node.first_formula is None else formula(node.first_formula, layout),
            formula=None if node.formula is None else formula(node.formula, layout),
        )
        for node in graph.nodes
    ]


def require_lengths(graph: Graph, filled: list[TableColumn], last_row: int) -> None:
    """Raise UserError where a formula becomes longer than Excel takes."""
    for node, column in zip(graph.nodes, filled, strict=True):
        for text in (column.first_formula, column.formula):
            require_length(text or "", last_row, node.key)


def draw(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    """Draw all but the table: rows 1 to 3, widths, and the styles of the table's first two rows."""
    for constant in sheet.graph.settings:
        _draw_constant(worksheet, constant, sheet)
    for index, node in enumerate(sheet.graph.nodes, 1):
        _draw_column(worksheet, index, node, sheet)
    _draw_bands(worksheet, sheet)
    _draw_title(worksheet, sheet)
    _show_small_and_large(worksheet, sheet)
    worksheet.freeze_panes = cell(2, FIRST_ROW)
    worksheet.row_dimensions[HEADER_ROW].height = 21
    worksheet.sheet_view.zoomScale = 100
    worksheet.sheet_properties.tabColor = style.GROUPS["parameters"].strong
    print_landscape(worksheet, f"{NAME_ROW}:{HEADER_ROW}")


def _draw_constant(worksheet: Worksheet, constant: Constant, sheet: TrainingSheet) -> None:
    column = sheet.layout.cells[constant.key].column
    name = put_text(worksheet, cell(column, NAME_ROW), sheet.symbols(constant.key))
    name.font, name.fill = style.HEADER_FONT, style.fill(style.CONSTANTS.strong)
    value = worksheet.cell(VALUE_ROW, column, constant.value)
    value.number_format = style.GENERAL
    _mark_as_input(value)
    for drawn in (name, value):
        drawn.alignment, drawn.border = style.CENTRED, style.THIN_BORDER


def _draw_column(worksheet: Worksheet, index: int, node: Node, sheet: TrainingSheet) -> None:
    palette = style.GROUPS[node.group]
    header = put_text(worksheet, cell(index, HEADER_ROW), sheet.header(node))
    header.font, header.fill = style.HEADER_FONT, style.fill(palette.strong)
    header.alignment = style.CENTRED
    is_whole = keys.parts(node.key).letter in (keys.ITERATION, keys.EPOCH, keys.SAMPLE)
    for row in (FIRST_ROW, FIRST_ROW + 1):
        body = worksheet.cell(row, index)
        body.font, body.fill, body.border = (
            style.TEXT_FONT, style.fill(palette.tint), style.LINE_BELOW,
        )  # fmt: skip
        body.number_format = style.WHOLE_NUMBER if is_whole else style.NUMBER
        body.alignment = Alignment(horizontal="center" if is_whole else "right")
    if node.group == "parameters":
        first = worksheet.cell(FIRST_ROW, index)
        first.number_format = style.GENERAL
        _mark_as_input(first)
    if node.typed is not None:
        for row in (FIRST_ROW, FIRST_ROW + 1):
            worksheet.cell(row, index).font = style.INPUT_FONT
    worksheet.column_dimensions[get_column_letter(index)].width = _ITERATION_WIDTH if is_whole else _WIDTH


def _mark_as_input(drawn: Cell | MergedCell) -> None:
    drawn.font, drawn.fill = style.INPUT_FONT, style.fill(style.CONSTANTS.tint)


def _draw_bands(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    """Name the groups in row 2, above their headers, as far as the constants leave room."""
    for group, start, end in _groups(sheet.graph):
        free = max(start, len(sheet.graph.settings) + 2)
        for column in range(free, end + 1):
            band = worksheet.cell(VALUE_ROW, column)
            band.fill = style.fill(style.GROUPS[group].strong)
            band.font = style.HEADER_FONT
            band.alignment = style.LEFT
        if free <= end:
            put_text(worksheet, cell(free, VALUE_ROW), _group_name(group, sheet))


def _groups(graph: Graph) -> Iterator[tuple[str, int, int]]:
    start = 1
    for group, members in groupby(graph.nodes, key=lambda node: node.group):
        end = start + len(list(members)) - 1
        yield group, start, end
        start = end + 1


def _group_name(group: str, sheet: TrainingSheet) -> str:
    with_biases = any(keys.parts(node.key).letter == "b" for node in sheet.graph.nodes)
    if group == "parameters" and with_biases:
        return sheet.texts.get("group", "parameters_with_biases")
    return sheet.texts.get("group", group)


def _draw_title(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    title = put_text(worksheet, cell(len(sheet.graph.settings) + 2, NAME_ROW), sheet.title)
    title.font, title.alignment = style.TITLE_FONT, style.LEFT


def _show_small_and_large(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    """Show what six digits after the point cannot, by a power of ten."""
    power = DifferentialStyle(numFmt=NumberFormat(numFmtId=200, formatCode=style.POWER_OF_TEN))
    first, last = cell(2, FIRST_ROW), cell(len(sheet.graph.nodes), sheet.last_row)
    outside = f"AND(ISNUMBER({first}),{first}<>0,OR(ABS({first})<0.0001,ABS({first})>=100000))"
    rule = Rule(type="expression", dxf=power, formula=[outside])
    worksheet.conditional_formatting.add(f"{first}:{last}", rule)

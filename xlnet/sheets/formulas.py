"""Sheet Formulas: every column and every constant of sheet Training, a row each."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnet import keys, style
from xlnet.excel import at_row, cell, formula
from xlnet.graph.node import Node
from xlnet.layout import FIRST_ROW, TRAINING, VALUE_ROW
from xlnet.sheets.page import print_landscape
from xlnet.sheets.text import put_text
from xlnet.sheets.training import TrainingSheet

HEADERS = ("Key", "Symbol", "Where", "Role", "Meaning", "Rule", "Excel")
_WIDTHS = (14, 16, 18, 20, 76, 60, 48)
_LINE_HEIGHT = 15.0


def draw(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    """Draw the sheet."""
    for column, (header, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True), 1):
        drawn = put_text(worksheet, cell(column, 1), sheet.texts.get("formulas", header))
        drawn.font, drawn.fill = style.HEADER_FONT, style.fill(style.CONSTANTS.strong)
        drawn.alignment = style.LEFT
        worksheet.column_dimensions[get_column_letter(column)].width = width
    for row, (texts, colour) in enumerate(_rows(sheet), 2):
        for column, text in enumerate(texts, 1):
            drawn = put_text(worksheet, cell(column, row), text)
            is_code = HEADERS[column - 1] in ("Key", "Where", "Excel")
            drawn.font = style.CODE if is_code else style.TEXT_FONT
            drawn.alignment, drawn.border = style.WRAPPED, style.LINE_BELOW
            drawn.fill = style.fill(colour)
        # LibreOffice does not fit the height of a row to text that wraps.
        lines = max(ceil(len(text) / width) for text, width in zip(texts, _WIDTHS, strict=True))
        worksheet.row_dimensions[row].height = _LINE_HEIGHT * lines
    worksheet.freeze_panes = "B2"
    print_landscape(worksheet, "1:1")


def _rows(sheet: TrainingSheet) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts of each row and its colour."""
    layers = sheet.symbols.layers
    for constant in sheet.graph.constants:
        column = get_column_letter(sheet.layout.constants[constant.key])
        yield (
            (
                constant.key,
                sheet.symbols(constant.key),
                f"{TRAINING}!${column}${VALUE_ROW}",
                sheet.texts.get("role", constant.group),
                sheet.texts.meaning(constant.key, layers),
                "",
                "",
            ),
            style.CONSTANTS.tint,
        )
    for node in sheet.graph.nodes:
        # Row 5 is the first that is a formula throughout; it is shown even where the run is shorter.
        excel = at_row(formula(node.formula, sheet.layout), FIRST_ROW + 1)
        for key in (*node.aliases, node.key):
            yield (
                (
                    key,
                    sheet.symbols(key),
                    get_column_letter(sheet.layout.columns[key]),
                    _role(node, sheet),
                    sheet.texts.meaning(key, layers),
                    sheet.symbols.rule(node),
                    excel,
                ),
                style.GROUPS[node.group].tint,
            )


def _role(node: Node, sheet: TrainingSheet) -> str:
    is_parameter = node.group == "parameters"
    return sheet.texts.get("role", keys.parts(node.key).letter if is_parameter else node.group)

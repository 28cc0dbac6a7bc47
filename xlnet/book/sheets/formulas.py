"""Sheet Formulas: every column and every constant of sheet Training, a row each; of several runs, run by run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.page import fit_height, lines_of, print_landscape, width_of
from xlnet.book.drawing.protection import protect
from xlnet.book.sheets.training import TrainingSheet, repeated
from xlnet.graph.node import Constant, DataColumn, Node
from xlnet.render.excel import at_row, formula
from xlnet.render.layout import DATA, FIRST_ROW

HEADERS = ("Key", "Symbol", "Where", "Role", "Meaning", "Rule", "Excel")
_WIDTHS = (14, 16, 18, 20, 76, 60, 48)
_TEXT = replace(style.TEXT, vertical="top", wrap=True)


def draw(worksheet: Worksheet, sheets: Sequence[TrainingSheet]) -> None:
    """Draw the sheet of a workbook with these sheets Training: one, or one a run."""
    texts = sheets[0].texts
    # In a comparison keys and places are led by a run's name.
    names = max(width_of(sheet.name) for sheet in sheets) + 1 if len(sheets) > 1 else 0
    widths = [width + names * (header in ("Key", "Where")) for header, width in zip(HEADERS, _WIDTHS, strict=True)]
    for column, (header, width) in enumerate(zip(HEADERS, widths, strict=True), 1):
        look = replace(style.BAND, fill=style.CONSTANTS.strong)
        put_text(worksheet, column, 1, texts.get("formulas", header), look)
        worksheet.column_dimensions[get_column_letter(column)].width = width
    every_row = (row for sheet in sheets for row in _rows(sheet, in_comparison=len(sheets) > 1))
    for row, (cells, colour) in enumerate(every_row, 2):
        for column, text in enumerate(cells, 1):
            look = style.CODE if HEADERS[column - 1] in ("Key", "Where", "Excel") else _TEXT
            put_text(worksheet, column, row, text, replace(look, fill=colour, border="below"))
        fit_height(worksheet, row, max(lines_of(text, width) for text, width in zip(cells, widths, strict=True)))
    worksheet.freeze_panes = "B2"
    protect(worksheet)
    print_landscape(worksheet, "1:1")


def _rows(sheet: TrainingSheet, *, in_comparison: bool) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts of each row and its colour; in a comparison a key and a column are led by their run's name."""
    for (key, symbol, where, *others), colour in _own_rows(sheet):
        if in_comparison:
            key, where = f"{sheet.name}:{key}", where if "!" in where else f"{sheet.name}!{where}"
        yield (key, symbol, where, *others), colour


def _own_rows(sheet: TrainingSheet) -> Iterator[tuple[tuple[str, ...], str]]:
    for column in sheet.graph.data:
        yield _data_column(column, sheet), style.CONSTANTS.tint
    # A sample's cell is a row's own quantity where every row uses all samples; else its column says it all.
    samples = [c for column in sheet.graph.data for c in column.constants if keys.belonging(c.key) is None]
    for constant in (*sheet.graph.settings, *samples, *sheet.graph.statistics):
        yield _constant(constant, sheet), style.CONSTANTS.tint
    for node in sheet.graph.nodes:
        # Row 5 is the first that is a formula throughout; it is shown even where the run is shorter.
        excel = at_row(formula(node.formula, sheet.layout), FIRST_ROW + 1) if node.formula else ""
        for key in (*node.aliases, node.key):
            yield (
                (
                    key,
                    sheet.symbols(key),
                    get_column_letter(sheet.layout.columns[key]),
                    _role(node, sheet),
                    sheet.texts.meaning(key, sheet.symbols.layers),
                    sheet.symbols.rule(node),
                    excel,
                ),
                style.GROUPS[node.group].tint,
            )


def _constant(constant: Constant, sheet: TrainingSheet) -> tuple[str, ...]:
    place = sheet.layout.cells[constant.key]
    rule = f"{sheet.symbols(constant.key)} = {sheet.symbols.written(constant.formula)}" if constant.formula else ""
    excel = formula(constant.formula, sheet.layout, place.sheet) if constant.formula else ""
    if constant.key in sheet.shared:
        excel = next(live.formula for live in repeated(sheet) if live.key == constant.key)
    return (
        constant.key,
        sheet.symbols(constant.key),
        f"{sheet.layout.title(place.sheet)}!${get_column_letter(place.column)}${place.row}",
        sheet.texts.get("role", constant.group),
        sheet.texts.meaning(constant.key, sheet.symbols.layers),
        rule,
        excel,
    )


def _data_column(column: DataColumn, sheet: TrainingSheet) -> tuple[str, ...]:
    place = sheet.layout.data[column.key]
    letter = get_column_letter(place.column)
    return (
        column.key,
        sheet.symbols(column.key),
        f"{sheet.layout.title(DATA)}!{letter}{place.first}:{letter}{place.last}",
        sheet.texts.get("role", column.constants[0].group),
        sheet.texts.meaning(column.key, sheet.symbols.layers),
        "",
        "",
    )


def _role(node: Node, sheet: TrainingSheet) -> str:
    is_parameter = node.group == "parameters"
    return sheet.texts.get("role", keys.parts(node.key).letter if is_parameter else node.group)

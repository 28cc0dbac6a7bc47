"""The Formulas sheet: every column and constant of the Training sheet, one per row; of several runs, run by run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from openpyxl.utils import get_column_letter

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.page import fit_height, lines_of, print_landscape, width_of
from xlnet.book.drawing.protection import protect
from xlnet.book.model import Model
from xlnet.book.sheets.training import repeated
from xlnet.graph.node import Constant, DataColumn, Group, Node
from xlnet.model.network import parameters
from xlnet.render.excel import absolute, at_row, cell, formula
from xlnet.render.layout import Layout
from xlnet.xlsx.page import Page

NAME = "Formulas"
HEADERS = ("Key", "Symbol", "Where", "Role", "Meaning", "Rule", "Excel")
_WIDTHS = (14, 16, 18, 20, 76, 60, 48)
_TEXT = replace(style.TEXT, vertical="top", wrap=True)


def draw(page: Page, models: Sequence[Model]) -> None:
    """Draw the sheet of a workbook with these sheets Training: one, or one a run."""
    texts = models[0].texts
    # In a comparison keys and places are led by a run's name.
    names = max(width_of(sheet.name) for sheet in models) + 1 if len(models) > 1 else 0
    widths = [width + names * (header in ("Key", "Where")) for header, width in zip(HEADERS, _WIDTHS, strict=True)]
    for column, (header, width) in enumerate(zip(HEADERS, widths, strict=True), 1):
        look = replace(style.BAND, fill=style.CONSTANTS.strong)
        put_text(page, 1, column, texts.get("formulas", header), look)
        page.widths[column] = width
    every_row = (row for sheet in models for row in _rows(sheet, in_comparison=len(models) > 1))
    for row, (cells, colour) in enumerate(every_row, 2):
        for column, text in enumerate(cells, 1):
            look = style.CODE if HEADERS[column - 1] in ("Key", "Where", "Excel") else _TEXT
            put_text(page, row, column, text, style.varied(look, fill=colour, border="below"))
        fit_height(page, row, max(lines_of(text, width) for text, width in zip(cells, widths, strict=True)))
    page.freeze_panes = "B2"
    protect(page, is_free_below=True)
    print_landscape(page, "1:1")


def _rows(model: Model, *, in_comparison: bool) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts of each row and its colour; in a comparison a key and a column are led by their run's name."""
    for (key, symbol, where, *others), colour in _own_rows(model):
        if in_comparison:
            key, where = f"{model.name}:{key}", where if "!" in where else f"{model.name}!{where}"
        yield (key, symbol, where, *others), colour


def _own_rows(model: Model) -> Iterator[tuple[tuple[str, ...], str]]:
    layout = model.layout
    for entry in (*model.graph.data, *model.graph.held):
        yield _data_column(entry, model), style.CONSTANTS.tint
    # A sample's cell is a row's own quantity where every row uses all samples; else its column says it all.
    samples = [c for entry in model.graph.data for c in entry.constants if keys.belonging(c.key) is None]
    for constant in (*model.graph.settings, *samples, *model.graph.statistics):
        yield _constant(constant, model), style.CONSTANTS.tint
    for node, column in zip(model.graph.nodes, model.columns, strict=True):
        # Row 5 is the first that is a formula throughout; it is shown even where the run is shorter.
        excel = at_row(column.formula, layout.row(2), layout.stride) if column.formula else ""
        for key in (*node.aliases, node.key):
            yield (
                (
                    key,
                    model.symbols(key),
                    _where(key, layout),
                    _role(node, model),
                    model.texts.meaning(key, model.symbols.layers),
                    model.rule(node),
                    excel,
                ),
                style.GROUPS[node.group].tint,
            )


def _where(key: str, layout: Layout) -> str:
    """Return the column of a quantity; where an iteration takes several rows its first cell, and how many they are."""
    place = layout.cell(key)
    if layout.stride == 1:
        return get_column_letter(place.column)
    return f"{cell(place.row, place.column)}/{layout.stride}"


def _constant(constant: Constant, model: Model) -> tuple[str, ...]:
    place = model.layout.cells[constant.key]
    rule = f"{model.symbols(constant.key)} = {model.symbols.written(constant.formula)}" if constant.formula else ""
    excel = at_row(formula(constant.formula, model.layout, place.sheet), place.row) if constant.formula else ""
    if constant.key in model.shared:
        excel = next(formula.text for formula in repeated(model) if formula.key == constant.key)
    return (
        constant.key,
        model.symbols(constant.key),
        f"{place.sheet}!{absolute(place.row, place.column)}",
        model.texts.get("role", constant.group),
        model.texts.meaning(constant.key, model.symbols.layers),
        rule,
        excel,
    )


def _data_column(column: DataColumn, model: Model) -> tuple[str, ...]:
    place = model.layout.data[column.key]
    return (
        column.key,
        model.symbols(column.key),
        f"{place.sheet}!{cell(place.top, place.left)}:{cell(place.bottom, place.right)}",
        model.texts.get("role", column.constants[0].group),
        model.texts.meaning(column.key, model.symbols.layers),
        "",
        "",
    )


def _role(node: Node, model: Model) -> str:
    if node.group != Group.PARAMETERS:
        return model.texts.get("role", node.group)
    return model.texts.get("role", "b" if node.key in model.once(_biases) else "w")


def _biases(model: Model) -> set[str]:
    return {parameter.key for parameter in parameters(model.spec) if parameter.is_bias}

"""The Training sheet: constants in rows 1 and 2, headers in row 3, one iteration per row from row 4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
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
from xlnet.book.record import Record
from xlnet.book.shown import Cited
from xlnet.book.texts import ENGLISH, Texts
from xlnet.book.texts import load as load_texts
from xlnet.graph.node import Constant, Graph, Node
from xlnet.model.iteration import iteration
from xlnet.render.excel import absolute, cell, formula, quoted_sheet, require_length
from xlnet.render.layout import FIRST_ROW, HEADER_ROW, NAME_ROW, TRAINING, VALUE_ROW, Layout, layout_of
from xlnet.render.mathematics import Symbols
from xlnet.spec import Spec
from xlnet.xlsx.table import TableColumn
from xlnet.xlsx.values import Value

_WIDTH = 12.5
_ITERATION_WIDTH = 11


@dataclass(frozen=True)
class TrainingSheet:
    """What a workbook shows: a network, the graph of an iteration, where its quantities stand, what they are called.

    `shared` are the constants that stand on another sheet, for all runs of a comparison: here they are repeated.
    """

    spec: Spec
    graph: Graph
    layout: Layout
    symbols: Symbols
    texts: Texts
    title: str
    last_row: int
    shared: Mapping[str, Cited] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the sheet is called."""
        return self.layout.title(TRAINING)

    @property
    def description(self) -> str:
        """What the workbook is about."""
        return self.texts.of_template("descriptions", self.spec.description)

    @cached_property
    def constants(self) -> dict[str, float]:
        """The values of all that stands in a cell of its own, by key."""
        graph = self.graph
        every = (*graph.settings, *(c for column in graph.data for c in column.constants), *graph.statistics)
        return {constant.key: constant.value for constant in every}

    @cached_property
    def parameters(self) -> list[str]:
        """The keys of the weights and biases, which stand side by side."""
        return [node.key for node in self.graph.nodes if node.group == "parameters"]

    @property
    def has_biases(self) -> bool:
        """Whether any unit has a bias."""
        return any(keys.parts(node.key).letter == "b" for node in self.graph.nodes)

    def group_name(self, group: str) -> str:
        """Return what a group of quantities is called."""
        if group == "parameters" and self.has_biases:
            return self.texts.get("group", "parameters_with_biases")
        return self.texts.get("group", group)

    def header(self, node: Node) -> str:
        """Return the header of a node's column."""
        if node.key in self.texts.sections["header"]:
            return self.texts.get("header", node.key)
        return self.symbols(node.key)


def sheet_of(
    spec: Spec,
    language: str = ENGLISH,
    *,
    title: str | None = None,
    titles: Mapping[str, str] | None = None,
    shared: Mapping[str, Cited] | None = None,
) -> TrainingSheet:
    """Return the sheet of a template, in a language of `texts`; `titles` are those of `layout.Layout`."""
    graph = iteration(spec)
    texts = load_texts(language)
    return TrainingSheet(
        spec=spec,
        graph=graph,
        layout=layout_of(graph, titles),
        symbols=Symbols.of(spec, texts.sections["symbols"]),
        texts=texts,
        title=texts.of_template("titles", spec.title) if title is None else title,
        last_row=FIRST_ROW + spec.training.iters - 1,
        shared=shared or {},
    )


def repeated(sheet: TrainingSheet) -> list[Live]:
    """Return the formulas of the constants that stand on another sheet."""
    look = replace(style.TEXT, bold=True, horizontal="center", vertical="center", border="box")
    found = []
    for key, cited in sheet.shared.items():
        value = sheet.constants[key]
        source = f"={quoted_sheet(cited.sheet)}{absolute(cited.column, cited.row)}"
        found.append(Live(key, sheet.layout.cells[key].column, VALUE_ROW, source, look, _fixed(value), cited))
    return found


def _fixed(value: float) -> Callable[[Record], Value]:
    return lambda _: value


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
    put_all(worksheet, repeated(sheet))
    for index, node in enumerate(sheet.graph.nodes, 1):
        _draw_column(worksheet, index, node, sheet)
    _draw_bands(worksheet, sheet)
    _draw_title(worksheet, sheet)
    _show_numbers(worksheet, sheet)
    _add_notes(worksheet, sheet)
    take_numbers(worksheet, _inputs(sheet), sheet.texts)
    protect(worksheet)
    worksheet.freeze_panes = cell(2, FIRST_ROW)
    worksheet.row_dimensions[HEADER_ROW].height = 21
    worksheet.sheet_view.zoomScale = 100
    worksheet.sheet_properties.tabColor = style.GROUPS["parameters"].strong
    print_landscape(worksheet, f"{NAME_ROW}:{HEADER_ROW}")


def _draw_constant(worksheet: Worksheet, constant: Constant, sheet: TrainingSheet) -> None:
    column = sheet.layout.cells[constant.key].column
    name = replace(style.HEADER, fill=style.CONSTANTS.strong, border="box")
    value = replace(style.INPUT, horizontal="center", vertical="center", border="box")
    put_text(worksheet, column, NAME_ROW, sheet.symbols(constant.key), name)
    if constant.key not in sheet.shared:
        put_number(worksheet, column, VALUE_ROW, constant.value, value)


def _draw_column(worksheet: Worksheet, index: int, node: Node, sheet: TrainingSheet) -> None:
    palette = style.GROUPS[node.group]
    put_text(worksheet, index, HEADER_ROW, sheet.header(node), replace(style.HEADER, fill=palette.strong))
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


def _draw_bands(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    """Name the groups in row 2, above their headers, as far as the constants leave room."""
    for group, start, end in _groups(sheet.graph):
        free = max(start, len(sheet.graph.settings) + 2)
        band = replace(style.BAND, fill=style.GROUPS[group].strong)
        for column in range(free, end + 1):
            put(worksheet, column, VALUE_ROW, band)
        if free <= end:
            put_text(worksheet, free, VALUE_ROW, sheet.group_name(group), band)


def _groups(graph: Graph) -> Iterator[tuple[str, int, int]]:
    start = 1
    for group, members in groupby(graph.nodes, key=lambda node: node.group):
        end = start + len(list(members)) - 1
        yield group, start, end
        start = end + 1


def _draw_title(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    put_text(worksheet, len(sheet.graph.settings) + 2, NAME_ROW, sheet.title, style.TITLE)


def _add_notes(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    layers = sheet.symbols.layers
    for constant in sheet.graph.settings:
        lines = [
            sheet.symbols(constant.key),
            sheet.texts.meaning(constant.key, layers),
            sheet.texts.get("input", "shared note" if constant.key in sheet.shared else "note"),
        ]
        put_note(worksheet, sheet.layout.cells[constant.key].column, NAME_ROW, lines)
    # Of a batch's samples the first one's notes come first, so that there are some for every kind of column.
    every = sorted(enumerate(sheet.graph.nodes, 1), key=lambda column: (keys.parts(column[1].key).sample or 1) > 1)
    for index, node in every[:MOST_NOTES]:
        rule = sheet.symbols.rule(node)
        lines = [sheet.header(node), sheet.texts.meaning(node.key, layers), *([rule] if rule else [])]
        put_note(worksheet, index, HEADER_ROW, lines)


def _inputs(sheet: TrainingSheet) -> Iterator[str]:
    """Yield the ranges that hold the user's numbers."""
    own = [sheet.layout.cells[c.key].column for c in sheet.graph.settings if c.key not in sheet.shared]
    yield f"{cell(min(own), VALUE_ROW)}:{cell(max(own), VALUE_ROW)}"
    for group, start, end in _groups(sheet.graph):
        if group == "parameters":
            yield f"{cell(start, FIRST_ROW)}:{cell(end, FIRST_ROW)}"


def _show_numbers(worksheet: Worksheet, sheet: TrainingSheet) -> None:
    """Give numbers of ordinary size the same digits, and colour the gradients by sign and size."""
    low, middle, high = style.SIGNED_SCALE
    for group, start, end in _groups(sheet.graph):
        area = f"{cell(start, FIRST_ROW)}:{cell(end, sheet.last_row)}"
        if group not in ("iteration", "samples"):
            align_ordinary(worksheet, area)
        if group == "gradients":
            scale = ColorScaleRule("min", None, low, "num", 0, middle, "max", None, high)  # type: ignore[no-untyped-call]
            worksheet.conditional_formatting.add(area, scale)

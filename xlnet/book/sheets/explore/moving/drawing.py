"""Draws the charts that move, and the headers of their tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.bars import Bars, draw_bars
from xlnet.book.drawing.cells import put_number, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.planes import SIDES, Ends, Plane, Points, draw_plane
from xlnet.book.model import Model
from xlnet.book.sheets.explore import NAME
from xlnet.book.sheets.explore.moving import by_step, embeddings
from xlnet.book.sheets.explore.moving.by_step import BySteps
from xlnet.book.sheets.explore.moving.codes import SIZE, Codes
from xlnet.book.sheets.explore.moving.embeddings import Embedding
from xlnet.book.sheets.explore.moving.plan import CHART_SIZE, Moving
from xlnet.graph.node import Group
from xlnet.render.excel import cell
from xlnet.spec import Layer
from xlnet.xlsx.page import Page

_WIDTH, _NUMBER_WIDTH, _GAP_WIDTH = 9.0, 11.0, 3.0
_HEADER_ROW = 1
# More names beside points would cover each other.
_MOST_NAMED = 20
# What activations are bounded by, a little wider: an axis that does not change shows how the points move.
_BOUNDS = dict.fromkeys(("tanh", "hardtanh", "softsign", "lstm", "gru"), Ends(-1.2, 1.2, 0.4))
_BOUNDS |= dict.fromkeys(("sigmoid", "hardsigmoid"), Ends(-0.2, 1.2, 0.2))
_TEXT = replace(style.QUIET, horizontal="left")


def draw_moving(page: Page, model: Model) -> None:
    """Draw the charts, and what stands around the formulas of their tables."""
    moving = model.once(Moving)
    if moving.by_steps:
        _head_steps(page, moving.by_steps)
    if moving.embedding:
        _head_embedding(page, moving.embedding)
    if moving.codes:
        _head_codes(page, moving.codes)
    for number, chart in enumerate(charts(model)):
        draw_one(page, moving.column, chart, moving.row(number), model)
    if moving.count:
        page.widths[moving.column - 1] = _GAP_WIDTH
        page.widths |= dict.fromkeys(range(moving.column, moving.column + CHART_SIZE[0]), _WIDTH)
        tables = [each for each in (moving.by_steps, moving.embedding, moving.codes) if each]
        page.widths |= dict.fromkeys(range(tables[0].first_column, tables[-1].last_column + 1), _NUMBER_WIDTH)


def charts(model: Model) -> list[Bars | Plane]:
    """Return the charts, the first one that which tells most."""
    moving = model.once(Moving)
    found: list[Bars | Plane] = [_bars(moving.by_steps)] if moving.by_steps else []
    found += [_plane_of_entries(moving.embedding)] if moving.embedding else []
    return [*found, _plane_of_codes(moving.codes)] if moving.codes else found


def draw_one(page: Page, column: int, chart: Bars | Plane, row: int, model: Model) -> None:
    """Put a chart on a sheet, with its upper left corner in this cell."""
    if isinstance(chart, Bars):
        draw_bars(page, column, chart, row, model.texts)
    else:
        draw_plane(page, column, chart, row, model.texts)


def _head(page: Page, column: int, text: str, group: str) -> None:
    put_text(page, _HEADER_ROW, column, text, replace(style.HEADER, fill=style.GROUPS[group].strong, shrink=True))


def _head_steps(page: Page, table: BySteps) -> None:
    texts, symbols = table.model.texts, table.model.symbols
    _head(page, table.first_column, texts.get("dashboard", "step"), Group.ITERATION)
    for column, state in table.numbered():
        _head(page, column, f"|∂E/∂{symbols(f'{state.letter}{state.layer}')}|", Group.GRADIENTS)
        _head(page, table.share_column(column), texts.get("dashboard", "share of the longest"), Group.GRADIENTS)
    last = cell(by_step.FIRST_ROW + table.steps - 1, table.last_column)
    align_ordinary(page, f"{cell(by_step.FIRST_ROW, table.first_column + 1)}:{last}")


def _bars(table: BySteps) -> Bars:
    texts, symbols = table.model.texts, table.model.symbols
    return Bars(
        sheet=NAME,
        title=texts.get("explore", "gradients by step"),
        x_title=texts.get("dashboard", "step"),
        y_title=texts.get("dashboard", "share of the longest"),
        columns=[
            (table.share_column(at), f"∂E/∂{symbols(f'{state.letter}{state.layer}')}") for at, state in table.numbered()
        ],
        names_column=table.first_column,
        first_row=by_step.FIRST_ROW,
        last_row=by_step.FIRST_ROW + table.steps - 1,
        size=CHART_SIZE,
    )


def _head_embedding(page: Page, table: Embedding) -> None:
    texts, symbols = table.model.texts, table.model.symbols
    _head(page, table.first_column, texts.get("explore", "entry"), Group.PARAMETERS)
    for axis in range(1, embeddings.SIZE + 1):
        number = f"{symbols('w1')} {axis}"
        _head(page, table.point_column + axis - 1, number, Group.PARAMETERS)
        at_end = texts.get("explore", "at the end").format(name=number)
        _head(page, table.end_column + axis - 1, at_end, Group.PARAMETERS)
    for entry in table.entries:
        for name, row in zip(("entry at the start", "entry now"), table.rows(entry), strict=True):
            text = texts.get("explore", name).format(entry=table.name(entry))
            put_text(page, row, table.first_column, text, replace(_TEXT, shrink=True))
    last = cell(table.rows(table.entries[-1])[1], table.last_column)
    align_ordinary(page, f"{cell(table.rows(1)[0], table.point_column)}:{last}")


def _plane_of_entries(table: Embedding) -> Plane:
    texts, x = table.model.texts, table.point_column
    points, counted = [], Counter[int]()
    for entry in table.entries:
        user = table.user(entry)
        # Those of one input have their names above and below first, those of another at their sides.
        side = SIDES[(2 * user + counted[user]) % len(SIDES)]
        counted[user] += 1
        colour = style.LINES[user % len(style.LINES)]
        points.append(Points(table.name(entry), x, x + 1, table.rows(entry), colour, side, is_trail=True))
    rows = table.rows(1)[0], table.rows(table.entries[-1])[1]
    end = Points(texts.get("explore", "end"), table.end_column, table.end_column + 1, rows)
    across, up = (texts.get("explore", "coordinate").format(number=number) for number in (1, 2))
    return Plane(NAME, texts.get("explore", "plane of entries"), across, up, [*points, end], None, CHART_SIZE)


def _head_codes(page: Page, codes: Codes) -> None:
    texts, symbols = codes.model.texts, codes.model.symbols
    _head(page, codes.first_column, texts.get("explore", "code"), Group.SAMPLES)
    for number, row in enumerate(codes.rows, 1):
        put_text(page, row, codes.first_column, _name(number), _TEXT)
    for node in codes.nodes:
        _head(page, codes.layout.column(node.key), symbols(node.key), Group.FORWARD)
    if codes.classes:
        _head(page, codes.class_column, texts.get("explore", "class"), Group.SAMPLES)
        _head(page, codes.list_column, texts.get("explore", "class"), Group.SAMPLES)
        _head(page, codes.list_column + 1, texts.get("explore", "first sample"), Group.SAMPLES)
    for number, name in enumerate(codes.classes, 1):
        for column, key in enumerate(codes.codes, codes.series_column(number)):
            _head(page, column, f"{symbols(key)}: {name}", Group.SAMPLES)
        put_number(page, codes.first_of_class(number).row, codes.list_column, number, style.TEXT)
    _head(page, codes.parameter_column, texts.get("explore", "used"), Group.PARAMETERS)
    for key, place in codes.parameters.items():
        put_text(page, place.row, place.column - 1, symbols(key), _TEXT)
    passed = codes.pass_column, codes.series_column(len(codes.classes) + 1) - 1
    align_ordinary(page, f"{cell(codes.rows[0], passed[0])}:{cell(codes.rows[-1], passed[1])}")
    if codes.parameters:
        places = [*codes.parameters.values()]
        align_ordinary(page, f"{cell(places[0].row, places[0].column)}:{cell(places[-1].row, places[-1].column)}")


def _name(sample: int) -> str:
    return f"[{sample}]"


def _plane_of_codes(codes: Codes) -> Plane:
    model, texts = codes.model, codes.model.texts
    is_whole = codes.samples == model.spec.samples
    title = texts.get("explore", "plane of codes" if is_whole else "plane of the first codes")
    title = title.format(layer=codes.number, count=codes.samples, all=model.spec.samples)
    x, y = map(model.symbols, codes.codes)
    return Plane(NAME, title, x, y, [*_points(codes)], _ends(model.spec.layers[codes.number - 1]), CHART_SIZE)


def _points(codes: Codes) -> Iterator[Points]:
    x, y = (codes.layout.column(key) for key in codes.codes)
    rows = codes.rows[0], codes.rows[-1]
    if not codes.classes:
        yield Points(codes.model.texts.get("explore", "code"), x, y, rows, style.LINES[0])
    for number, name in enumerate(codes.classes, 1):
        column = codes.series_column(number)
        yield Points(name, column, column + SIZE - 1, rows, style.LINES[number - 1], in_legend=True)
    for number, row in enumerate(codes.rows, 1) if codes.samples <= _MOST_NAMED else ():
        yield Points(_name(number), x, y, (row, row), side=SIDES[number % len(SIDES)])


def _ends(layer: Layer) -> Ends | None:
    return _BOUNDS.get(layer.type) or _BOUNDS.get(layer.activation)

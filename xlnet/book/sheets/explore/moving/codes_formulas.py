"""The formulas of the codes: the passes as far as the codes, and a series of points for each class."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet.book import style
from xlnet.book.choices import ITERATION
from xlnet.book.live import Live, of_pass
from xlnet.book.passes import Pass
from xlnet.book.sheets.explore import NAME
from xlnet.book.sheets.explore.moving.codes import Codes
from xlnet.book.shown import Shown, at_iteration
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, Number, call, where_above
from xlnet.graph.references import Along, Beside, InCell, InCells, choose, compared, element
from xlnet.model import classification


def lives(codes: Codes) -> Iterator[Live]:
    """Yield the formulas."""
    chosen = InCell(ITERATION.cell)
    for key, place in codes.parameters.items():
        used, shown = at_iteration(codes.model.layout, key, chosen), Shown(key, ITERATION)
        yield Live(f"{key} of the codes", NAME, place.column, [place.row], used, style.TEXT, shown=shown)
    passes = Pass(codes.nodes, codes.layout, codes.rows)
    for node in codes.nodes:
        yield of_pass(passes, node, f"{node.key} of a code", style.TEXT)
    if codes.classes:
        yield Live("class of a code", NAME, codes.class_column, codes.rows, _class(codes), style.TEXT)
    for number in range(1, len(codes.classes) + 1):
        yield from _series(codes, number)


def _class(codes: Codes) -> Expression:
    """Return the number of the class that a sample's targets name, from 1."""
    data, columns = codes.model.data_sheet, codes.target_columns
    if classification.kind_of(codes.model.spec) == classification.TWO:
        return where_above(Beside(data, columns[0]), classification.BOUNDARY, 2, 1)
    values = Along(data, columns[0], columns[-1])
    return call("match", call("max", values), values, 0)


def _series(codes: Codes, number: int) -> Iterator[Live]:
    """Yield the points of a class: samples of others stand where its first one does."""
    place = codes.first_of_class(number)
    first = call("match", Number(number), InCells(codes.over(codes.class_column)), 0)
    yield Live("first sample of a class", NAME, place.column, [place.row], first, style.TEXT)
    is_own = compared(Beside(NAME, codes.class_column), "=", number)
    for column, key in enumerate(codes.codes, codes.series_column(number)):
        own = codes.layout.column(key)
        other = element(InCells(codes.over(own)), InCell(place))
        point = choose(is_own, Beside(NAME, own), other)
        yield Live(f"{key} of a class", NAME, column, codes.rows, point, style.TEXT)


def cells(codes: Codes, number: int) -> Iterator[tuple[Cell, Cell]]:
    """Yield the cells of a class's series, each with that of the number that it shows where the class is its own."""
    for column, key in enumerate(codes.codes, codes.series_column(number)):
        for row in codes.rows:
            yield Cell(NAME, row, column), Cell(NAME, row, codes.layout.column(key))

"""The formulas of the picture of what the network computes: its points, their pass, and the plane as cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from xlnet.book import style
from xlnet.book.live import Live, of_pass
from xlnet.book.passes import Pass
from xlnet.book.sheets.predict import NAME as PREDICT
from xlnet.book.sheets.start import NAME
from xlnet.book.sheets.start.plane import Plane
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Number, Product, absolute, call
from xlnet.graph.references import COLUMN, NEITHER, ROW, Beside, Bracketed, InCell, InCells, compared, or_else
from xlnet.model import classification as classes
from xlnet.model.network import targets
from xlnet.model.samples import undone
from xlnet.render.excel import condition

# As on the Predict sheet: numbers of formats below 164 are Excel's own.
_MARK_FORMAT_NUMBER = 210
# Where the plane stands: below the loss, its axis of the second input on the left.
TOP, LEFT, AXIS_COLUMN = 16, 14, 13
_SURFACE = replace(style.TEXT, number_format=style.HIDDEN, horizontal="center", bold=True)
_AXIS = replace(style.QUIET, size=8, shrink=True, italic=False)


def lives(plane: Plane) -> Iterator[Live]:
    """Yield the formulas."""
    for axis, key in enumerate(plane.predict.inputs, 1):
        apart = plane.side ** (axis - 1)
        for step in range(plane.side):
            rows = [row for row in plane.rows if (row - plane.rows[0]) // apart % plane.side == step]
            yield Live(f"{key} of the plane", NAME, plane.columns[key], rows, along(plane, axis, step), style.TEXT)
    passes = Pass(plane.nodes, plane.layout, plane.rows)
    for node in plane.nodes:
        yield of_pass(passes, node, f"{node.key} of the plane", style.TEXT)
    output: Expression = Beside(NAME, plane.layout.column(plane.output))
    if plane.predict.is_undone:
        output = undone(targets(plane.predict.model.spec)[0], output)
    column = plane.output_column
    yield Live("output of the plane", NAME, column, plane.rows, output, style.TEXT, plane.layout)
    if plane.dimensions == 2:
        yield from _surface(plane)


def along(plane: Plane, axis: int, step: int) -> Expression:
    """Return the place of a step on an axis."""
    first, last = (InCell(plane.end(axis, which)) for which in (0, 1))
    # A factor of 1 stands there, too: all steps have the same formula.
    return first + Product((last - first, Number(step))) / (plane.side - 1)


def place(plane: Plane, across: int, up: int) -> tuple[int, int]:
    """Return the row and column of a point in the picture; the second axis goes up."""
    return TOP + plane.side - 1 - up, LEFT + across


def axis_cells(plane: Plane, step: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the cells of a step on the axis below the picture, and on the one on its left: row and column."""
    return (TOP + plane.side, LEFT + step), (place(plane, 0, step)[0], AXIS_COLUMN)


def _surface(plane: Plane) -> Iterator[Live]:
    for up in range(plane.side):
        for across in range(plane.side):
            row, column = place(plane, across, up)
            output = InCell(Cell(NAME, plane.row(across, up), plane.output_column), NEITHER)
            # An error would show as ### in a cell this narrow.
            yield Live("output in the plane", NAME, column, [row], or_else(output, ""), _SURFACE)
    middle = plane.side // 2
    for step in range(plane.side):
        look = _AXIS if step in (0, middle, plane.side - 1) else replace(_AXIS, number_format=style.HIDDEN)
        for axis, (row, column) in enumerate(axis_cells(plane, step), 1):
            yield Live(f"axis {axis} of the plane", NAME, column, [row], along(plane, axis, step), look)


def marks(plane: Plane) -> list[Rule]:
    """Return the rules that mark the points nearest to a sample: ● where its target is above the middle, else ○."""
    predict = plane.predict
    last = predict.sample_row + predict.samples - 1

    def samples(key: str) -> InCells:
        column = predict.columns[key]
        return InCells(Area(PREDICT, predict.sample_row, column, last, column))

    def near(axis: int, here: InCell) -> Expression:
        first, end = (InCell(plane.end(axis, which)) for which in (0, 1))
        distance = absolute(samples(predict.inputs[axis - 1]) - here)
        return Bracketed(compared(distance, "<=", (end - first) / (2 * (plane.side - 1))))

    across = InCell(Cell(NAME, TOP + plane.side, LEFT), ROW)
    up = InCell(Cell(NAME, TOP, AXIS_COLUMN), COLUMN)
    here = near(1, across) * near(2, up)
    full = here
    if predict.kind:
        full = here * Bracketed(compared(samples(predict.targets[0]), ">", classes.BOUNDARY))
    rules = [_mark(compared(call("sumproduct", full), ">", 0), "●")]
    if predict.kind:
        rules.append(_mark(compared(call("sumproduct", here), ">", 0), "○"))
    return rules


def _mark(where: Expression, sign: str) -> Rule:
    number = _MARK_FORMAT_NUMBER + (sign == "○")
    look = DifferentialStyle(
        font=Font(b=True, color="0F172A"), numFmt=NumberFormat(numFmtId=number, formatCode=f'"{sign}"')
    )
    return Rule(type="expression", dxf=look, formula=[condition(where, NAME)], stopIfTrue=False)

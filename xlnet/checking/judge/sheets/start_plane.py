"""The Start sheet: what the network computes at the iteration, the pass of each point by the reference."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlnet import keys, reference
from xlnet.book.sheets.start import NAME
from xlnet.book.sheets.start.plane import Plane
from xlnet.book.sheets.start.surface import axis_cells, place
from xlnet.cell import Cell
from xlnet.checking.judge.view import Expected, Near, View
from xlnet.checking.open.quantities import from_grids, placements
from xlnet.model.network import targets
from xlnet.model.samples import DEVIATION, MEAN

Cells = Iterator[tuple[Cell, Expected]]
# What engines snap to 0 of a difference, relative to its parts, is less.
_ROUNDING = 1e-14


def expected_plane(view: View, plane: Plane) -> Cells:
    """Yield the points, their pass by the reference, and the cells that show them."""
    predict = plane.predict
    for number, row in enumerate(plane.rows):
        steps = (number % plane.side, number // plane.side)
        for axis, (key, step) in enumerate(zip(predict.inputs, steps, strict=False), 1):
            yield Cell(NAME, row, plane.columns[key]), _along(view, plane, axis, step)
    one = predict.model.spec.evaluated.of_one_sample
    places = placements(one, plane.layout, ["x", *reference.of_layers(one)])
    for name, values in reference.layer_values(one, from_grids(places, view.grids, plane.count)).items():
        columns = places[name].columns.ravel() + 1
        for row, numbers in zip(plane.rows, values.reshape(plane.count, -1), strict=True):
            yield from (
                (Cell(NAME, row, int(column)), float(number)) for column, number in zip(columns, numbers, strict=True)
            )
    for key, own in zip(predict.inputs, predict.seen, strict=True) if predict.is_standardized else ():
        mean, deviation = _scale(view, own)
        for row in plane.rows:
            seen = (view.number(NAME, row, plane.columns[key]) - mean) / deviation if deviation else math.nan
            yield Cell(NAME, row, plane.layout.column(own)), seen
    target = targets(predict.model.spec)[0]
    for row in plane.rows:
        output: Expected = view.cited(NAME, row, plane.layout.column(plane.output))
        if predict.is_undone and isinstance(output, float):
            mean, deviation = _scale(view, target)
            output = Near(output * deviation + mean, _ROUNDING * abs(mean))
        yield Cell(NAME, row, plane.output_column), output
    if plane.dimensions == 2:
        yield from _surface(view, plane)


def _surface(view: View, plane: Plane) -> Cells:
    for up in range(plane.side):
        for across in range(plane.side):
            shown = view.cited(NAME, plane.row(across, up), plane.output_column)
            is_error = shown is not None and math.isnan(shown)
            yield Cell(NAME, *place(plane, across, up)), "" if is_error else shown
    for step in range(plane.side):
        for axis, (row, column) in enumerate(axis_cells(plane, step), 1):
            yield Cell(NAME, row, column), _along(view, plane, axis, step)


def _along(view: View, plane: Plane, axis: int, step: int) -> float:
    first, last = (view.number(*plane.end(axis, which)) for which in (0, 1))
    return first + (last - first) * step / (plane.side - 1)


def _scale(view: View, key: str) -> tuple[float, float]:
    """Return the mean and the standard deviation of an input or a target, as the Data sheet has them."""
    places = [view.opened.layout.cells[keys.state(prefix, key)] for prefix in (MEAN, DEVIATION)]
    return view.number(*places[0]), view.number(*places[1])

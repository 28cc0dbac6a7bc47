"""What the charts of the Explore sheet show of the chosen iteration, by the reference."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlnet import reference
from xlnet.book.choices import ITERATION
from xlnet.book.sheets.explore import NAME
from xlnet.book.sheets.explore.moving import by_step, codes_formulas
from xlnet.book.sheets.explore.moving.by_step import BySteps
from xlnet.book.sheets.explore.moving.codes import Codes
from xlnet.book.sheets.explore.moving.plan import Moving
from xlnet.book.shown import Shown
from xlnet.cell import Cell
from xlnet.checking.judge.sheets.lengths import length, shares_of_longest
from xlnet.checking.judge.view import Expected, View
from xlnet.checking.open.quantities import from_grids, placements
from xlnet.model import classification

_Found = Iterator[tuple[Cell, Expected]]


def expected_moving(view: View) -> _Found:
    """Yield what each formula should show that does not only show a quantity of Training."""
    moving = view.opened.model.once(Moving)
    if moving.by_steps:
        yield from _by_steps(view, moving.by_steps)
    if moving.codes:
        yield from _passes(view, moving.codes)
        yield from _classes(view, moving.codes)


def _by_steps(view: View, table: BySteps) -> _Found:
    for cell, step, state in by_step.cells(table):
        if state is None:
            yield cell, float(step)
            continue
        found = [view.shown(Shown(key, ITERATION)) for key in state.steps[step - 1]]
        numbers = [number for number in found if isinstance(number, float)]
        yield cell, length(numbers) if len(numbers) == len(found) else None
    for column, state in table.numbered():
        yield from shares_of_longest(view, NAME, column, table.share_column(column), table.rows(state))


def _passes(view: View, codes: Codes) -> _Found:
    """Yield the passes, each quantity from what the sheets have of those that it depends on."""
    one, rows = codes.encoder.of_one_sample, codes.rows
    places = placements(one, codes.layout, ["x", *reference.of_layers(one)])
    grids = {title: view.grids[title] for title in {place.sheet for place in places.values()}}
    found = from_grids(places, grids, len(rows))
    for name, values in reference.layer_values(one, found).items():
        columns = (places[name].columns.ravel() + 1).tolist()
        for row, numbers in zip(rows, values.reshape(len(rows), -1).tolist(), strict=True):
            for column, number in zip(columns, numbers, strict=True):
                yield Cell(NAME, row, column), number


def _classes(view: View, codes: Codes) -> _Found:
    """Yield the class of each sample, the first of each class, and the points of its series."""
    kind = classification.kind_of(codes.model.spec)
    if not codes.classes or kind is None:
        return
    for row in codes.rows:
        t = [view.cited(codes.model.data_sheet, row, column) for column in codes.target_columns]
        yield Cell(NAME, row, codes.class_column), _class(kind, t)
    classes = [view.number(NAME, row, codes.class_column) for row in codes.rows]
    for number in range(1, len(codes.classes) + 1):
        place = codes.first_of_class(number)
        yield place, float(classes.index(number) + 1) if number in classes else math.nan
        first = view.number(*place)
        for cell, own in codes_formulas.cells(codes, number):
            index = cell.row - codes.rows[0]
            if classes[index] == number:
                yield cell, view.at(own)
            elif math.isnan(classes[index]) or not 1 <= first < len(classes) + 1:
                yield cell, math.nan
            else:
                yield cell, view.cited(NAME, codes.rows[int(first) - 1], own.column)


def _class(kind: str, t: list[float | None]) -> Expected:
    numbers = [number for number in t if number is not None]
    if len(numbers) < len(t):
        return None
    if any(map(math.isnan, numbers)):
        return math.nan
    if kind == classification.TWO:
        return 2.0 if numbers[0] > classification.BOUNDARY else 1.0
    return float(numbers.index(max(numbers)) + 1)

"""The Explore sheet: the picture, the quantities with their texts, and what is computed there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from xlnet import keys, reference
from xlnet.book.sheets.explore import NAME
from xlnet.book.sheets.explore.faces import Face, cells, faces, shown
from xlnet.book.sheets.explore.plan import (
    CONTROL_COLUMN,
    ROUNDED_COLUMN,
    VALUE_COLUMN,
    VIEW_ROW,
    Entry,
    ExplorePlan,
    following,
    share,
)
from xlnet.book.sheets.explore.spans import numbers_span
from xlnet.book.sheets.explore.written import EQUALS, HUGE, ROUGHLY, TINY, parts_of
from xlnet.cell import Cell
from xlnet.checking.judge.sheets.moving import expected_moving
from xlnet.checking.judge.sheets.written import written
from xlnet.checking.judge.view import NEAR_TIES, Expected, View, one_of
from xlnet.checking.open.quantities import from_grids, placements

__all__ = ["NAME", "expected"]


def expected(view: View) -> Iterator[tuple[Cell, Expected]]:
    """Yield what each formula of the sheet should show that does not only show a quantity of Training."""
    plan = view.opened.model.once(ExplorePlan)
    backward = view.text(NAME, VIEW_ROW, CONTROL_COLUMN) == plan.model.texts.get("explore", "backward")
    for each in cells(plan):
        yield Cell(NAME, each.row, each.column), _face(view, plan, faces(plan, each)[backward])
    yield from expected_moving(view)
    if not plan.is_drawn:
        return
    computed = _computed(view, plan)
    for entry in plan.entries:
        row = plan.rows[entry.key]
        if entry.shown is None:
            yield Cell(NAME, row, VALUE_COLUMN), computed[entry.key]
        value = view.cited(NAME, row, VALUE_COLUMN)
        yield Cell(NAME, row, ROUNDED_COLUMN), None if value is None else written(value)
        if entry.has_numbers:
            yield Cell(NAME, row, numbers_span(plan)[0]), _numbers(view, plan, entry)


def _face(view: View, plan: ExplorePlan, face: Face) -> Expected:
    if isinstance(face, str):
        return face
    if plan.is_drawn:
        return view.cited(NAME, plan.rows[face.key], VALUE_COLUMN)
    return view.shown(shown(plan, face.key))


def _numbers(view: View, plan: ExplorePlan, entry: Entry) -> Expected:
    """Return the text that the texts of an entry's numbers give."""
    parts = parts_of(plan, entry)
    texts = [_rounded(view, plan, part) if index % 2 else part for index, part in enumerate(parts)]
    result = _rounded(view, plan, entry.key)
    if result is None or None in texts:
        return math.nan
    value = view.number(NAME, plan.rows[entry.key], VALUE_COLUMN)
    before, after = "".join(text for text in texts if text is not None), re.sub(r"[()]", "", result)
    return one_of(before + _sign(value * nearly) + after for nearly in NEAR_TIES)


def _sign(value: float) -> str:
    return ROUGHLY if abs(value) < TINY and abs(value) * HUGE >= 1 else EQUALS


def _rounded(view: View, plan: ExplorePlan, key: str) -> str | None:
    """Return the text of a number in the table, None where there is an error."""
    row, column = plan.rounded(key)
    if key == keys.ITERATION:
        return f"{view.number(NAME, row, column):.0f}"
    return view.text(NAME, row, column) if not math.isnan(view.number(NAME, row, VALUE_COLUMN)) else None


def _computed(view: View, plan: ExplorePlan) -> dict[str, float]:
    """Return the reference's values of the sample's share of the gradients, and of the next iteration's parameters."""
    one = plan.model.spec.of_one_sample
    places = placements(one, plan.layout)
    found = from_grids(places, view.grids, 1)
    values: dict[str, float] = {}
    for name, array in reference.updated(one, found).items():
        values |= {following(key): number for key, number in _by_key(name, array[0])}
    for name, array in reference.gradients(one, found).items():
        values |= {share(key): number for key, number in _by_key(name, array[0])}
    return values


def _by_key(name: str, array: reference.Array) -> Iterator[tuple[str, float]]:
    import numpy as np

    for indices in np.ndindex(*array.shape):
        yield keys.element(name, *(index + 1 for index in indices)), float(array[indices])

"""The Proof sheet: the forward passes by the reference, and what is made of their losses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from xlnet import reference
from xlnet.book.choices import ITERATION
from xlnet.book.sheets.proof import NAME
from xlnet.book.sheets.proof.plan import (
    HEADLINE_ROW,
    ITERATION_ROW,
    KINK_COLUMNS,
    LABEL_COLUMN,
    LOSS_ROW,
    STEP_ROW,
    TOLERANCE_ROW,
    VALUE_COLUMN,
    ProofPlan,
    plan,
)
from xlnet.cell import Cell
from xlnet.checking.judge.view import NEAR_TIES, Expected, Near, View, one_of
from xlnet.checking.open.quantities import from_grids, placements

__all__ = ["NAME", "expected"]

# The difference of two losses has noise of its own: a gradient and a loss below this count as this.
_SMALLEST_SCALE = 0.001
# A spreadsheet may take two numbers that differ by less than this, relative to their size, for equal.
_SNAPPED = 2.0**-46


def expected(view: View) -> Iterator[tuple[Cell, Expected]]:
    """Yield what each formula of the sheet should show that does not only show a quantity of Training."""
    made = view.opened.model.once(plan)
    yield Cell(NAME, ITERATION_ROW, VALUE_COLUMN), view.at(ITERATION.cell)
    yield Cell(NAME, LOSS_ROW, VALUE_COLUMN), view.cited(NAME, made.base_row, made.loss_column)
    yield from _table(view, made)
    verdicts = [view.text(NAME, made.row(index), made.column("verdict")) for index in range(len(made.proved))]
    words = [view.opened.model.texts.get("proof", name) for name in made.agreeing]
    agreeing = sum(word in words for word in verdicts)
    texts = view.opened.model.texts
    is_none = set(verdicts) == {texts.get("proof", "none")}
    headline = texts.get("proof", "diverged") if is_none else str(agreeing).join(made.headline)
    yield Cell(NAME, HEADLINE_ROW, LABEL_COLUMN), headline
    yield from _moved(view, made)
    yield from _forward(view, made)


def _table(view: View, made: ProofPlan) -> Iterator[tuple[Cell, Expected]]:
    loss = view.number(NAME, LOSS_ROW, VALUE_COLUMN)
    here = view.number(NAME, made.base_row, made.loss_column)
    for index, key in enumerate(made.proved):
        row = made.row(index)
        found = {name: view.number(NAME, row, made.column(name)) for name in made.columns if name != "verdict"}
        above, below, h = found["E plus"], found["E minus"], found["h"]
        noise = _SNAPPED * max(abs(above), abs(below), abs(here)) / h
        snapped = _SNAPPED * max(abs(found["central"]), abs(found["gradient"]))
        shown: dict[str, Expected] = {
            "value": view.cited(NAME, made.base_row, made.layout.column(key)),
            "h": view.number(NAME, STEP_ROW, VALUE_COLUMN) * _at_least_one(found["value"]),
            "E plus": view.cited(NAME, made.moved_row(index, up=True), made.loss_column),
            "E minus": view.cited(NAME, made.moved_row(index, up=False), made.loss_column),
            "central": Near((above - below) / (2 * h), noise),
            "difference": Near(found["central"] - found["gradient"], snapped),
            "slope below": Near((here - below) / h, noise),
            "slope above": Near((above - here) / h, noise),
        }
        for name, value in shown.items():
            if name in made.columns:
                yield Cell(NAME, row, made.column(name)), value
        tolerance = view.number(NAME, TOLERANCE_ROW, VALUE_COLUMN)
        verdicts = (_verdict(made, found, loss, tolerance * nearly) for nearly in NEAR_TIES)
        words = one_of(view.opened.model.texts.get("proof", name) for name in verdicts)
        yield Cell(NAME, row, made.column("verdict")), words


def _verdict(made: ProofPlan, row: Mapping[str, float], loss: float, tolerance: float) -> str:
    """Return the name of the verdict on a row with these numbers: agrees, kink, differs, or none without numbers."""
    slopes = [row[name] for name in KINK_COLUMNS] if made.has_kinks else []
    if not all(map(math.isfinite, (row["difference"], row["gradient"], loss))):
        return "none"
    gradient = row["gradient"]
    allowed = tolerance * max(abs(gradient), loss, _SMALLEST_SCALE)
    if abs(row["difference"]) <= allowed:
        return "agrees"
    if slopes and min(slopes) - allowed <= gradient <= max(slopes) + allowed:
        return "kink"
    return "differs"


def _at_least_one(value: float) -> float:
    return abs(value) if not abs(value) < 1 else 1.0


def _moved(view: View, made: ProofPlan) -> Iterator[tuple[Cell, Expected]]:
    base = {key: view.number(NAME, made.base_row, made.layout.column(key)) for key in made.parameters}
    for index, proved in enumerate(made.proved):
        h = view.number(NAME, made.row(index), made.column("h"))
        for up, sign in ((True, 1.0), (False, -1.0)):
            row = made.moved_row(index, up=up)
            for key in made.parameters:
                yield Cell(NAME, row, made.layout.column(key)), base[key] + (sign * h if key == proved else 0.0)


def _forward(view: View, made: ProofPlan) -> Iterator[tuple[Cell, Expected]]:
    """Yield the forward passes, each quantity from what the sheet has of those that it depends on."""
    spec = view.opened.spec
    names = ["x", *reference.of_layers(spec), *reference.of_loss(spec)]
    places = placements(spec, made.layout, names)
    count = len(made.passes)
    for name, values in reference.forward(spec, from_grids(places, view.grids, count)).items():
        place = places[name]
        columns, first_rows = place.columns.ravel() + 1, place.rows.ravel() + 1
        # Targets, and what is made of them alone, may be the same in all passes.
        every_pass = np.broadcast_to(values.reshape(len(values), -1), (count, values[0].size))
        for number, numbers in enumerate(every_pass):
            for row, column, value in zip(first_rows + number * made.stride, columns, numbers, strict=True):
                yield Cell(NAME, int(row), int(column)), float(value)

"""The sheets of an exercise: what becomes of each blank, by numbers as they stand in the answers and in the boxes.

The answers themselves are judged by the reference, as any Training sheet. What a rule or a slip gives instead is
computed from its expression in Python.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlnet.book.sheets.exercise import MARKING, NAME
from xlnet.book.sheets.exercise import formulas as of_sheet
from xlnet.book.sheets.exercise import plan as at
from xlnet.book.sheets.exercise.marking import carried
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.cell import Cell
from xlnet.checking.judge.view import Expected, View
from xlnet.engines.workers.handover import NUMBER, TEXT
from xlnet.exercise.blanks import Blank
from xlnet.exercise.exercise import new
from xlnet.exercise.marking import Kind, Margin, Mark, marks

__all__ = ["MARKING", "NAME", "of_exercise", "of_marking"]


def of_exercise(view: View) -> Iterator[tuple[Cell, Expected]]:
    """Yield what the score and the marks should say; all else shows cells."""
    plan, found = _plan(view), _marks(view)
    yield plan.face.score, of_sheet.score_text(plan, sum(mark.is_right for mark in found.values()))
    for blank in plan.blanks:
        yield plan.face.marks[blank.key], message(plan, blank, found[blank.key])


def of_marking(view: View) -> Iterator[tuple[Cell, Expected]]:
    """Yield what each formula of the marking should show."""
    plan, found = _plan(view), _marks(view)
    yield at.SCORE_CELL, float(sum(mark.is_right for mark in found.values()))
    yield at.HALF_CELL, _margin(view).half
    for blank in plan.blanks:
        mark = found[blank.key]
        yield plan.marking(blank.key, at.FILLED), float(mark.kind not in (Kind.EMPTY, Kind.NO_NUMBER))
        yield plan.marking(blank.key, at.USED), mark.used
        yield plan.marking(blank.key, at.RULE), mark.rule
        yield plan.marking(blank.key, at.RIGHT), float(mark.is_right)
        yield plan.marking(blank.key, at.MESSAGE), message(plan, blank, mark)
        for number, value in enumerate(mark.values):
            yield plan.slip_cell(blank.key, number, at.VALUE), value if math.isfinite(value) else ""
            said = [place for place in mark.slips if place <= number]
            yield plan.slip_cell(blank.key, number, at.SAID), _said(plan, blank, said)


def message(plan: ExercisePlan, blank: Blank, mark: Mark) -> str:
    """Return what is said of a blank."""
    words = plan.words
    if mark.kind == Kind.EMPTY:
        return ""
    if mark.kind == Kind.NO_NUMBER:
        return words.get("no number")
    if mark.kind == Kind.RIGHT:
        return words.get("right")
    if mark.kind == Kind.CARRIED:
        return carried(plan, blank, list(mark.carried))
    return words.get("slip") + _said(plan, blank, mark.slips) if mark.slips else words.get("wrong")


def _said(plan: ExercisePlan, blank: Blank, slips: list[int] | tuple[int, ...]) -> str:
    return plan.words.get("or").join(plan.words.slip(blank.alternatives[place]) for place in slips)


def _plan(view: View) -> ExercisePlan:
    plan = view.opened.exercise
    assert plan is not None
    return plan


def _marks(view: View) -> dict[str, Mark]:
    plan, layout = _plan(view), view.opened.layout
    true = {key: view.number(*layout.cell(key, 1)) for key in (*layout.cells, *layout.spots)}
    true |= {new(key): view.number(*layout.cell(key, 2)) for key in plan.quantities.trained}
    return marks(plan.blanks, true, {key: _typed(view, plan.face.values[key]) for key in plan.by_key}, _margin(view))


def _margin(view: View) -> Margin:
    face = _plan(view).face
    return Margin(view.number(*face.tolerance), view.number(*face.decimals))


def _typed(view: View, cell: Cell) -> float | str | None:
    """Return what is typed into a box: None where it is blank, a text where it is no number."""
    kind = view.grids[cell.sheet].kinds[cell.row - 1, cell.column - 1]
    if kind == NUMBER:
        return view.number(*cell)
    text = view.text(*cell) if kind == TEXT else None
    return text or None

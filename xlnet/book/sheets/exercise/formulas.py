"""The formulas of the student's sheet: the numbers that are not blank, marks, and the score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet.book import style
from xlnet.book.live import Live, Typed
from xlnet.book.sheets.exercise import looks
from xlnet.book.sheets.exercise.plan import MESSAGE, SCORE_CELL, ExercisePlan
from xlnet.book.sheets.exercise.sections import is_input
from xlnet.book.style import GROUPS, Look
from xlnet.cell import Cell
from xlnet.exercise.exercise import before_update
from xlnet.graph.expression import Expression
from xlnet.graph.node import Group
from xlnet.graph.references import InCell, joined


def lives(plan: ExercisePlan) -> Iterator[Live]:
    """Yield the formulas of the sheet."""
    face = plan.face
    for key, cell in face.values.items():
        if key not in plan.by_key:
            answer = plan.answer(key)
            yield replace(_live(key, cell, InCell(answer), _look(plan, key)), shown=answer)
    for key, cell in face.marks.items():
        yield _live(key, cell, InCell(plan.marking(key, MESSAGE)), looks.MARK)
    before, after = plan.words.get("score").split("{right}")
    score = joined(before, InCell(SCORE_CELL), after.format(count=len(plan.blanks)))
    yield _live("score", face.score, score, looks.SCORE)


def score_text(plan: ExercisePlan, right: float) -> str:
    """Return what the score says of so many blanks that are right."""
    return plan.words.get("score").format(right=f"{right:g}", count=len(plan.blanks))


def _look(plan: ExercisePlan, key: str) -> Look:
    node = plan.quantities.nodes.get(before_update(key) or key)
    fill = GROUPS[node.group].tint if node else GROUPS[Group.ITERATION].tint
    is_given = plan.rule(key) is None or is_input(key)
    # One decimal more than asked for, so that what is computed from it is right.
    form = style.GENERAL if is_given else f"0.{'0' * (plan.exercise.decimals + 1)}"
    return replace(looks.VALUE, fill=fill, number_format=form)


def _live(key: str, cell: Cell, expression: Expression, look: Look) -> Live:
    return Live(key, cell.sheet, cell.column, [cell.row], expression, look)


def inputs(plan: ExercisePlan) -> list[Typed]:
    """Return the cells that a teacher may change. What students fill in is blank, and no input of the check."""
    face, exercise = plan.face, plan.exercise
    return [
        Typed("tolerance", face.tolerance.row, face.tolerance.column, exercise.tolerance),
        Typed("decimals", face.decimals.row, face.decimals.column, float(exercise.decimals)),
    ]

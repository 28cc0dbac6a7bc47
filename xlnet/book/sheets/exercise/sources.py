"""What an exercise's workbook is made of, for those who build it and for those who read it."""

from __future__ import annotations

from xlnet.book.live import Formula, Typed, filled
from xlnet.book.model import model_of
from xlnet.book.sheets.exercise import ANSWERS, HANDOUT, MARKING, NAME, formulas, handout, marking
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.book.texts import ENGLISH
from xlnet.errors import UserError
from xlnet.exercise.exercise import Exercise


def plan_of(exercise: Exercise, language: str = ENGLISH, label: str = "") -> ExercisePlan:
    """Return what the workbook of an exercise holds, in a language of `texts`.

    Raises UserError, led by `label`, where a blank is nothing that its network computes.
    """
    plan = ExercisePlan(exercise, model_of(exercise.spec, language, sheet=ANSWERS))
    unknown = next((key for key in exercise.blanks if key not in plan.by_key), None)
    if unknown is not None:
        raise UserError(f"{label or exercise.name}: exercise.blanks: {unknown!r} is nothing that this network computes")
    return plan


def sheets_of(plan: ExercisePlan) -> list[str]:
    """Return the sheets that an exercise needs."""
    return [ANSWERS, *(name for name, _, _ in sources_of(plan))]


def sources_of(plan: ExercisePlan) -> list[tuple[str, list[Typed], list[Formula]]]:
    """Return the sheets beside the answers: the cells that a teacher may change there, and the formulas."""
    if plan.exercise.is_handout:
        return [(HANDOUT, [], list(filled(handout.lives(plan))))]
    return [
        (NAME, formulas.inputs(plan), list(filled(formulas.lives(plan)))),
        (MARKING, [], list(filled(marking.lives(plan)))),
    ]

"""Builds the workbook of an exercise: the student's sheet, and hidden behind it the answers and the marking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from xlnet.book.live import Formula, Live, filled
from xlnet.book.record import Record
from xlnet.book.sheet import RecordedRun, Sheet
from xlnet.book.sheets.exercise import (
    HANDOUT,
    MARKING,
    NAME,
    answer_key,
    blocks_drawing,
    drawing,
    formulas,
    handout,
    marking,
)
from xlnet.book.sheets.exercise.answer_key import NAME as KEY_SHEET
from xlnet.book.sheets.exercise.answer_key import Entry
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.book.sheets.exercise.sources import plan_of
from xlnet.book.texts import ENGLISH, load
from xlnet.book.values import BookValues
from xlnet.builder import checked_path, data_sheets, template_sheet, training_sheet, write_sheets
from xlnet.comparison import BOUND
from xlnet.errors import UserError
from xlnet.exercise.exercise import Exercise
from xlnet.exercise.making import true_values
from xlnet.exercise.toml import serialize_exercise
from xlnet.render.excel import length
from xlnet.render.layout import NOWHERE
from xlnet.sheet_size import LONGEST_FORMULA
from xlnet.xlsx.page import Page


def build_exercise(exercise: Exercise, path: str | Path, *, small: bool = False, language: str = ENGLISH) -> Path:
    """Write the workbook of `exercise` to `path`, whole or not at all; further arguments are those of `build`.

    Raises UserError when it does not fit a workbook or the file cannot be written.
    """
    path = checked_path(path, language)
    plan = plan_of(exercise, language)
    run = RecordedRun(plan.model, Record(plan.model.graph, {1, 2}, BOUND))
    values = BookValues([run])
    sheets = [*_sheets(plan, values), *map(_hidden, _behind(plan, run, values))]
    title = plan.words.title(exercise.student)
    write_sheets(path, sheets, title, plan.model.description, language, lambda steps, _: steps, small=small)
    return path


def build_class(
    exercises: Iterable[Exercise], count: int, folder: Path, *, small: bool = False, language: str = ENGLISH
) -> None:
    """Write the workbooks of a class of `count` students to a folder, and an answer key beside them.

    Raises UserError as `build_exercise` does.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file: give the name of a folder by -o")
    width = max(2, len(str(count)))
    entries: list[Entry] = []
    for exercise in exercises:
        name = f"student-{exercise.student:0{width}}.xlsx"
        build_exercise(exercise, folder / name, small=small, language=language)
        plan = plan_of(exercise, language)
        values = true_values(exercise.spec, plan.model.graph)
        entries += [
            Entry(exercise.student, name, blank.key, plan.words.symbol(blank.key), values[blank.key])
            for blank in plan.blanks
        ]
    texts = load(language)
    sheet = Sheet(KEY_SHEET, partial(answer_key.draw, entries=entries, texts=texts))
    title = texts.get("exercise", "answers")
    write_sheets(folder / ANSWER_KEY, [sheet], title, "", language, lambda steps, _: steps, small=small)


def _sheets(plan: ExercisePlan, values: BookValues) -> list[Sheet]:
    """Return the student's sheet, and the marking of its boxes."""
    if plan.exercise.is_handout:
        return [_sheet(HANDOUT, handout.lives(plan), values, partial(_drawn, plan, handout.draw))]
    draw = blocks_drawing.draw if plan.is_of_blocks else drawing.draw
    values.add([], NAME, formulas.inputs(plan), marking.labels(plan) | dict.fromkeys(plan.boxes, ""))
    return [
        _sheet(NAME, formulas.lives(plan), values, partial(_drawn, plan, draw)),
        _hidden(_sheet(MARKING, marking.lives(plan), values, partial(_drawn, plan, marking.draw))),
    ]


def _behind(plan: ExercisePlan, run: RecordedRun, values: BookValues) -> list[Sheet]:
    return [
        training_sheet(run, values),
        *data_sheets([run], values),
        template_sheet(serialize_exercise(plan.exercise)),
    ]


# In the folder of a class.
ANSWER_KEY = "answers.xlsx"

Draw = Callable[[Page, ExercisePlan, Sequence[Formula]], None]


def _sheet(
    name: str, lives: Iterable[Live], values: BookValues, draw: Callable[[Page, Sequence[Formula]], None]
) -> Sheet:
    live = list(filled(lives))
    for each in live:
        if length(each.text, NOWHERE) > LONGEST_FORMULA:
            raise UserError(f"the formula of {each.key} is longer than Excel takes: make the layers smaller")
    values.add(live, name)
    return Sheet(name, lambda page: draw(page, live), values.of(live))


def _drawn(plan: ExercisePlan, draw: Draw, page: Page, live: Sequence[Formula]) -> None:
    draw(page, plan, live)


def _hidden(sheet: Sheet) -> Sheet:
    def draw(page: Page) -> None:
        sheet.draw(page)
        page.sheet_state = "hidden"

    return Sheet(sheet.title, draw, sheet.values, sheet.run)

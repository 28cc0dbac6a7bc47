"""The Questions sheet: how the runs that are asked about end, which is best, and whether that was predicted."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from xlnet import keys
from xlnet.book.sheets.compare import NAME as COMPARE
from xlnet.book.sheets.compare.plan import NONE
from xlnet.book.sheets.questions import NAME
from xlnet.book.sheets.questions.plan import (
    BEST,
    EDGE,
    END_COLUMN,
    HELD_COLUMN,
    LABEL_COLUMN,
    MARK,
    SCORE_ROW,
    START_COLUMN,
    TIMES,
    TRAINED,
    VERDICT_ROW,
    WHY,
    WHY_ROW,
    QuestionsPlan,
    X,
    Y,
)
from xlnet.book.sheets.validation.plan import LOSSES, ValidationPlan
from xlnet.cell import Area, Cell
from xlnet.checking.judge.sheets.validation import of_points
from xlnet.checking.judge.sheets.written import written
from xlnet.checking.judge.view import Expected, View, is_tie, one_of
from xlnet.engines.workers.handover import NUMBER
from xlnet.template.questions import OPEN

__all__ = ["NAME", "expected"]

_Found = Iterator[tuple[Cell, Expected]]


def expected(view: View) -> _Found:
    """Yield what each formula of the sheet that shows this run should show."""
    assert view.opened.plan is not None
    plan, run = view.opened.plan.once(QuestionsPlan), view.opened.index
    if run == 0:
        yield _score(view, plan)
    if run in plan.held_out:
        yield from of_points(view, plan.held_out[run])
    for number, which in plan.shown(run):
        yield from _of_run(view, plan, number, which, run)
        if which == 0:
            yield from _of_question(view, plan, number)


def _of_run(view: View, plan: QuestionsPlan, number: int, which: int, run: int) -> _Found:
    row, iters = plan.run_row(number, which), view.opened.spec.training.iters
    is_open = _guess(view, plan, number) == OPEN
    yield Cell(NAME, row, START_COLUMN), _or_none(view.of_iteration(keys.LOSS, 1))
    yield Cell(NAME, row, END_COLUMN), OPEN if is_open else _or_none(view.of_iteration(keys.LOSS, iters))
    if plan.is_of_held_out(number):
        held = plan.held_out[run]
        last = view.cited(NAME, held.point_row(held.count - 1), held.column(LOSSES[1]))
        yield Cell(NAME, row, HELD_COLUMN), OPEN if is_open else _or_none(last)
    result = view.cited(NAME, row, plan.result_column(number))
    yield plan.written(number, which), _written(result)
    if plan.is_of_held_out(number):
        yield from _held_out_points(view, plan, number, which, plan.held_out[run], is_open)
        return
    x, y = (plan.column(number, which, name) for name in (X, Y))
    counted = view.number(COMPARE, plan.compare.row(run), plan.compare.column("iterations"))
    rows = plan.rows(number, which)
    for point, place in enumerate(rows):
        step = 1 + point * (counted - 1) / max(len(rows) - 1, 1)
        yield Cell(NAME, place, x), 1.0 if is_open else float(np.floor(step + 0.5))
        iteration = view.number(NAME, place, x)
        is_known = 1 <= iteration < iters + 1
        loss = view.of_iteration(keys.LOSS, int(iteration)) if is_known else None
        yield Cell(NAME, place, y), _within(view, plan, number, loss)


def _held_out_points(
    view: View, plan: QuestionsPlan, number: int, which: int, held: ValidationPlan, is_open: bool
) -> _Found:
    rows = plan.rows(number, which)
    for name, source in ((X, held.points_column), (Y, held.column(LOSSES[1])), (TRAINED, held.column(LOSSES[0]))):
        for row in rows:
            value = view.cited(NAME, rows[0] if is_open else row, source)
            shown = value if name == X else _within(view, plan, number, value)
            yield Cell(NAME, row, plan.column(number, which, name)), shown


def _within(view: View, plan: QuestionsPlan, number: int, value: float | None) -> float | None:
    """Return what a chart draws of a loss; fmin passes over a NaN, of which the edge is drawn."""
    edge = view.number(*plan.single(number, EDGE))
    return None if value is None or math.isnan(edge) else float(np.fmin(value, edge))


def _of_question(view: View, plan: QuestionsPlan, number: int) -> _Found:
    starts, results = (
        _numbers(view, plan.over_runs(number, column)) for column in (START_COLUMN, plan.result_column(number))
    )
    known = starts[np.isfinite(starts)]
    yield plan.single(number, EDGE), float(TIMES * known.max()) if known.size else 0.0
    is_number = np.isfinite(results)
    # Rounding decides which of two that are nearly equal is the lowest.
    lowest = results[is_number].min() if is_number.any() else math.nan
    ties = [place for place, value in enumerate(results.tolist(), 1) if is_tie(value, float(lowest))]
    yield plan.single(number, BEST), one_of(map(float, ties)) if ties else 0.0
    best, guess, names = view.number(*plan.single(number, BEST)), _guess(view, plan, number), plan.choices(number)
    texts = plan.texts.sections["questions"]
    is_known = 1 <= best < len(names) + 1
    is_right = is_known and guess is not None and guess.casefold() == names[int(best) - 1].casefold()
    yield plan.single(number, MARK), math.nan if math.isnan(best) else float(is_right)
    if guess == OPEN or not is_known:
        told = texts["open"] if guess == OPEN else texts["none"] if best == 0 else None
    else:
        written = [view.text(*plan.written(number, which)) for which in range(len(names))]
        folded = [name.casefold() for name in names]
        other = written[folded.index(guess.casefold())] if guess and guess.casefold() in folded else NONE
        is_marked = view.number(*plan.single(number, MARK)) == 1
        told = texts["right" if is_marked else "wrong"].format(
            best=names[int(best) - 1], number=written[int(best) - 1], guess=guess, other=other
        )
    yield Cell(NAME, plan.row(number, VERDICT_ROW), LABEL_COLUMN), told
    why = "" if guess == OPEN else view.text(*plan.single(number, WHY))
    yield Cell(NAME, plan.row(number, WHY_ROW), LABEL_COLUMN), why


def _score(view: View, plan: QuestionsPlan) -> tuple[Cell, Expected]:
    marks = [view.number(*plan.single(number, MARK)) for number in range(len(plan.questions))]
    right, told = math.fsum(marks), plan.texts.get("questions", "score")
    place = Cell(NAME, SCORE_ROW, LABEL_COLUMN)
    return place, told.format(right=f"{right:.0f}", count=len(marks)) if right.is_integer() else None


def _guess(view: View, plan: QuestionsPlan, number: int) -> str | None:
    return view.text(*plan.guess(number))


def _or_none(value: float | None) -> Expected:
    return NONE if value is not None and math.isnan(value) else value


def _written(value: float | None) -> Expected:
    """Return a result as a text: of a word or an error it is none."""
    if value is None or math.isnan(value):
        return NONE
    return written(value)


def _numbers(view: View, area: Area) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    grid = view.grids[area.sheet]
    rows = slice(area.top - 1, area.bottom)
    return np.where(grid.kinds[rows, area.left - 1] == NUMBER, grid.values[rows, area.left - 1], np.nan)

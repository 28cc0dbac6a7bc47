"""The formulas of the Questions sheet, run by run, and the cells of the predictions.

Until a prediction is made, results are hidden and the lines of the chart are their first points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.live import Live, Typed
from xlnet.book.sheets.compare import NAME as COMPARE
from xlnet.book.sheets.compare.plan import NONE
from xlnet.book.sheets.explore.written import rounded
from xlnet.book.sheets.questions import NAME
from xlnet.book.sheets.questions.plan import (
    BEST,
    EDGE,
    END_COLUMN,
    FIRST_POINT_ROW,
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
from xlnet.book.sheets.validation.formulas import of_points
from xlnet.book.sheets.validation.plan import LOSSES, ValidationPlan
from xlnet.book.shown import at_iteration
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, Number, call, minimum, total
from xlnet.graph.references import (
    NEITHER,
    Beside,
    InCell,
    InCells,
    StepNumber,
    Text,
    choose,
    compared,
    element,
    joined,
    or_else,
)
from xlnet.template.questions import OPEN

_NUMBER = replace(style.TEXT, border="below", horizontal="right")
_RESULT = replace(_NUMBER, bold=True)
_VERDICT = replace(style.TITLE, size=11, wrap=True, vertical="center")
_WHY = replace(style.TEXT, vertical="top", horizontal="left", wrap=True)
_SCORE = replace(style.TITLE, size=12)


def inputs(plan: QuestionsPlan) -> list[Typed]:
    """Return the cells of the predictions."""
    found = []
    for number in range(len(plan.questions)):
        cell, words = plan.guess(number), (OPEN, *plan.choices(number))
        found.append(Typed(f"prediction {number + 1}", cell.row, cell.column, OPEN, choices=words))
    return found


def lives(plan: QuestionsPlan, run: int) -> list[Live]:
    """Return the formulas that show a run, with those of the questions that ask about it first."""
    held = plan.held_out.get(run)
    return [
        *(_score(plan) if run == 0 else ()),
        *(of_points(held) if held else ()),
        *(live for number, which in plan.shown(run) for live in _of_run(plan, number, which, run)),
        *(live for number, which in plan.shown(run) if which == 0 for live in _of_question(plan, number)),
    ]


def _is_open(plan: QuestionsPlan, number: int) -> Expression:
    """Return whether a prediction is still to be made."""
    return compared(InCell(plan.guess(number)), "=", OPEN)


def _of_run(plan: QuestionsPlan, number: int, which: int, run: int) -> Iterator[Live]:
    """Yield the row of a run in a question's table, its result as a text, and its line in the chart."""
    layout, row = plan.compare.models[run].layout, plan.run_row(number, which)
    losses = [InCell(layout.cell(keys.LOSS, iteration)) for iteration in (1, layout.iterations)]

    def hidden(value: Expression) -> Expression:
        return choose(_is_open(plan, number), OPEN, or_else(value, NONE))

    yield Live("loss at the start", NAME, START_COLUMN, [row], or_else(losses[0], NONE), _NUMBER)
    yield Live("loss at the end", NAME, END_COLUMN, [row], hidden(losses[1]), _RESULT)
    if plan.is_of_held_out(number):
        held = plan.held_out[run]
        last = InCell(Cell(NAME, held.point_row(held.count - 1), held.column(LOSSES[1])))
        yield Live("loss of samples held out", NAME, HELD_COLUMN, [row], hidden(last), _RESULT)
    result, place = InCell(Cell(NAME, row, plan.result_column(number))), plan.written(number, which)
    yield Live("result as a text", NAME, place.column, [place.row], or_else(rounded(result), NONE), style.QUIET)
    if plan.is_of_held_out(number):
        yield from _held_out_points(plan, number, which, plan.held_out[run])
    else:
        yield from _points(plan, number, which, run)


def _points(plan: QuestionsPlan, number: int, which: int, run: int) -> Iterator[Live]:
    """Yield the points of a run's loss."""
    rows, x, y = plan.rows(number, which), *(plan.column(number, which, name) for name in (X, Y))
    counted = InCell(Cell(COMPARE, plan.compare.row(run), plan.compare.column("iterations")))
    last = max(len(rows) - 1, 1)
    step = call("round", 1 + StepNumber() * (counted - 1) / last, 0)
    yield Live("iteration of a point", NAME, x, rows, choose(_is_open(plan, number), 1, step), style.TEXT)
    loss = at_iteration(plan.compare.models[run].layout, keys.LOSS, Beside(NAME, x))
    yield Live("loss of a point", NAME, y, rows, _within(plan, number, loss), style.TEXT)


def _held_out_points(plan: QuestionsPlan, number: int, which: int, held: ValidationPlan) -> Iterator[Live]:
    """Yield the points of both losses of a run with samples held out: they stand in the rows of its own points."""
    rows = plan.rows(number, which)
    for name, source in ((X, held.points_column), (Y, held.column(LOSSES[1])), (TRAINED, held.column(LOSSES[0]))):
        first = InCell(Cell(NAME, FIRST_POINT_ROW, source))
        point = choose(_is_open(plan, number), first, Beside(NAME, source))
        value = point if name == X else _within(plan, number, point)
        key = "iteration of a point" if name == X else "loss of a point"
        yield Live(key, NAME, plan.column(number, which, name), rows, value, style.TEXT)


def _within(plan: QuestionsPlan, number: int, value: Expression) -> Expression:
    """Return a value, or the edge of the chart where it is beyond it or no number."""
    edge = InCell(plan.single(number, EDGE))
    return or_else(minimum(value, edge), edge)


def _of_question(plan: QuestionsPlan, number: int) -> Iterator[Live]:
    """Yield what tells which run is best, and whether it was predicted."""
    names, results = (InCells(plan.over_runs(number, column)) for column in (LABEL_COLUMN, plan.result_column(number)))
    starts = InCells(plan.over_runs(number, START_COLUMN))
    guess, best = InCell(plan.guess(number)), InCell(plan.single(number, BEST))
    place = or_else(call("match", call("min", results), results, 0), 0)
    called = element(names, best)
    is_right = call("and", compared(best, ">", 0), compared(guess, "=", element(names, call("max", best, 1))))
    singles = {
        EDGE: TIMES * call("max", starts),
        BEST: place,
        MARK: choose(is_right, 1, 0),
    }
    for name, value in singles.items():
        cell = plan.single(number, name)
        yield Live(f"{name} of a question", NAME, cell.column, [cell.row], value, style.TEXT)
    written = InCells(plan.over_written(number))
    places: dict[str, Expression] = {
        "best": called,
        "number": element(written, best),
        "guess": guess,
        "other": or_else(element(written, call("match", guess, names, 0)), NONE),
    }
    right, wrong = (_filled(plan.texts.get("questions", name), places) for name in ("right", "wrong"))
    told = choose(compared(InCell(plan.single(number, MARK)), "=", 1), right, wrong)
    told = choose(compared(best, "=", 0), plan.texts.get("questions", "none"), told)
    verdict = choose(_is_open(plan, number), plan.texts.get("questions", "open"), told)
    yield Live("verdict of a question", NAME, LABEL_COLUMN, [plan.row(number, VERDICT_ROW)], verdict, _VERDICT)
    why = choose(_is_open(plan, number), "", InCell(plan.single(number, WHY), NEITHER))
    yield Live("reason of a question", NAME, LABEL_COLUMN, [plan.row(number, WHY_ROW)], why, _WHY)


def _score(plan: QuestionsPlan) -> Iterator[Live]:
    marks = [InCell(plan.single(number, MARK)) for number in range(len(plan.questions))]
    count = Number(len(marks))
    score = _filled(plan.texts.get("questions", "score"), {"right": total(*marks), "count": count})
    yield Live("score", NAME, LABEL_COLUMN, [SCORE_ROW], score, _SCORE)


def _filled(text: str, places: dict[str, Expression]) -> Expression:
    """Return a text with what stands in its places."""
    parts = re.split(r"[{}]", text)
    return joined(*(places[part] if index % 2 else Text(part) for index, part in enumerate(parts) if part))

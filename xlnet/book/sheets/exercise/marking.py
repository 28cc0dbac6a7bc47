"""The hidden sheet Marking: of each blank the true number, the student's, what slips give, and what is said of it.

What a blank's rule and its slips give is computed from the student's own earlier numbers, and the true ones where there
are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlnet.book import style
from xlnet.book.drawing.cells import put_text
from xlnet.book.drawing.protection import protect
from xlnet.book.live import Formula, Live, put_all
from xlnet.book.sheets.exercise import MARKING
from xlnet.book.sheets.exercise.plan import (
    FILLED,
    FIRST_MARKING_ROW,
    FIRST_SLIP,
    HALF_CELL,
    KEY,
    MESSAGE,
    RIGHT,
    RULE,
    SAID,
    SCORE_CELL,
    SLIP_WIDTH,
    SYMBOL,
    TRUE,
    USED,
    VALUE,
    WORDS,
    ExercisePlan,
)
from xlnet.cell import Area, Cell
from xlnet.exercise.blanks import Blank
from xlnet.exercise.marking import HALF
from xlnet.graph.expression import Expression, absolute, call, maximum
from xlnet.graph.references import InCell, InCells, Text, choose, compared, joined, or_else
from xlnet.xlsx.page import Page

# More earlier blanks than these are not named one by one.
_MOST_NAMED = 6
_LOOK = replace(style.TEXT, horizontal="left")
_HEADER_ROW = FIRST_MARKING_ROW - 1


def lives(plan: ExercisePlan) -> Iterator[Live]:
    """Yield the formulas of the sheet."""
    last = FIRST_MARKING_ROW + len(plan.blanks) - 1
    right = InCells(Area(MARKING, FIRST_MARKING_ROW, RIGHT, last, RIGHT))
    yield _live("score", SCORE_CELL, call("sum", right))
    half = HALF * call("ten_to_minus", InCell(plan.face.decimals))
    yield _live("half a unit", HALF_CELL, half)
    for blank in plan.blanks:
        yield from _of_blank(plan, blank)


def _of_blank(plan: ExercisePlan, blank: Blank) -> Iterator[Live]:
    key = blank.key
    typed, true = InCell(plan.face.values[key]), InCell(plan.marking(key, TRUE))
    is_number = call("isnumber", typed)
    yield replace(_live(key, plan.marking(key, TRUE), InCell(plan.answer(key))), shown=plan.answer(key))
    yield _live(key, plan.marking(key, FILLED), choose(is_number, 1, 0))
    yield _live(key, plan.marking(key, USED), choose(is_number, typed, true))
    yield replace(_live(key, plan.marking(key, RULE), blank.rule), layout=plan.yours)
    yield _live(key, plan.marking(key, RIGHT), _right(plan, blank))
    for number, alternative in enumerate(blank.alternatives):
        value = plan.slip_cell(key, number, VALUE)
        yield replace(_live(key, value, or_else(alternative.value, "")), layout=plan.yours)
        words, said = InCell(plan.slip_cell(key, number, WORDS)), _before(plan, key, number)
        more = words if said is None else choose(compared(said, "=", ""), words, joined(said, _between(plan), words))
        is_it = _near(plan, blank, InCell(value))
        yield _live(key, plan.slip_cell(key, number, SAID), choose(is_it, more, "" if said is None else said))
    yield _live(key, plan.marking(key, MESSAGE), _message(plan, blank, typed))


def _right(plan: ExercisePlan, blank: Blank) -> Expression:
    """Return 1 where a number is right: by itself, or by its rule while all that it depends on is right."""
    key = blank.key
    filled = InCell(plan.marking(key, FILLED))
    is_true = _near(plan, blank, InCell(plan.marking(key, TRUE)))
    follows = _near(plan, blank, InCell(plan.marking(key, RULE)))
    earlier = [compared(_slips_of(plan, cited), "=", 0) for cited in blank.cites]
    by_rule = choose(follows, choose(call("and", *earlier), 1, 0), 0) if earlier else choose(follows, 1, 0)
    return choose(compared(filled, "=", 0), 0, choose(is_true, 1, by_rule))


def _slips_of(plan: ExercisePlan, key: str) -> Expression:
    """Return 1 where a blank holds a number that is wrong, else 0."""
    return InCell(plan.marking(key, FILLED)) - InCell(plan.marking(key, RIGHT))


def _message(plan: ExercisePlan, blank: Blank, typed: Expression) -> Expression:
    words, key = plan.words, blank.key
    filled, right = InCell(plan.marking(key, FILLED)), InCell(plan.marking(key, RIGHT))
    said = _before(plan, key, len(blank.alternatives))
    slips = Text(words.get("wrong"))
    if said is not None:
        found = joined(words.get("slip"), said)
        slips = choose(compared(said, "=", ""), slips, found)  # type: ignore[assignment]
    wrong: Expression = slips
    if blank.cites:
        follows = _near(plan, blank, InCell(plan.marking(key, RULE)))
        wrong = choose(follows, _carried(plan, blank), slips)
    no_number = choose(compared(typed, "=", ""), "", words.get("no number"))
    return choose(compared(filled, "=", 0), no_number, choose(compared(right, "=", 1), words.get("right"), wrong))


def _carried(plan: ExercisePlan, blank: Blank) -> Expression:
    """Return what is said where a number follows from earlier ones that are wrong, with their names if they are few."""
    if len(blank.cites) > _MOST_NAMED:
        return Text(plan.words.get("carried from many"))
    before, after = plan.words.get("carried").split("{symbols}")
    names = (
        choose(compared(_slips_of(plan, cited), "=", 1), f" {plan.words.symbol(cited)}", "") for cited in blank.cites
    )
    return joined(before, *names, after) if after else joined(before, *names)


def carried(plan: ExercisePlan, blank: Blank, wrong: list[str]) -> str:
    """Return the same in Python, of earlier blanks that are wrong."""
    if len(blank.cites) > _MOST_NAMED:
        return plan.words.get("carried from many")
    names = "".join(f" {plan.words.symbol(cited)}" for cited in blank.cites if cited in wrong)
    return plan.words.get("carried").format(symbols=names)


def _near(plan: ExercisePlan, blank: Blank, wanted: InCell) -> Expression:
    """Return whether a blank's number is near another; never near one that is none."""
    size = wanted - InCell(plan.answer(blank.origin)) if blank.origin else wanted
    margin = maximum(InCell(plan.face.tolerance) * absolute(size), InCell(HALF_CELL))
    distance = absolute(InCell(plan.marking(blank.key, USED)) - wanted)
    return or_else(compared(distance, "<=", margin), call("false"))


def _before(plan: ExercisePlan, key: str, number: int) -> Expression | None:
    """Return what is said by the slips before one; None before the first."""
    return InCell(plan.slip_cell(key, number - 1, SAID)) if number else None


def _between(plan: ExercisePlan) -> str:
    return plan.words.get("or")


def _live(key: str, cell: Cell, expression: Expression) -> Live:
    return Live(key, cell.sheet, cell.column, [cell.row], expression, _LOOK)


def labels(plan: ExercisePlan) -> dict[Cell, str]:
    """Return the words of the slips, by cell."""
    return {
        plan.slip_cell(blank.key, number, WORDS): plan.words.slip(alternative)
        for blank in plan.blanks
        for number, alternative in enumerate(blank.alternatives)
    }


def draw(page: Page, plan: ExercisePlan, formulas: Sequence[Formula]) -> None:
    """Draw the sheet: its formulas, headers, the keys and symbols of the blanks, and the words of their slips."""
    put_all(page, formulas)
    words = plan.words
    header = replace(style.HEADER, fill=style.CONSTANTS.strong, horizontal="left")
    put_text(page, SCORE_CELL.row, SCORE_CELL.column - 1, words.get("score header"), style.TEXT)
    put_text(page, HALF_CELL.row, HALF_CELL.column - 1, words.get("half header"), style.TEXT)
    names = {
        KEY: "key",
        SYMBOL: "symbol",
        TRUE: "true",
        FILLED: "filled",
        USED: "used",
        RULE: "rule",
        RIGHT: "is right",
    }
    for column, name in (*names.items(), (MESSAGE, "message")):
        put_text(page, _HEADER_ROW, column, words.get(f"{name} header"), header)
    for number in range(plan.most_slips):
        for part, name in ((WORDS, "slip"), (VALUE, "slip value"), (SAID, "said")):
            put_text(page, _HEADER_ROW, FIRST_SLIP + number * SLIP_WIDTH + part, words.get(f"{name} header"), header)
    for blank in plan.blanks:
        put_text(page, plan.row(blank.key), KEY, blank.key, _LOOK)
        put_text(page, plan.row(blank.key), SYMBOL, words.symbol(blank.key), _LOOK)
    for cell, text in labels(plan).items():
        put_text(page, cell.row, cell.column, text, _LOOK)
    page.widths |= {KEY: 14, SYMBOL: 14, MESSAGE: 40}
    protect(page)

"""The formulas of the Proof sheet, and the cells that a person fills in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import shown, style
from xlnet.book.choices import ITERATION
from xlnet.book.live import Live, Typed, of_pass
from xlnet.book.model import Model
from xlnet.book.passes import Pass
from xlnet.book.sheets.proof import NAME
from xlnet.book.sheets.proof.plan import (
    FIRST_ROW,
    HEADLINE_ROW,
    ITERATION_ROW,
    LABEL_COLUMN,
    LOSS_ROW,
    STEP,
    STEP_ROW,
    TOLERANCE,
    TOLERANCE_ROW,
    VALUE_COLUMN,
    ProofPlan,
    plan,
)
from xlnet.book.sheets.proof.verdict import verdict
from xlnet.book.shown import Shown
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, absolute, maximum, total
from xlnet.graph.references import (
    NEITHER,
    ROW,
    Bracketed,
    InCell,
    InCells,
    Text,
    choose,
    compared,
    counted,
    joined,
)

_NUMBER = replace(style.TEXT, border="below")
# Columns of numbers that are small wherever the proof holds.
_POWERS = ("h", "difference")
_MOVED = replace(_NUMBER, fill=style.STANDING_OUT, bold=True)
_HEAD = replace(style.TEXT, bold=True, horizontal="right", border="below")
_VERDICT = replace(style.TEXT, bold=True, horizontal="center", border="below")
_HEADLINE = replace(style.TITLE, size=16)


def inputs(_: Model) -> list[Typed]:
    """Return the cells that a person fills in."""
    return [
        Typed("h", STEP_ROW, VALUE_COLUMN, STEP),
        Typed("tolerance", TOLERANCE_ROW, VALUE_COLUMN, TOLERANCE),
    ]


def lives(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    made = model.once(plan)
    return [*_head(made), *_table(made), *_base(made), *_moved(made), *_forward(made)]


def _here(row: int, column: int) -> InCell:
    return InCell(Cell(NAME, row, column), NEITHER)


def _head(made: ProofPlan) -> Iterator[Live]:
    yield _one("iteration of the proof", ITERATION_ROW, VALUE_COLUMN, InCell(ITERATION.cell), _HEAD)
    loss = _here(made.base_row, made.loss_column)
    yield _one("E of the proof", LOSS_ROW, VALUE_COLUMN, loss, _HEAD)
    column, words = made.column("verdict"), made.model.texts.sections["proof"]
    verdicts = InCells(Area(NAME, FIRST_ROW, column, made.row(len(made.proved) - 1), column), NEITHER)
    before, after = made.headline
    is_none = compared(counted(verdicts, words["none"]), "=", len(made.proved))
    agreeing = Bracketed(total(*(counted(verdicts, words[name]) for name in made.agreeing)))
    headline = choose(is_none, words["diverged"], joined(Text(before), agreeing, Text(after)))
    yield _one("gradients that agree", HEADLINE_ROW, LABEL_COLUMN, headline, _HEADLINE)


def _one(key: str, row: int, column: int, expression: Expression, look: style.Look) -> Live:
    return Live(key, NAME, column, [row], expression, look)


def _table(made: ProofPlan) -> Iterator[Live]:
    step = InCell(Cell(NAME, STEP_ROW, VALUE_COLUMN))
    loss = InCell(Cell(NAME, made.base_row, made.loss_column))
    for index, key in enumerate(made.proved):
        row = made.row(index)
        at = {name: _here(row, made.column(name)) for name in made.columns}
        gradient = Shown(keys.gradient(key), ITERATION)
        expressions = {
            "value": _here(made.base_row, made.layout.column(key)),
            "h": step * maximum(1, absolute(at["value"])),
            "E plus": _here(made.moved_row(index, up=True), made.loss_column),
            "E minus": _here(made.moved_row(index, up=False), made.loss_column),
            "central": (at["E plus"] - at["E minus"]) / (2 * at["h"]),
            "gradient": shown.expression(gradient, made.model.layout),
            "difference": at["central"] - at["gradient"],
        }
        if made.has_kinks:
            expressions["slope below"] = (loss - at["E minus"]) / at["h"]
            expressions["slope above"] = (at["E plus"] - loss) / at["h"]
        for name, expression in expressions.items():
            look = replace(_NUMBER, number_format=style.POWER_OF_TEN) if name in _POWERS else _NUMBER
            cited = gradient if name == "gradient" else None
            yield Live(f"{name} of {key}", NAME, made.column(name), [row], expression, look, shown=cited)
        yield _one(f"verdict on {key}", row, made.column("verdict"), verdict(made, at), _VERDICT)


def _base(made: ProofPlan) -> Iterator[Live]:
    """Yield the parameters, and the drawn samples, of the pass in which nothing is moved."""
    for key in (*made.parameters, *made.drawn):
        cited = Shown(key, ITERATION)
        source = shown.expression(cited, made.model.layout)
        place = made.layout.cell(key)
        yield Live(f"{key} of the proof", NAME, place.column, [place.row], source, _NUMBER, shown=cited)


def _moved(made: ProofPlan) -> Iterator[Live]:
    """Yield the parameters of the passes in which one of them is moved."""
    numbers = {key: index for index, key in enumerate(made.proved)}
    for key in made.parameters:
        name, column, index = f"{key} in a moved pass", made.layout.column(key), numbers.get(key)
        base: Expression = InCell(Cell(NAME, made.base_row, column), ROW)
        moved: dict[int, Expression] = {}
        if index is not None:
            step = InCell(Cell(NAME, made.row(index), made.column("h")))
            moved = {made.moved_row(index, up=True): base + step, made.moved_row(index, up=False): base - step}
        for row, expression in moved.items():
            yield _one(name, row, column, expression, _MOVED)
        others = [row for row in made.passes[1:] if row not in moved]
        yield Live(name, NAME, column, others, base, _NUMBER)


def _forward(made: ProofPlan) -> Iterator[Live]:
    forward = Pass(made.forward, made.layout, made.passes)
    for node in made.forward:
        yield of_pass(forward, node, f"{node.key} in a moved pass", _NUMBER)

"""The formulas of sheet Proof, and the cells that a person fills in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from openpyxl.utils import get_column_letter

from xlnet import keys
from xlnet.book import shown, style
from xlnet.book.choices import ITERATION
from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.record import Record
from xlnet.book.sheets.proof import NAME, verdict
from xlnet.book.sheets.proof.numbers import STEP, TOLERANCE, Numbers
from xlnet.book.sheets.proof.plan import (
    FIRST_ROW,
    HEADLINE_ROW,
    ITERATION_ROW,
    LABEL_COLUMN,
    LOSS_ROW,
    STEP_ROW,
    TOLERANCE_ROW,
    VALUE_COLUMN,
    Plan,
    plan,
)
from xlnet.book.shown import Shown
from xlnet.render.excel import absolute, at_row, cell, text
from xlnet.render.excel import formula as written
from xlnet.xlsx.values import Value

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
        Typed("h", VALUE_COLUMN, STEP_ROW, STEP),
        Typed("tolerance", VALUE_COLUMN, TOLERANCE_ROW, TOLERANCE),
    ]


def formulas(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    made = model.once(plan)
    numbers = Numbers(made)
    passes = (*_base(made), *_moved(made, numbers), *_forward(made, numbers))
    return [*_head(made, numbers), *_table(made, numbers), *passes]


def _head(made: Plan, numbers: Numbers) -> Iterator[Live]:
    chosen = f"={ITERATION.address(NAME)}"
    yield Live("iteration of the proof", VALUE_COLUMN, ITERATION_ROW, chosen, _HEAD, lambda _: float(ITERATION.first))
    loss = f"={cell(made.loss_column, made.base_row)}"
    yield Live("E of the proof", VALUE_COLUMN, LOSS_ROW, loss, _HEAD, _of_pass(numbers, keys.LOSS, made.base_row))
    column = made.column("verdict")
    verdicts = f"{cell(column, FIRST_ROW)}:{cell(column, made.row(len(made.proved) - 1))}"
    counts = "+".join(f"COUNTIF({verdicts},{text(made.model.texts.get('proof', name))})" for name in made.agreeing)
    before, after = made.headline
    words = made.model.texts.sections["proof"]
    is_none = f"COUNTIF({verdicts},{text(words['none'])})={len(made.proved)}"
    formula = f"=IF({is_none},{text(words['diverged'])},{text(before)}&({counts})&{text(after)})"
    yield Live("gradients that agree", LABEL_COLUMN, HEADLINE_ROW, formula, _HEADLINE, numbers.headline)


def _table(made: Plan, numbers: Numbers) -> Iterator[Live]:
    layout, step = made.layout, absolute(VALUE_COLUMN, STEP_ROW)
    loss = absolute(made.loss_column, made.base_row)
    words = made.model.texts.sections["proof"]
    for index, key in enumerate(made.proved):
        row = made.row(index)
        at = {name: cell(made.column(name), row) for name in made.columns}
        gradient = Shown(keys.gradient(key), ITERATION)
        sources = {
            "value": f"={cell(layout.column(key), made.base_row)}",
            "h": f"={step}*MAX(1,ABS({at['value']}))",
            "E plus": f"={cell(made.loss_column, made.moved_row(index, up=True))}",
            "E minus": f"={cell(made.loss_column, made.moved_row(index, up=False))}",
            "central": f"=({at['E plus']}-{at['E minus']})/(2*{at['h']})",
            "gradient": shown.formula(gradient, made.model.layout, NAME),
            "difference": f"={at['central']}-{at['gradient']}",
            "slope below": f"=({loss}-{at['E minus']})/{at['h']}",
            "slope above": f"=({at['E plus']}-{loss})/{at['h']}",
        }
        for name, source in sources.items():
            if name in made.columns:
                look = replace(_NUMBER, number_format=style.POWER_OF_TEN) if name in _POWERS else _NUMBER
                cited = gradient if name == "gradient" else None
                column = made.column(name)
                yield Live(f"{name} of {key}", column, row, source, look, _of_row(numbers, index, name), cited)
        judged = verdict.formula(made, at)
        value = _verdict(numbers, index, words)
        yield Live(f"verdict on {key}", made.column("verdict"), row, judged, _VERDICT, value)


def _base(made: Plan) -> Iterator[Live]:
    """Yield the parameters, and the drawn samples, of the pass in which nothing is moved."""
    layout = made.layout
    for key in (*made.parameters, *made.drawn):
        column = layout.column(key)
        cited = Shown(key, ITERATION)
        source = shown.formula(cited, made.model.layout, NAME)
        yield Live(f"{key} of the proof", column, made.base_row, source, _NUMBER, _shown(cited), cited)


def _moved(made: Plan, numbers: Numbers) -> Iterator[Live]:
    """Yield the parameters of the passes in which one of them is moved."""
    for index, proved in enumerate(made.proved):
        step = absolute(made.column("h"), made.row(index))
        for up in (True, False):
            row = made.moved_row(index, up=up)
            for key in made.parameters:
                column = made.layout.column(key)
                moved, look = (f"{'+' if up else '-'}{step}", _MOVED) if key == proved else ("", _NUMBER)
                source = f"={get_column_letter(column)}${made.base_row}{moved}"
                yield Live(f"{key} in a moved pass", column, row, source, look, _of_pass(numbers, key, row))


def _forward(made: Plan, numbers: Numbers) -> Iterator[Live]:
    for node in made.forward:
        assert node.formula is not None
        column, filled_down = made.layout.column(node.key), written(node.formula, made.layout, NAME)
        for row in range(made.base_row, made.last_row + 1):
            source = at_row(filled_down, row)
            yield Live(f"{node.key} in a moved pass", column, row, source, _NUMBER, _of_pass(numbers, node.key, row))


def _of_pass(numbers: Numbers, key: str, row: int) -> Callable[[Record], Value]:
    return lambda record: numbers.of_pass(record, key, row)


def _of_row(numbers: Numbers, index: int, name: str) -> Callable[[Record], Value]:
    return lambda record: numbers.of_row(record, index)[name]


def _verdict(numbers: Numbers, index: int, words: dict[str, str]) -> Callable[[Record], Value]:
    return lambda record: words[numbers.verdict(record, index)]


def _shown(cited: Shown) -> Callable[[Record], Value]:
    return lambda record: shown.value(cited, record, {})

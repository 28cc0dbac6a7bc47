"""The formulas of sheet Explore, and the cells that a person fills in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import shown, style
from xlnet.book.choices import ITERATION, sample_of
from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.record import Record
from xlnet.book.sheets.explore import NAME
from xlnet.book.sheets.explore.faces import Face, Quantity, cells, faces
from xlnet.book.sheets.explore.faces import shown as shown_alone
from xlnet.book.sheets.explore.looks import NUMBER, NUMBERS, look_of
from xlnet.book.sheets.explore.numbers import DIGITS, EQUALS, HUGE, LEAST, ROUGHLY, TINY, Numbers, parts_of
from xlnet.book.sheets.explore.picture import Cell
from xlnet.book.sheets.explore.plan import CONTROL_COLUMN, ROUNDED_COLUMN, VALUE_COLUMN, VIEW_ROW, Entry, Plan
from xlnet.book.sheets.explore.spans import numbers_span
from xlnet.render.excel import absolute, cell, text
from xlnet.render.excel import formula as written
from xlnet.xlsx.values import Value

_ROUNDED = replace(style.QUIET, size=9, horizontal="right", border="below")


def inputs(model: Model) -> list[Typed]:
    """Return the cells that a person fills in."""
    spec, texts = model.spec, model.texts
    views = [texts.get("explore", name) for name in ("forward", "backward")]
    iterations = range(1, spec.training.iters + 1)
    typed = [
        Typed("iteration", ITERATION.column, ITERATION.row, ITERATION.first, "choice", iterations),
        Typed("view", CONTROL_COLUMN, VIEW_ROW, views[0], "choice", tuple(views)),
    ]
    if spec.batch_size > 1:
        samples = range(1, spec.batch_size + 1)
        chosen = sample_of(spec)
        typed.append(Typed("sample of the batch", chosen.column, chosen.row, chosen.first, "choice", samples))
    return typed


def formulas(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    plan = model.once(Plan)
    numbers = Numbers(plan)
    picture = [live for each in cells(plan) for live in _of_picture(plan, numbers, each)]
    table = [live for entry in plan.entries for live in _of_table(plan, numbers, entry)] if plan.is_drawn else []
    return [*picture, *table]


def _of_picture(plan: Plan, numbers: Numbers, each: Cell) -> Iterator[Live]:
    if each.key is None:
        return
    forward, backward = faces(plan, each)
    if forward == backward and isinstance(forward, str):
        # A name that no view changes is no formula.
        return
    first = _source(plan, forward)
    if forward == backward:
        source = f"={first}"
    else:
        view = absolute(CONTROL_COLUMN, VIEW_ROW)
        is_backward = f"{view}={text(plan.model.texts.get('explore', 'backward'))}"
        source = f"=IF({is_backward},{_source(plan, backward)},{first})"
    yield Live(f"{each.key} in the picture", each.column, each.row, source, look_of(each), _face(numbers, forward))


def _source(plan: Plan, face: Face) -> str:
    """Return a face as it stands in a formula."""
    if isinstance(face, str):
        return text(face)
    if plan.is_drawn:
        return cell(VALUE_COLUMN, plan.rows[face.key])
    model = plan.model
    return shown.formula(shown_alone(plan, face.key), model.layout, NAME).removeprefix("=")


def _face(numbers: Numbers, face: Face) -> Callable[[Record], Value]:
    if isinstance(face, Quantity):
        return lambda record: numbers.value(record, face.key)
    return lambda _: face


def _of_table(plan: Plan, numbers: Numbers, entry: Entry) -> Iterator[Live]:
    model, row = plan.model, plan.rows[entry.key]
    if entry.shown is not None:
        source = shown.formula(entry.shown, model.layout, NAME)
    else:
        assert entry.node is not None
        assert entry.node.formula is not None
        source = written(entry.node.formula, plan.layout, NAME)
    fill = replace(NUMBER, fill=style.GROUPS[palette_of(entry.group)].tint)
    if keys.parts(entry.key).letter in (keys.EPOCH, keys.SAMPLE):
        fill = replace(fill, number_format=style.WHOLE_NUMBER)
    yield Live(f"{entry.key} in the table", VALUE_COLUMN, row, source, fill, _of_key(numbers, entry.key), entry.shown)
    value, rounded = cell(VALUE_COLUMN, row), cell(ROUNDED_COLUMN, row)
    yield Live(
        f"{entry.key} as a text", ROUNDED_COLUMN, row, _rounding(value), _ROUNDED, _rounded_of_key(numbers, entry.key)
    )
    if entry.has_numbers:
        pieces = []
        for index, part in enumerate(parts_of(plan, entry)):
            if index % 2:
                pieces.append(cell(*plan.rounded(part)))
            elif part:
                pieces.append(text(part))
        result = f'SUBSTITUTE(SUBSTITUTE({rounded},"(",""),")","")'
        # What is left of two numbers that are nearly equal does not follow from their first digits.
        # Multiplied, as IronCalc takes what is nearly 0 for 0 where it compares.
        is_rough = f"IF(ABS({value})<{TINY},ABS({value})*{HUGE:.0E}>=1,FALSE)"
        sign = f"IF({is_rough},{text(ROUGHLY)},{text(EQUALS)})"
        source = "=" + "&".join((*pieces, sign, result))
        column = numbers_span(plan)[0]
        yield Live(f"{entry.key} by its numbers", column, row, source, NUMBERS, _filled_in(numbers, entry))


def _rounding(value: str) -> str:
    """Return the formula of a number's text, short enough to be read in a rule.

    TEXT would depend on the locale, and FIXED shows nothing of a small number.
    """
    size = f"ABS({value})"
    power = f"INT(LOG10({size}))"
    tiny = f'ROUND({size}*10^-{power},{DIGITS - 1})&"E"&{power}'
    shown = f"IF({size}<{TINY},{tiny},ROUND({size},{DIGITS - 1}-{power}))"
    return f'=IF({size}<{LEAST:.0E},"0",IF({value}<0,"(−","")&{shown}&IF({value}<0,")",""))'


def palette_of(group: str) -> str:
    """Return the group of sheet Training whose colours a group of the table has."""
    return {"settings": "schedule", "shares": "gradients", "batch": "gradients", "next": "parameters"}.get(group, group)


def _of_key(numbers: Numbers, key: str) -> Callable[[Record], Value]:
    return lambda record: numbers.value(record, key)


def _rounded_of_key(numbers: Numbers, key: str) -> Callable[[Record], Value]:
    return lambda record: numbers.rounded(record, key)


def _filled_in(numbers: Numbers, entry: Entry) -> Callable[[Record], Value]:
    return lambda record: numbers.filled_in(record, entry)

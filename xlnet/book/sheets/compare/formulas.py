"""The formulas of sheet Compare, run by run, and the cells that a person fills in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from openpyxl.utils import get_column_letter

from xlnet import keys
from xlnet.book import losses, style
from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.record import Record
from xlnet.book.sheets.compare.numbers import LOSS_TIMES, NONE, OUTPUT_TIMES, WEIGHT_TIMES, Numbers
from xlnet.book.sheets.compare.plan import (
    CONTROL_ROW,
    FIRST_RUN_ROW,
    LOG_LOSS,
    LOSS,
    OUTPUT,
    PLACE_ROW,
    VALUE_COLUMN,
    Plan,
)
from xlnet.book.sheets.dashboard.plan import SMALLEST_LOSS
from xlnet.cell import Area
from xlnet.render.excel import absolute, address, cell, element, row_of, text
from xlnet.sheet_size import HEADER_ROW
from xlnet.xlsx.values import Value

_CELL = replace(style.TEXT, border="below", horizontal="right")
_NUMBER = _CELL
_RESULT = replace(_NUMBER, bold=True)
_POINT = style.TEXT


def inputs(plan: Plan) -> list[Typed]:
    """Return the cells that a person fills in."""
    found = [Typed("bound", VALUE_COLUMN, CONTROL_ROW, plan.comparison.bound)]
    words = tuple(map(plan.symbols, plan.choosable))
    for number in plan.charted_weights:
        first = words[0] if number == 0 else words[-1]
        found.append(Typed(f"weight {number + 1}", VALUE_COLUMN, plan.weight_row(number), first, "choice", words))
    for key, place in plan.shared.items():
        found.append(Typed(key, place.column, place.row, plan.models[0].constants[key], "inputs"))
    return found


def formulas(plan: Plan, index: int, numbers: Numbers) -> list[Live]:
    """Return the formulas that show a run, with the values of `numbers`; the first one's with what all runs share."""
    return [
        *_settings(plan, index),
        *_results(plan, index, numbers),
        *_parameters(plan, index, numbers),
        *(_limits(plan, numbers) if index == 0 else ()),
        *(_axis(plan, index) if plan.owns_axis(index) else ()),
        *_points(plan, index, numbers),
        *_weights(plan, index, numbers),
    ]


def column_of(model: Model, key: str) -> str:
    """Return the cells of a quantity in all iterations of a run."""
    return address(model.layout.over(key))


def _at(model: Model, key: str, iteration: int) -> str:
    return address(model.layout.cell(key, iteration))


def _settings(plan: Plan, index: int) -> Iterator[Live]:
    model = plan.models[index]
    for name in plan.settings:
        key = plan.constant(index, name)
        if key is not None:
            cited = model.layout.cells[key]
            source = f"={address(cited)}"
            value = _fixed(model.constants[key])
            yield Live(name, plan.columns[f"setting {name}"], plan.row(index), source, _CELL, value, cited)


def _results(plan: Plan, index: int, numbers: Numbers) -> Iterator[Live]:
    model, texts, row = plan.models[index], plan.texts, plan.row(index)
    every_iteration, every_loss = column_of(model, keys.ITERATION), column_of(model, keys.LOSS)
    iters = model.spec.training.iters
    never, no, since = (texts.get("compare", name) for name in ("never", "no", "since"))

    def live(name: str, formula: str, value: Callable[[Record], Value], look: style.Look) -> Live:
        return Live(name, plan.columns[name], row, formula, look, value)

    def number(name: str, key: str, iteration: int) -> Live:
        source = f"={_or_none(_at(model, key, iteration))}"
        return live(name, source, _of(numbers.at, index, key, iteration), _RESULT)

    yield live("iterations", f"=COUNT({every_iteration})", _of(numbers.iterations, index), _CELL)
    yield number("first loss", keys.LOSS, 1)
    yield number("final loss", keys.LOSS, iters)
    for output in plan.outputs:
        yield number(f"output {output}", plan.output_key(index, output), iters)
    bound = absolute(VALUE_COLUMN, CONTROL_ROW)
    below = losses.first_below(every_loss, bound, never, model.layout.stride)
    yield replace(live("first below", below, _of(numbers.first_below, index, never), _CELL), is_array=True)
    diverged = losses.diverged(every_loss, every_iteration, no, since)
    yield live("diverged", diverged, _of(numbers.diverged, index, no, since), replace(_CELL, horizontal="center"))


def _or_none(source: str) -> str:
    return f"IFERROR({source},{text(NONE)})"


def _parameters(plan: Plan, index: int, numbers: Numbers) -> Iterator[Live]:
    model = plan.models[index]
    own = set(model.parameters)
    for when, iteration in (("initial", 1), ("final", model.spec.training.iters)):
        for key in plan.parameters:
            if key in own:
                name = f"{when} {key}"
                source = f"={_or_none(_at(model, key, iteration))}"
                value = _of(numbers.at, index, key, iteration)
                yield Live(name, plan.columns[name], plan.row(index), source, _NUMBER, value)


def _limits(plan: Plan, numbers: Numbers) -> Iterator[Live]:
    first, last = FIRST_RUN_ROW, plan.last_run_row
    losses = f"{absolute(plan.columns['first loss'], first)}:{absolute(plan.columns['first loss'], last)}"
    t = address(plan.targets())
    initial = [plan.columns[f"initial {key}"] for key in plan.parameters]
    w = f"{absolute(initial[0], first)}:{absolute(initial[-1], last)}"
    sources = {
        "loss": f"={LOSS_TIMES}*MAX(0,{losses})",
        "output": f"={OUTPUT_TIMES}*MAX(1,MAX({t}),-MIN({t}))",
        "weight": f"={WEIGHT_TIMES}*MAX(1,MAX({w}),-MIN({w}))",
    }
    for name, row in plan.limits.items():
        value = _of(numbers.limit, name)
        yield Live(f"limit of {name}", plan.limits_column + 1, row, sources[name], _POINT, value)


def limit_address(plan: Plan, name: str) -> str:
    """Return the cell of a limit."""
    return absolute(plan.limits_column + 1, plan.limits[name])


def _axis(plan: Plan, index: int) -> Iterator[Live]:
    column = plan.axes[plan.models[index].spec.training.iters]
    points = plan.points(index)
    iterations = absolute(plan.columns["iterations"], plan.row(index))
    for number, iteration in enumerate(points):
        source = f"=ROUND(1+{number}*({iterations}-1)/{len(points) - 1},0)" if number else "=1"
        yield Live("iteration shown", column, FIRST_RUN_ROW + number, source, style.TEXT, _fixed(float(iteration)))


def _points(plan: Plan, index: int, numbers: Numbers) -> Iterator[Live]:
    """Yield loss and output of the iterations that charts show."""
    model = plan.models[index]
    most = limit_address(plan, "loss")
    for number, iteration in enumerate(plan.points(index)):
        row, here = FIRST_RUN_ROW + number, _here(plan, index, number)
        loss = plan.series_column(index, LOSS)
        source = f"=IFERROR(MIN({element(column_of(model, keys.LOSS), row_of(here, model.layout))},{most}),{most})"
        yield Live("E drawn", loss, row, source, _POINT, _of(numbers.loss, index, iteration))
        source = f"=MAX({cell(loss, row)},{SMALLEST_LOSS:.0E})"
        log = plan.series_column(index, LOG_LOSS)
        yield Live("E drawn on a logarithmic scale", log, row, source, _POINT, _of(numbers.log_loss, index, iteration))
        if plan.outputs:
            key, column = plan.output_key(index, 0), plan.series_column(index, OUTPUT)
            source = _within(element(column_of(model, key), row_of(here, model.layout)), plan, "output", column, number)
            value = _of(numbers.drawn, index, key, number, "output")
            yield Live("output drawn", column, row, source, _POINT, value)


def _here(plan: Plan, index: int, number: int) -> str:
    """Return the cell of the iteration that a point shows."""
    return f"${cell(plan.axes[plan.models[index].spec.training.iters], FIRST_RUN_ROW + number)}"


def _within(source: str, plan: Plan, limit: str, column: int, number: int) -> str:
    """Return the formula that keeps a value within its limit, or repeats the one above where there is none."""
    most = limit_address(plan, limit)
    above = cell(column, FIRST_RUN_ROW + number - 1) if number else "0"
    return f"=IFERROR(MAX(-{most},MIN({most},{source})),{above})"


def _weights(plan: Plan, index: int, numbers: Numbers) -> Iterator[Live]:
    """Yield the chosen weights of the iterations that charts show, and on top their places on the run's sheet."""
    model = plan.models[index]
    first, last = (model.layout.cell(model.parameters[end]) for end in (0, -1))
    table = address(Area.between(first, model.layout.cell(model.parameters[-1], model.layout.iterations)))
    headers = address(Area.between(first._replace(row=HEADER_ROW), last._replace(row=HEADER_ROW)))
    for which in plan.charted_weights:
        key = plan.choosable[0 if which == 0 else -1]
        column = plan.series_column(index, f"weight {which}")
        source = f"=MATCH({absolute(VALUE_COLUMN, plan.weight_row(which))},{headers},0)"
        place = float(model.parameters.index(key) + 1)
        yield Live(f"place of weight {which + 1}", column, PLACE_ROW, source, style.TEXT, _fixed(place))
        chosen = f"{get_column_letter(column)}${PLACE_ROW}"
        for number, _ in enumerate(plan.points(index)):
            value = element(table, row_of(_here(plan, index, number), model.layout), chosen)
            source = _within(value, plan, "weight", column, number)
            row = FIRST_RUN_ROW + number
            at_first = _of(numbers.drawn, index, key, number, "weight")
            yield Live(f"weight {which + 1} drawn", column, row, source, _POINT, at_first)


def _fixed(value: Value) -> Callable[[Record], Value]:
    return lambda _: value


def _of(function: Callable[..., Value], *arguments: Any) -> Callable[[Record], Value]:
    """Return the value that a function gives once the runs are recorded."""
    return lambda _: function(*arguments)

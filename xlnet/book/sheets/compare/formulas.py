"""The formulas of the Compare sheet, run by run, and the cells that the user fills in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import losses, style
from xlnet.book.live import Live, Typed
from xlnet.book.sheets.compare import NAME
from xlnet.book.sheets.compare.names import live_name
from xlnet.book.sheets.compare.plan import (
    CONTROL_ROW,
    FIRST_RUN_ROW,
    LOG_LOSS,
    LOSS,
    LOSS_TIMES,
    NONE,
    OUTPUT,
    OUTPUT_TIMES,
    PLACE_ROW,
    VALUE_COLUMN,
    WEIGHT_TIMES,
    ComparePlan,
    Series,
)
from xlnet.book.sheets.dashboard.plan import SMALLEST_LOSS
from xlnet.book.shown import at_iteration, row_of
from xlnet.book.spread import steps
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Number, call, maximum, minimum, total
from xlnet.graph.references import ROW, Beside, InCell, InCells, choose, compared, element, or_else
from xlnet.sheet_size import HEADER_ROW

_CELL = replace(style.TEXT, border="below", horizontal="right")
_RESULT = replace(_CELL, bold=True)
# The name of a run, which leads to its sheet.
RUN = replace(style.LINK, bold=True, border="below")


def inputs(plan: ComparePlan) -> list[Typed]:
    """Return the cells that the user fills in."""
    found = [Typed("bound", CONTROL_ROW, VALUE_COLUMN, plan.comparison.bound)]
    words = tuple(map(plan.symbols, plan.choosable))
    for number in plan.charted_weights:
        first = words[0] if number == 0 else words[-1]
        found.append(Typed(f"weight {number + 1}", plan.weight_row(number), VALUE_COLUMN, first, "choice", words))
    for key, place in plan.shared.items():
        found.append(Typed(key, place.row, place.column, plan.models[0].constants[key], "inputs"))
    return found


def lives(plan: ComparePlan, index: int) -> list[Live]:
    """Return the formulas that show a run; the first one's with what all runs share."""
    return [
        *_name(plan, index),
        *_settings(plan, index),
        *_results(plan, index),
        *_parameters(plan, index),
        *(_limits(plan) if index == 0 else ()),
        *(_axis(plan, index) if plan.owns_axis(index) else ()),
        *_points(plan, index),
        *_weights(plan, index),
    ]


def _of_run(
    plan: ComparePlan, index: int, key: str, column: int, expression: Expression, look: style.Look = _CELL
) -> Live:
    """Return a formula in the row of a run."""
    return Live(key, NAME, column, [plan.row(index)], expression, look)


def _name(plan: ComparePlan, index: int) -> Iterator[Live]:
    name = live_name(plan, index)
    if name is not None:
        yield _of_run(plan, index, "name of the run", plan.column("run"), name, RUN)


def _settings(plan: ComparePlan, index: int) -> Iterator[Live]:
    layout = plan.models[index].layout
    for name in plan.settings:
        key = plan.constant(index, name)
        if key is not None:
            cited = layout.cells[key]
            yield replace(_of_run(plan, index, key, plan.column("setting", name), InCell(cited)), shown=cited)


def _results(plan: ComparePlan, index: int) -> Iterator[Live]:
    model, texts = plan.models[index], plan.texts
    layout, iters = model.layout, model.spec.training.iters
    every_iteration, every_loss = layout.over(keys.ITERATION), layout.over(keys.LOSS)
    never, no, since = (texts.get("compare", name) for name in ("never", "no", "since"))

    def result(name: str, expression: Expression, look: style.Look = _CELL) -> Live:
        return _of_run(plan, index, name, plan.column(name), expression, look)

    def number(key: str, iteration: int) -> Expression:
        return or_else(InCell(layout.cell(key, iteration)), NONE)

    yield result("iterations", call("count", InCells(every_iteration)))
    yield result("first loss", number(keys.LOSS, 1), _RESULT)
    yield result("final loss", number(keys.LOSS, iters), _RESULT)
    for output in plan.outputs:
        key = plan.output_key(index, output)
        yield _of_run(plan, index, f"output {key}", plan.output_column(output), number(key, iters), _RESULT)
    bound = InCell(Cell(NAME, CONTROL_ROW, VALUE_COLUMN))
    below = result("first below", losses.first_below(every_loss, bound, never, layout))
    yield replace(below, is_array=True)
    diverged = losses.diverged(every_loss, every_iteration, no, since)
    yield result("diverged", diverged, replace(_CELL, horizontal="center"))


def _parameters(plan: ComparePlan, index: int) -> Iterator[Live]:
    model = plan.models[index]
    own = set(model.parameters)
    for when, iteration in (("initial", 1), ("final", model.spec.training.iters)):
        for key in plan.parameters:
            if key in own:
                value = or_else(InCell(model.layout.cell(key, iteration)), NONE)
                yield _of_run(plan, index, f"{when} {key}", plan.column(when, key), value)


def _limits(plan: ComparePlan) -> Iterator[Live]:
    first, last = FIRST_RUN_ROW, plan.last_run_row

    def table(*columns: int) -> InCells:
        return InCells(Area(NAME, first, min(columns), last, max(columns)))

    def farthest(cells: InCells) -> Expression:
        return call("max", 1, call("max", cells), -call("min", cells))

    weights = table(*(plan.column("initial", key) for key in plan.parameters))
    expressions = {
        "loss": LOSS_TIMES * maximum(0, table(plan.column("first loss"))),
        "output": OUTPUT_TIMES * farthest(InCells(plan.targets())),
        "weight": WEIGHT_TIMES * farthest(weights),
    }
    for name, row in plan.limits.items():
        yield Live(f"limit of {name}", NAME, plan.limits_column + 1, [row], expressions[name], style.TEXT)


def _limit(plan: ComparePlan, name: str) -> InCell:
    return InCell(Cell(NAME, plan.limits[name], plan.limits_column + 1))


def _rows(plan: ComparePlan, index: int) -> range:
    """Return the rows of the points of a run."""
    return range(FIRST_RUN_ROW, FIRST_RUN_ROW + len(plan.points(index)))


def _axis(plan: ComparePlan, index: int) -> Iterator[Live]:
    column = plan.axes[plan.models[index].spec.training.iters]
    iterations = InCell(Cell(NAME, plan.row(index), plan.column("iterations")))
    yield from steps("iteration shown", NAME, column, _rows(plan, index), iterations, style.TEXT)


def _points(plan: ComparePlan, index: int) -> Iterator[Live]:
    """Yield loss and output of the iterations that charts show."""
    layout, rows, here = plan.models[index].layout, _rows(plan, index), _here(plan, index)
    most, loss = _limit(plan, "loss"), plan.series_column(index, LOSS)
    drawn = or_else(minimum(at_iteration(layout, keys.LOSS, here), most), most)
    yield Live("E drawn", NAME, loss, rows, drawn, style.TEXT)
    log = maximum(Beside(NAME, loss), Number(SMALLEST_LOSS))
    yield Live("E drawn on a logarithmic scale", NAME, plan.series_column(index, LOG_LOSS), rows, log, style.TEXT)
    if plan.outputs:
        output = at_iteration(layout, plan.output_key(index, 0), here)
        yield from _within(plan, index, "output drawn", OUTPUT, "output", output)


def _here(plan: ComparePlan, index: int) -> Beside:
    """Return the cell of the iteration that a point shows."""
    return Beside(NAME, plan.axes[plan.models[index].spec.training.iters], is_fixed=True)


def _within(plan: ComparePlan, index: int, key: str, series: Series, limit: str, value: Expression) -> Iterator[Live]:
    """Yield the formulas that keep a value within its limit, or repeat the one above where there is none."""
    most, column, rows = _limit(plan, limit), plan.series_column(index, series), _rows(plan, index)
    kept = maximum(-most, minimum(most, value))
    yield Live(key, NAME, column, rows[:1], or_else(kept, 0), style.TEXT)
    yield Live(key, NAME, column, rows[1:], or_else(kept, Beside(NAME, column, rows=-1)), style.TEXT)


def _weights(plan: ComparePlan, index: int) -> Iterator[Live]:
    """Yield the chosen weights of the iterations that charts show, and on top their places on the run's sheet."""
    layout, own = plan.models[index].layout, plan.models[index].parameters
    first, last = (layout.cell(own[end]) for end in (0, -1))
    headers = InCells(Area.between(first._replace(row=HEADER_ROW), last._replace(row=HEADER_ROW)))
    for which in plan.charted_weights:
        series = Series("weight", which)
        column = plan.series_column(index, series)
        word = InCell(Cell(NAME, plan.weight_row(which), VALUE_COLUMN))
        chosen = InCell(Cell(NAME, PLACE_ROW, column), ROW)
        row = row_of(_here(plan, index), layout)
        if layout.stride == 1:
            place: Expression = call("match", word, headers, 0)
            table = InCells(Area.between(first, layout.cell(own[-1], layout.iterations)))
            value = element(table, row, chosen)
        else:
            place = total(
                *(choose(compared(word, "=", plan.symbols(key)), plan.place(index, key), 0) for key in plan.choosable)
            )
            table, width = InCells(plan.block(index)), plan.block(index).right - plan.block(index).left + 1
            value = element(table, row + call("floor", (chosen - 1) / width), call("mod", chosen - 1, width) + 1)
        yield Live(f"place of weight {which + 1}", NAME, column, [PLACE_ROW], place, style.TEXT)
        yield from _within(plan, index, f"weight {which + 1} drawn", series, "weight", value)

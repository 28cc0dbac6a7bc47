"""The Start sheet: the numbers at the iteration, the network's picture, the plane, and what the counter reveals."""

from __future__ import annotations

import math
import operator
import re

import numpy as np

from xlnet.book.sheets.explore.plan import ROUNDED_COLUMN
from xlnet.book.sheets.explore.plan import VALUE_COLUMN as EXPLORE_VALUES
from xlnet.book.sheets.explore.spans import numbers_span
from xlnet.book.sheets.start import NAME
from xlnet.book.sheets.start.plan import MIDDLE, STEP_ROW, VALUE_COLUMN, StartPlan
from xlnet.book.sheets.start.steps import FIRST_ROW, NUMBERS_COLUMN, RULE_COLUMN
from xlnet.book.sheets.start.tables import CLASSES
from xlnet.cell import Cell
from xlnet.checking.judge.sheets.findings import NEARLY_0
from xlnet.checking.judge.sheets.marks import share_right
from xlnet.checking.judge.sheets.start_plane import expected_plane
from xlnet.checking.judge.sheets.start_why import Cells, expected_reasons, following
from xlnet.checking.judge.sheets.written import written
from xlnet.checking.judge.view import NEAR_TIES, Expected, Near, View, one_of
from xlnet.model import classification as classes
from xlnet.model.network import outputs, targets

__all__ = ["NAME", "expected"]

# What engines snap to 0 of a difference, relative to its parts, is less.
ROUNDING = 1e-14


def expected(view: View) -> Cells:
    """Yield what each formula of the sheet should show that does not only show a quantity of Training."""
    plan = view.opened.model.once(StartPlan)
    if plan.has_accuracy:
        found = [view.number(*plan.marks.cell("mark", sample)) for sample in range(1, plan.marks.count + 1)]
        yield plan.readout("accuracy"), float(np.mean(found))
        yield from _marks(view, plan)
    yield from _parameters(view, plan)
    if plan.network.is_drawn:
        yield from _units(view, plan)
        yield from _edges(view, plan)
    if plan.plane:
        yield from expected_plane(view, plan.plane)
    if plan.chosen:
        yield from expected_reasons(view, plan)
    yield from _steps(view, plan)


def _marks(view: View, plan: StartPlan) -> Cells:
    spec, iteration = view.opened.spec, view.number(*plan.iteration.cell)
    is_known = 1 <= iteration < spec.training.iters + 1
    for sample in range(1, plan.marks.count + 1):
        if not is_known:
            yield plan.marks.cell("mark", sample), None
            continue
        y, t = (
            [_of_iteration(view, key, int(iteration)) for key in every]
            for every in (outputs(spec, sample), targets(spec, sample))
        )
        yield plan.marks.cell("mark", sample), share_right(classes.groups(spec), y, t, operator.eq)


def _of_iteration(view: View, key: str, iteration: int) -> float:
    found = view.of_iteration(key, iteration)
    return math.nan if found is None else found


def _parameters(view: View, plan: StartPlan) -> Cells:
    table, trained = plan.table, set(plan.trained)
    after = following(view, plan)
    for row, key in enumerate(plan.parameters, 1):
        value = view.number(*table.cell("value", row))
        yield table.cell("text", row), written(value)
        if key in trained:
            yield table.cell("next", row), None if after is None else view.of_iteration(key, after)
            gradient, changed = (view.number(*table.cell(name, row)) for name in ("gradient", "next"))
            slack = ROUNDING * abs(gradient) * max(abs(value), abs(changed))
            yield table.cell("part", row), Near(gradient * (value - changed), slack)


def _units(view: View, plan: StartPlan) -> Cells:
    for number, unit in enumerate(plan.network.units, 1):
        value, text = (plan.units.cell(name, number) for name in ("value", "text"))
        yield text, written(view.number(*value))
        step = plan.steps.numbers.get(unit.key)
        shown: Expected = bare(view, text) if not math.isnan(view.number(*value)) else math.nan
        if step is not None:
            counter = view.number(*plan.control("step"))
            shown = None if math.isnan(counter) else shown if counter >= step else "?"
        yield plan.units.cell("shown", number), shown


def bare(view: View, text: Cell) -> str | None:
    """Return the text of a number without brackets."""
    found = view.text(*text)
    return None if found is None else re.sub(r"[()]", "", found)


def _edges(view: View, plan: StartPlan) -> Cells:
    network, table = plan.network, plan.edges
    weights = [view.number(*table.cell("weight", 3 * index + 2)) for index in range(len(network.edges))]
    yield plan.number("largest"), float(np.abs(weights).max())
    largest = view.number(*plan.number("largest"))
    for index, (edge, weight) in enumerate(zip(network.edges, weights, strict=True)):
        row = 3 * index + 2
        yield table.cell("class", row), _look(weight, largest)
        if plan.chosen:
            yield table.cell("lit", row), _is_lit(view, plan, index)
        x1, y1, x2, y2 = network.line(edge)
        for name in (*CLASSES, *(("lit",) if plan.chosen else ())):
            column, own = ("lit", 1.0) if name == "lit" else ("class", float(name))
            found = view.number(*table.cell(column, row))
            end = (x2, y2) if found == own else (x1, y1)
            for axis, place_of_end in zip("xy", end, strict=True):
                yield table.cell(f"{axis} {name}", row), math.nan if math.isnan(found) else place_of_end
    for number, edge in enumerate(network.edges if plan.labels.count else (), 1):
        source = plan.parameters.index(edge.key) + 1
        is_known = not math.isnan(view.number(*plan.table.cell("value", source)))
        yield plan.labels.cell("text", number), bare(view, plan.table.cell("text", source)) if is_known else math.nan


def _look(weight: float, largest: float) -> Expected:
    if math.isnan(weight) or math.isnan(largest):
        return math.nan
    signs = {-1.0 if weight < 0 else 1.0} | ({-1.0, 1.0} if 0 < abs(weight) < NEARLY_0 else set())
    sizes = [1.0 + sum(abs(weight) * nearly > part * largest for part in (0.31, 0.63)) for nearly in NEAR_TIES]
    return one_of(sign * size for sign in sorted(signs) for size in sizes)


def _is_lit(view: View, plan: StartPlan, index: int) -> Expected:
    layer, to, source = (view.number(*plan.number(name)) for name in ("layer", "to", "source"))
    if math.isnan(layer + to + source):
        return math.nan
    edge = plan.network.edges[index]
    if edge.layer == layer:
        return float((edge.to, edge.source) == (to, source))
    return float(edge.layer > layer + 1 or (edge.layer == layer + 1 and edge.source == to))


def _steps(view: View, plan: StartPlan) -> Cells:
    steps = plan.steps
    if not steps.entries:
        return
    counter = view.number(*plan.control("step"))
    is_known = not math.isnan(counter)
    for number, entry in enumerate(steps.entries, 1):
        row = FIRST_ROW + number - 1
        is_there = counter >= number
        value: Expected = view.at(steps.source(entry, EXPLORE_VALUES)) if is_there else "?"
        yield Cell(NAME, row, VALUE_COLUMN), value if is_known else None
        column = numbers_span(steps.explore)[0] if entry.has_numbers else ROUNDED_COLUMN
        text: Expected = view.text(*steps.source(entry, column)) if is_there else "?"
        yield Cell(NAME, row, NUMBERS_COLUMN), text if is_known else None
    yield Cell(NAME, STEP_ROW, MIDDLE), _line(view, plan, counter)


def _line(view: View, plan: StartPlan, counter: float) -> Expected:
    texts, entries = plan.model.texts, plan.steps.entries
    if not 0 <= counter < len(entries) + 1 or counter != int(counter):
        return None
    if counter == 0:
        return texts.get("start", "no step")
    number = int(counter)
    row = FIRST_ROW + number - 1
    numbers, rule = view.text(NAME, row, NUMBERS_COLUMN), view.text(NAME, row, RULE_COLUMN)
    if (
        numbers is None
        or rule is None
        or math.isnan(view.number(*plan.steps.source(entries[number - 1], EXPLORE_VALUES)))
    ):
        return None
    text = texts.get("start", "current step").format(count=len(entries))
    before, between, after = text.split("|")
    phase = texts.get("start", plan.steps.phase(entries[number - 1]))
    return f"{before}{number}{between}{phase}{after}{rule} = {numbers}"

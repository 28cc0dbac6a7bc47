"""The formulas of the Validation sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.live import Live, Typed, of_pass
from xlnet.book.model import Model
from xlnet.book.passes import Pass
from xlnet.book.sheets.validation import NAME, scores
from xlnet.book.sheets.validation.plan import (
    BEST,
    COUNTED,
    END,
    FIRST_POINT_ROW,
    LABEL_COLUMN,
    LOSSES,
    MOMENTS,
    POINTS_COLUMN,
    START,
    VERDICT_ROW,
    ValidationPlan,
)
from xlnet.book.shown import at_iteration
from xlnet.book.spread import steps
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, call
from xlnet.graph.node import Group
from xlnet.graph.references import Beside, InCell, InCells, choose, compared, element, joined, or_else

# What stands where there is no number.
NONE = "–"
_NUMBER = replace(style.TEXT, border="below")
_VALUE = replace(_NUMBER, bold=True, horizontal="right")
_ITERATION = replace(_VALUE, number_format=style.WHOLE_NUMBER)
_VERDICT = replace(style.TITLE, size=13, wrap=True, vertical="top")
# Above the passes of a point: its iteration, as rules call it.
_LEADER = replace(style.HEADER, fill=style.GROUPS[Group.ITERATION].strong, number_format='"k = "0')


def inputs(_: Model) -> list[Typed]:
    """Return the cells that a person fills in: none."""
    return []


def lives(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    plan = model.once(ValidationPlan)
    return [
        *_summary(plan),
        *_verdict(plan),
        *of_points(plan),
        *scores.lives(plan),
    ]


def _summary(plan: ValidationPlan) -> Iterator[Live]:
    """Yield what is measured at the start, at the lowest validation loss, and at the end."""
    iterations, counted = (InCells(plan.over(column)) for column in (POINTS_COLUMN, plan.column(COUNTED)))
    lowest = call("match", call("min", counted), counted, 0)
    for moment in MOMENTS:
        for measure in ("", *plan.measures):
            place = plan.summary_cell(moment, measure)
            column = plan.column(measure) if measure else POINTS_COLUMN
            if moment != BEST:
                found: Expression = InCell(Cell(NAME, plan.point_row(0 if moment == START else plan.count - 1), column))
            elif not measure:
                found = or_else(element(iterations, lowest), NONE)
            else:
                at = call("match", InCell(plan.summary_cell(BEST)), iterations, 0)
                found = or_else(element(InCells(plan.over(column)), at), NONE)
            look = (
                (_VALUE if measure in LOSSES else replace(_VALUE, number_format=style.SHARE)) if measure else _ITERATION
            )
            key = f"{measure or 'iteration'} at the {moment}"
            yield Live(key, NAME, place.column, [place.row], found, look)


def _verdict(plan: ValidationPlan) -> Iterator[Live]:
    words = plan.model.texts.sections["validation"]
    best, last = (InCell(plan.summary_cell(moment)) for moment in (BEST, END))
    rising, both = (joined(*_around(words[name], best)) for name in ("overfits", "both higher"))
    at_end, at_best = (InCell(plan.summary_cell(moment, LOSSES[0])) for moment in (END, BEST))
    falls = compared(at_end, "<", at_best)
    told = choose(compared(best, "=", last), words["lowest at the end"], choose(falls, rising, both))
    found = choose(compared(best, "=", NONE), words["no numbers"], told)
    yield Live("verdict of the validation", NAME, LABEL_COLUMN, [VERDICT_ROW], found, _VERDICT)


def _around(text: str, iteration: InCell) -> tuple[str, InCell, str]:
    before, after = text.split("{iteration}")
    return before, iteration, after


def _mean(plan: ValidationPlan, measure: str, point: int) -> Expression:
    """Return a measure at a point; with class weights samples count as much in the mean as their classes do."""
    every, weights = InCells(plan.measured(measure, point)), plan.weights(measure, point)
    if weights is None:
        return call("average_of", every)
    return call("sumproduct", every, InCells(weights)) / call("sum", InCells(weights))


def of_points(plan: ValidationPlan) -> Iterator[Live]:
    """Yield the losses at each point, and the passes that they are of."""
    yield from _points(plan)
    yield from _parameters(plan)
    yield from _passes(plan)


def _points(plan: ValidationPlan) -> Iterator[Live]:
    rows = range(FIRST_POINT_ROW, plan.point_row(plan.count))
    iterations = call("count", InCells(plan.model.layout.over(keys.ITERATION)))
    yield from steps("iteration shown", plan.sheet, plan.points_column, rows, iterations, style.TEXT)
    for measure in plan.measures:
        look = style.TEXT if measure in LOSSES else replace(style.TEXT, number_format=style.SHARE)
        for point, row in enumerate(rows):
            yield Live(measure, plan.sheet, plan.column(measure), [row], _mean(plan, measure, point), look)
    counted = or_else(Beside(plan.sheet, plan.column("validation loss")), NONE)
    yield Live("validation loss that is a number", plan.sheet, plan.column(COUNTED), rows, counted, style.QUIET)


def _parameters(plan: ValidationPlan) -> Iterator[Live]:
    rows, here = (
        range(FIRST_POINT_ROW, plan.point_row(plan.count)),
        Beside(plan.sheet, plan.points_column, is_fixed=True),
    )
    for column, key in enumerate(plan.parameters, plan.first_parameter_column):
        yield Live(f"{key} used", plan.sheet, column, rows, at_iteration(plan.model.layout, key, here), style.TEXT)


def _passes(plan: ValidationPlan) -> Iterator[Live]:
    for point in range(plan.count):
        iteration = InCell(Cell(plan.sheet, plan.point_row(point), plan.points_column))
        yield Live("iteration of the passes", plan.sheet, plan.pass_column(point), [1], iteration, _LEADER)
        passes = Pass(plan.nodes, plan.layouts[point], plan.rows)
        for node in plan.nodes:
            yield of_pass(passes, node, f"{node.key} of a pass", style.TEXT)

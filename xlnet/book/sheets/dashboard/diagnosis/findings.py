"""The findings: what each looks for, its sentence with live numbers, and those that apply below each other.

To add one, add an entry to `FINDINGS`, its sentence in the texts, and its counterpart in
`checking.judge.sheets.diagnosis`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard.diagnosis import recent
from xlnet.book.sheets.dashboard.diagnosis.numbers import column_of
from xlnet.book.sheets.dashboard.diagnosis.signs import MOST_SHOWN, Signs
from xlnet.book.sheets.dashboard.plan import (
    FIRST_HEADLINE_ROW,
    FIRST_POINT_ROW,
    LABEL_COLUMN,
    VALUE_COLUMN,
    headline_row,
    headlines,
)
from xlnet.book.sheets.validation.plan import BEST, END, LOSSES, ValidationPlan
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, call
from xlnet.graph.references import NEITHER, InCell, InCells, Text, choose, compared, joined, or_else

# The bounds that the sentences name.
RISE, RISE_OF_BATCHES, FLAT, FALL, SATURATED, SIZES = 1.5, 1.1, 0.9, 0.05, 0.05, 100
FALL_OF_BATCHES, RISE_OF_VALIDATION = 0.1, 1.1
# Of fewer samples held out a loss tells little.
FEWEST_HELD_OUT = 5
# A shown sentence has so many rows.
ROWS = 5

_HEADING = replace(style.TITLE, size=11)
_SENTENCE = replace(style.TEXT, size=10, vertical="top", horizontal="left", wrap=True)


@dataclass(frozen=True)
class Finding:
    """What a finding looks for: whether a run has the numbers for it, its conditions, and what its sentence cites.

    A finding that is `of_batches` has another sentence where rows have batches of their own.
    """

    has: Callable[[Signs], bool]
    conditions: Callable[[Signs], list[Expression]]
    cited: Callable[[Signs], Mapping[str, Expression]]
    of_batches: bool = False


def _of(signs: Signs, *names: str) -> list[InCell]:
    return [InCell(signs.number(name)) for name in names]


def _written(signs: Signs, **names: str) -> dict[str, Expression]:
    return {place: InCell(signs.text(name)) for place, name in names.items()}


def _listed(column: int, rows: int) -> tuple[InCell, InCell]:
    """Return the last cells of a table of units: how many are 0, and their names."""
    row = FIRST_POINT_ROW + rows - 1
    return InCell(Cell(NAME, row, column + 2)), InCell(Cell(NAME, row, column + 3))


def _is_large(signs: Signs) -> Expression:
    """Return whether the last loss does not count as small."""
    bound = InCell(Cell(NAME, headline_row(signs.model.spec, "bound"), VALUE_COLUMN))
    return compared(InCell(signs.number("last loss")), ">=", bound)


def _losses(signs: Signs) -> Expression:
    return call("count", InCells(signs.model.layout.over(keys.LOSS)))


def _diverged(signs: Signs) -> list[Expression]:
    iterations = InCell(Cell(NAME, headline_row(signs.model.spec, "iterations"), VALUE_COLUMN))
    return [compared(_losses(signs), "<", iterations)]


def _dead(signs: Signs) -> tuple[InCell, InCell]:
    return _listed(signs.relu_column, len(signs.relus))


def _twins(signs: Signs) -> tuple[InCell, InCell]:
    return _listed(signs.twin_column, len(signs.compared))


def _gradients(signs: Signs) -> dict[str, Expression]:
    advice: Expression = Text(signs.model.texts.get("diagnosis", "other weights"))
    if signs.relus:
        dead = Text(signs.model.texts.get("diagnosis", "see below"))
        advice = choose(compared(InCell(signs.number("dead layer")), ">", 0), dead, advice)
    return {**_written(signs, loss="last loss"), "advice": advice}


def _saturated(signs: Signs) -> list[Expression]:
    slope, last, first = _of(signs, "slope", "last loss", "first loss")
    return [compared(slope, "<", SATURATED), compared(last, ">", first / 2), _is_large(signs)]


def _layer(signs: Signs) -> dict[str, Expression]:
    count, column = len(signs.bounded), signs.layer_column
    found = {"activation": column, "layer": column + 1}
    slope = call("match", InCell(signs.number("slope")), InCells(column_of(column + 2, count)), 0)
    return {
        **{name: _element(place, count, slope) for name, place in found.items()},
        **_written(signs, slope="slope in percent"),
    }


def _element(column: int, rows: int, row: Expression) -> Expression:
    if rows == 1:
        return InCell(column_of(column, 1).first)
    return call("index", InCells(column_of(column, rows)), row)


def _rising(signs: Signs) -> list[Expression]:
    last = InCell(signs.number("last loss"))
    if signs.model.spec.draws_samples:
        above = compared(last, ">", RISE_OF_BATCHES * InCell(signs.number("first loss")))
    else:
        above = compared(last, ">", RISE * InCell(signs.number("lowest loss")))
    return [above, _is_large(signs)]


def _lowest(signs: Signs) -> dict[str, Expression]:
    numbers = _written(signs, eta="eta", loss="last loss", start="first loss")
    if signs.model.spec.draws_samples:
        return numbers
    return {**numbers, **_written(signs, lowest="lowest loss"), "at": InCell(signs.number("lowest at"))}


def _sizes(signs: Signs) -> dict[str, Expression]:
    column, count = signs.size_column, len(signs.sizes)
    largest = call("match", InCell(signs.number("largest")), InCells(column_of(column + 1, count)), 0)
    smallest = call("match", InCell(signs.number("smallest")), InCells(column_of(column + 2, count)), 0)
    return {
        **_written(signs, largest="largest", smallest="smallest"),
        "large": _element(column, count, largest),
        "small": _element(column, count, smallest),
    }


def _flat(signs: Signs) -> list[Expression]:
    last, first = _of(signs, "last loss", "first loss")
    found = [compared(last, "<=", first), compared(last, ">", FLAT * first), _is_large(signs)]
    if signs.gradients:
        found.append(compared(InCell(signs.number("gradient")), ">", 0))
    if not signs.model.spec.draws_samples:
        found.append(compared(last, "<=", RISE * InCell(signs.number("lowest loss"))))
    return found


def _falling(signs: Signs) -> list[Expression]:
    last, before, first = _of(signs, "last loss", "loss before", "first loss")
    if signs.model.spec.draws_samples:
        # Batches differ, and so do their losses.
        return [
            compared(last, "<", (1 - FALL_OF_BATCHES) * before),
            compared(last, "<=", RISE_OF_BATCHES * first),
            _is_large(signs),
        ]
    lowest = InCell(signs.number("lowest loss"))
    return [compared(last, "<", (1 - FALL) * before), compared(last, "<=", RISE * lowest), _is_large(signs)]


def _overfits(signs: Signs) -> list[Expression]:
    plan = signs.model.once(ValidationPlan)
    held, lowest = _of(signs, "validation loss", "lowest validation loss")
    trained, at_best = (InCell(plan.summary_cell(moment, LOSSES[0])) for moment in (END, BEST))
    return [compared(held, ">", RISE_OF_VALIDATION * lowest), compared(trained, "<", at_best)]


def _validation(signs: Signs) -> dict[str, Expression]:
    best = InCell(signs.model.once(ValidationPlan).summary_cell(BEST))
    return {**_written(signs, held="validation loss", least="lowest validation loss"), "best": best}


def _has_trend(signs: Signs) -> bool:
    return recent.has_trend(signs.model.spec)


# By the names of their sentences, the gravest first.
FINDINGS: dict[str, Finding] = {
    "diverged": Finding(
        lambda _: True,
        _diverged,
        lambda signs: {**_written(signs, eta="eta"), "from": _losses(signs) + 1},
    ),
    "gradients": Finding(
        lambda signs: bool(signs.gradients),
        lambda signs: [compared(InCell(signs.number("gradient")), "=", 0), _is_large(signs)],
        _gradients,
        of_batches=True,
    ),
    "dead layer": Finding(
        lambda signs: bool(signs.relus),
        lambda signs: [compared(InCell(signs.number("dead layer")), ">", 0)],
        lambda signs: {"layer": InCell(signs.number("dead layer"))},
        of_batches=True,
    ),
    "relus": Finding(
        lambda signs: bool(signs.relus),
        lambda signs: [compared(_dead(signs)[0], ">", 0), compared(InCell(signs.number("dead layer")), "=", 0)],
        lambda signs: dict(zip(("dead", "names"), _dead(signs), strict=True)),
        of_batches=True,
    ),
    "twins": Finding(
        lambda signs: bool(signs.compared),
        lambda signs: [compared(_twins(signs)[0], ">", 0)],
        lambda signs: dict(zip(("twins", "names"), _twins(signs), strict=True)),
    ),
    "saturated": Finding(lambda signs: bool(signs.bounded) and _has_trend(signs), _saturated, _layer, of_batches=True),
    "rising": Finding(_has_trend, _rising, _lowest, of_batches=True),
    "overfits": Finding(lambda signs: signs.model.spec.held_out >= FEWEST_HELD_OUT, _overfits, _validation),
    "sizes": Finding(
        lambda signs: bool(signs.sizes),
        lambda signs: [compared(InCell(signs.number("largest")), ">", SIZES * InCell(signs.number("smallest")))],
        _sizes,
    ),
    "flat": Finding(
        _has_trend,
        _flat,
        lambda signs: _written(signs, eta="eta", start="first loss", loss="last loss"),
        of_batches=True,
    ),
    "falling": Finding(
        _has_trend,
        _falling,
        lambda signs: _written(signs, before="loss before", loss="last loss"),
        of_batches=True,
    ),
}

# Those after which the network, or a part of it, learns no more.
STOPPED = ("gradients", "dead layer")


def found(signs: Signs) -> list[str]:
    """Return the findings that a run has the numbers for, the gravest first."""
    return [name for name, finding in FINDINGS.items() if finding.has(signs)]


def sentence_cell(signs: Signs, name: str) -> Cell:
    """Return the cell of a finding's sentence."""
    return Cell(NAME, FIRST_POINT_ROW + found(signs).index(name), signs.sentence_column)


def sentence(signs: Signs, name: str) -> list[str]:
    """Return a finding's sentence in turns: text, what is cited there, … text; known numbers are filled in."""
    spec, texts = signs.model.spec, signs.model.texts
    is_of_batches = FINDINGS[name].of_batches and spec.draws_samples
    text = texts.get("diagnosis", f"{name} of batches" if is_of_batches else name)
    if name == "diverged" and spec.has_data_sheet and not spec.data.standardize:
        text = texts.get("diagnosis", "diverged unstandardised")
    window = signs.window or range(signs.last, signs.last + 1)
    known = {
        "first": window[0],
        "last": signs.last,
        "count": signs.gradient_count,
        "all": len(signs.relus),
        "epoch": recent.epoch(spec),
        "earlier": signs.last - recent.tenth(spec),
    }
    for place, number in known.items():
        text = text.replace(f"{{{place}}}", str(number))
    return re.split(r"[{}]", text)


def shown_row(signs: Signs, number: int) -> int:
    """Return the first row of a shown sentence, from 0; the heading stands above the first one."""
    return FIRST_HEADLINE_ROW + len(headlines(signs.model.spec)) + 4 + ROWS * number


def lives(signs: Signs) -> Iterator[Live]:
    """Yield the formulas of the sentences, and of what is shown of them."""
    texts, names = signs.model.texts, found(signs)
    column = signs.sentence_column
    for name in names:
        cell = sentence_cell(signs, name)
        yield Live(f"finding: {name}", NAME, column, [cell.row], _sentence(signs, name), style.TEXT)
        own = choose(compared(InCell(cell, NEITHER), "=", ""), 0, 1)
        before = InCell(Cell(NAME, cell.row - 1, column + 1), NEITHER)
        count = own if name == names[0] else before + own
        yield Live("findings so far", NAME, column + 1, [cell.row], count, style.TEXT)
    counts, sentences = (InCells(column_of(each, len(names))) for each in (column + 1, column))
    every = InCell(counts.area.last)
    heading = choose(
        compared(every, "=", 0), texts.get("diagnosis", "nothing"), joined(f"{texts.get('diagnosis', 'found')} ", every)
    )
    yield Live("heading of the findings", NAME, LABEL_COLUMN, [shown_row(signs, 0) - 1], heading, _HEADING)
    for number in range(min(MOST_SHOWN, len(names))):
        place = call("match", number + 1, counts, 0)
        shown = or_else(_row_of(sentences, place), "")
        yield Live("finding", NAME, LABEL_COLUMN, [shown_row(signs, number)], shown, _SENTENCE)


def _row_of(cells: InCells, row: Expression) -> Expression:
    """Return a row of a column; of a column of one cell, that cell where there is such a row."""
    if cells.area.first == cells.area.last:
        return choose(compared(row, "=", 1), InCell(cells.area.first), "")
    return call("index", cells, row)


def _sentence(signs: Signs, name: str) -> Expression:
    finding = FINDINGS[name]
    cited = finding.cited(signs)
    parts = [cited[part] if index % 2 else Text(part) for index, part in enumerate(sentence(signs, name)) if part]
    conditions = finding.conditions(signs)
    holds = conditions[0] if len(conditions) == 1 else call("and", *conditions)
    # An error in a number, as of a run that diverges, tells nothing.
    return or_else(choose(holds, joined(*parts), ""), "")

"""The formulas of the pass step by step: what the counter has not come to yet shows a question mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.explore.drawing import rule_of
from xlnet.book.sheets.explore.formulas import palette_of
from xlnet.book.sheets.explore.plan import ROUNDED_COLUMN, Entry
from xlnet.book.sheets.explore.plan import VALUE_COLUMN as EXPLORE_VALUES
from xlnet.book.sheets.explore.spans import numbers_span
from xlnet.book.sheets.start import NAME
from xlnet.book.sheets.start.picture import HIDDEN
from xlnet.book.sheets.start.plan import MIDDLE, STEP_ROW, StartPlan
from xlnet.book.sheets.start.steps import FIRST_ROW, NUMBERS_COLUMN, RULE_COLUMN, VALUE_COLUMN
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, call
from xlnet.graph.node import Group
from xlnet.graph.references import InCell, InCells, choose, compared, joined

NUMBER = replace(style.TEXT, bold=True, border="below", horizontal="right", vertical="center")
TEXT = replace(style.TEXT, border="below", wrap=True, vertical="center", horizontal="left", size=10)
_COLOUR = style.GROUPS[Group.PARAMETERS].strong
LINE = replace(style.TEXT, bold=True, wrap=True, vertical="top", horizontal="left", size=10, colour=_COLOUR)


def rule(plan: StartPlan, entry: Entry) -> str:
    """Return the rule of a quantity, led by its symbol."""
    text, symbol = rule_of(plan.steps.explore, entry), symbol_of(plan, entry)
    return text if text.startswith(symbol) else f"{symbol} = {text}"


def symbol_of(plan: StartPlan, entry: Entry) -> str:
    """Return the symbol of a quantity."""
    symbols = plan.model.symbols
    return symbols("E") if entry.key == "batch_E" else symbols(entry.node.key if entry.node else entry.key)


def labels(plan: StartPlan) -> dict[Cell, str]:
    """Return the rules and the names of the phases, which the line of the current step cites."""
    found: dict[Cell, str] = {}
    for row, entry in enumerate(plan.steps.entries, FIRST_ROW):
        found[Cell(NAME, row, RULE_COLUMN)] = rule(plan, entry)
        found[Cell(NAME, row, phase_column())] = plan.model.texts.get("start", plan.steps.phase(entry))
    return found


def phase_column() -> int:
    """Return the column with the phase of each step."""
    return 1


def lives(plan: StartPlan) -> Iterator[Live]:
    """Yield the formulas."""
    steps = plan.steps
    if not steps.entries:
        return
    counter = InCell(plan.control("step"))
    for number, entry in enumerate(steps.entries, 1):
        row = FIRST_ROW + number - 1
        is_there = compared(counter, ">=", number)
        value = choose(is_there, InCell(steps.source(entry, EXPLORE_VALUES)), HIDDEN)
        look = replace(NUMBER, fill=style.GROUPS[palette_of(entry.group)].tint)
        yield Live(f"{entry.key} step by step", NAME, VALUE_COLUMN, [row], value, look)
        column = numbers_span(steps.explore)[0] if entry.has_numbers else ROUNDED_COLUMN
        numbers = choose(is_there, InCell(steps.source(entry, column)), HIDDEN)
        yield Live(f"{entry.key} by its numbers, step by step", NAME, NUMBERS_COLUMN, [row], numbers, TEXT)
    yield Live("current step", NAME, MIDDLE, [STEP_ROW], _line(plan), LINE)


def _line(plan: StartPlan) -> Expression:
    """Return the sentence on the current step: its number, its part of the pass, its rule, and its numbers."""
    texts, count = plan.model.texts, len(plan.steps.entries)
    counter = InCell(plan.control("step"))

    def at(column: int) -> Expression:
        return call("index", InCells(Area(NAME, FIRST_ROW, column, FIRST_ROW + count - 1, column)), counter)

    before, between, after = texts.get("start", "current step").split("|")
    line = joined(
        before,
        counter,
        between.format(count=count),
        at(phase_column()),
        after,
        at(RULE_COLUMN),
        " = ",
        at(NUMBERS_COLUMN),
    )
    return choose(compared(counter, "=", 0), texts.get("start", "no step"), line)

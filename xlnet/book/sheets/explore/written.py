"""Numbers as texts, short enough to be read in a rule, and rules with these texts in place of their symbols."""

from __future__ import annotations

from xlnet.book.sheets.explore import NAME
from xlnet.book.sheets.explore.plan import Entry, ExplorePlan
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, Number, absolute, call
from xlnet.graph.references import NEITHER, InCell, Text, choose, compared, joined
from xlnet.render.mathematics import Marked

# Significant digits of a number in a text; a number below the least is written 0.
DIGITS, LEAST = 4, 1e-15
# A number below this is written by a power of ten.
TINY = 0.0001
# What it makes at least 1 is no 0.
HUGE = 1e290
EQUALS, ROUGHLY = " = ", " ≈ "


def rounded(value: Expression) -> Expression:
    """Return the text of a number: four significant digits, in brackets if it is negative.

    TEXT would depend on the locale, and FIXED shows nothing of a small number.
    """
    size = absolute(value)
    power = call("floor", call("log10", size))
    tiny = joined(call("round", size * call("ten_to_minus", power), DIGITS - 1), "E", power)
    shown = choose(compared(size, "<", TINY), tiny, call("round", size, DIGITS - 1 - power))
    is_negative = compared(value, "<", 0)
    written = joined(choose(is_negative, "(−", ""), shown, choose(is_negative, ")", ""))
    return choose(compared(size, "<", LEAST), "0", written)


def by_numbers(plan: ExplorePlan, entry: Entry, value: Expression) -> Expression:
    """Return the right side of an entry's rule with the texts of its numbers, and the text of its own `value`."""
    pieces: list[Expression] = []
    for index, part in enumerate(parts_of(plan, entry)):
        if index % 2:
            pieces.append(_text_of(plan, part))
        elif part:
            pieces.append(Text(part))
    result = call("substitute", _text_of(plan, entry.key), Text("("), Text(""))
    # What is left of two numbers that are nearly equal does not follow from their first digits.
    # Multiplied, as IronCalc takes what is nearly 0 for 0 where it compares.
    is_some = compared(absolute(value) * Number(HUGE), ">=", 1)
    is_rough = choose(compared(absolute(value), "<", TINY), is_some, call("false"))
    sign = choose(is_rough, ROUGHLY, EQUALS)
    return joined(*pieces, sign, call("substitute", result, Text(")"), Text("")))


def _text_of(plan: ExplorePlan, key: str) -> Expression:
    row, column = plan.rounded(key)
    return InCell(Cell(NAME, row, column), NEITHER)


def parts_of(plan: ExplorePlan, entry: Entry) -> list[str]:
    """Return the right side of an entry's rule in turns: text, key, text … text."""
    symbols = plan.model.symbols
    assert entry.node is not None
    return Marked(symbols.layers, symbols.outputs, symbols.words).parts(entry.node)

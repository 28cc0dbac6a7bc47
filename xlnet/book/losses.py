"""What headline numbers tell of a run's losses, as formulas; `checking.judge.sheets.losses` is their counterpart."""

from __future__ import annotations

from xlnet.cell import Area
from xlnet.graph.expression import Expression, call
from xlnet.graph.references import InCell, InCells, Text, choose, compared, joined, or_else
from xlnet.render.layout import Layout


def first_below(losses: Area, bound: InCell, never: str, layout: Layout) -> Expression:
    """Return the formula of the first iteration with a loss below a cell, or a word.

    It is an array formula: what makes Excel compare a whole column without one, INDEX(…,0), says "never" in Gnumeric,
    OnlyOffice and others. It passes over the errors of a run that diverges.
    """
    is_below: Expression = compared(InCells(losses), "<", bound)
    found: Expression
    if losses.first == losses.last:
        # Of a column of one cell the comparison is no array, and Gnumeric finds nothing in it.
        found = choose(compared(InCell(losses.first), "<", bound), 1, call("none"))
    elif layout.stride > 1:
        # A blank cell between two losses is below any bound.
        is_blank = compared(InCells(losses), "=", "")
        found = (call("match", call("true"), choose(is_blank, call("false"), is_below), 0) - 1) / layout.stride + 1
    else:
        found = call("match", call("true"), is_below, 0)
    return or_else(found, never)


def diverged(losses: Area, iterations: Area, no: str, since: str) -> Expression:
    """Return the formula that tells whether a run diverges: a word, or another one and the first iteration without."""
    count = call("count", InCells(losses))
    has_all = compared(count, "=", call("count", InCells(iterations)))
    return choose(has_all, no, joined(Text(f"{since} "), count + 1))

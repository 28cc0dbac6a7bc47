"""Iterations spread evenly over a run: what charts show of a long one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from xlnet.book.live import Live
from xlnet.book.style import Look
from xlnet.graph.expression import Expression, Number, call
from xlnet.graph.references import StepNumber


def spread(count: int, iterations: int) -> list[int]:
    """Return so many iterations of a run, evenly spaced; halves are rounded up, as in a spreadsheet."""
    if count == 1:
        return [1]
    return [math.floor(1 + index * (iterations - 1) / (count - 1) + 0.5) for index in range(count)]


def steps(key: str, sheet: str, column: int, rows: Sequence[int], iterations: Expression, look: Look) -> Iterator[Live]:
    """Yield the formulas of such iterations, a row each; `iterations` is the cell with the number of all."""
    yield Live(key, sheet, column, rows[:1], Number(1), look)
    last = len(rows) - 1
    if last:
        step = call("round", 1 + StepNumber() * (iterations - 1) / last, 0)
        yield Live(key, sheet, column, rows[1:], step, look, first_step=1)

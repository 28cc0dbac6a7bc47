"""A block of cells under judgement: what was found there, what was expected, and how far rounding may have moved it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlnet.cell import Cell
from xlnet.engines.grid import KINDS, Grid
from xlnet.engines.workers.handover import NUMBER

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class WrongCell:
    """A cell that is not what it should be. `problem` and `probe` are words of the report."""

    position: Cell
    problem: str
    probe: str
    found: float | str | None
    expected: float | str | None


@dataclass(frozen=True)
class Expectation:
    """What each cell should be, and the least and most it may be when its inputs are off by rounding."""

    value: Numbers
    least: Numbers
    most: Numbers


@dataclass(frozen=True)
class Region:
    """Cells found by an engine, arrays of one shape.

    `holds_formula` tells where a formula belongs, `is_formula` where there is one, `is_input` which cells are the
    user's. `position` leads from a row and column of the arrays to the cell.
    """

    values: Numbers
    kinds: NDArray[np.uint8]
    holds_formula: Flags
    is_formula: Flags
    is_input: Flags
    position: Callable[[int, int], Cell]


def judge(
    region: Region, expectation: Expectation, grid: Grid, probe: str, rtol: float, atol: float
) -> tuple[list[WrongCell], Numbers]:
    """Return the wrong cells, and the worst error of each column, relative where a value is above 1."""
    found, expected = region.values, expectation.value
    is_number = region.kinds == NUMBER
    # What depends on a cell without a number has no expected value: that cell alone is to blame.
    judged = np.isfinite(expected)
    tolerance = atol + rtol * np.abs(expected)
    with np.errstate(all="ignore"):
        outside = np.fmax(np.fmax(expectation.least - found, found - expectation.most), 0.0)
        is_off = judged & is_number & (outside > tolerance)
        # At a kink either side is right, so the distance from one of them says nothing.
        at_kink = expectation.most - expectation.least > tolerance
        error = np.where(at_kink, outside, np.abs(found - expected))
        error = np.where(judged & is_number, error / np.fmax(1.0, np.abs(expected)), 0.0)
    problems = {
        "typed over": region.holds_formula & ~region.is_formula & is_number,
        # An error or a text may come down from elsewhere by a formula; what is no formula stands where it was put.
        "no number": ~region.is_input & ~is_number & (~region.is_formula | judged),
        "wrong value": is_off,
    }
    cells = [
        wrong_cell(
            region.position(int(row), int(column)),
            next(problem for problem, flags in problems.items() if flags[row, column]),
            probe,
            grid,
            float(expected[row, column]) if judged[row, column] else None,
        )
        for row, column in np.argwhere(np.any(list(problems.values()), axis=0))
    ]
    return cells, error.max(axis=0, initial=0.0)


def wrong_cell(position: Cell, problem: str, probe: str, grid: Grid, expected: float | str | None) -> WrongCell:
    """Return a wrong cell with what was found in it."""
    row, column = position.row - 1, position.column - 1
    found: float | str | None = float(grid.values[row, column])
    if grid.kinds[row, column] != NUMBER:
        found = grid.texts.get((position.row, position.column), KINDS[int(grid.kinds[row, column])])
    return WrongCell(position, problem, probe, found, expected)

"""A recalculated workbook as its formulas see it: what they have of the cells that they cite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlnet.book.shown import Choice, Shown
from xlnet.cell import Cell
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import BLANK, ERROR, NUMBER


@dataclass(frozen=True)
class Near:
    """A number that rounding may have moved by `slack`, as of a difference of two that are nearly equal."""

    value: float
    slack: float


@dataclass(frozen=True)
class WrittenNumber:
    """A number as a text has it, with so many significant digits, in brackets where it is negative."""

    value: float
    digits: int


@dataclass(frozen=True)
class OneOf:
    """Any of several, where rounding decides which: a number beside a bound, two outputs that are nearly equal."""

    values: tuple[float | str | WrittenNumber, ...]


# How far rounding may have moved a number that is compared with a bound, relative to its size.
TIE = 1e-12
# A bound and the ends of what rounding takes for it.
NEAR_TIES = (1.0, 1 - TIE, 1 + TIE)


def is_tie(value: float, bound: float) -> bool:
    """Return whether rounding decides on which side of a bound a number is."""
    return abs(value - bound) <= TIE * max(abs(value), abs(bound))


# None: what a text or a truth value in a cell makes of a formula that cites it is not judged.
Single = float | str | Near | WrittenNumber | None
Expected = Single | OneOf


def one_of(values: Iterable[float | str | WrittenNumber]) -> Expected:
    """Return what may be any of `values`: that one where they are all the same."""
    every = tuple(dict.fromkeys(values))
    return every[0] if len(every) == 1 else OneOf(every)


@dataclass(frozen=True)
class View:
    """A workbook and its cells at one point."""

    opened: Opened
    grids: Mapping[str, Grid]

    def cited(self, sheet: str, row: int, column: int) -> float | None:
        """Return what a formula has of a cell: its number, 0 of a blank one, NaN of an error, None of a text."""
        grid = self.grids[sheet]
        kind = grid.kinds[row - 1, column - 1]
        if kind in (NUMBER, ERROR):
            return float(grid.values[row - 1, column - 1])
        return 0.0 if kind == BLANK else None

    def over(self, key: str) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Return the kinds and the numbers that a quantity has in all iterations that the template asks for."""
        area = self.opened.model.layout.over(key)
        grid, stride = self.grids[area.sheet], self.opened.layout.stride
        rows = slice(area.top - 1, area.bottom, stride)
        return grid.kinds[rows, area.left - 1], grid.values[rows, area.left - 1]

    def at(self, cell: Cell) -> float | None:
        """Return what a formula has of a cell (see `cited`)."""
        return self.cited(cell.sheet, cell.row, cell.column)

    def number(self, sheet: str, row: int, column: int) -> float:
        """Return what a formula has of a cell that should hold a number; NaN of any that does not."""
        cited = self.cited(sheet, row, column)
        return float("nan") if cited is None else cited

    def text(self, sheet: str, row: int, column: int) -> str | None:
        """Return the text in a cell, None where there is none: the name of an error is not one."""
        grid = self.grids[sheet]
        return None if grid.kinds[row - 1, column - 1] == ERROR else grid.texts.get((row, column))

    def of_iteration(self, key: str, iteration: int) -> float | None:
        """Return what the Training sheet has of a quantity."""
        return self.at(self.opened.layout.cell(key, iteration))

    def shown(self, shown: Shown | Cell) -> Expected:
        """Return what a cell that shows a quantity or a cell should hold; None where nothing can be chosen."""
        if isinstance(shown, Cell):
            return self.at(shown)
        opened = self.opened
        every_key = shown.every_key()
        sample = 1 if shown.sample is None else self._chosen(shown.sample, len(every_key))
        if sample is None:
            return None
        key = every_key[sample - 1]
        if key not in opened.layout.spots:
            return self.at(opened.layout.cell(key))
        iteration = self._chosen(shown.iteration, opened.spec.training.iters)
        return None if iteration is None else self.of_iteration(key, iteration)

    def _chosen(self, choice: Choice, most: int) -> int | None:
        number = self.number(*choice.cell)
        return int(number) if 1 <= number < most + 1 else None

    def live(self, sheet: str) -> dict[str, Cell]:
        """Return where the formulas of a sheet stand, by key; of several with one key, the last."""
        return {live.key: live.cell for live in self.opened.lives[sheet]}

"""Which gradient belongs to which weight, where a user names ranges of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from xlnet.audit.formula.areas import NamedArea
from xlnet.errors import UserError

MOST_CELLS = 20_000
# The number of its area, from 0, its row and its column.
Cell: TypeAlias = tuple[int, int, int]
Grid: TypeAlias = list[list[Cell]]
# Weights with their gradients; where there is a gradient for each sample, those of each.
Reading: TypeAlias = list[list[tuple[Cell, Cell]]]


def counterparts(weights: Sequence[NamedArea], others: Sequence[NamedArea], option: str) -> list[list[Reading]]:
    """Return for each area of weights how it can be paired with its counterpart: in one way, or in two.

    Areas have the same shape, or one is the other transposed; square ones may be either. Where the weights are one row
    or column, their gradients may have one for each sample. Areas of another number are put together first. Raises
    UserError where shapes do not fit.
    """
    for each, named in (("--weights", weights), (option, others)):
        count = sum(area.shape[0] * area.shape[1] for area in named)
        if count > MOST_CELLS:
            raise UserError(f"{each}: {count:,} cells are too many: name at most {MOST_CELLS:,}")
    own, other = _grids(weights), _grids(others)
    texts = [(a.text, b.text) for a, b in zip(weights, others, strict=False)]
    if len(own) != len(other):
        own, other = [_together(own)], [_together(other)]
        texts = [(",".join(each.text for each in weights), ",".join(each.text for each in others))]
    found = []
    for a, b, (text, other_text) in zip(own, other, texts, strict=True):
        readings = _readings(a, b)
        if not readings:
            raise UserError(
                f"{option}: must have the shape of --weights, cell for cell, or transposed: {other_text} has "
                f"{_in_words(b)}, {text} has {_in_words(a)}"
            )
        found.append(readings)
    return found


def _grids(areas: Sequence[NamedArea]) -> list[Grid]:
    return [
        [
            [(number, row, column) for column in range(area.column, area.last_column + 1)]
            for row in range(area.row, area.last_row + 1)
        ]
        for number, area in enumerate(areas)
    ]


def _together(grids: Sequence[Grid]) -> Grid:
    """Return grids side by side if they have as many rows, below each other otherwise."""
    if len({len(grid) for grid in grids}) == 1:
        return [[cell for row in rows for cell in row] for rows in zip(*grids, strict=True)]
    return [row for grid in grids for row in grid]


def _readings(own: Grid, other: Grid) -> list[Reading]:
    shape = len(own), len(own[0])
    turned = _turned(other)
    if any(len(row) != len(grid[0]) for grid in (own, other) for row in grid):
        return []
    if (len(other), len(other[0])) == shape:
        straight = [_paired(own, other)]
        return [straight, [_paired(own, turned)]] if shape[0] == shape[1] > 1 else [straight]
    if (len(turned), len(turned[0])) == shape:
        return [[_paired(own, turned)]]
    line = [cell for row in own for cell in row]
    if 1 in shape:
        # The weights run along the other area's rows, or its columns: there is one of these for each sample.
        for grid in (other, turned):
            if len(grid[0]) == len(line):
                return [[_paired([line], [row]) for row in grid]]
    return []


def _turned(grid: Grid) -> Grid:
    return [list(column) for column in zip(*grid, strict=False)]


def _paired(own: Grid, other: Grid) -> list[tuple[Cell, Cell]]:
    return [pair for rows in zip(own, other, strict=True) for pair in zip(*rows, strict=True)]


def _in_words(grid: Grid) -> str:
    return f"{len(grid):,} × {len(grid[0]):,} cells"

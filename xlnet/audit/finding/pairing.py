"""Which gradient belongs to which weight, where a user names ranges of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from xlnet.audit.formula.areas import NamedArea
from xlnet.errors import UserError

MOST_CELLS = 20_000
# Row and column, from 0, within an area: of the weight, and of its gradient.
Position: TypeAlias = tuple[int, int]
Pair: TypeAlias = tuple[Position, Position]
# The pairs of an area; where there is a gradient for each sample, those of each.
Reading: TypeAlias = list[list[Pair]]


def counterparts(weights: Sequence[NamedArea], others: Sequence[NamedArea], option: str) -> list[list[Reading]]:
    """Return for each area of weights how it can be paired with its counterpart: in one way, or in two.

    Areas have the same shape, or one is the other transposed; square ones may be either. Where the weights are one row
    or column, their gradients may have one for each sample. Raises UserError where shapes do not fit.
    """
    if len(weights) != len(others):
        raise UserError(
            f"{option}: must have as many areas, parted by commas, as --weights: it has {len(others)}, --weights "
            f"{len(weights)}"
        )
    return [_readings(own, other, option) for own, other in zip(weights, others, strict=True)]


def _readings(own: NamedArea, other: NamedArea, option: str) -> list[Reading]:
    (rows, columns), shape = own.shape, other.shape
    every = [(row, column) for row in range(rows) for column in range(columns)]
    straight = [(each, each) for each in every]
    turned = [(each, (each[1], each[0])) for each in every]
    if rows * columns > MOST_CELLS:
        raise UserError(f"--weights: {rows * columns:,} cells are too many: name at most {MOST_CELLS:,}")
    if shape == own.shape:
        return [[straight], [turned]] if rows == columns > 1 else [[straight]]
    if shape == (columns, rows):
        return [[turned]]
    count = rows * columns
    if 1 in own.shape and count in shape and shape[0] * shape[1] <= MOST_CELLS:
        # The weights run along the other area's rows or columns, and there is one of these for each sample.
        if shape[1] == count:
            return [[[(every[n], (sample, n)) for n in range(count)] for sample in range(shape[0])]]
        return [[[(every[n], (n, sample)) for n in range(count)] for sample in range(shape[1])]]
    raise UserError(
        f"{option}: must have the shape of --weights, cell for cell, or transposed: one of its areas has "
        f"{_in_words(shape)}, that of --weights {_in_words(own.shape)}"
    )


def _in_words(shape: tuple[int, int]) -> str:
    return f"{shape[0]:,} × {shape[1]:,} cells"

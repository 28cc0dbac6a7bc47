"""Tensors in lines, as words in a text: a line breaks where it would be too wide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlnet.render.tensors import Tensor

# Above each tensor a row for its name, and a free column beside it.
CAPTION, BESIDE = 1, 1


@dataclass(frozen=True)
class Fold:
    """How lines are made: how many columns one takes, if its tensors fit, how many rows are free below a tensor, and
    whether a layer goes on in the line of the one before where that makes the line no higher.
    """

    width: int = 14
    below: int = 1
    joins: bool = False


USUAL = Fold()


@dataclass(frozen=True)
class Placed:
    """A tensor, and the row (from 0) and column of its first number in a block."""

    tensor: Tensor
    row: int
    column: int


def lines(every: Sequence[Tensor], fold: Fold = USUAL) -> Iterator[list[Tensor]]:
    """Yield tensors in lines."""
    line: list[Tensor] = []
    for tensor in every:
        if line and width([*line, tensor], fold) > fold.width:
            yield line
            line = []
        line.append(tensor)
    if line:
        yield line


def in_line(line: Sequence[Tensor], row: int, column: int, fold: Fold = USUAL) -> Iterator[Placed]:
    """Yield the places of the tensors of a line whose names begin in this row and column."""
    for stack in _stacks(line, fold):
        top = row
        for tensor in stack:
            yield Placed(tensor, top + CAPTION, column)
            top += height([tensor], fold)
        column += max(tensor.width for tensor in stack) + BESIDE


def height(line: Sequence[Tensor], fold: Fold = USUAL) -> int:
    """Return the rows that a line takes, those of the names above it and the free ones below it included."""
    return CAPTION + max(tensor.height for tensor in line) + fold.below


def width(line: Sequence[Tensor], fold: Fold = USUAL) -> int:
    """Return the columns that a line takes."""
    return sum(max(tensor.width for tensor in stack) + BESIDE for stack in _stacks(line, fold)) - BESIDE


def _stacks(line: Sequence[Tensor], fold: Fold) -> list[list[Tensor]]:
    """Return the tensors of a line as they stand: below one another where that makes the line no higher."""
    room = height(line, fold)
    found: list[list[Tensor]] = []
    for tensor in line:
        below = (stack for stack in found if sum(height([each], fold) for each in (*stack, tensor)) <= room)
        fitting = (stack for stack in below if stack is found[-1] or tensor.width <= stack[0].width)
        stack = next(fitting, None)
        if stack is None:
            found.append([tensor])
        else:
            stack.append(tensor)
    return found

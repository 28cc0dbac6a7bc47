"""Where the tensors of an iteration stand in its block of rows.

The batch's loss has a column for itself, so that sheets may count, average and chart it over all iterations. What the
iteration has once stands in the first lines. Then every layer is a band: its parameters, and to the right of
them what the forward pass makes of them, in lines of tensors that break where a screen ends. Beside the forward pass
stands the backward pass: each gradient as far to the right of its tensor as all others are of theirs; then the
optimiser's state likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlnet import keys
from xlnet.graph.node import Graph, Group
from xlnet.render.spot import Spot
from xlnet.render.tensors import Tensor, tensors

# The column of the loss, behind the iteration's number, where nothing else stands; the first column of the other
# tensors; and how many a line of them takes, if they fit.
LOSS_COLUMN, FIRST_COLUMN, LINE_WIDTH = 2, 3, 14
# Above each tensor a row for its name, and below it a free one; a free column beside it.
CAPTION, BELOW, BESIDE = 1, 1, 1


@dataclass(frozen=True)
class Placed:
    """A tensor, and the row (from 0) and column of its first number in a block."""

    tensor: Tensor
    row: int
    column: int


@dataclass(frozen=True)
class Block:
    """All tensors of an iteration, where its block has them, and its rows; `panels` are the first columns of each
    prefix, "" of the forward pass.
    """

    placed: tuple[Placed, ...]
    stride: int
    panels: dict[str, int]


def matrix(graph: Graph, sheet: str) -> tuple[dict[str, Spot], int]:
    """Give each tensor a matrix of cells: an iteration is a block of rows."""
    block = block_of(graph)
    spots: dict[str, Spot] = {}
    aliases = {node.key: node.aliases for node in graph.nodes}
    for placed in block.placed:
        for key, (row, column) in placed.tensor.places.items():
            spot = Spot(sheet, placed.column + column, placed.row + row)
            spots |= dict.fromkeys((key, *aliases[key]), spot)
    return spots, block.stride


def block_of(graph: Graph) -> Block:
    """Return where the tensors of an iteration stand."""
    return block_of_tensors(tensors(graph.nodes))


def block_of_tensors(every: Sequence[Tensor]) -> Block:
    """Return where tensors stand, of which the first is the iteration's number."""
    iteration, *others = every
    loss = next(tensor for tensor in others if tensor.name == keys.LOSS)
    placed = [Placed(iteration, 0, 1), Placed(loss, CAPTION, LOSS_COLUMN)]
    row = 0
    by_name: dict[str, Placed] = {}
    for _, band in bands([tensor for tensor in others if not tensor.prefix and tensor is not loss]):
        for line in lines(band):
            by_name |= {each.tensor.name: each for each in in_line(line, row, FIRST_COLUMN)}
            row += height(line)
    placed += by_name.values()
    width = max(each.column + each.tensor.width for each in by_name.values()) - FIRST_COLUMN
    panels = {"": FIRST_COLUMN}
    column = FIRST_COLUMN + width + BESIDE
    for prefix in dict.fromkeys(tensor.prefix for tensor in others if tensor.prefix):
        own = [tensor for tensor in others if tensor.prefix == prefix]
        panels[prefix] = column
        of_panel = [Placed(t, by_name[t.inner].row, column + by_name[t.inner].column - FIRST_COLUMN) for t in own]
        placed += of_panel
        column = max(each.column + each.tensor.width for each in of_panel) + BESIDE
    return Block(tuple(placed), row, panels)


def bands(every: Sequence[Tensor]) -> Iterator[tuple[int | None, list[Tensor]]]:
    """Yield the layers' tensors, by the layer's number, the loss with the last; first what belongs to none."""
    losses = [tensor for tensor in every if tensor.group == Group.LOSS]
    plain = [tensor for tensor in every if tensor.layer is None and tensor.group != Group.LOSS]
    layers: dict[int, list[Tensor]] = {}
    for tensor in every:
        if tensor.layer is not None:
            layers.setdefault(tensor.layer, []).append(tensor)
    if plain:
        yield None, plain
    # In the order in which they are computed, which is not that of their numbers where one stands around others.
    order = list(dict.fromkeys(t.layer for t in every if t.group == Group.FORWARD and t.layer is not None))
    for layer in order:
        yield layer, [*layers[layer], *(losses if layer == order[-1] else [])]


def lines(every: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    """Yield tensors in lines that break where a screen ends."""
    line: list[Tensor] = []
    for tensor in every:
        if line and _width([*line, tensor]) > LINE_WIDTH:
            yield line
            line = []
        line.append(tensor)
    if line:
        yield line


def in_line(line: Sequence[Tensor], row: int, column: int) -> Iterator[Placed]:
    """Yield the places of the tensors of a line whose names begin in this row and column."""
    for stack in _stacks(line):
        top = row
        for tensor in stack:
            yield Placed(tensor, top + CAPTION, column)
            top += CAPTION + tensor.height + BELOW
        column += max(tensor.width for tensor in stack) + BESIDE


def height(line: Sequence[Tensor]) -> int:
    """Return the rows that a line takes, those of the names above it and the free one below it included."""
    return CAPTION + max(tensor.height for tensor in line) + BELOW


def _width(line: Sequence[Tensor]) -> int:
    return sum(max(tensor.width for tensor in stack) + BESIDE for stack in _stacks(line)) - BESIDE


def _stacks(line: Sequence[Tensor]) -> list[list[Tensor]]:
    """Return the tensors of a line as they stand: below one another where that makes the line no higher."""
    room = height(line)
    found: list[list[Tensor]] = []
    for tensor in line:
        below = (stack for stack in found if sum(height([each]) for each in (*stack, tensor)) <= room)
        fitting = (stack for stack in below if stack is found[-1] or tensor.width <= stack[0].width)
        stack = next(fitting, None)
        if stack is None:
            found.append([tensor])
        else:
            stack.append(tensor)
    return found

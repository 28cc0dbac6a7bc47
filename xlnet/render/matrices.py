"""Where the tensors of an iteration stand in its block of rows.

The batch's loss has a column for itself, so that sheets may count, average and chart it over all iterations. What the
iteration has once stands in the first lines. Then every layer is a band: its parameters, and to the right of
them what the forward pass makes of them. Beside the forward pass stands the backward pass: each gradient as far to the
right of its tensor as all others are of theirs; then the optimiser's state and the next iteration's parameters, each in
the rows of the parameter that it belongs to. Of some ways to fold this the first that fits on a screen is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlnet import keys
from xlnet.graph.node import Graph, Group
from xlnet.render.lines import BESIDE, CAPTION, USUAL, Fold, Placed, height, in_line, lines, width
from xlnet.render.spot import Spot
from xlnet.render.tensors import Tensor, tensors

# The column of the loss, behind the iteration's number, where nothing else stands, and the first one of the others.
LOSS_COLUMN, FIRST_COLUMN = 2, 3
# The rows and columns of a block that a screen of 1920 × 1080 shows at 100 %, below the frozen rows 1 to 3: of columns
# and rows as the Training sheet has them (see `sheets.training.blocks`), beside what LibreOffice and Excel show around
# them.
SCREEN_ROWS, SCREEN_COLUMNS = 48, 38
_FOLDS = (
    USUAL,
    *(Fold(columns, 0, joins) for joins in (False, True) for columns in (14, 6, 8, 10, 12, 16, 19, 22, 26, 32, 40)),
)


@dataclass(frozen=True)
class Block:
    """All tensors of an iteration, where its block has them, and its rows; `panels` are the first columns of each
    prefix, "" of the forward pass.
    """

    placed: tuple[Placed, ...]
    stride: int
    panels: dict[str, int]

    @property
    def last_column(self) -> int:
        """The last column that it takes."""
        return max(each.column + each.tensor.width - 1 for each in self.placed)

    @property
    def screens(self) -> float:
        """How many screens it takes from the top to the bottom, or from the left to the right, if these are more."""
        return max(self.stride / SCREEN_ROWS, self.last_column / SCREEN_COLUMNS)


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
    folded: list[Block] = []
    for fold in _FOLDS:
        block = _folded(every, fold)
        if block.screens <= 1:
            return block
        folded.append(block)
    return min(folded, key=lambda block: (block.screens, block.stride))


def _folded(every: Sequence[Tensor], fold: Fold) -> Block:
    iteration, *others = every
    loss = next(tensor for tensor in others if tensor.name == keys.LOSS)
    placed = [Placed(iteration, 0, 1), Placed(loss, CAPTION, LOSS_COLUMN)]
    row = 0
    by_name: dict[str, Placed] = {}
    for band in _joined([tensor for tensor in others if not tensor.prefix and tensor is not loss], fold):
        for line in lines(band, fold):
            by_name |= {each.tensor.name: each for each in in_line(line, row, FIRST_COLUMN, fold)}
            row += height(line, fold)
    placed += by_name.values()
    panels = {"": FIRST_COLUMN}
    column = max(each.column + each.tensor.width for each in by_name.values()) + BESIDE
    for prefix in dict.fromkeys(tensor.prefix for tensor in others if tensor.prefix):
        own = [(tensor, by_name[tensor.inner]) for tensor in others if tensor.prefix == prefix]
        panels[prefix] = column
        if prefix == keys.GRADIENT:
            panel = [Placed(tensor, inner.row, column + inner.column - FIRST_COLUMN) for tensor, inner in own]
        else:
            panel = _to_the_left(own, column)
        placed += panel
        column = max(each.column + each.tensor.width for each in panel) + BESIDE
    return Block(tuple(placed), row, panels)


def _to_the_left(every: Sequence[tuple[Tensor, Placed]], first: int) -> list[Placed]:
    """Return tensors in the rows of those they belong to, as far to the left as there is room."""
    found: list[Placed] = []
    for tensor, inner in sorted(every, key=lambda each: each[1].column):
        top, below = inner.row - CAPTION, inner.row + tensor.height
        beside = (p for p in found if p.row - CAPTION < below and top < p.row + p.tensor.height)
        column = max((each.column + each.tensor.width + BESIDE for each in beside), default=first)
        found.append(Placed(tensor, inner.row, column))
    return found


def _joined(every: Sequence[Tensor], fold: Fold) -> Iterator[list[Tensor]]:
    """Yield the tensors of the bands; some in one, if the fold has it so."""
    found: list[Tensor] = []
    for _, band in bands(every):
        both = [*found, *band]
        highest = max(height(own, fold) for own in (found, band) if own)
        if found and not (fold.joins and width(both, fold) <= fold.width and height(both, fold) <= highest):
            yield found
            both = band
        found = both
    yield found


def bands(every: Sequence[Tensor]) -> Iterator[tuple[int | None, list[Tensor]]]:
    """Yield the layers' tensors, by the layer's number, targets and loss with the last; first what belongs to none."""
    losses = [tensor for tensor in every if tensor.group == Group.LOSS or tensor.letter == "t"]
    plain = [tensor for tensor in every if tensor.layer is None and tensor not in losses]
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

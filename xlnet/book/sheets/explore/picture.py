"""The network as a picture: units as cells, their edges beside them, from the inputs on the left to the loss.

A cell of the picture has two faces, one a view. Every unit has a row for each edge that leads to it: where the edge
comes from, its weight, an arrow; and beside these its activation and weighted sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlnet import keys
from xlnet.book.sheets.explore.plan import PICTURE_ROW, ExplorePlan
from xlnet.model.network import inputs, targets, units

# Columns of a layer: what leads to a unit, the weight, the arrow, the unit's name, its value, and a gap.
EDGE, WEIGHT, ARROW, UNIT, VALUE, GAP = range(6)
COLUMNS_OF_A_LAYER = 6
# The kind of the cell above a tensor.
CAPTION = "caption"
_INPUT_COLUMN, _FIRST_LAYER_COLUMN = 2, 5


@dataclass(frozen=True)
class PictureCell:
    """A cell of the picture: its kind (edge, weight, arrow, name or value) and quantity, None for a blank of a unit.

    `source` is what an edge comes from. A cell of the kind `CAPTION` has the name of a tensor, which is its `key`.
    """

    row: int
    column: int
    kind: str
    key: str | None
    source: str | None = None


@dataclass(frozen=True)
class Heading:
    """The heading of a layer: its number (0 the inputs), and the columns that it stands above."""

    number: int
    first: int
    last: int
    row: int


def column_of(number: int) -> int:
    """Return the first column of a layer; 0 are the inputs, and after the last layer come the targets and the loss."""
    return _FIRST_LAYER_COLUMN + COLUMNS_OF_A_LAYER * (number - 1) if number else _INPUT_COLUMN


def headings(plan: ExplorePlan) -> Iterator[Heading]:
    """Yield the headings."""
    last = len(plan.model.spec.layers)
    for number in range(last + 2):
        first = column_of(number)
        yield Heading(number, first, first + (VALUE if 0 < number <= last else 1), PICTURE_ROW)


def cells(plan: ExplorePlan) -> Iterator[PictureCell]:
    """Yield the cells of the picture."""
    spec = plan.model.spec
    for index, key in enumerate(inputs(spec)):
        yield from _named(_top(plan, 0) + 2 * index, column_of(0), key)
    for number in range(1, len(spec.layers) + 1):
        yield from _layer(plan, number)
    row, column = _top(plan, len(spec.layers) + 1), column_of(len(spec.layers) + 1)
    for offset, key in enumerate(targets(spec)):
        yield from _named(row + offset, column, key)
    yield from _named(row + spec.outputs + 1, column, keys.LOSS)


def _layer(plan: ExplorePlan, number: int) -> Iterator[PictureCell]:
    spec, first = plan.model.spec, column_of(number)
    height = plan.unit_height(number)
    for index, (output, weighted_sum) in enumerate(zip(units(spec, number), units(spec, number, "z"), strict=True)):
        row = _top(plan, number) + index * (height + 1)
        for offset, edge in enumerate(plan.edges[weighted_sum]):
            yield PictureCell(row + offset, first + EDGE, "edge", edge.key, edge.source)
            yield PictureCell(row + offset, first + WEIGHT, "weight", edge.key)
            yield PictureCell(row + offset, first + ARROW, "arrow", edge.key)
        names = [output] if weighted_sum in _aliases(plan) else [output, weighted_sum]
        for offset in range(height):
            if offset < len(names):
                yield from _named(row + offset, first + UNIT, names[offset])
            else:
                yield PictureCell(row + offset, first + UNIT, "name", None)
                yield PictureCell(row + offset, first + VALUE, "value", None)


def _named(row: int, column: int, key: str) -> Iterator[PictureCell]:
    yield PictureCell(row, column, "name", key)
    yield PictureCell(row, column + 1, "value", key)


def _aliases(plan: ExplorePlan) -> set[str]:
    return {alias for node in plan.sample_nodes for alias in node.aliases}


def _top(plan: ExplorePlan, number: int) -> int:
    """Return the first row of a layer: layers are centred on each other."""
    return PICTURE_ROW + 2 + (plan.picture_height - 2 - plan.layer_height(number)) // 2

"""The values that formulas carry: what a formula is told of a block of cells is what it is told of each of them."""

from __future__ import annotations

import pytest

import xlnet
from xlnet.book.model import model_of
from xlnet.book.record import Record
from xlnet.book.sheet import RecordedRun
from xlnet.book.values import BookValues
from xlnet.cell import Area
from xlnet.comparison import BOUND
from xlnet.render.evaluate import iterations

COUNT = 7


@pytest.mark.parametrize(("first", "last"), [(1, COUNT), (3, 5), (COUNT, COUNT)])
def test_a_part_of_a_column_holds_what_its_cells_hold(first: int, last: int) -> None:
    """The iterations and the loss are recorded as wholes, and everything else of some iterations alone."""
    model = model_of(xlnet.load("seed", iters=COUNT))
    record = Record(model.graph, range(1, COUNT + 1), BOUND)
    blocks = list(record.watched(iterations(model.graph, [1, COUNT - 1])))
    values = BookValues([RecordedRun(model, record)])
    every = [number for block in blocks for number in block.values]
    for column, node in enumerate(model.graph.nodes):
        own = every[column :: len(model.graph.nodes)][first - 1 : last]
        area = Area.between(*(model.layout.cell(node.key, iteration) for iteration in (first, last)))
        assert values.values(area) == own, node.key
        assert [values.value(model.layout.cell(node.key, n)) for n in range(first, last + 1)] == own, node.key

"""Which classes are taken for which: a table with a row a target class, a column a predicted one, all of it counted.

Each sample has a cell with the number of its pair of classes, by which the table counts. A table of other samples needs
no more than the areas of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlnet.book import style
from xlnet.book.live import Live
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Number, call, product, total, where_above
from xlnet.graph.references import NEITHER, Along, Beside, InCell, InCells, choose, compared
from xlnet.model import classification

# What has no number: a share of no samples.
NONE = "–"
MOST_CLASSES = 20

_COUNT = replace(style.TEXT, horizontal="center", border="below")
_SUM = replace(_COUNT, bold=True)
_SHARE = replace(_SUM, number_format=style.SHARE)


@dataclass(frozen=True)
class Confusion:
    """The table: its title stands in `row` and `column`, and `pairs` are the cells with the samples' numbers."""

    sheet: str
    row: int
    column: int
    names: tuple[str, ...]
    pairs: tuple[Area, ...]

    @property
    def classes(self) -> range:
        """The classes, from 0."""
        return range(len(self.names))

    @property
    def header_row(self) -> int:
        """The row with the names of the predicted classes, and what stands in the last two columns."""
        return self.row + 1

    @property
    def sums(self) -> tuple[int, int]:
        """The row and the column of the sums over the targets, and over the predictions."""
        return self.header_row + 1 + len(self.names), self.column + 1 + len(self.names)

    @property
    def shares(self) -> tuple[int, int]:
        """The row of the precisions, and the column of the recalls."""
        row, column = self.sums
        return row + 1, column + 1

    def place(self, target: int, predicted: int) -> Cell:
        """Return the cell of a pair of classes."""
        return Cell(self.sheet, self.header_row + 1 + target, self.column + 1 + predicted)

    def number(self, target: int, predicted: int) -> int:
        """Return the number of a pair of classes, from 1."""
        return target * len(self.names) + predicted + 1


def height(classes: int) -> int:
    """Return the rows of a table of so many classes."""
    return classes + 4


def pair(kind: str, sides: Sequence[Along | Beside]) -> Expression:
    """Return the formula of a sample's pair of classes: `sides` are its targets and its outputs, in its own row."""
    if kind == classification.TWO:
        target, predicted = (where_above(side, classification.BOUNDARY, 1, 0) for side in sides)
        return 2 * target + predicted + 1
    target, predicted = (call("match", call("max", values), values, 0) for values in sides)
    assert isinstance(sides[1], Along)
    return product(target - 1, sides[1].last - sides[1].first + 1) + predicted


def lives(table: Confusion) -> Iterator[Live]:
    """Yield the formulas of a table."""
    sheet, classes = table.sheet, table.classes
    (sum_row, sum_column), (precision_row, recall_column) = table.sums, table.shares
    for target in classes:
        for predicted in classes:
            cell = table.place(target, predicted)
            number = Number(table.number(target, predicted))
            count = total(*(call("countif", InCells(area), number) for area in table.pairs))
            yield Live("samples of a pair of classes", sheet, cell.column, [cell.row], count, _COUNT)
    for each in classes:
        first, last = table.place(each, 0), table.place(each, classes[-1])
        yield Live("samples of a class", sheet, sum_column, [first.row], _sum(first, last), _SUM)
        recall = _share(table.place(each, each), Cell(sheet, first.row, sum_column))
        yield Live("recall of a class", sheet, recall_column, [first.row], recall, _SHARE)
        first, last = table.place(0, each), table.place(classes[-1], each)
        yield Live("predictions of a class", sheet, first.column, [sum_row], _sum(first, last), _SUM)
        precision = _share(table.place(each, each), Cell(sheet, sum_row, first.column))
        yield Live("precision of a class", sheet, first.column, [precision_row], precision, _SHARE)
    first, last = table.place(0, 0)._replace(column=sum_column), table.place(classes[-1], 0)._replace(column=sum_column)
    yield Live("samples counted", sheet, sum_column, [sum_row], _sum(first, last), _SUM)


def _sum(first: Cell, last: Cell) -> Expression:
    return call("sum", InCells(Area.between(first, last), NEITHER))


def _share(right: Cell, every: Cell) -> Expression:
    count = InCell(every, NEITHER)
    return choose(compared(count, "=", 0), NONE, InCell(right, NEITHER) / count)

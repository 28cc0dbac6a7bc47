"""A network too large to be drawn, as a matrix a layer: sources by units, their values around the weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlnet import keys
from xlnet.book.sheets.explore.picture import Cell, Heading
from xlnet.book.sheets.explore.plan import PICTURE_ROW, Plan
from xlnet.model.network import targets, units

_FIRST_COLUMN = 2


@dataclass(frozen=True)
class Matrix:
    """A layer's matrix: where it starts, and whether its units stand side by side or under each other.

    Along the units there are two lines of names and values of the sources, and behind the weights lines for bias, z, a
    and target.
    """

    number: int
    row: int
    sources: int
    units: int
    further: tuple[str, ...]

    @property
    def is_wide(self) -> bool:
        """Whether the units stand side by side: the longer side goes down the sheet."""
        return self.units <= self.sources

    @property
    def height(self) -> int:
        """The rows that it takes, its heading included."""
        return 2 + (1 + self.sources + len(self.further) if self.is_wide else self.units + 1)

    @property
    def width(self) -> int:
        """The columns that it takes."""
        return 2 + (self.units if self.is_wide else self.sources + len(self.further))

    def at(self, item: int, unit: int) -> tuple[int, int]:
        """Return the column and row of an item of a unit, from 0; −1 and −2 are the lines before the first."""
        down, across = (item, unit) if self.is_wide else (unit, item)
        return _FIRST_COLUMN + 2 + across, self.row + 3 + down


def matrices(plan: Plan) -> list[Matrix]:
    """Return the matrix of every layer."""
    spec = plan.model.spec
    found = []
    row = PICTURE_ROW
    for number, layer in enumerate(spec.layers, 1):
        further = ["b"] if layer.biases is not None else []
        further += ["z", "a"]
        if number == len(spec.layers):
            further.append("t")
        matrix = Matrix(number, row, layer.inputs, layer.units, tuple(further))
        found.append(matrix)
        row += matrix.height + 2
    return found


def headings(plan: Plan) -> Iterator[Heading]:
    """Yield the headings."""
    for matrix in matrices(plan):
        yield Heading(matrix.number, _FIRST_COLUMN, _FIRST_COLUMN + matrix.width - 1, matrix.row)


def cells(plan: Plan) -> Iterator[Cell]:
    """Yield the cells of every matrix."""
    spec = plan.model.spec
    for matrix in matrices(plan):
        number = matrix.number
        for source, key in enumerate(units(spec, number - 1)):
            yield Cell(*matrix.at(source, -2), "name", key)
            yield Cell(*matrix.at(source, -1), "value", key)
        for unit, key in enumerate(units(spec, number)):
            yield Cell(*matrix.at(-1, unit), "name", key)
            for source in range(matrix.sources):
                yield Cell(*matrix.at(source, unit), "weight", keys.of_layer("w", number, unit + 1, source + 1))
        for offset, letter in enumerate(matrix.further):
            every = targets(spec) if letter == "t" else units(spec, number, letter)
            for unit, key in enumerate(every):
                kind = "weight" if letter == "b" else "value"
                yield Cell(*matrix.at(matrix.sources + offset, unit), kind, key)


def labels(plan: Plan) -> Iterator[tuple[int, int, str]]:
    """Yield column, row and letter of the lines behind the weights."""
    for matrix in matrices(plan):
        for offset, letter in enumerate(matrix.further):
            yield *matrix.at(matrix.sources + offset, -2), letter

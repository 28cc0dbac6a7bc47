"""A network too large to be drawn, as a matrix a layer: sources by units, their values around the weights.

A layer whose weights are shared is no such matrix: its arrays stand below each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlnet import keys
from xlnet.book.sheets.explore.picture import Heading, PictureCell
from xlnet.book.sheets.explore.plan import PICTURE_ROW, ExplorePlan
from xlnet.model.layers import KINDS
from xlnet.model.network import targets, units
from xlnet.spec import Shape, indices

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
        """Return the row and column of an item of a unit, from 0; −1 and −2 are the lines before the first."""
        down, across = (item, unit) if self.is_wide else (unit, item)
        return self.row + 3 + down, _FIRST_COLUMN + 2 + across


@dataclass(frozen=True)
class ArrayGrid:
    """An array, by keys, in lines along its last axis; each is led by the name of its first element."""

    kind: str
    row: int
    lines: tuple[tuple[str, ...], ...]

    @property
    def is_tall(self) -> bool:
        """Whether the lines go down the sheet, as the longer side does."""
        return len(self.lines[0]) > len(self.lines)

    @property
    def height(self) -> int:
        """The rows that it takes."""
        return 1 + len(self.lines[0]) if self.is_tall else len(self.lines)

    @property
    def width(self) -> int:
        """The columns that it takes."""
        return len(self.lines) if self.is_tall else 1 + len(self.lines[0])

    def at(self, line: int, item: int) -> tuple[int, int]:
        """Return the row and column of an item of a line, from 0; −1 is the name of the line."""
        down, across = (item + 1, line) if self.is_tall else (line, item + 1)
        return self.row + down, _FIRST_COLUMN + across


@dataclass(frozen=True)
class Grids:
    """A layer's arrays below each other: where it starts, and the grid of each."""

    number: int
    row: int
    grids: tuple[ArrayGrid, ...]

    @property
    def height(self) -> int:
        """The rows that it takes, its heading included."""
        return self.grids[-1].row + self.grids[-1].height - self.row

    @property
    def width(self) -> int:
        """The columns that it takes."""
        return max(grid.width for grid in self.grids)


def matrices(plan: ExplorePlan) -> list[Matrix | Grids]:
    """Return the matrix of every layer, or its grids."""
    spec = plan.model.spec.in_rows
    found: list[Matrix | Grids] = []
    row = PICTURE_ROW
    for number, layer in enumerate(spec.layers, 1):
        if KINDS[layer.type].shares_weights:
            found.append(_grids(plan, number, row))
            row += found[-1].height + 2
            continue
        further = ["b"] if layer.biases is not None else []
        further += ["z", "a"]
        if number == spec.last:
            further.append("t")
        matrix = Matrix(number, row, layer.inputs, layer.units, tuple(further))
        found.append(matrix)
        row += matrix.height + 2
    return found


def _grids(plan: ExplorePlan, number: int, row: int) -> Grids:
    spec, layer = plan.model.spec.in_rows, plan.model.spec.layers[number - 1]
    kind = KINDS[layer.type]
    arrays: list[tuple[str, list[str], Shape]] = [("value", units(spec, 0), layer.takes)] if number == 1 else []
    for array in kind.arrays:
        if array.letter in layer.arrays:
            shape = array.shape(layer.takes, layer.numbers)
            names = [keys.of_layer(array.letter, number, *place) for place in indices(shape)]
            arrays.append(("weight", names, shape))
    arrays += [("value", units(spec, number, letter), layer.gives) for letter in ("z", "a")]
    if number == spec.last:
        arrays.append(("value", targets(spec), layer.gives))
    grids: list[ArrayGrid] = []
    top = row + 2
    for cell, names, shape in arrays:
        lines = tuple(tuple(names[start : start + shape[-1]]) for start in range(0, len(names), shape[-1]))
        grids.append(ArrayGrid(cell, top, lines))
        top += grids[-1].height + 1
    return Grids(number, row, tuple(grids))


def _cells_of(grid: ArrayGrid) -> Iterator[PictureCell]:
    for line, every in enumerate(grid.lines):
        yield PictureCell(*grid.at(line, -1), "name", every[0])
        for item, key in enumerate(every):
            yield PictureCell(*grid.at(line, item), grid.kind, key)


def headings(plan: ExplorePlan) -> Iterator[Heading]:
    """Yield the headings."""
    for matrix in matrices(plan):
        yield Heading(matrix.number, _FIRST_COLUMN, _FIRST_COLUMN + matrix.width - 1, matrix.row)


def cells(plan: ExplorePlan) -> Iterator[PictureCell]:
    """Yield the cells of every matrix."""
    spec = plan.model.spec.in_rows
    for matrix in matrices(plan):
        number = matrix.number
        if isinstance(matrix, Grids):
            yield from (cell for grid in matrix.grids for cell in _cells_of(grid))
            continue
        for source, key in enumerate(units(spec, number - 1)):
            yield PictureCell(*matrix.at(source, -2), "name", key)
            yield PictureCell(*matrix.at(source, -1), "value", key)
        for unit, key in enumerate(units(spec, number)):
            yield PictureCell(*matrix.at(-1, unit), "name", key)
            for source in range(matrix.sources):
                yield PictureCell(*matrix.at(source, unit), "weight", keys.of_layer("w", number, unit + 1, source + 1))
        for offset, letter in enumerate(matrix.further):
            every = targets(spec) if letter == "t" else units(spec, number, letter)
            for unit, key in enumerate(every):
                kind = "weight" if letter == "b" else "value"
                yield PictureCell(*matrix.at(matrix.sources + offset, unit), kind, key)


def labels(plan: ExplorePlan) -> Iterator[tuple[int, int, str]]:
    """Yield row, column and letter of the lines behind the weights."""
    for matrix in matrices(plan):
        if isinstance(matrix, Matrix):
            for offset, letter in enumerate(matrix.further):
                yield *matrix.at(matrix.sources + offset, -2), letter

"""Between the sheets and the reference: cells as the reference's arrays, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlnet import keys, reference
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import BLANK
from xlnet.reference import Quantities
from xlnet.render.layout import Layout
from xlnet.spec import Spec

Indices = NDArray[np.intp]
Numbers = NDArray[np.float64]
# The number of the node at each row and column, from 0, of the first iteration.
Index = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Input:
    """A cell that a user may change: the quantity's key and group, and the number typed there.

    `choices` are the only values that it takes, words or whole numbers; none where it takes any number.
    """

    key: str
    group: str
    value: float
    choices: Sequence[str] | range = ()

    @property
    def is_word(self) -> bool:
        """Whether a word is chosen there."""
        return bool(self.choices) and not isinstance(self.choices, range)


@dataclass(frozen=True)
class Placement:
    """Where an array of the reference stands: columns and rows of its elements, from 0, each of the array's shape.

    Where `moves`, every iteration has the array; the rows are those of the first one, and `stride` rows below stands
    the next.
    """

    sheet: str
    columns: Indices
    rows: Indices
    moves: bool = False
    stride: int = 1

    def read(self, cells: NDArray[Any], iterations: int) -> NDArray[Any]:
        """Return the array from the cells of its sheet; its first axis is the iteration."""
        if not self.moves:
            fixed: NDArray[Any] = cells[self.rows, self.columns][None]
            return fixed
        below = self.stride * np.arange(iterations).reshape(-1, *(1,) * self.rows.ndim)
        found: NDArray[Any] = cells[self.rows + below, self.columns]
        return found


def placements(spec: Spec, layout: Layout, names: Iterable[str] | None = None) -> dict[str, Placement]:
    """Return where every quantity of the reference stands, or those of these names."""
    axes = reference.axes(spec)
    return {name: _placement(spec, layout, name, axes[name]) for name in (axes if names is None else names)}


def from_grids(places: Mapping[str, Placement], grids: Mapping[str, Grid], iterations: int) -> Quantities:
    """Return what recalculated sheets hold of so many iterations, by the reference's names and in its shapes.

    A blank cell is 0, as engines take it, except where a mean passes over it; any other cell without a number is NaN.
    """
    values = {sheet: np.where(grid.kinds == BLANK, 0.0, grid.values) for sheet, grid in grids.items()}
    quantities = {}
    for name, place in places.items():
        cells = grids[place.sheet].values if name.startswith("raw_") else values[place.sheet]
        quantities[name] = place.read(cells, iterations)
    return quantities


def to_table(places: Mapping[str, Placement], quantities: Quantities, iterations: int, index: Index) -> Numbers:
    """Return the reference's quantities as the table of iterations, a column each node; NaN where there is none.

    An identity layer's z and a share a place: the first that the reference computes is the one with a rule. `index`
    gives the number of the node that stands in the row (from 0) and column of the first iteration.
    """
    table = np.full((iterations, len(index)), np.nan)
    filled: set[int] = set()
    for name, array in quantities.items():
        place = places[name]
        if place.moves:
            own = [
                index[spot] for spot in zip(place.rows.ravel().tolist(), place.columns.ravel().tolist(), strict=True)
            ]
            if filled.isdisjoint(own):
                table[:, own] = array.reshape(len(array), -1)
                filled.update(own)
    return table


def _placement(spec: Spec, layout: Layout, name: str, axes: reference.Axes) -> Placement:
    whole = {"x": "data_x", "t": "data_t"} if spec.has_data_sheet and not spec.draws_samples else {}
    column = whole.get(name, name)
    if keys.element(column, 1) in layout.data:
        entries = [layout.data[keys.element(column, i + 1)] for i in range(axes.shape[-1])]
        samples, columns = np.arange(entries[0].top, entries[0].bottom + 1), [entry.left for entry in entries]
        grid_rows, grid_columns = np.meshgrid(samples, columns, indexing="ij")
        return Placement(entries[0].sheet, grid_columns - 1, grid_rows - 1)
    shape = (spec.batch_size, *axes.shape) if axes.sampled else axes.shape
    elements = [_key(spec, name, axes, indices) for indices in np.ndindex(*shape)]
    cells = [layout.cell(key) for key in elements]
    own_rows = np.array([cell.row - 1 for cell in cells], dtype=np.intp).reshape(shape)
    own_columns = np.array([cell.column - 1 for cell in cells], dtype=np.intp).reshape(shape)
    return Placement(cells[0].sheet, own_columns, own_rows, elements[0] in layout.spots, layout.stride)


def _key(spec: Spec, name: str, axes: reference.Axes, indices: tuple[int, ...]) -> str:
    """Return the key of an element of an array; its indices count from 0, the sample's first."""
    word = keys.LOSS if name == "losses" else name
    numbers = [index + 1 for index in indices]
    if not axes.sampled:
        return keys.element(word, *numbers)
    sample = numbers[0] if spec.batch_size > 1 else None
    return keys.of_sample(keys.element(word, *numbers[1:]), sample)

"""Between the sheets and the reference: cells as the reference's arrays, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlnet import keys, reference
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import BLANK
from xlnet.reference import Quantities
from xlnet.render.layout import DATA, FIRST_ROW, Layout
from xlnet.spec import Spec

Indices = NDArray[np.intp]


class Position(NamedTuple):
    """A cell; row and column count from 1."""

    sheet: str
    row: int
    column: int


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

    `rows` is None where every row of the table has the array.
    """

    sheet: str
    columns: Indices
    rows: Indices | None


def placements(spec: Spec, layout: Layout, names: Iterable[str] | None = None) -> dict[str, Placement]:
    """Return where every quantity of the reference stands, or those of these names."""
    axes = reference.axes(spec)
    return {name: _placement(spec, layout, name, axes[name]) for name in (axes if names is None else names)}


def from_grids(
    places: Mapping[str, Placement], grids: Mapping[str, Grid], rows: int, first_row: int = FIRST_ROW
) -> Quantities:
    """Return what recalculated sheets hold, by the reference's names and in its shapes; the table has so many rows.

    A blank cell is 0, as engines take it, except where a mean passes over it; any other cell without a number is NaN.
    """
    values = {sheet: np.where(grid.kinds == BLANK, 0.0, grid.values) for sheet, grid in grids.items()}
    quantities = {}
    for name, place in places.items():
        cells = grids[place.sheet].values if name == "raw_x" else values[place.sheet]
        if place.rows is None:
            quantities[name] = cells[first_row - 1 : first_row - 1 + rows][:, place.columns]
        else:
            quantities[name] = cells[place.rows, place.columns][None]
    return quantities


def to_table(places: Mapping[str, Placement], quantities: Quantities, rows: int, columns: int) -> NDArray[np.float64]:
    """Return the reference's quantities as the table of sheet Training; NaN where there is none.

    An identity layer's z and a share a column: the first that the reference computes is the one with a rule.
    """
    table = np.full((rows, columns), np.nan)
    filled: set[int] = set()
    for name, array in quantities.items():
        place = places[name]
        own = place.columns.ravel()
        if place.rows is None and filled.isdisjoint(own):
            table[:, own] = array.reshape(len(array), -1)
            filled.update(own)
    return table


def _placement(spec: Spec, layout: Layout, name: str, axes: reference.Axes) -> Placement:
    whole = {"x": "data_x", "t": "data_t"} if spec.has_data_sheet and not spec.draws_samples else {}
    column = whole.get(name, name)
    if keys.state(column, "1") in layout.data:
        entries = [layout.data[keys.element(column, i + 1)] for i in range(axes.shape[-1])]
        rows, columns = np.meshgrid(
            np.arange(entries[0].first, entries[0].last + 1), [entry.column for entry in entries], indexing="ij"
        )
        return Placement(DATA, columns - 1, rows - 1)
    shape = (spec.batch_size, *axes.shape) if axes.sampled else axes.shape
    elements = [_key(spec, name, axes, indices) for indices in np.ndindex(*shape)]
    if elements[0] in layout.columns:
        columns = np.array([layout.columns[key] - 1 for key in elements], dtype=np.intp)
        return Placement(layout.sheet, columns.reshape(shape), None)
    cells = [layout.cells[key] for key in elements]
    rows = np.array([(cell.row or 0) - 1 for cell in cells], dtype=np.intp)
    columns = np.array([cell.column - 1 for cell in cells], dtype=np.intp)
    return Placement(cells[0].sheet, columns.reshape(shape), rows.reshape(shape))


def _key(spec: Spec, name: str, axes: reference.Axes, indices: tuple[int, ...]) -> str:
    """Return the key of an element of an array; its indices count from 0, the sample's first."""
    word = keys.LOSS if name == "losses" else name
    numbers = [index + 1 for index in indices]
    if not axes.sampled:
        return keys.element(word, *numbers)
    sample = numbers[0] if spec.batch_size > 1 else None
    return keys.of_sample(keys.element(word, *numbers[1:]), sample)

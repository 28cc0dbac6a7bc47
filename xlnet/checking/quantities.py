"""Between the sheet and the reference: a grid's columns as the reference's arrays, and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlnet import keys, reference
from xlnet.checking.opened import Opened
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import BLANK
from xlnet.layout import FIRST_ROW, VALUE_ROW
from xlnet.reference import Quantities

Columns = NDArray[np.intp]


def from_grid(opened: Opened, grid: Grid) -> Quantities:
    """Return what a recalculated sheet holds, by the reference's names and in its shapes (see `reference`).

    A blank cell is 0, as engines take it; any other cell without a number is NaN.
    """
    values = np.where(grid.kinds == BLANK, 0.0, grid.values)
    quantities = {}
    for name, shape in reference.shapes(opened.spec).items():
        places, is_constant = _places(opened, name, shape)
        rows = values[VALUE_ROW - 1 : VALUE_ROW] if is_constant else values[FIRST_ROW - 1 : opened.last_row]
        quantities[name] = rows[:, places].reshape(len(rows), *shape)
    return quantities


def to_table(opened: Opened, quantities: Quantities) -> NDArray[np.float64]:
    """Return the reference's quantities as the sheet's table, a column a column; NaN where there is none.

    An identity layer's z and a share a column: the first that the reference computes is the one with a rule.
    """
    table = np.full((opened.rows, len(opened.graph.nodes)), np.nan)
    shapes = reference.shapes(opened.spec)
    filled: set[int] = set()
    for name, array in quantities.items():
        places, is_constant = _places(opened, name, shapes[name])
        if not is_constant and filled.isdisjoint(places):
            table[:, places] = array.reshape(len(array), -1)
            filled.update(places)
    return table


def _places(opened: Opened, name: str, shape: tuple[int, ...]) -> tuple[Columns, bool]:
    """Return the columns, from 0, of the elements of an array, and whether they are constants in row 2."""
    elements = [keys.element(name, *(index + 1 for index in indices)) for indices in np.ndindex(*shape)]
    is_constant = elements[0] in opened.layout.constants
    places = opened.layout.constants if is_constant else opened.layout.columns
    return np.array([places[key] - 1 for key in elements], dtype=np.intp), is_constant

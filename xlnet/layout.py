"""Where each quantity stands on a sheet. Formulas are rendered against a layout, never against column letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlnet.errors import UserError
from xlnet.graph.expression import Quantity
from xlnet.graph.node import Graph

TRAINING = "Training"
NAME_ROW, VALUE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4
LAST_SHEET_ROW, LAST_SHEET_COLUMN = 1_048_576, 16_384
MOST_ITERATIONS = LAST_SHEET_ROW - FIRST_ROW + 1


@dataclass(frozen=True)
class Place:
    """A cell as a formula sees it: its column, and a fixed row or, for None, the formula's own or the one above."""

    column: int
    row: int | None
    above: bool = False


@dataclass(frozen=True)
class Layout:
    """The places of a graph on sheet Training: constants in row 2, nodes a column each from row 4 down."""

    constants: Mapping[str, int]
    columns: Mapping[str, int]

    def place(self, quantity: Quantity) -> Place:
        """Return the place of `quantity` for a formula in a row of the table."""
        if quantity.key in self.constants:
            return Place(self.constants[quantity.key], VALUE_ROW)
        return Place(self.columns[quantity.key], None, quantity.above)


def training_layout(graph: Graph) -> Layout:
    """Return the layout of sheet Training; aliases share the place of the node they belong to.

    Raises UserError when the graph has more columns than a sheet.
    """
    columns: dict[str, int] = {}
    for column, node in enumerate(graph.nodes, 1):
        columns |= dict.fromkeys((node.key, *node.aliases), column)
    widest = max(len(graph.nodes), len(graph.constants))
    if widest > LAST_SHEET_COLUMN:
        raise UserError(
            f"this network needs {widest:,} columns and a sheet ends at {LAST_SHEET_COLUMN:,}: "
            "use fewer or smaller layers"
        )
    constants = {constant.key: column for column, constant in enumerate(graph.constants, 1)}
    return Layout(constants, columns)

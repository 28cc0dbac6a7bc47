"""The graph of one iteration: data, constants, and nodes in the order in which they are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlnet.graph.expression import Expression


@dataclass(frozen=True)
class Constant:
    """A quantity that is the same in every iteration and stands in one cell.

    `formula` is its formula where it is computed (a standardised input, a mean), None where a user may change it.
    """

    key: str
    group: str
    value: float
    formula: Expression | None = None


@dataclass(frozen=True)
class DataColumn:
    """A column of the Data sheet: one constant per sample, from the first."""

    key: str
    name: str
    constants: tuple[Constant, ...]


@dataclass(frozen=True)
class Node:
    """A quantity that every iteration has.

    `formula` holds in every iteration but the first, where `first` holds if there is one: a number that is typed
    (an initial weight) or a formula of its own. `typed` are the numbers of all iterations where none is computed (the
    samples of a shuffled order). `aliases` are further keys of the same quantity; `mathematics` is the readable rule,
    keys in braces, where the formula itself is not it.
    """

    key: str
    group: str
    formula: Expression | None
    first: float | Expression | None = None
    typed: Sequence[float] | None = None
    aliases: tuple[str, ...] = ()
    mathematics: str | None = None

    @property
    def first_formula(self) -> Expression | None:
        """The formula of the first iteration, None where a number is typed."""
        if self.first is None:
            return self.formula
        return self.first if isinstance(self.first, Expression) else None


@dataclass(frozen=True)
class Graph:
    """One iteration: a node's formula cites constants, data, earlier nodes, and any node of the iteration before.

    `settings` are the constants on sheet Training; `data` are the columns of sheet Data, empty where there is none;
    `statistics` are the constants beside them: means and deviations.
    """

    settings: tuple[Constant, ...]
    data: tuple[DataColumn, ...]
    statistics: tuple[Constant, ...]
    nodes: tuple[Node, ...]

"""The graph of one iteration: constants, and nodes in the order in which they are computed."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet.graph.expression import Expression


@dataclass(frozen=True)
class Constant:
    """A quantity that a user may change in its one cell and that is the same in every iteration."""

    key: str
    group: str
    value: float


@dataclass(frozen=True)
class Node:
    """A quantity that every iteration has.

    `formula` holds in every iteration but the first, where `first` holds if there is one: a number that is typed
    (an initial weight) or a formula of its own. `aliases` are further keys of the same quantity; `mathematics` is the
    readable rule, keys in braces, where the formula itself is not it.
    """

    key: str
    group: str
    formula: Expression
    first: float | Expression | None = None
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
    """One iteration: a node's formula cites constants, earlier nodes, and any node of the iteration before."""

    constants: tuple[Constant, ...]
    nodes: tuple[Node, ...]

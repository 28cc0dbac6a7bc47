"""The graph of one iteration: data, constants, and nodes in the order in which they are computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xlnet.graph.expression import Expression


class Group(StrEnum):
    """What a quantity is: the columns of a group stand side by side, have a colour, and one worst error in a report."""

    ITERATION = "iteration"
    SAMPLES = "samples"
    MASKS = "masks"
    SCHEDULE = "schedule"
    PARAMETERS = "parameters"
    FORWARD = "forward"
    LOSS = "loss"
    DELTAS = "deltas"
    GRADIENTS = "gradients"
    STATE = "state"
    NEXT = "next"
    # Of constants.
    INPUTS = "inputs"
    TARGETS = "targets"
    SETTINGS = "settings"
    STATISTICS = "statistics"
    STANDARDIZED = "standardized"
    STANDARDIZED_TARGETS = "standardized_targets"


@dataclass(frozen=True)
class Constant:
    """A quantity that is the same in every iteration and stands in one cell.

    `formula` is its formula where it is computed (a standardised input, a mean), None where a user may change it. `of`
    is the input or target that a mean or a deviation belongs to.
    """

    key: str
    group: str
    value: float
    formula: Expression | None = None
    of: str = ""


@dataclass(frozen=True)
class DataColumn:
    """A column of the Data sheet: one constant per sample, from the first, of the input or target `of`.

    It is `raw` where it holds an input or target as measured, which the network sees standardised.
    """

    key: str
    of: str
    name: str
    constants: tuple[Constant, ...]
    is_raw: bool = False


@dataclass(frozen=True)
class Node:
    """A quantity that every iteration has.

    `formula` holds in every iteration but the first, where `first` holds if there is one: a number that is typed
    (an initial weight) or a formula of its own. `typed` are the numbers of all iterations where none is computed (the
    samples of a shuffled order, the masks of a dropout). `aliases` are further keys of the same quantity; `mathematics`
    is the readable rule, keys in braces, where the formula itself is not it. `of` is the quantity whose gradient or
    whose part of the optimiser's state it is. `place` are its indices in the shape that the network has for it, where
    its key numbers it through: those of an input in a picture.
    """

    key: str
    group: str
    formula: Expression | None
    first: float | Expression | None = None
    typed: Sequence[float] | None = None
    aliases: tuple[str, ...] = ()
    mathematics: str | None = None
    of: str = ""
    place: tuple[int, ...] = ()

    @property
    def first_formula(self) -> Expression | None:
        """The formula of the first iteration, None where a number is typed."""
        if self.first is None:
            return self.formula
        return self.first if isinstance(self.first, Expression) else None


@dataclass(frozen=True)
class Graph:
    """One iteration: a node's formula cites constants, data, earlier nodes, and any node of the iteration before.

    `settings` are the constants on the Training sheet; `data` are the columns of the Data sheet, empty where there is
    none; `statistics` are the constants beside them: means and deviations. `held` go on below `data`, column by column,
    with the samples that are held out: no node cites them.
    """

    settings: tuple[Constant, ...]
    data: tuple[DataColumn, ...]
    statistics: tuple[Constant, ...]
    nodes: tuple[Node, ...]
    held: tuple[DataColumn, ...] = ()

    @property
    def data_constants(self) -> Iterator[Constant]:
        """All that stands on the Data sheet."""
        for column in (*self.data, *self.held):
            yield from column.constants
        yield from self.statistics

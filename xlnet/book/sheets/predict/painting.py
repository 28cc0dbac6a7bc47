"""An input that is a picture or a sequence, painted: a cell an element in its shape, and what the network makes of it.

Pictures have their rows and columns, channel beside channel; sequences go down, a step a row. The first row of the
table repeats the cells, so that the pass is one of those that stand there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from xlnet.graph.node import Group
from xlnet.graph.operations import SOFTMAX
from xlnet.model.layers import KINDS
from xlnet.model.tokens import tokens
from xlnet.render.tensors import Tensor, numbered
from xlnet.spec import Spec

# Behind the labels and the values of the controls.
FIRST_COLUMN = 4
# A larger picture is typed as a row of the table, as any other input is.
_LARGEST_SIDE, _LEAST_INPUTS = 40, 3


@dataclass(frozen=True)
class Painting:
    """Its heading stands in `row`; `inputs` and `outputs` are the keys of what is painted, and of what comes out."""

    spec: Spec
    row: int
    inputs: Sequence[str]
    outputs: Sequence[str]
    names_class: bool

    @cached_property
    def _taken(self) -> Tensor:
        takes = self.spec.layers[0].takes
        # A sequence of tokens is a column.
        return numbered("x", takes if len(takes) > 1 else (*takes, 1), self.inputs, Group.SAMPLES)

    @cached_property
    def _given(self) -> Tensor:
        gives = self.spec.layers[self.spec.last - 1].gives
        return numbered("y", gives if len(gives) > 1 else (*gives, 1), self.outputs, Group.FORWARD)

    @property
    def is_sequence(self) -> bool:
        """Whether its rows are the steps of a sequence."""
        first = self.spec.layers[0]
        return bool(tokens(self.spec)) or (len(first.takes) == 2 and KINDS[first.type].takes_steps is not False)

    @property
    def lists_outputs(self) -> bool:
        """Whether the outputs are a list, each with its name; otherwise they are an array of several axes."""
        return len(self.spec.layers[self.spec.last - 1].gives) == 1

    @property
    def names_steps(self) -> bool:
        """Whether there is a most likely class at every step: a softmax in each row."""
        return not self.lists_outputs and self.spec.layers[self.spec.last - 1].activation == SOFTMAX

    @property
    def first_class(self) -> int:
        """The number of the first class of a step: tokens count from 0."""
        return 0 if tokens(self.spec) else 1

    @property
    def first_row(self) -> int:
        """The first row of its cells."""
        return self.row + 1

    @property
    def size(self) -> tuple[int, int]:
        """The rows and the columns that are painted."""
        return self._taken.height, self._taken.width

    @property
    def output_size(self) -> tuple[int, int]:
        """The rows and the columns of the outputs, without their names."""
        return self._given.height, self._given.width

    @property
    def output_column(self) -> int:
        """The first column of the outputs' numbers; the names of a list stand before them."""
        return FIRST_COLUMN + self._taken.width + (2 if self.lists_outputs else 1)

    @property
    def class_row(self) -> int:
        """The row that names the class, below a list of outputs."""
        return self.first_row + self._given.height

    @property
    def step_class_column(self) -> int:
        """The column with the most likely class of each step."""
        return self.output_column + self._given.width + 1

    @property
    def last_column(self) -> int:
        """The last column that it takes."""
        return self.step_class_column if self.names_steps else self.output_column + self._given.width - 1

    @property
    def height(self) -> int:
        """The rows that it takes, its heading and a free one below it included."""
        return 2 + max(self._taken.height, self._given.height + (1 if self.names_class else 0))

    @cached_property
    def cells(self) -> dict[str, tuple[int, int]]:
        """The row and column of every input."""
        return {key: (self.first_row + row, FIRST_COLUMN + column) for key, (row, column) in self._taken.places.items()}

    @cached_property
    def output_cells(self) -> dict[str, tuple[int, int]]:
        """The row and column of every output."""
        first = self.output_column
        return {key: (self.first_row + row, first + column) for key, (row, column) in self._given.places.items()}

    @property
    def steps(self) -> range:
        """The rows of the steps that have a most likely class."""
        return range(self.first_row, self.first_row + self._given.height)


def is_painted(spec: Spec) -> bool:
    """Return whether a network takes a picture or a sequence of a size that can be painted."""
    takes = spec.layers[0].takes
    if spec.inputs < _LEAST_INPUTS or not (len(takes) > 1 or tokens(spec)):
        return False
    taken = numbered("x", takes if len(takes) > 1 else (*takes, 1), [str(n) for n in range(spec.inputs)], Group.SAMPLES)
    return max(taken.height, taken.width) <= _LARGEST_SIDE

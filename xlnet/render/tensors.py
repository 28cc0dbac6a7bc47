"""The tensors of an iteration, each drawn as the matrix it is: what belongs together, and in which shape, by the keys.

What is numbered through, as the inputs of a picture, has its place from its node.

Of the indices of a tensor the last one is a column and the one before it a row; a further one is a matrix beside the
first, and one more a row of matrices. The samples of a batch stand one under another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlnet import keys
from xlnet.graph.node import Node
from xlnet.spec import Shape, indices

# Columns between two matrices of a tensor, and rows.
GAP = 1


@dataclass
class Tensor:
    """Quantities of one name: w of layer 1, its gradient, its moment; `prefix` is "" or that of what belongs to it.

    `places` has the row and column of each in the tensor, both from 0, by the key of its node.
    """

    prefix: str
    letter: str
    layer: int | None
    group: str
    is_sampled: bool = False
    shape: tuple[int, ...] = ()
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its key without indices: d_w1."""
        return keys.state(self.prefix, self.inner) if self.prefix else self.inner

    @property
    def inner(self) -> str:
        """The name of what it belongs to: w1 of d_w1. The losses of samples are E@, and that of the batch E."""
        if self.layer is None:
            return f"{self.letter}@" if self.is_sampled and self.letter == keys.LOSS else self.letter
        return f"{self.letter}{self.layer}"

    @cached_property
    def height(self) -> int:
        """The rows that it takes."""
        return 1 + max(row for row, _ in self.places.values())

    @cached_property
    def width(self) -> int:
        """The columns that it takes."""
        return 1 + max(column for _, column in self.places.values())


def tensors(nodes: Sequence[Node]) -> list[Tensor]:
    """Return the tensors of an iteration's nodes, in the order in which their first ones come."""
    members: dict[tuple[str, str, int | None, bool], list[tuple[Node, keys.Parts]]] = {}
    for node in nodes:
        belonging = keys.belonging(node.key)
        prefix, inner = belonging or ("", node.key)
        parts = keys.parts(inner)
        members.setdefault((prefix, parts.letter, parts.layer, parts.sample is not None), []).append((node, parts))
    return [_tensor(*name, own) for name, own in members.items()]


def of_samples(every: Sequence[Tensor], samples: int) -> list[Tensor]:
    """Return the tensors of a batch of two samples as large as they are with so many; they hold their corners alone."""
    found = []
    for tensor in every:
        times = samples if tensor.is_sampled else 2
        corner = (tensor.height * times // 2 - 1, tensor.width - 1)
        found.append(replace(tensor, places={tensor.name: corner}))
    return found


def numbered(letter: str, shape: Shape, every: Sequence[str], group: str) -> Tensor:
    """Return what is numbered through, as inputs and targets are, in the shape that the network has for it."""
    names = [keys.of_layer(letter, 0, *place) for place in indices(shape)]
    (tensor,) = tensors([Node(name, group, None) for name in names])
    places = {key: tensor.places[name] for key, name in zip(every, names, strict=True)}
    return replace(tensor, layer=None, places=places)


def _tensor(
    prefix: str, letter: str, layer: int | None, is_sampled: bool, members: Sequence[tuple[Node, keys.Parts]]
) -> Tensor:
    found = Tensor(prefix, letter, layer, members[0][0].group, is_sampled)
    every = [node.place or parts.indices for node, parts in members]
    sizes = [max(axis) for axis in zip(*every, strict=True)]
    samples = [parts.sample or 1 for _, parts in members]
    found.shape = (*((max(samples),) if is_sampled else ()), *sizes)
    # Beside the weights that lead to the same units.
    is_column = len(sizes) == 1 and letter.startswith("b") and not is_sampled
    height = _place(tuple(sizes), sizes)[0] + 1
    for place, (node, parts) in zip(every, members, strict=True):
        row, column = _place(place, sizes)
        row += ((parts.sample or 1) - 1) * height
        found.places[node.key] = (column, row) if is_column else (row, column)
    return found


def _place(indices: tuple[int, ...], sizes: Sequence[int]) -> tuple[int, int]:
    """Return the row and column of an element, both from 0."""
    if len(indices) < 2:
        return 0, (indices[0] - 1 if indices else 0)
    row, column = indices[-2] - 1, indices[-1] - 1
    # A matrix beside another, then one below another, by turns.
    height, width = sizes[-2] + GAP, sizes[-1] + GAP
    for number, (index, size) in enumerate(zip(reversed(indices[:-2]), reversed(sizes[:-2]), strict=True)):
        if number % 2 == 0:
            column += (index - 1) * width
            width = width * size + GAP
        else:
            row += (index - 1) * height
            height = height * size + GAP
    return row, column

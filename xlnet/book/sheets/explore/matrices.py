"""A network that is not drawn unit by unit, as matrices: every tensor of the pass as in a block of the matrix layout.

Layer by layer, in the order in which they are computed: parameters, then what the forward pass makes of them. In the
backward view each has its gradient in its place. A tensor that is too large is left out, which its name says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets.explore.picture import CAPTION, Heading, PictureCell
from xlnet.book.sheets.explore.plan import PICTURE_ROW, ExplorePlan
from xlnet.graph.node import Group, Node
from xlnet.model.network import inputs, targets
from xlnet.render.excel import cell
from xlnet.render.lines import CAPTION as ABOVE
from xlnet.render.lines import Placed, height, in_line, lines
from xlnet.render.matrices import bands
from xlnet.render.tensors import Tensor, numbered, tensors

# All tensors together show so many numbers; one that would go beyond is left out.
MOST_NUMBERS = 20_000
_FIRST_COLUMN = 2
# A heading is at least as wide as the controls, and no wider than a screen.
_LEAST_LAST_COLUMN, _WIDEST_HEADING = 8, 17
_SHOWN = (Group.MASKS, Group.PARAMETERS, Group.FORWARD, Group.LOSS)


@dataclass(frozen=True)
class Band:
    """A layer's heading and its tensors; of number 0 those of the inputs, behind the last layer targets and losses."""

    number: int
    row: int
    placed: tuple[Placed, ...]
    left_out: frozenset[str]

    @property
    def last_column(self) -> int:
        """The last column that it takes."""
        return max(each.column + each.tensor.width for each in self.placed) - 1


@dataclass(frozen=True)
class Matrices:
    """The matrices of a network."""

    model: Model

    @cached_property
    def bands(self) -> list[Band]:
        """The bands, one below another."""
        found: list[Band] = []
        row, free = PICTURE_ROW, MOST_NUMBERS
        for number, every in self._every():
            left_out: set[str] = set()
            kept: list[Tensor] = []
            for tensor in every:
                if len(tensor.places) > free:
                    left_out.add(tensor.name)
                    kept.append(replace(tensor, places=dict(list(tensor.places.items())[:1])))
                else:
                    free -= len(tensor.places)
                    kept.append(tensor)
            below, placed = row + 1, list[Placed]()
            for line in lines(kept):
                placed += in_line(line, below, _FIRST_COLUMN)
                below += height(line)
            found.append(Band(number, row, tuple(placed), frozenset(left_out)))
            row = below
        return found

    def _every(self) -> Iterator[tuple[int, list[Tensor]]]:
        """Yield the tensors of inputs, layers, and targets with the loss."""
        spec = self.model.spec.in_rows
        yield 0, [numbered("x", spec.layers[0].takes, inputs(spec), Group.SAMPLES)]
        every = tensors(list(self._of_a_sample()))
        of_layers = [tensor for tensor in every if tensor.group != Group.LOSS]
        for number, own in bands(of_layers):
            yield number or 0, own
        losses = [tensor for tensor in every if tensor.group == Group.LOSS]
        own_targets = numbered("t", spec.layers[spec.last - 1].gives, targets(spec), Group.SAMPLES)
        yield len(spec.layers) + 1, [own_targets, *losses]

    def _of_a_sample(self) -> Iterator[Node]:
        """Yield what an iteration has of a sample, and what all samples share; inputs have a band of their own."""
        several = self.model.spec.batch_size > 1
        for node in self.model.graph.nodes:
            parts = keys.parts(node.key)
            is_of_batch = several and node.group == Group.LOSS and parts.sample is None
            if node.group in _SHOWN and parts.sample in (None, 1) and parts.layer != 0 and not is_of_batch:
                yield Node(keys.without_sample(node.key), node.group, None)


def headings(plan: ExplorePlan) -> Iterator[Heading]:
    """Yield the headings, each as wide as the widest band, so that they are one below another."""
    every = plan.model.once(Matrices).bands
    last = max(_LEAST_LAST_COLUMN, *(band.last_column for band in every))
    for band in every:
        yield Heading(band.number, _FIRST_COLUMN, min(last, _WIDEST_HEADING), band.row)


def cells(plan: ExplorePlan) -> Iterator[PictureCell]:
    """Yield the cells of every matrix, and above it that of its name."""
    for band in plan.model.once(Matrices).bands:
        for each in band.placed:
            tensor = each.tensor
            yield PictureCell(each.row - ABOVE, each.column, CAPTION, tensor.name)
            kind = "weight" if tensor.group == Group.PARAMETERS else "value"
            for key, (row, column) in tensor.places.items() if tensor.name not in band.left_out else ():
                yield PictureCell(each.row + row, each.column + column, kind, key)


def areas(plan: ExplorePlan) -> Iterator[str]:
    """Yield the cells of each tensor of several numbers: "C5:D9"."""
    for band in plan.model.once(Matrices).bands:
        for each in band.placed:
            if each.tensor.name not in band.left_out and len(each.tensor.places) > 1:
                last = each.row + each.tensor.height - 1, each.column + each.tensor.width - 1
                yield f"{cell(each.row, each.column)}:{cell(*last)}"


def captions(model: Model) -> dict[str, tuple[str, str]]:
    """Return what stands above each tensor, by its name, in the forward and in the backward view."""
    plan, symbols, texts = model.once(ExplorePlan), model.symbols, model.texts
    found: dict[str, tuple[str, str]] = {}
    for band in model.once(Matrices).bands:
        for each in band.placed:
            tensor = each.tensor
            symbol, shape = symbols(tensor.name), " × ".join(map(str, tensor.shape))
            turns = any(key in plan.slopes for key in tensor.places)
            text = (
                texts.get("explore", "left out")
                if tensor.name in band.left_out
                else "{name}  {shape}"
                if shape
                else "{name}"
            )
            names = (symbol, f"∂E/∂{symbol}" if turns else symbol)
            forward, backward = (text.format(name=name, shape=shape) for name in names)
            found[tensor.name] = forward, backward
    return found

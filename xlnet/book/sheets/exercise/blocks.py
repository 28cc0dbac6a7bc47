"""An exercise as matrices: each tensor drawn as in a block of the Training sheet, and a list of the boxes beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from xlnet import keys
from xlnet.book.sheets.exercise import NAME
from xlnet.book.sheets.exercise.listing import HEADER_ROW, NAME_ROW
from xlnet.book.sheets.exercise.outline import Face, Outline
from xlnet.book.sheets.exercise.sections import Section, is_input, sections
from xlnet.cell import Cell
from xlnet.exercise.exercise import before_update, new
from xlnet.graph.node import Group
from xlnet.render.lines import Placed, height, in_line, lines
from xlnet.render.tensors import Tensor, numbered, tensors
from xlnet.spec import Shape

FIRST_COLUMN = 2
# Of the list: symbol, mark, rule.
LIST_WIDTH = 3
_GIVEN = (Group.SCHEDULE, Group.PARAMETERS, Group.MASKS)


@dataclass(frozen=True)
class Panel:
    """A part of the sheet: its name, the group whose colours it has, the row of its head, and its matrices."""

    name: str
    group: str
    row: int
    placed: tuple[Placed, ...]


class Blocks:
    """Where the matrices stand, and the list beside them."""

    def __init__(self, plan: Outline) -> None:
        self.plan = plan

    @cached_property
    def panels(self) -> list[Panel]:
        """What is given, and what is computed, one below another."""
        every = tensors(self.plan.model.graph.nodes)
        known = {key: tensor for tensor in every for key in tensor.places}
        row = HEADER_ROW
        found = []
        for name, group, own in (
            ("given", Group.ITERATION, list(self._given(every))),
            *((section.name, section.group, _of_section(section, known)) for section in sections(self.plan)),
        ):
            placed: list[Placed] = []
            start = row + 1
            for line in lines(own):
                placed += in_line(line, start, FIRST_COLUMN)
                start += height(line)
            found.append(Panel(name, group, row, tuple(placed)))
            row = start + 1
        return found

    def _given(self, every: list[Tensor]) -> Iterator[Tensor]:
        graph, spec = self.plan.model.graph, self.plan.model.spec
        yield from (tensor for tensor in every if tensor.layer == 0)
        if not any(tensor.layer == 0 for tensor in every):
            yield from self._samples("x", spec.layers[0].takes)
        yield from self._samples("t", spec.layers[spec.last - 1].gives)
        of_samples = (Group.INPUTS, Group.TARGETS)
        for constant in (constant for constant in graph.settings if constant.group not in of_samples):
            yield Tensor("", constant.key, None, constant.group, places={constant.key: (0, 0)})
        yield from (tensor for tensor in every if tensor.group in _GIVEN)

    def _samples(self, letter: str, shape: Shape) -> Iterator[Tensor]:
        """Yield the inputs or targets, those of the samples of a batch one below another."""
        spec = self.plan.model.spec
        count = spec.inputs if letter == "x" else spec.outputs
        names = [keys.element(letter, number) for number in range(1, count + 1)]
        one = numbered(letter, shape, names, Group.SAMPLES)
        samples = [None] if spec.samples == 1 else range(1, spec.batch_size + 1)
        places = {
            keys.of_sample(key, sample): (row + one.height * number, column)
            for number, sample in enumerate(samples)
            for key, (row, column) in one.places.items()
        }
        size = (len(samples), *shape) if len(samples) > 1 else shape
        yield replace(one, places=places, shape=size, letter=letter, layer=None)

    @property
    def list_column(self) -> int:
        """The first column of the list of boxes."""
        return max(p.column + p.tensor.width for panel in self.panels for p in panel.placed) + 1

    @property
    def last_column(self) -> int:
        """The last column of the list."""
        return self.list_column + LIST_WIDTH - 1

    @property
    def margin_row(self) -> int:
        """The row of the tolerance, below the list; that of the decimals is the next one."""
        return HEADER_ROW + len(self.plan.blanks) + 3

    def list_row(self, number: int) -> int:
        """Return the row of a blank in the list, by its number from 0."""
        return HEADER_ROW + 1 + number

    def caption(self, tensor: Tensor) -> str:
        """Return the name of a tensor and its shape: "w⁽¹⁾ 3 × 4"."""
        symbols = self.plan.model.symbols
        if tensor.layer is None and not tensor.shape:
            return self.plan.words.symbol(next(iter(tensor.places)))
        name = symbols.tensor(tensor.prefix, tensor.letter, tensor.layer)
        if any(before_update(key) for key in tensor.places):
            name = self.plan.words.get("new").format(symbol=name)
        shape = " × ".join(map(str, tensor.shape))
        return f"{name}  {shape}" if shape else name

    def face(self) -> Face:
        """Return where the sheet has things."""
        values = {
            key: Cell(NAME, placed.row + row, placed.column + column)
            for panel in self.panels
            for placed in panel.placed
            for key, (row, column) in placed.tensor.places.items()
        }
        column = self.list_column
        return Face(
            values=values,
            marks={
                blank.key: Cell(NAME, self.list_row(number), column + 1)
                for number, blank in enumerate(self.plan.blanks)
            },
            name=Cell(NAME, NAME_ROW, FIRST_COLUMN + 2),
            score=Cell(NAME, NAME_ROW, column + 1),
            tolerance=Cell(NAME, self.margin_row, column + 1),
            decimals=Cell(NAME, self.margin_row + 1, column + 1),
        )


def _of_section(section: Section, known: dict[str, Tensor]) -> list[Tensor]:
    """Return the tensors of a section; parameters after the update have the shapes that they had before."""
    found: dict[str, Tensor] = {}
    for key in (key for line in section.lines for key in line.keys if not is_input(key)):
        own = before_update(key)
        tensor = known[own or key]
        if own and f"new {tensor.name}" not in found:
            found[f"new {tensor.name}"] = replace(
                tensor, places={new(each): place for each, place in tensor.places.items()}
            )
        elif not own:
            found.setdefault(f"{tensor.name} {tensor.is_sampled}", tensor)
    return list(found.values())

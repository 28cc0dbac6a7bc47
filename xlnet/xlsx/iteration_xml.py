"""The XML of iterations: written once, and filled in for each with row numbers and values.

Where an iteration is a row, 100 of them that start at a hundred have row numbers that differ from those of the next
100 in the digits before the last two only. So their XML is a text with placeholders for these digits and for the
values, and a row costs no more than its values: writing cell by cell takes ten times as long. Where an iteration is a
block of rows, its XML is cut once at each row number and value, and joined again around those of each iteration.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from operator import itemgetter

from openpyxl.utils import get_column_letter

from xlnet.xlsx.numbers import number_texts

# -2.2250738585072014e-308: no double needs more.
_BYTES_PER_VALUE = 24
# Control characters, which XML has no place for.
_LEADING_DIGITS, _ROW_ABOVE_BLOCK, _VALUE = "\0", "\1", "\2"
# What is filled in for each iteration: a row number of its own, one of the iteration before, a value.
_FILLED_IN = re.compile(rf"\{{(here|previous)\[(\d+)\]\}}|({_VALUE})")


@dataclass(frozen=True)
class Cell:
    """A cell in the row `offset` of an iteration, with the attributes behind its address.

    `formula` is the XML of its formula, None where it holds a typed number. All of a `fixed` cell is in `attributes`.
    """

    offset: int
    column: int
    attributes: str
    formula: str | None = None
    is_fixed: bool = False


class Written(ABC):
    """Iterations that hold the same formulas.

    `cells` are those of the table, one for each value; `beside` further ones, the same in each iteration.
    """

    def __init__(
        self, cells: Sequence[Cell], beside: Sequence[Cell], attributes: Mapping[int, str], stride: int
    ) -> None:
        self._width = len(cells)
        self._stride = stride
        self._attributes = attributes
        every = [*cells, *beside]
        # In the file cells stand row by row, from left to right.
        order = sorted(range(len(every)), key=lambda index: (every[index].offset, every[index].column))
        self._offsets = [every[index].offset for index in order]
        # The number of each cell's value, None where it has none.
        self._values = [None if every[index].is_fixed else index for index in order]
        self._finite, self._error = [], []
        for index in order:
            cell = every[index]
            start = f'<c r="{get_column_letter(cell.column)}{{here[{cell.offset}]}}"{cell.attributes}'
            if cell.is_fixed:
                self._finite.append(start)
                self._error.append(start)
                continue
            self._finite.append(f"{start}>{cell.formula or ''}<v>{_VALUE}</v></c>")
            self._error.append(f'{start} t="e">{cell.formula}<v>#NUM!</v></c>' if cell.formula else self._finite[-1])

    @abstractmethod
    def block(self, first: int, count: int, values: Sequence[float]) -> bytes:
        """Return the XML of `count` iterations from row `first` on, of which no cell is in error."""

    def one_by_one(self, first: int, values: Sequence[float]) -> bytes:
        """Return the XML of iterations of which some cells are in error."""
        found = []
        for number, start in enumerate(range(0, len(values), self._width)):
            own = [None if index is None else values[start + index] for index in self._values]
            cells = [
                error if value is not None and isnan(value) else finite
                for value, finite, error in zip(own, self._finite, self._error, strict=True)
            ]
            shown = [value for value, cell in zip(own, cells, strict=True) if value is not None and _VALUE in cell]
            row = first + number * self._stride
            found.append(_interleaved(self._at(row, cells).encode(), shown))
        return b"".join(found)

    def most_bytes(self, row: int) -> int:
        """Return a size that no iteration up to this row passes: what a cell in error adds is shorter than a value."""
        return len(self._at(row, self._finite).encode()) + self._width * _BYTES_PER_VALUE

    def _text(self, cells: Sequence[str]) -> str:
        """Return the rows of an iteration, to be filled in."""
        rows = [""] * self._stride
        for offset, cell in zip(self._offsets, cells, strict=True):
            rows[offset] += cell
        return "".join(
            f'<row r="{{here[{offset}]}}"{self._attributes.get(offset, "")}>{text}</row>'
            for offset, text in enumerate(rows)
            if text
        )

    def _at(self, row: int, cells: Sequence[str]) -> str:
        """Return the rows of the iteration that begins in `row`, to be filled with values."""
        here, previous = range(row, row + self._stride), range(row - self._stride, row)
        return self._text(cells).format(here=here, previous=previous)


class Lines(Written):
    """Iterations of one row, of which `step`, a power of ten, have a text in common."""

    def __init__(
        self, cells: Sequence[Cell], beside: Sequence[Cell], attributes: Mapping[int, str], stride: int, step: int
    ) -> None:
        super().__init__(cells, beside, attributes, stride)
        self._step = step

    def block(self, first: int, count: int, values: Sequence[float]) -> bytes:
        """Return the XML of `count` rows, which begin and end between two round numbers."""
        leading, start = divmod(first, self._step)
        if count == self._step and leading:
            template = self._whole_block
        else:
            template = self._template(range(start, start + count), is_led=leading > 0)
        text = template.replace(_LEADING_DIGITS.encode(), b"%d" % leading)
        return _interleaved(text.replace(_ROW_ABOVE_BLOCK.encode(), b"%d" % (first - 1)), values)

    @cached_property
    def _whole_block(self) -> bytes:
        return self._template(range(self._step), is_led=True)

    def _template(self, last_digits: range, *, is_led: bool) -> bytes:
        digits = len(str(self._step)) - 1
        numbers = [f"{_LEADING_DIGITS}{n:0{digits}}" if is_led and digits else f"{n}" for n in last_digits]
        if self._step == 1:
            numbers = [_LEADING_DIGITS]
        text = self._text(self._finite)
        above = [_ROW_ABOVE_BLOCK, *numbers]
        return "".join(text.format(here=[n], previous=[a]) for n, a in zip(numbers, above, strict=False)).encode()


class Blocks(Written):
    """Iterations of several rows."""

    def block(self, first: int, count: int, values: Sequence[float]) -> bytes:
        """Return the XML of `count` iterations."""
        pieces, picked = self._cut
        stride, width = self._stride, self._width
        # The numbers of all rows, from the first one of the iteration before.
        rows = [b"%d" % row for row in range(first - stride, first + count * stride)]
        texts = number_texts(values)
        found: list[bytes] = []
        for number in range(count):
            own_rows = rows[number * stride : (number + 2) * stride]
            pieces[1::2] = picked(own_rows + texts[number * width : (number + 1) * width])
            found += pieces
        return b"".join(found)

    @cached_property
    def _cut(self) -> tuple[list[bytes], Callable[[Sequence[bytes]], tuple[bytes, ...]]]:
        """The XML cut where something is filled in: every second piece is to be; and what picks these pieces.

        They are picked from the row numbers of the iteration before, those of its own, and its values.
        """
        values = iter([index for index in self._values if index is not None])
        pieces, places, end = [], [], 0
        text = self._text(self._finite)
        for match in _FILLED_IN.finditer(text):
            pieces += [_unescaped(text[end : match.start()]), b""]
            end = match.end()
            which, offset, _ = match.groups()
            if which is None:
                places.append(2 * self._stride + next(values))
            else:
                places.append(int(offset) + self._stride * (which == "here"))
        # An iteration has the numbers of two rows at least, and a value: what picks several returns a tuple.
        return [*pieces, _unescaped(text[end:])], itemgetter(*places)


def _unescaped(text: str) -> bytes:
    """Return what `str.format` makes of a text in which nothing is filled in."""
    return text.replace("{{", "{").replace("}}", "}").encode()


def _interleaved(template: bytes, values: Sequence[float]) -> bytes:
    """Return `template` with `values` in place of its placeholders."""
    pieces = template.split(_VALUE.encode())
    filled: list[bytes] = [b""] * (2 * len(pieces) - 1)
    filled[0::2] = pieces
    filled[1::2] = number_texts(values)
    return b"".join(filled)

"""Long tables of formulas filled down, streamed: XML is written once for a block of rows, and filled in for each block.

In a block of 100 rows that starts at a hundred, row numbers differ from the next block's in the digits before the last
two only. So a block's XML is a text with placeholders for these digits and for the values, and a row costs no more than
its values: writing cell by cell takes ten times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from math import isnan

from openpyxl.utils import get_column_letter

from xlnet.xlsx.numbers import number_texts

_CELLS_PER_BLOCK = 20_000
# -2.2250738585072014e-308: no double needs more.
_BYTES_PER_VALUE = 24
# Control characters, which XML has no place for.
_LEADING_DIGITS, _ROW_ABOVE_BLOCK, _VALUE = "\0", "\1", "\2"
# A sheet's name in quotation marks, or a text: an exclamation mark in these says nothing.
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")


@dataclass(frozen=True)
class TableColumn:
    """A formula filled down, where an iteration is a block of rows: `{here[0]}` stands for the number of the block's
    first row, `{previous[0]}` for that of the block before.

    `first_formula` is the formula of the first iteration; either is None where the cells hold typed numbers. It stands
    in `column`, in the row `offset` of the block.
    """

    first_formula: str | None
    formula: str | None
    column: int
    offset: int = 0


@dataclass(frozen=True)
class RowBlock:
    """The values of some rows, row by row in one list; NaN is a cell in error, and `is_finite` says there is none."""

    values: list[float]
    is_finite: bool


@dataclass(frozen=True)
class Table:
    """A table to stream into a sheet: `iterations` blocks of `stride` rows from `first_row` on.

    `blocks` have as many iterations as `block_sizes` says. `is_shared` writes each formula once and refers to it from
    the rows below, where the format allows that. The cells' styles are those that the frame gives the first two
    iterations.
    """

    first_row: int
    iterations: int
    columns: Sequence[TableColumn]
    blocks: Iterable[RowBlock]
    is_shared: bool = False
    stride: int = 1

    @property
    def last_row(self) -> int:
        """The last row."""
        return self.first_row + self.iterations * self.stride - 1

    @property
    def last_column(self) -> int:
        """The last column."""
        return max(column.column for column in self.columns)


def block_sizes(first_row: int, iterations: int, columns: int, stride: int = 1) -> list[int]:
    """Return the number of iterations of each block: the first two alone, then up to the next round number."""
    # Where an iteration takes several rows, blocks need not begin at a round number: each is written by itself.
    step = _step(columns * stride)
    last = first_row + iterations - 1
    sizes = [1] * min(2, iterations)
    row = first_row + len(sizes)
    while row <= last:
        end = min(last + 1, (row // step + 1) * step)
        sizes.append(end - row)
        row = end
    return sizes


def row_styles(xml: str, row: int) -> dict[str, str]:
    """Return the style number of each column of a row, by column letter."""
    return dict(re.findall(rf'<c r="([A-Z]+){row}" s="(\d+)"', xml))


def styles_of(xml: str, row: int, columns: Sequence[TableColumn]) -> list[str]:
    """Return the style numbers of the cells of the iteration in `row`. Raises KeyError where one has none."""
    found = {offset: row_styles(xml, row + offset) for offset in {column.offset for column in columns}}
    return [found[column.offset][get_column_letter(column.column)] for column in columns]


def table_rows(table: Table, first_styles: Sequence[str], later_styles: Sequence[str]) -> Iterator[bytes]:
    """Yield the XML of the rows; the styles are those of the first and of later iterations, a number each cell."""
    special, later = _kinds_of_rows(table, first_styles, later_styles)
    row = table.first_row
    for block in table.blocks:
        rows = special.get(row, later)
        count = len(block.values) // len(table.columns)
        yield rows.block(row, count, block.values) if block.is_finite else rows.one_by_one(row, block.values)
        row += count * table.stride


def most_bytes(table: Table, first_styles: Sequence[str], later_styles: Sequence[str]) -> int:
    """Return a size that `table_rows` stays below, whatever the values are."""
    special, later = _kinds_of_rows(table, first_styles, later_styles)
    others = table.iterations * later.most_bytes(table.last_row)
    return others + sum(rows.most_bytes(table.last_row) for rows in special.values())


def _kinds_of_rows(
    table: Table, first_styles: Sequence[str], later_styles: Sequence[str]
) -> tuple[dict[int, _Rows], _Rows]:
    """Return the iterations that are unlike the others, by their first row, and the others."""
    formulas = [_formula(column.formula) for column in table.columns]
    firsts = [_formula(column.first_formula) for column in table.columns]
    special = {table.first_row: _Rows(table, firsts, first_styles)}
    if not table.is_shared or table.stride > 1:
        return special, _Rows(table, formulas, later_styles)
    second = table.first_row + 1
    defining, citing = [*formulas], [*formulas]
    for number, formula in enumerate(formulas):
        if formula is not None and not _cites_a_sheet(formula):
            defining[number] = _shared(number, formula, second, table.last_row)
            citing[number] = _citing(number)
    special[second] = _Rows(table, defining, later_styles)
    return special, _Rows(table, citing, later_styles)


def _step(columns: int) -> int:
    """Return the rows of a block, a power of ten: about as many cells whatever the columns."""
    return next((step for step in (100, 10) if step * columns <= _CELLS_PER_BLOCK), 1)


def _formula(text: str | None) -> str | None:
    return None if text is None else f"<f>{escape(text.removeprefix('='), quote=False)}</f>"


def _cites_a_sheet(formula: str) -> bool:
    """Return whether a formula cites another sheet: the format forbids to share it, Apache POI computes it wrong."""
    return "!" in _QUOTED.sub("", formula)


def _shared(number: int, formula: str, first: int, last: int) -> str:
    """Return the formula of column `number` (from 0) as one that the rows from `first` to `last` cite."""
    letter = get_column_letter(number + 1)
    return formula.replace("<f>", f'<f t="shared" ref="{letter}{first}:{letter}{last}" si="{number}">')


def _citing(number: int) -> str:
    return f'<f t="shared" si="{number}"/>'


class _Rows:
    """The XML of iterations that hold the same formulas, None where they hold typed numbers."""

    def __init__(self, table: Table, formulas: Sequence[str | None], styles: Sequence[str]) -> None:
        self._width = len(formulas)
        self._stride = table.stride
        self._step = _step(self._width * self._stride)
        columns = table.columns
        # In the file cells stand row by row, from left to right.
        self._order = sorted(range(self._width), key=lambda index: (columns[index].offset, columns[index].column))
        self._offsets = [columns[index].offset for index in self._order]
        self._finite, self._error = [], []
        for index in self._order:
            formula, letter = formulas[index], get_column_letter(columns[index].column)
            start = f'<c r="{letter}{{here[{columns[index].offset}]}}" s="{styles[index]}"'
            value = f"<v>{_VALUE}</v></c>"
            self._finite.append(f"{start}>{formula or ''}{value}")
            self._error.append(f'{start} t="e">{formula}<v>#NUM!</v></c>' if formula else self._finite[-1])

    def block(self, first: int, count: int, values: Sequence[float]) -> bytes:
        """Return the XML of `count` iterations that begin and end between two round numbers."""
        if self._stride > 1:
            return self.one_by_one(first, values)
        leading, start = divmod(first, self._step)
        if count == self._step and leading:
            template = self._whole_block
        else:
            template = self._template(range(start, start + count), self._finite, is_led=leading > 0)
        return self._filled(template, first, values)

    def one_by_one(self, first: int, values: Sequence[float]) -> bytes:
        """Return the XML of iterations of which some cells are in error."""
        found = []
        for number, offset in enumerate(range(0, len(values), self._width)):
            row = [values[offset + index] for index in self._order]
            cells = [
                error if isnan(value) else finite
                for value, finite, error in zip(row, self._finite, self._error, strict=True)
            ]
            finite = [value for value, cell in zip(row, cells, strict=True) if _VALUE in cell]
            text = self._iteration(cells, first + number * self._stride)
            found.append(_interleaved(text.encode(), finite))
        return b"".join(found)

    def most_bytes(self, number: int) -> int:
        """Return a size that no iteration up to this row passes: what a cell in error adds is shorter than a value."""
        return len(self._iteration(self._finite, number).encode()) + self._width * _BYTES_PER_VALUE

    @cached_property
    def _whole_block(self) -> bytes:
        return self._template(range(self._step), self._finite, is_led=True)

    def _template(self, last_digits: range, cells: Sequence[str], *, is_led: bool) -> bytes:
        digits = len(str(self._step)) - 1
        numbers = [f"{_LEADING_DIGITS}{n:0{digits}}" if is_led and digits else f"{n}" for n in last_digits]
        if self._step == 1:
            numbers = [_LEADING_DIGITS]
        above = [_ROW_ABOVE_BLOCK, *numbers]
        return "".join(map(lambda n, a: self._row(cells, n, a), numbers, above)).encode()

    def _iteration(self, cells: Sequence[str], row: int) -> str:
        """Return the rows of an iteration that begins in `row`."""
        here, previous = range(row, row + self._stride), range(row - self._stride, row)
        rows = [""] * self._stride
        for offset, cell in zip(self._offsets, cells, strict=True):
            rows[offset] += cell
        return "".join(f'<row r="{row + offset}">{text}</row>' for offset, text in enumerate(rows) if text).format(
            here=here, previous=previous
        )

    def _row(self, cells: Sequence[str], number: str, above: str) -> str:
        text = "".join(cells).format(here=[number], previous=[above])
        return f'<row r="{number}">{text}</row>'

    def _filled(self, template: bytes, first: int, values: Sequence[float]) -> bytes:
        leading = b"%d" % (first // self._step)
        above = b"%d" % (first - 1)
        text = template.replace(_LEADING_DIGITS.encode(), leading).replace(_ROW_ABOVE_BLOCK.encode(), above)
        return _interleaved(text, values)


def _interleaved(template: bytes, values: Sequence[float]) -> bytes:
    """Return `template` with `values` in place of its placeholders."""
    pieces = template.split(_VALUE.encode())
    filled: list[bytes] = [b""] * (2 * len(pieces) - 1)
    filled[0::2] = pieces
    filled[1::2] = number_texts(values)
    return b"".join(filled)

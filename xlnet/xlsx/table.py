"""Long tables of formulas filled down, streamed a block of iterations at a time; `iteration_xml` makes their XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from openpyxl.utils import column_index_from_string, get_column_letter

from xlnet.xlsx.iteration_xml import Blocks, Cell, Lines, Written

_CELLS_PER_BLOCK = 20_000
# A sheet's name in quotation marks, or a text: an exclamation mark in these says nothing.
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")

# A cell: the letters of its column, what stands behind its address, and the number of its style.
_FRAMED = re.compile(r"""<c r="([A-Z]+)\d+"((?: s="(\d+)")?[^>]*?(?:/>|>.*?</c>))""", re.DOTALL)
_HEIGHT = r"""(?: ht="[\d.]+" customHeight="1")?"""
_HEIGHT = r"""(?: ht="[\d.]+" customHeight="1")?"""
_HEIGHT = r"""(?: ht="[\d.]+" customHeight="1")?"""
# A text, or nothing.
_FIXED = re.compile(r"""(?: s="\d+")?(?: t="s"><v>\d{1,9}</v></c>|(?: t="n")? ?/>)""")


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
    the rows below, where the format allows that and an iteration is one row. The cells' styles are those that the frame
    gives the first two iterations, and what it has beside these cells in the second one, all further ones have too.
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


@dataclass(frozen=True)
class Frame:
    """What a sheet's frame gives an iteration.

    The style numbers of the table's cells; the attributes of its rows, by offset; and cells with texts, or empty ones,
    which the table does not have: their offsets and columns, and their XML behind the address.
    """

    styles: Sequence[str]
    attributes: Mapping[int, str] = field(default_factory=dict)
    beside: Sequence[tuple[int, int, str]] = ()


def block_sizes(first_row: int, iterations: int, columns: int) -> list[int]:
    """Return the number of iterations of each block: the first two alone, then up to the next round number."""
    step = _step(columns)
    last = first_row + iterations - 1
    sizes = [1] * min(2, iterations)
    row = first_row + len(sizes)
    while row <= last:
        end = min(last + 1, (row // step + 1) * step)
        sizes.append(end - row)
        row = end
    return sizes


def frame_of(xml: str, row: int, columns: Sequence[TableColumn], stride: int = 1) -> Frame:
    """Return the frame of the iteration that begins in `row`. Raises KeyError where a cell has no style."""
    own = {(column.offset, column.column) for column in columns}
    styles: dict[tuple[int, int], str] = {}
    attributes: dict[int, str] = {}
    beside = []
    for offset in range(stride):
        found = re.search(rf'<row r="{row + offset}"({_HEIGHT})>(.*?)</row>', xml, re.DOTALL)
        if found is None:
            continue
        attributes[offset] = found[1]
        for letters, behind, style in _FRAMED.findall(found[2]):
            place = (offset, column_index_from_string(letters))
            if place in own:
                styles |= {place: style} if style else {}
            elif _FIXED.fullmatch(behind):
                beside.append((*place, behind))
    return Frame([styles[column.offset, column.column] for column in columns], attributes, beside)


def table_rows(table: Table, first: Frame, later: Frame) -> Iterator[bytes]:
    """Yield the XML of the rows, with what the frame gives the first and later iterations."""
    special, others = _kinds_of_rows(table, first, later)
    row = table.first_row
    for block in table.blocks:
        rows = special.get(row, others)
        count = len(block.values) // len(table.columns)
        yield rows.block(row, count, block.values) if block.is_finite else rows.one_by_one(row, block.values)
        row += count * table.stride


def most_bytes(table: Table, first: Frame, later: Frame) -> int:
    """Return a size that `table_rows` stays below, whatever the values are."""
    special, others = _kinds_of_rows(table, first, later)
    last = table.last_row - table.stride + 1
    return table.iterations * others.most_bytes(last) + sum(rows.most_bytes(last) for rows in special.values())


def _kinds_of_rows(table: Table, first: Frame, later: Frame) -> tuple[dict[int, Written], Written]:
    """Return the iterations that are unlike the others, by their first row, and the others."""
    formulas = [_formula(column.formula) for column in table.columns]
    firsts = [_formula(column.first_formula) for column in table.columns]
    special = {table.first_row: _written(table, firsts, first)}
    if not table.is_shared or table.stride > 1:
        return special, _written(table, formulas, later)
    second = table.first_row + 1
    defining, citing = [*formulas], [*formulas]
    for number, formula in enumerate(formulas):
        if formula is not None and not _cites_a_sheet(formula):
            defining[number] = _shared(number, formula, second, table.last_row)
            citing[number] = _citing(number)
    special[second] = _written(table, defining, later)
    return special, _written(table, citing, later)


def _written(table: Table, formulas: Sequence[str | None], frame: Frame) -> Written:
    """Return how iterations are written that hold these formulas."""
    of_table = [
        Cell(column.offset, column.column, f' s="{style}"', formula)
        for column, formula, style in zip(table.columns, formulas, frame.styles, strict=True)
    ]
    beside = [Cell(offset, column, behind, is_fixed=True) for offset, column, behind in frame.beside]
    if table.stride == 1:
        return Lines(of_table, beside, frame.attributes, 1, _step(len(of_table)))
    return Blocks(of_table, beside, frame.attributes, table.stride)


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

"""What a check wants of a workbook's sheets: as many rows and columns as xlnet writes, and its own formulas there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xlnet.book.live import Formula, Typed
from xlnet.book.model import Model
from xlnet.cell import Cell
from xlnet.render.excel import at_row, formula
from xlnet.render.layout import Layout
from xlnet.sheet_size import LAST_SHEET_ROW
from xlnet.xlsx.table import TableColumn

# Right of and below what xlnet writes a person may have cells of their own.
MARGIN = 50
# What programs write around what is in a cell, and around a row.
_AROUND_CELL, _AROUND_ROW, _AROUND_SHEET = 100, 500, 64_000_000
# A row of a sheet without a table may take so many bytes.
_LONGEST_ROW = 1_000_000
# A table may have been filled further down.
_TIMES_FURTHER, _ROWS_FURTHER = 4, 20_000
# A sheet beside Training: its name, the cells that a person fills in, and its formulas.
Source = tuple[str, Sequence[Typed], Sequence[Formula]]
Training = tuple[Model, Sequence[Source]]


@dataclass(frozen=True)
class WantedTable:
    """Iterations as xlnet writes them: the formulas of the nodes, by key, filled down as `layout` says."""

    columns: Mapping[str, TableColumn]
    layout: Layout

    def formula(self, row: int, column: int) -> str | None:
        """Return the formula that xlnet writes into a cell, without "="."""
        layout = self.layout
        node = layout.node_at(Cell(layout.sheet, row, column))
        if node is None:
            return None
        key, iteration = node
        text = self.columns[key].first_formula if iteration == 1 else self.columns[key].formula
        return None if text is None else at_row(text, layout.row(iteration), layout.stride).removeprefix("=")

    def formulas(self) -> Iterator[tuple[str, int]]:
        """Yield the formulas, each with the number of cells it is filled into."""
        layout = self.layout
        for column in self.columns.values():
            if column.formula is not None:
                second = at_row(column.formula, layout.row(2), layout.stride)
                yield second.removeprefix("="), layout.iterations - 1

    @property
    def longest(self) -> int:
        """The bytes that the formulas of a row may take."""
        return max(self._bytes.values())

    @property
    def largest(self) -> int:
        """The bytes that the formulas of an iteration may take."""
        return sum(self._bytes.values())

    @cached_property
    def _bytes(self) -> dict[int, int]:
        """The bytes that the formulas of each row of an iteration may take."""
        layout = self.layout
        row = layout.row(layout.iterations)
        found = dict.fromkeys(range(layout.stride), 0)
        for column in self.columns.values():
            found[column.offset] += 3 * len(at_row(column.formula or "", row, layout.stride).encode())
        return found


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a sheet: how many rows and columns, and the formulas that xlnet writes there, by position.

    Where a `table` is given, it may go on below.
    """

    rows: int
    columns: int
    own: Mapping[tuple[int, int], str] = field(default_factory=dict)
    table: WantedTable | None = None

    def formula(self, row: int, column: int) -> str | None:
        """Return the formula that xlnet writes into a cell, without "="."""
        in_table = self.table.formula(row, column) if self.table else None
        return self.own.get((row, column)) if in_table is None else in_table

    def formulas(self) -> Iterator[tuple[str, int]]:
        """Yield the formulas that xlnet writes, each with the number of cells it is filled into."""
        yield from ((text, 1) for text in self.own.values())
        if self.table:
            yield from self.table.formulas()

    @property
    def longest_row(self) -> int:
        """The bytes that a row of the sheet may take, whichever program has written it."""
        formulas = self.table.longest if self.table else _LONGEST_ROW
        return _AROUND_ROW + formulas + _AROUND_CELL * self.columns

    @property
    def largest(self) -> int:
        """The bytes that the sheet may take."""
        if self.table:
            formulas = self.table.largest * -(-self.most_rows // self.table.layout.stride)
            return _AROUND_SHEET + formulas + (_AROUND_ROW + _AROUND_CELL * self.columns) * self.most_rows
        return _AROUND_SHEET + self.rows * (_AROUND_ROW + _AROUND_CELL * self.columns)

    @property
    def most_rows(self) -> int:
        """The rows that are read."""
        if self.table:
            return min(_TIMES_FURTHER * self.rows + _ROWS_FURTHER, LAST_SHEET_ROW)
        return self.rows + MARGIN


def wanted(trainings: Iterable[Training]) -> dict[str, Wanted]:
    """Return what is wanted of the sheets of these trainings, by the workbook's own titles."""
    found: dict[str, Wanted] = {}
    for model, sources in trainings:
        table = {node.key: column for node, column in zip(model.graph.nodes, model.columns, strict=True)}
        live = {name: _own(lives) for name, _, lives in sources}
        layout = model.layout
        own_live = live.pop(model.name, {})
        found[model.name] = Wanted(layout.last_row, model.last_column, own_live, WantedTable(table, layout))
        if model.graph.data:
            own = {
                (place.row, place.column): at_row(
                    formula(constant.formula, layout, place.sheet), place.row
                ).removeprefix("=")
                for constant in model.graph.data_constants
                if constant.formula is not None
                for place in [layout.cells[constant.key]]
            }
            places = [place for place in layout.cells.values() if place.sheet == model.data_sheet]
            rows, width = max(place.row for place in places), max(place.column for place in places)
            _add(found, model.data_sheet, Wanted(rows, width, own))
        for name, typed, lives in sources:
            if name != model.name:
                cells = [(cell.row, cell.column) for cell in typed] + [
                    (live.cell.row, live.cell.column) for live in lives
                ]
                rows, width = (max((cell[side] for cell in cells), default=1) for side in (0, 1))
                _add(found, name, Wanted(rows, width, live[name]))
    return found


def _add(found: dict[str, Wanted], title: str, more: Wanted) -> None:
    """Add what one training wants of a sheet to what others want of it."""
    known = found.get(title, more)
    rows, width = max(known.rows, more.rows), max(known.columns, more.columns)
    found[title] = Wanted(rows, width, {**known.own, **more.own})


def _own(lives: Iterable[Formula]) -> dict[tuple[int, int], str]:
    return {(live.cell.row, live.cell.column): live.text.removeprefix("=") for live in lives}

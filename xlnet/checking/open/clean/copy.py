"""Writes the clean copy: a workbook of our own making, with what is wanted of a stranger's sheets in it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Protocol

from xlnet.cell import Cell
from xlnet.checking.open.clean.book import Book
from xlnet.checking.open.clean.cells import Reader
from xlnet.checking.open.clean.formulas import Judge
from xlnet.checking.open.clean.frame import MAIN, frame
from xlnet.checking.open.held import NOTHING, Held
from xlnet.checking.open.untouched import own_rows, split_rows
from xlnet.checking.open.wanted import MARGIN, Wanted, WantedTable
from xlnet.sheet_size import FIRST_ROW, LAST_SHEET_COLUMN

# On sheets of their own people may have so much.
_OWN_ROWS, _OWN_COLUMNS, _MOST_OWN_SHEETS = 1_000, 100, 20
_MOST_WITHOUT_FORMULA = 500_000


class TakesRows(Protocol):
    """What is told of the rows of a sheet with a table, in their order; those that are blank may be left out."""

    def take(self, row: int, cells: Mapping[int, Held]) -> None:
        """Take what the cells of a row hold, by column."""

    def take_as_written(self, iterations: int) -> None:
        """Take so many iterations that are xlnet's own, and follow the last one."""


@dataclass(frozen=True)
class CleanCopy:
    """A copy at `path` of the workbook `source`.

    By the workbook's own titles: what the cells hold of the wanted sheets without a table, by row and column; which
    formulas were refused; which names stand for which cells.
    """

    source: Path
    path: Path
    held: Mapping[str, Mapping[tuple[int, int], Held]]
    refused: Mapping[Cell, str]
    names: Mapping[str, str]

    def holds(self, cell: Cell) -> Held:
        """Return what a cell holds of a wanted sheet without a table."""
        return self.held[cell.sheet].get((cell.row, cell.column), NOTHING)


def write(book: Book, wanted: Mapping[str, Wanted], tables: Mapping[str, TakesRows], path: Path) -> CleanCopy:
    """Write what is `wanted` of the sheets, by their titles, and the user's own sheets, to `path`.

    `tables` take the rows of the sheets that hold a table.
    """
    others = [title for title in book.titles if title not in wanted][:_MOST_OWN_SHEETS]
    kept = [title for title in book.titles if title in wanted or title in others]
    judge = Judge(
        titles={title.casefold() for title in kept},
        names={name.casefold() for name in book.names},
        own=[formula for sheet in wanted.values() for formula in sheet.formulas()],
    )
    held: dict[str, dict[tuple[int, int], Held]] = {}
    refused: dict[Cell, str] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, xml in frame(kept, book.names):
            package.writestr(name, xml)
        for number, title in enumerate(kept, 1):
            sheet = _Sheet(book, title, wanted.get(title), judge, tables.get(title))
            with package.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                sheet.write(part)
            refused |= {Cell(title, row, column): text for (row, column), text in sheet.reader.refused.items()}
            if title in wanted and title not in tables:
                held[title] = sheet.held
    return CleanCopy(book.package.path, path, held, refused, book.names)


class _Sheet:
    """A sheet on its way from the stranger's file into the copy."""

    def __init__(
        self, book: Book, title: str, wanted: Wanted | None, judge: Judge, table: TakesRows | None = None
    ) -> None:
        self.held: dict[tuple[int, int], Held] = {}
        self._book, self._title, self._table = book, title, table
        self._is_wanted, self._wanted = wanted is not None, wanted or Wanted(_OWN_ROWS, _OWN_COLUMNS)
        self._last_row = self._without_formula = 0
        of_table = self._wanted.table
        self._second = of_table.layout.row(2) if of_table else 0
        # In each row of an iteration.
        self._formulas = [0] * (of_table.layout.stride if of_table else 1)
        for column in of_table.columns.values() if of_table else ():
            self._formulas[column.offset] += column.formula is not None
        self.reader = Reader(
            judge=judge,
            strings=book.strings,
            own=self._wanted.formula,
            error=lambda problem: book.error(title, problem),
            tells_all=self._is_wanted,
        )

    def write(self, part: IO[bytes]) -> None:
        """Write the sheet."""
        wanted, width = self._wanted, min(self._wanted.columns + MARGIN, LAST_SHEET_COLUMN)
        # Without a word on its size openpyxl would read the whole sheet first to find it out.
        part.write(f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>'.encode())
        for element in self._book.rows(self._title, self._chunks(part), wanted.longest_row):
            row = self.reader.row_of(element, self._last_row)
            self._count_missing(row - 1)
            self._last_row = row
            if row > wanted.most_rows:
                continue
            cells = {
                column: self.reader.clean(row, column, cell) for column, cell in self.reader.cells(row, element, width)
            }
            held = {column: each for column, (_, each) in cells.items()}
            if self._second <= row <= wanted.rows:
                formulas = sum(each.formula is not None for each in held.values())
                self._count_without_formula(self._formulas_in(range(row, row + 1)) - formulas)
            if self._table:
                self._table.take(row, held)
            elif self._is_wanted:
                self.held |= {(row, column): each for column, each in held.items()}
            part.write(f'<row r="{row}">{"".join(xml for xml, _ in cells.values())}</row>'.encode())
        self._count_missing(wanted.rows)
        part.write(b"</sheetData></worksheet>")

    def _count_missing(self, row: int) -> None:
        """Count the rows of the table that are not there between the last one and `row`, `row` among them."""
        missing = range(max(self._last_row + 1, FIRST_ROW), min(row, self._wanted.rows) + 1)
        self._count_without_formula(self._formulas_in(missing))

    def _formulas_in(self, rows: range) -> int:
        """Return how many formulas xlnet writes into rows of the table."""
        whole, rest = divmod(len(rows), len(self._formulas))
        some = (self._formulas[(row - FIRST_ROW) % len(self._formulas)] for row in rows[:rest])
        return whole * sum(self._formulas) + sum(some)

    def _count_without_formula(self, cells: int) -> None:
        """Raise UserError where all in all too many cells of the table hold no formula: each would be a difference."""
        self._without_formula += max(cells, 0)
        if self._without_formula > _MOST_WITHOUT_FORMULA:
            raise self._book.error(
                self._title,
                f"has no formula in more than {_MOST_WITHOUT_FORMULA:,} cells where the Template sheet wants one "
                "(truncated, or pasted as values)",
            )

    def _chunks(self, part: IO[bytes]) -> Iterator[bytes]:
        """Yield the sheet's XML but for the rows that are xlnet's own, which go straight into the copy."""
        chunks = self._book.package.chunks(self._book.parts[self._title], self._wanted.largest)
        table = self._wanted.table
        if table is None:
            yield from chunks
            return
        pieces = split_rows(chunks, self._wanted.longest_row)
        first, second = (b'<row r="%d"' % table.layout.row(iteration) for iteration in (1, 2))
        height = 0
        for piece in pieces:
            # The reader has come as far as the row above by now: the first iteration did not stand in a comment.
            if height and piece.startswith(second) and FIRST_ROW <= self._last_row < table.layout.row(2):
                yield from self._others(part, chain([piece], pieces), table, height)
                height = 0
                continue
            height += bool(height) or piece.startswith(first)
            yield piece

    def _others(self, part: IO[bytes], pieces: Iterator[bytes], table: WantedTable, height: int) -> Iterator[bytes]:
        """Write the rows of the table that are xlnet's own, from the second iteration on, and yield the others.

        Of an iteration's rows, `height` have cells.
        """
        expected = self._last_row
        for rows in own_rows(pieces, list(table.columns.values()), table.layout, height):
            expected += rows.count * table.layout.stride
            if rows.is_own:
                # As `Reader.clean` writes cells with formulas.
                part.write(rows.xml.replace(b'"><f', b'" t="n"><f'))
                self._last_row = expected
                if self._table:
                    self._table.take_as_written(rows.count)
            else:
                yield rows.xml
            if self._last_row != expected:
                # The reader is elsewhere: in a comment, or in a row that is no row.
                return

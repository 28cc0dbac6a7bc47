"""Writes the clean copy: a workbook of our own making, with what is wanted of a stranger's sheets in it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol
from xml.sax.saxutils import escape, quoteattr

from xlnet.cell import Cell
from xlnet.checking.open.clean.book import LONGEST, Book
from xlnet.checking.open.clean.cells import Reader
from xlnet.checking.open.clean.formulas import Judge
from xlnet.checking.open.held import NOTHING, Held
from xlnet.checking.open.untouched import own_rows, split_rows
from xlnet.render.excel import at_row
from xlnet.render.layout import Layout
from xlnet.sheet_size import FIRST_ROW, LAST_SHEET_COLUMN, LAST_SHEET_ROW
from xlnet.xlsx.table import TableColumn

# Right of and below what xlnet writes a person may have cells of their own, and on sheets of their own.
_MARGIN = 50
_OWN_ROWS, _OWN_COLUMNS, _MOST_OWN_SHEETS = 1_000, 100, 20
# What programs write around what is in a cell, and around a row.
_AROUND_CELL, _AROUND_ROW, _AROUND_SHEET = 100, 500, 64_000_000
# A table may have been filled further down.
_TIMES_FURTHER, _ROWS_FURTHER = 4, 20_000
_MOST_WITHOUT_FORMULA = 500_000
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


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
        """The bytes that the formulas of an iteration may take."""
        row = self.layout.row(self.layout.iterations)
        texts = (at_row(column.formula or "", row, self.layout.stride) for column in self.columns.values())
        return sum(3 * len(text.encode()) for text in texts)


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
        formulas = self.table.longest if self.table else LONGEST
        return _AROUND_ROW + formulas + _AROUND_CELL * self.columns

    @property
    def largest(self) -> int:
        """The bytes that the sheet may take."""
        if self.table:
            return _AROUND_SHEET + self.longest_row * self.most_rows
        return _AROUND_SHEET + self.rows * (_AROUND_ROW + _AROUND_CELL * self.columns)

    @property
    def most_rows(self) -> int:
        """The rows that are read."""
        if self.table:
            return min(_TIMES_FURTHER * self.rows + _ROWS_FURTHER, LAST_SHEET_ROW)
        return self.rows + _MARGIN


class TakesRows(Protocol):
    """What is told of the rows of a sheet with a table, in their order; those that are blank may be left out."""

    def take(self, row: int, cells: Mapping[int, Held]) -> None:
        """Take what the cells of a row hold, by column."""

    def take_as_written(self, rows: int) -> None:
        """Take so many rows that are xlnet's own, and follow the last one."""


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
        for name, xml in _frame(kept, book.names):
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
        columns = of_table.columns.values() if of_table else ()
        formulas = sum(column.formula is not None for column in columns)
        # Of an iteration's rows the average.
        self._formulas_of_row = formulas // of_table.layout.stride if of_table else 0
        self.reader = Reader(
            judge=judge,
            strings=book.strings,
            own=self._wanted.formula,
            error=lambda problem: book.error(title, problem),
            tells_all=self._is_wanted,
        )

    def write(self, part: IO[bytes]) -> None:
        """Write the sheet."""
        wanted, width = self._wanted, min(self._wanted.columns + _MARGIN, LAST_SHEET_COLUMN)
        # Without a word on its size openpyxl would read the whole sheet first to find it out.
        part.write(f'<worksheet xmlns="{_MAIN}"><dimension ref="A1"/><sheetData>'.encode())
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
            if FIRST_ROW < row <= wanted.rows:
                formulas = sum(each.formula is not None for each in held.values())
                self._count_without_formula(self._formulas_of_row - formulas)
            if self._table:
                self._table.take(row, held)
            elif self._is_wanted:
                self.held |= {(row, column): each for column, each in held.items()}
            part.write(f'<row r="{row}">{"".join(xml for xml, _ in cells.values())}</row>'.encode())
        self._count_missing(wanted.rows)
        part.write(b"</sheetData></worksheet>")

    def _count_missing(self, row: int) -> None:
        """Count the rows of the table that are not there between the last one and `row`, `row` among them."""
        missing = min(row, self._wanted.rows) - max(self._last_row, FIRST_ROW - 1)
        self._count_without_formula(self._formulas_of_row * missing)

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
        # Where an iteration takes several rows, each row is read.
        if table is None or table.layout.stride > 1:
            yield from chunks
            return
        pieces = split_rows(chunks, self._wanted.longest_row)
        first = b'<row r="%d">' % FIRST_ROW
        for piece in pieces:
            yield piece
            # The reader has come as far as this row by now: it did not stand in a comment.
            if piece.startswith(first) and self._last_row == FIRST_ROW:
                yield from self._others(part, pieces, table)

    def _others(self, part: IO[bytes], pieces: Iterator[bytes], table: WantedTable) -> Iterator[bytes]:
        """Write the rows of the table that are xlnet's own, from the second one on, and yield the others."""
        expected = FIRST_ROW
        for rows in own_rows(pieces, list(table.columns.values()), table.layout):
            expected += rows.count
            if rows.is_own:
                part.write(rows.xml)
                self._last_row = expected
                if self._table:
                    self._table.take_as_written(rows.count)
            else:
                yield rows.xml
            if self._last_row != expected:
                # The reader is elsewhere: in a comment, or in a row that is no row.
                return


def _frame(titles: Sequence[str], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the parts around the sheets."""
    numbers = range(1, len(titles) + 1)
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
    parts += [(f"xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
    kinds = "".join(f'<Override PartName="/{part}" ContentType="{_KIND}.{kind}+xml"/>' for part, kind in parts)
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    yield "[Content_Types].xml", f'<Types xmlns="{_TYPES}">{default}{kinds}</Types>'
    yield "_rels/.rels", _links([("officeDocument", "xl/workbook.xml")])
    sheets = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _links([*sheets, ("styles", "styles.xml")])
    entries = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{n}" r:id="rId{n}"/>' for n, title in enumerate(titles, 1)
    )
    cells = "".join(f"<definedName name={quoteattr(name)}>{escape(text)}</definedName>" for name, text in names.items())
    defined = f"<definedNames>{cells}</definedNames>" if cells else ""
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINK}"><sheets>{entries}</sheets>{defined}</workbook>',
    )
    yield "xl/styles.xml", _STYLES


def _links(links: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINK}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{_LINKS}">{entries}</Relationships>'

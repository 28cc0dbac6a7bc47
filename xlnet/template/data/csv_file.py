"""A CSV file as a table: the names of its columns, and its rows with the numbers of their lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple, NoReturn

from xlnet.errors import UserError
from xlnet.sheet_size import MOST_SAMPLES
from xlnet.template.data import dialect
from xlnet.template.data.cells import looks_like_number
from xlnet.template.data.encoded import decoded
from xlnet.template.text_file import UnreadableError, read_bytes
from xlnet.template.toml_table import TomlTable

# A sheet full of samples takes less.
_LARGEST = 1_000_000_000
_MOST_NAMES = 30


class Row(NamedTuple):
    """A row: the number of the line that it starts in, from 1, its cells, and the file where it is another one."""

    line: int
    cells: list[str]
    path: Path | None = None


@dataclass(frozen=True)
class CsvFile:
    """A CSV file that was read.

    `header` are the names of the columns, `is_named` says whether the file has them in a line of its own, and
    `nameless` are the positions of those that it leaves without one. `decimal` is its decimal sign. `guess` says what
    was found out about the file and is not as usual.
    """

    path: Path
    header: tuple[str, ...]
    is_named: bool
    rows: list[Row]
    decimal: str
    guess: str = ""
    nameless: frozenset[int] = frozenset()

    def fail(self, problem: str, row: Row | None = None, column: int | None = None) -> NoReturn:
        """Raise UserError that names the file, the line and the column."""
        line = "" if row is None else f"line {row.line}"
        called = "" if column is None else f"column {self.called(column)}"
        place = ", ".join(part for part in (line, called) if part)
        path = self.path if row is None else row.path or self.path
        raise UserError(f"{path}: {place + ': ' if place else ''}{problem}{self.taken}")

    def called(self, column: int) -> str:
        """Return the name of a column, with its position where another one has the same."""
        name = self.header[column]
        return name if self.header.count(name) == 1 else f"{name} (c{column + 1})"

    @property
    def taken(self) -> str:
        """What messages say of how the file was taken."""
        return f" (the file was taken to have {self.guess})" if self.guess else ""

    @property
    def columns(self) -> str:
        """The names of the columns, as messages list them."""
        others = len(self.header) - _MOST_NAMES
        return ", ".join(self.header[:_MOST_NAMES]) + (f" and {others} more" if others > 0 else "") + self.taken


def read_csv(table: TomlTable, path: Path, key: str = "csv") -> CsvFile:
    """Return the CSV file at a path, which a key named, read as the table [data] says. Raises UserError."""
    try:
        text = decoded(read_bytes(path, _LARGEST), table.text("encoding", ""))
    except UnreadableError as error:
        table.fail(key, f"{path}: {error}")
    lines = list(io.StringIO(text, newline=""))
    decimal = _decimal(table)
    told = dialect.separator_line(lines[0]) if lines else None
    first = _first_line(lines, 0 if told is None else 1)
    given = _separator(table) or told
    separator = given or dialect.guessed_separator(lines[first:], decimal)
    try:
        rows = [
            Row(line, cells)
            for line, cells in dialect.records(islice(lines, first, None), separator, before=first)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        table.fail(key, f"{path}: not a CSV file: {error}")
    guesses = [] if given or separator == "," else [f"{dialect.said(separator)} as separator"]
    if decimal is None:
        decimal = dialect.guessed_decimal((cell for row in rows for cell in row.cells), separator)
        if decimal is None:
            row, cell = next((row, cell) for row in rows for cell in row.cells if dialect.may_be_thousands(cell))
            CsvFile(path, (), False, rows, ".", " and ".join(guesses)).fail(
                f"{cell.strip()!r} is either a decimal number or has a thousands separator: say --decimal . or "
                "--decimal , (thousands separators have to be removed)",
                row,
            )
        if decimal == "," or separator == ";":
            guesses.append(f"a decimal {'comma' if decimal == ',' else 'point'}")
    return _with_header(table, CsvFile(path, (), False, rows, decimal, " and ".join(guesses)))


def _separator(table: TomlTable) -> str:
    given = table.text("separator", "")
    separator = dialect.SEPARATORS.get(given.casefold(), given)
    if len(separator) > 2 or separator in ('"', "\n", "\r"):
        table.fail("separator", "must be one or two characters, or comma, semicolon, tab, space or pipe")
    return separator


def _decimal(table: TomlTable) -> str | None:
    given = table.text("decimal", "")
    decimal = dialect.DECIMALS.get(given.casefold(), given)
    if decimal not in ("", ".", ","):
        table.fail("decimal", f'must be "." or ",", not {given!r}')
    return decimal or None


def _first_line(lines: Sequence[str], start: int) -> int:
    """Return the index of the first line that is neither blank nor a comment."""
    found = (index for index in range(start, len(lines)) if lines[index].strip() and not lines[index].startswith("#"))
    return next(found, len(lines))


def _with_header(table: TomlTable, file: CsvFile) -> CsvFile:
    """Return the file with the names of its columns, and rows that have a cell for each. Raises UserError."""
    if not file.rows:
        file.fail("has no samples: add them")
    first = file.rows[0]
    is_named = table.flag("header", True)
    if is_named and "header" not in table.content:
        found = [cell.strip() for cell in first.cells if looks_like_number(cell)]
        if found:
            file.fail(
                f"holds numbers ({', '.join(found[:3])}{', …' if len(found) > 3 else ''}): say --no-header if it is a "
                "sample (the columns are called c1, c2, … then), or --header if these are the names of the columns",
                first,
            )
    rows = file.rows[1:] if is_named else file.rows
    if not rows:
        file.fail("needs a header row and at least one sample: add what is missing (or say --no-header)")
    if len(rows) > MOST_SAMPLES:
        file.fail(f"a sheet has room for {MOST_SAMPLES:,} samples, not {len(rows):,}")
    width = _width(first, rows)
    for row in rows:
        if len(row.cells) < width or any(cell.strip() for cell in row.cells[width:]):
            file.fail(f"has {len(row.cells)} cells, but the first line has {width}: fix the line", row)
    given = [cell.strip() if is_named else "" for cell in first.cells[:width]]
    header = tuple(name or f"c{number}" for number, name in enumerate(given, 1))
    nameless = frozenset(position for position, name in enumerate(given) if is_named and not name)
    return CsvFile(file.path, header, is_named, rows, file.decimal, file.guess, nameless)


def _width(first: Row, rows: Sequence[Row]) -> int:
    """Return the number of columns, without those at the end that hold nothing at all: lines may end in separators."""
    width = len(first.cells)
    while width and not first.cells[width - 1].strip():
        if any(len(row.cells) >= width and row.cells[width - 1].strip() for row in rows):
            break
        width -= 1
    return width

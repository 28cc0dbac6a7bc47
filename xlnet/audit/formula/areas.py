"""Cells as a user names them: one or several areas, such as 'My sheet'!B4:E9,$H$4."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string

from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW

_END = r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
_AREA = re.compile(rf"\s*(?:('(?:[^']|'')+'|[^'!:,]+)!)?{_END}(?::{_END})?\s*")


@dataclass(frozen=True)
class NamedArea:
    """An area, with the title of its sheet or None, its first and last row and column, from 1, and as it is written."""

    title: str | None
    row: int
    column: int
    last_row: int
    last_column: int
    text: str

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns it has."""
        return self.last_row - self.row + 1, self.last_column - self.column + 1


def read_areas(text: str) -> list[NamedArea]:
    """Return the areas that a text names, parted by commas; one without a sheet is on that of the area before.

    Raises ValueError where it names no cells.
    """
    found: list[NamedArea] = []
    start = 0
    while True:
        match = _AREA.match(text, start)
        if match is None or (match.end() < len(text) and text[match.end()] != ","):
            raise ValueError(text)
        title = match[1] or (found[-1].title if found else None)
        if match[1] and title and title.startswith("'"):
            title = title[1:-1].replace("''", "'")
        first = int(match[3]), column_index_from_string(match[2].upper())
        last = (int(match[5]), column_index_from_string(match[4].upper())) if match[4] else first
        rows, columns = sorted((first[0], last[0])), sorted((first[1], last[1]))
        if rows[0] < 1 or rows[1] > LAST_SHEET_ROW or columns[1] > LAST_SHEET_COLUMN:
            raise ValueError(text)
        found.append(NamedArea(title, rows[0], columns[0], rows[1], columns[1], match[0].strip()))
        if match.end() == len(text):
            return found
        start = match.end() + 1

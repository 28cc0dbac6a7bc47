"""How a CSV file is written: what stands between its cells, and the decimal sign. Found out where it is not told."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from xlnet.template.data.cells import number

# By the names that a user may give them; some shells take a tab or a semicolon for themselves.
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "space": " ", "pipe": "|"}
DECIMALS = {"point": ".", "comma": ",", "dot": "."}
# In this order: a comma may be a decimal sign where another one separates, a blank a part of a name.
_CANDIDATES = ("\t", ";", "::", "|", ",", " ")
_SAID = {",": "comma", ";": "semicolon", "\t": "tab", " ": "space", "|": "|"}
_SEPARATOR_LINE = re.compile(r'"?sep=(.|\\t)"?\s*', re.IGNORECASE)
_GUESSED_FROM = 60
# A character for private use stands for a separator of two characters, which the csv module does not know.
_SINGLE = "\ue000"
_THOUSAND = re.compile(r"\s*[+-]?[1-9]\d{0,2}[.,]\d{3}\s*")
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*")


def separator_line(line: str) -> str | None:
    """Return the separator that a first line `sep=;` names, as Excel writes and reads it; None for any other line."""
    found = _SEPARATOR_LINE.fullmatch(line)
    return None if found is None else found[1].replace("\\t", "\t")


def guessed_separator(lines: Sequence[str], decimal: str | None) -> str:
    """Return the separator that divides the first lines alike; one that is the decimal sign only as a last resort."""
    candidates = sorted(_CANDIDATES, key=lambda candidate: candidate == decimal)
    shapes = {candidate: _shape(lines[:_GUESSED_FROM], candidate) for candidate in candidates}
    alike = [candidate for candidate in candidates if len(shapes[candidate]) == 1 and shapes[candidate] != {1}]
    firsts = {candidate: _width(lines[:1], candidate) for candidate in candidates if candidate != " "}
    most = max(firsts, key=lambda candidate: (firsts[candidate], candidate == ","))
    # Where no separator divides all lines alike, a message on the odd line will help; a blank may follow a comma.
    return most if not alike or (alike == [" "] and firsts[most] > 1) else alike[0]


def guessed_decimal(cells: Iterable[str], separator: str) -> str | None:
    """Return the decimal sign that the numbers are written with; None where they may be thousands as well.

    A cell of a file with commas that has a comma inside is left to be refused.
    """
    if separator == ",":
        return "."
    points = commas = maybe_points = maybe_commas = False
    for cell in cells:
        if "," in cell and _DECIMAL_COMMA.fullmatch(cell):
            commas, maybe_commas = commas or not may_be_thousands(cell), True
        elif "." in cell and number(cell, ".") is not None:
            points, maybe_points = points or not may_be_thousands(cell), True
    if points or commas:
        return "." if points else ","
    # A semicolon separates where a comma is the decimal sign, so a point may be one of thousands there.
    return None if maybe_commas or (maybe_points and separator == ";") else "."


def may_be_thousands(cell: str) -> bool:
    """Return whether a cell is a number above 1 with three digits behind its only comma or point."""
    return _THOUSAND.fullmatch(cell) is not None


def records(
    lines: Iterable[str], separator: str, *, before: int = 0, strict: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line that it starts in, from 1: quoted cells may have several lines.

    So many lines of the file come `before`. Raises csv.Error, which names the line.
    """
    if len(separator) > 1:
        lines = (line.replace(separator, _SINGLE) for line in lines)
    if separator == " ":
        lines = (line.replace("\t", " ").rstrip(" \r\n") + "\n" for line in lines)
    single = separator if len(separator) == 1 else _SINGLE
    reader = csv.reader(lines, delimiter=single, skipinitialspace=True, strict=strict)
    start = before + 1
    try:
        for record in reader:
            yield start, record
            start = before + reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(f"line {before + reader.line_num}: {error}") from None


def said(separator: str) -> str:
    """Return what messages call a separator."""
    return _SAID.get(separator, repr(separator)[1:-1])


def _shape(lines: Sequence[str], separator: str) -> set[int]:
    """Return how many cells the records in some lines have."""
    widths = set()
    try:
        for _, record in records(lines, separator, strict=False):
            if any(cell.strip() for cell in record):
                widths.add(len(record))
    except csv.Error:
        return set()
    return widths


def _width(lines: Sequence[str], separator: str) -> int:
    return max(_shape(lines, separator), default=0)

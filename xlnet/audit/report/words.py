"""Numbers, names and counts in the words of a report."""

from __future__ import annotations

import math

from xlnet.audit.findings import Table, Weight, Wrong

_LONGEST_NAME = 40
_LONGEST_SYMBOL = 12
_DIGITS, _MOST_DIGITS = 6, 15


def plain(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return what a cell of a stranger's file says as a part of a line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def number(value: float) -> str:
    """Return a number with six digits."""
    return f"{value:.{_DIGITS}g}" if math.isfinite(value) else "no number"


def unlike(found: float, expected: float) -> tuple[str, str]:
    """Return two numbers that differ with six digits, or as many as it takes to see that they do."""
    for digits in range(_DIGITS, _MOST_DIGITS + 1):
        texts = tuple(f"{value:.{digits}g}" if math.isfinite(value) else "no number" for value in (found, expected))
        if texts[0] != texts[1]:
            return texts[0], texts[1]
    return number(found), number(expected)


def counted(count: int, one: str, several: str = "") -> str:
    """Return a count with its noun: 1 weight, 1,024 weights."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def listed(texts: list[str], most: int) -> str:
    """Return the first texts of a list, and how many there are besides."""
    more = len(texts) - most
    return ", ".join(texts) if more <= 0 else f"{', '.join(texts[:most])} and {more:,} more"


def local(cell: str, sheet: str) -> str:
    """Return a cell's address without its sheet, where that is the one that is spoken of."""
    title, mark, address = cell.rpartition("!")
    if mark and (title == sheet or title == "'" + sheet.replace("'", "''") + "'"):
        return address
    return cell


def title_of(cell: str) -> str:
    """Return the title of the sheet in an address, as it stands on its tab."""
    title = cell.rpartition("!")[0]
    return title[1:-1].replace("''", "'") if title.startswith("'") else title


def name(weight: Weight) -> str:
    """Return what a weight is called: what stands above it, or its first cell."""
    return plain(weight.header) or weight.first


def derivative(weight: Weight) -> str:
    """Return how the gradient of a weight is written: ∂E/∂w3; in words where the weight has no name like that."""
    header = plain(weight.header)
    if header and len(header) <= _LONGEST_SYMBOL and " " not in header:
        return f"∂E/∂{header}"
    return f"gradient for {header}" if header else "gradient for the weight"


def with_cell(table: Table, weight: Weight, wrong: Wrong) -> str:
    """Return a weight's name and its cell in the step that is wrong: w3 (G33)."""
    cell = local(wrong.weight or weight.first, table.sheet)
    header = plain(weight.header)
    return f"{header} ({cell})" if header else cell

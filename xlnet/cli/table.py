"""A table for a terminal: aligned columns, as many as there is room for."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

from xlnet.cli.messages import printable

GAP = "  "
Value = str | float


def aligned(header: Sequence[str], rows: Sequence[Sequence[Value]], optional: Collection[int], width: int) -> str:
    """Return a table of lines of up to `width` characters; the `optional` columns that do not fit are left out.

    Numbers have six digits. A last line tells how many columns are left out.
    """
    columns = [[_shown(name), *(_shown(row[number]) for row in rows)] for number, name in enumerate(header)]
    widths = [max(map(_width, column)) for column in columns]
    are_texts = [any(isinstance(row[number], str) and row[number] for row in rows) for number in range(len(header))]
    kept = [number for number in range(len(header)) if number not in optional]
    for number in optional:
        if sum(widths[n] + len(GAP) for n in (*kept, number)) - len(GAP) > width:
            break
        kept.append(number)
    lines = []
    for line in range(len(rows) + 1):
        cells = (_padded(columns[n][line], widths[n], is_text=are_texts[n]) for n in sorted(kept))
        lines.append(GAP.join(cells).rstrip())
    missing = len(header) - len(kept)
    if missing:
        lines.append(f"… and {missing:,} more columns: in a wider window or with --format csv")
    return "\n".join(lines) + "\n"


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return printable(value) or "–"
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def _width(text: str) -> int:
    """Return how many places a text takes: Chinese characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int, *, is_text: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if is_text else space + text

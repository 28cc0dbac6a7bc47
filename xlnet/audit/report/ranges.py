"""Many cells as few ranges: Z33:Z99, or Z33, Z41, … Z265."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_MOST_SHOWN = 6


def ranges(cells: Iterable[str]) -> str:
    """Return cells, with or without sheets, as ranges; of many that are far apart, the first ones."""
    every = list(dict.fromkeys(cells))
    shown: list[str] = []
    for title, group in groupby(every, key=lambda cell: cell.rpartition("!")[0]):
        mark = f"{title}!" if title else ""
        shown += [mark + text for text in _on_a_sheet([cell.rpartition("!")[2] for cell in group])]
    if len(shown) > _MOST_SHOWN:
        return f"{', '.join(shown[: _MOST_SHOWN - 1])}, … {shown[-1]} ({len(every):,} cells)"
    return ", ".join(shown)


def _on_a_sheet(addresses: Sequence[str]) -> list[str]:
    matches = [_CELL.fullmatch(address) for address in addresses]
    places = [(int(match[2]), column_number(match[1])) for match in matches if match]
    if len(places) < len(addresses):
        return list(addresses)
    rows, columns = ({place[axis] for place in places} for axis in (0, 1))
    # Lines of cells run down, unless the cells lie side by side.
    down = len(rows) >= len(columns)
    lines: dict[int, list[int]] = {}
    for row, column in sorted(places):
        lines.setdefault(column if down else row, []).append(row if down else column)
    found = []
    for line in sorted(lines):
        found += [_run(line, run, down=down) for run in _runs(lines[line])]
    return found


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Return numbers that grow, as runs of consecutive ones, or as one run where they are equally far apart."""
    steps = {after - before for before, after in pairwise(numbers)}
    if len(steps) == 1 and len(numbers) > 2:
        return [list(numbers)]
    runs: list[list[int]] = []
    for each in numbers:
        if runs and each == runs[-1][-1] + 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _run(line: int, run: Sequence[int], *, down: bool) -> str:
    first, *others = [f"{letters(line)}{each}" if down else f"{letters(each)}{line}" for each in run]
    if not others:
        return first
    if run[1] == run[0] + 1:
        return f"{first}:{others[-1]}"
    return f"{first}, {others[0]}, … {others[-1]}" if len(others) > 2 else ", ".join((first, *others))


def column_number(text: str) -> int:
    """Return the number of a column, from 1, by its letters."""
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number


def letters(number: int) -> str:
    """Return the letters of a column by its number, from 1."""
    text = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text

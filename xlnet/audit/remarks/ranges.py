"""Cells named as a person names them: in ranges, and not more than a few."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from xlnet.audit.formula.addresses import address, quoted
from xlnet.engines.live import Place

_MOST = 3


def ranges(places: Iterable[Place]) -> list[str]:
    """Return the ranges, without a sheet, that cells of one sheet make up: columns first, alike ones side by side."""
    columns: dict[int, list[int]] = {}
    for _, row, column in sorted(set(places)):
        columns.setdefault(column, []).append(row)
    # The first and last row of each run, with the columns that have that run side by side.
    blocks: list[tuple[int, int, int, int]] = []
    for column in sorted(columns):
        for first, last in _runs(columns[column]):
            number = next(
                (n for n, each in enumerate(blocks) if each[:2] == (first, last) and each[3] == column - 1), None
            )
            if number is None:
                blocks.append((first, last, column, column))
            else:
                blocks[number] = (*blocks[number][:3], column)
    return [_range(*block) for block in blocks]


def in_words(places: Iterable[Place]) -> str:
    """Return cells of one sheet without its title: not more than three ranges, and an ellipsis."""
    found = ranges(places)
    return ", ".join(found[:_MOST]) + (" …" if len(found) > _MOST else "")


def with_sheet(places: Collection[Place], sheets: Sequence[str]) -> str:
    """Return cells of one sheet with its title: not more than three ranges, and an ellipsis."""
    return f"{quoted(sheets[next(iter(places))[0]])}!{in_words(places)}"


def by_sheet(places: Iterable[Place]) -> list[list[Place]]:
    """Return the cells of each sheet, in order."""
    found: dict[int, list[Place]] = {}
    for place in sorted(set(places)):
        found.setdefault(place[0], []).append(place)
    return list(found.values())


def around(places: Collection[Place]) -> list[Place]:
    """Return all cells of the smallest rectangle around cells of one sheet, by its corners."""
    sheet = next(iter(places))[0]
    rows, columns = [place[1] for place in places], [place[2] for place in places]
    return [(sheet, min(rows), min(columns)), (sheet, max(rows), max(columns))]


def used_range(places: Collection[Place], sheets: Sequence[str]) -> str:
    """Return the smallest rectangle around cells of one sheet, with its title."""
    first, last = around(places)
    return f"{quoted(sheets[first[0]])}!{_range(first[1], last[1], first[2], last[2])}"


def anchored(place: Place) -> str:
    """Return the address of a cell with dollar signs."""
    text = address(place)
    letters = text.rstrip("0123456789")
    return f"${letters}${text[len(letters) :]}"


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _range(row: int, last_row: int, column: int, last_column: int) -> str:
    first, last = address((0, row, column)), address((0, last_row, last_column))
    return first if first == last else f"{first}:{last}"

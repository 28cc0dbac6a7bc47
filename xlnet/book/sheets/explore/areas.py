"""Cells of the picture as rectangles: a conditional format has one area, as programs do not agree on several."""

from __future__ import annotations

from collections.abc import Iterable

from xlnet.book.sheets.explore.picture import PictureCell
from xlnet.render.excel import cell


def areas(cells: Iterable[PictureCell]) -> list[str]:
    """Return the rectangles that these cells fill, each as "B4:D9"."""
    found: list[tuple[int, int, int, int]] = []
    for column, first, last in _runs(sorted((each.column, each.row) for each in cells)):
        beside = (first, last, column - 1)
        index = next((i for i, (_, *its) in enumerate(found) if tuple(its) == beside), None)
        if index is None:
            found.append((column, first, last, column))
        else:
            found[index] = (found[index][0], first, last, column)
    return [f"{cell(first, left)}:{cell(last, right)}" for left, first, last, right in found]


def _runs(places: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return the runs of neighbours in a column: column, first and last row."""
    runs: list[tuple[int, int, int]] = []
    for column, row in places:
        if runs and runs[-1][0] == column and runs[-1][2] == row - 1:
            runs[-1] = (column, runs[-1][1], row)
        else:
            runs.append((column, row, row))
    return runs

"""The lengths of gradients, and their shares of the longest, by numpy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from xlnet.cell import Cell
from xlnet.checking.judge.view import Expected, View


def length(numbers: Iterable[float]) -> float:
    """Return the square root of the sum of squares, NaN where that is no finite number."""
    with np.errstate(all="ignore"):
        found = float(np.sqrt((np.array([*numbers]) ** 2).sum()))
    return found if np.isfinite(found) else float("nan")


def shares_of_longest(
    view: View, sheet: str, column: int, share_column: int, rows: range
) -> Iterator[tuple[Cell, Expected]]:
    """Yield what a column of shares should show of a column of lengths: 0 where it is no number."""
    lengths = np.array([view.number(sheet, row, column) for row in rows])
    with np.errstate(all="ignore"):
        shares = lengths / lengths.max()
    for row, share in zip(rows, shares.tolist(), strict=True):
        yield Cell(sheet, row, share_column), share if np.isfinite(share) else 0.0

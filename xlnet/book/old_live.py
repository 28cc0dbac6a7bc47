"""A formula with its text and its value apart: what is left of it becomes a `live.Live`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlnet.book.record import Record
from xlnet.book.shown import Shown
from xlnet.book.style import Look
from xlnet.cell import Cell
from xlnet.xlsx.values import Value


@dataclass(frozen=True)
class OldLive:
    """A formula: its key in messages, where it stands, its text, its look, and its value for a recorded run.

    `shown` is the quantity or cell that it shows, where it is nothing but that. `is_array` tells an array formula.
    """

    key: str
    column: int
    row: int
    formula: str
    look: Look
    value: Callable[[Record], Value]
    shown: Shown | Cell | None = None
    is_array: bool = False

"""A place that every iteration has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spot:
    """A place that every iteration has, in the row `offset` of its block (the first is 0)."""

    sheet: str
    column: int
    offset: int = 0

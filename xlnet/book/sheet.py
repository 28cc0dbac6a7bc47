"""A sheet of a workbook, as the builder needs it: however different they are, all are written in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlnet.book.model import Model
from xlnet.book.record import Record
from xlnet.xlsx.page import Address, Page
from xlnet.xlsx.values import Value


@dataclass(frozen=True)
class RecordedRun:
    """A run of a workbook: its model, and what other sheets show of it, recorded as its rows are written."""

    model: Model
    record: Record


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, how it is drawn, and its formulas' values, by row and column, once all runs are recorded.

    `run` is the run whose iterations are its table, None on any other sheet.
    """

    title: str
    draw: Callable[[Page], None]
    values: Callable[[], Mapping[Address, Value]] | None = None
    run: RecordedRun | None = None

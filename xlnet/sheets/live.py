"""Formulas on the sheets beside Training, and the values that they carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from xlnet.excel import cell
from xlnet.record import Record
from xlnet.sheets.cells import put_formula
from xlnet.style import Look
from xlnet.xlsx.values import Value


@dataclass(frozen=True)
class Live:
    """A formula: its key in messages, where it stands, its text, its look, and its value for a recorded run."""

    key: str
    column: int
    row: int
    formula: str
    look: Look
    value: Callable[[Record], Value]

    @property
    def address(self) -> str:
        """The cell's address: "C7"."""
        return cell(self.column, self.row)


def put_all(worksheet: Worksheet, formulas: Iterable[Live]) -> None:
    """Write the formulas into their cells."""
    for live in formulas:
        put_formula(worksheet, live.column, live.row, live.formula, live.look)


def values(formulas: Iterable[Live], record: Record) -> dict[str, Value]:
    """Return the values of the formulas, by address."""
    return {live.address: live.value(record) for live in formulas}

"""What a cell of a stranger's workbook holds."""

from __future__ import annotations

from typing import NamedTuple

from xlnet.cell import Cell
from xlnet.engines.workers.handover import BLANK, BOOLEAN


class Said(NamedTuple):
    """A formula as a cell has it: its text, with "=", and whether it is entered as an array formula."""

    text: str
    is_array: bool = False


class Held(NamedTuple):
    """A formula, or else a number, a boolean or a text, an error among them; a blank cell holds nothing."""

    formula: Said | None = None
    value: float | str | bool | None = None


NOTHING = Held()


def number_of(held: Held, otherwise: float) -> float:
    """Return the number typed into a cell, `otherwise` where it holds none."""
    if isinstance(held.value, bool) or not isinstance(held.value, float):
        return otherwise
    return held.value


def odd_kind(position: Cell, held: Held) -> dict[Cell, int]:
    """Return what a cell holds that is blank or a boolean, by its position; nothing for any other."""
    if held == NOTHING:
        return {position: BLANK}
    return {position: BOOLEAN} if isinstance(held.value, bool) else {}

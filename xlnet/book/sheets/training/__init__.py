"""The Training sheet: constants in rows 1 and 2, what follows in row 3, and from row 4 on the iterations."""

from xlnet.book.sheets.training.constants import repeated
from xlnet.book.sheets.training.drawing import draw
from xlnet.book.sheets.training.jump import formulas, inputs

__all__ = ["draw", "formulas", "inputs", "repeated"]

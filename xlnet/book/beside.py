"""The table of the sheets beside Training, in their order: to add one, add an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlnet.book.live import Formula, Live, Typed, filled
from xlnet.book.model import Model
from xlnet.book.sheets import dashboard, explore, guide, predict, proof, start, validation
from xlnet.book.sheets.dashboard import drawing as dashboard_drawing
from xlnet.book.sheets.dashboard import formulas as dashboard_formulas
from xlnet.book.sheets.explore import drawing as explore_drawing
from xlnet.book.sheets.explore import formulas as explore_formulas
from xlnet.book.sheets.predict import classes as predict_classes
from xlnet.book.sheets.predict import drawing as predict_drawing
from xlnet.book.sheets.predict import formulas as predict_formulas
from xlnet.book.sheets.proof import drawing as proof_drawing
from xlnet.book.sheets.proof import formulas as proof_formulas
from xlnet.book.sheets.start import drawing as start_drawing
from xlnet.book.sheets.start import formulas as start_formulas
from xlnet.book.sheets.validation import drawing as validation_drawing
from xlnet.book.sheets.validation import formulas as validation_formulas
from xlnet.cell import Cell
from xlnet.xlsx.page import Page


@dataclass(frozen=True)
class SheetBeside:
    """A sheet: its name, its formulas, the cells that a person fills in, and how it is drawn with these formulas.

    `labels` are the texts and numbers that stand in cells and that formulas cite. `is_of` tells which runs have it.
    """

    name: str
    lives: Callable[[Model], Sequence[Live]]
    inputs: Callable[[Model], list[Typed]]
    draw: Callable[[Page, Model, Sequence[Formula]], None]
    labels: Callable[[Model], Mapping[Cell, str | float] | Mapping[Cell, str]] = lambda _: {}
    is_of: Callable[[Model], bool] = lambda _: True

    def formulas(self, model: Model) -> list[Formula]:
        """Return the formulas of the sheet, each in its cell; they are made once."""
        return model.once(self._formulas)

    @cached_property
    def _formulas(self) -> Callable[[Model], list[Formula]]:
        # The same function at each call, by which the model knows it again.
        return lambda model: list(filled(self.lives(model)))


BESIDE = (
    SheetBeside(start.NAME, start_formulas.lives, start_formulas.inputs, start_drawing.draw, start_formulas.labels),
    SheetBeside(
        dashboard.NAME,
        dashboard_formulas.lives,
        dashboard_formulas.inputs,
        dashboard_drawing.draw,
        dashboard_formulas.labels,
    ),
    SheetBeside(explore.NAME, explore_formulas.lives, explore_formulas.inputs, explore_drawing.draw),
    SheetBeside(proof.NAME, proof_formulas.lives, proof_formulas.inputs, proof_drawing.draw),
    SheetBeside(
        predict.NAME,
        predict_formulas.lives,
        predict_formulas.inputs,
        predict_drawing.draw,
        predict_classes.labels,
    ),
    SheetBeside(
        validation.NAME,
        validation_formulas.lives,
        validation_formulas.inputs,
        validation_drawing.draw,
        is_of=lambda model: model.spec.held_out > 0,
    ),
    SheetBeside(guide.NAME, guide.lives, guide.inputs, guide.draw),
)

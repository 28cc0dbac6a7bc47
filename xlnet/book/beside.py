"""The table of the sheets beside Training, in their order: to add one, add an entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.sheets import dashboard, explore, guide, predict, proof
from xlnet.book.sheets.dashboard import drawing as dashboard_drawing
from xlnet.book.sheets.dashboard import formulas as dashboard_formulas
from xlnet.book.sheets.explore import drawing as explore_drawing
from xlnet.book.sheets.explore import formulas as explore_formulas
from xlnet.book.sheets.predict import drawing as predict_drawing
from xlnet.book.sheets.predict import formulas as predict_formulas
from xlnet.book.sheets.proof import drawing as proof_drawing
from xlnet.book.sheets.proof import formulas as proof_formulas
from xlnet.xlsx.page import Page


@dataclass(frozen=True)
class Beside:
    """A sheet: its name, its formulas, the cells that a person fills in, and how it is drawn with these formulas."""

    name: str
    formulas: Callable[[Model], list[Live]]
    inputs: Callable[[Model], list[Typed]]
    draw: Callable[[Page, Model, Sequence[Live]], None]


BESIDE = (
    Beside(dashboard.NAME, dashboard_formulas.formulas, dashboard_formulas.inputs, dashboard_drawing.draw),
    Beside(explore.NAME, explore_formulas.formulas, explore_formulas.inputs, explore_drawing.draw),
    Beside(proof.NAME, proof_formulas.formulas, proof_formulas.inputs, proof_drawing.draw),
    Beside(predict.NAME, predict_formulas.formulas, predict_formulas.inputs, predict_drawing.draw),
    Beside(guide.NAME, guide.formulas, guide.inputs, guide.draw),
)

"""The Data sheet: which samples are held out, and how many of each there are."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet.book.sheets import sets
from xlnet.cell import Cell
from xlnet.checking.judge.view import Expected, View
from xlnet.engines.workers.handover import NUMBER
from xlnet.render.layout import SAMPLE_COLUMN, SET_COLUMN
from xlnet.sheet_size import FIRST_SAMPLE_ROW


def expected(view: View) -> Iterator[tuple[Cell, Expected]]:
    """Yield what each formula that tells the sets apart should show."""
    model = view.opened.model
    sheet, words = model.data_sheet, model.texts.sections["validation"]
    for name in (sets.TRAINING, sets.VALIDATION):
        cells = sets.numbers(model, name)
        kinds = view.grids[sheet].kinds[cells.top - 1 : cells.bottom, SAMPLE_COLUMN - 1]
        yield sets.count_cell(model, name), float((kinds == NUMBER).sum())
    trained = view.at(sets.count_cell(model, sets.TRAINING))
    for row in range(FIRST_SAMPLE_ROW, FIRST_SAMPLE_ROW + model.spec.samples + model.spec.held_out):
        number = view.cited(sheet, row, SAMPLE_COLUMN)
        word = None
        if number is not None and trained is not None:
            word = words[sets.TRAINING if number <= trained else sets.VALIDATION]
        yield Cell(sheet, row, SET_COLUMN), word

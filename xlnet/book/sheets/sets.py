"""Which samples are held out, on the Data sheet: a word for each, by the number of those to learn from."""

from __future__ import annotations

from dataclasses import replace

from xlnet.book import style
from xlnet.book.live import Formula, Live, filled
from xlnet.book.model import Model
from xlnet.cell import Area, Cell
from xlnet.graph.expression import call
from xlnet.graph.references import Beside, InCell, InCells, choose, compared
from xlnet.render.layout import SAMPLE_COLUMN, SET_COLUMN
from xlnet.sheet_size import FIRST_SAMPLE_ROW

TRAINING, VALIDATION = "training", "validation"
# How many samples each set has stands below the statistics, if there are any.
_FIRST_COUNT_ROW = FIRST_SAMPLE_ROW + 3
_COUNT = replace(style.TEXT, bold=True)
_WORD = replace(style.QUIET, italic=False)


def count_cell(model: Model, name: str) -> Cell:
    """Return the cell with the number of samples of a set."""
    column = max(area.right for area in model.layout.data.values()) + 3
    return Cell(model.data_sheet, _FIRST_COUNT_ROW + (name == VALIDATION), column)


def numbers(model: Model, name: str) -> Area:
    """Return the cells with the numbers of a set's samples."""
    trained = FIRST_SAMPLE_ROW + model.spec.samples
    top, bottom = (FIRST_SAMPLE_ROW, trained - 1) if name == TRAINING else (trained, trained + model.spec.held_out - 1)
    return Area(model.data_sheet, top, SAMPLE_COLUMN, bottom, SAMPLE_COLUMN)


def formulas(model: Model) -> list[Formula]:
    """Return the formulas that tell the sets apart; none where no sample is held out. They are made once."""
    return model.once(_formulas)


def _formulas(model: Model) -> list[Formula]:
    if not model.spec.held_out:
        return []
    sheet, words = model.data_sheet, model.texts.sections["validation"]
    counts = [
        Live(f"{name} samples", sheet, place.column, [place.row], call("count", InCells(numbers(model, name))), _COUNT)
        for name in (TRAINING, VALIDATION)
        for place in [count_cell(model, name)]
    ]
    rows = range(FIRST_SAMPLE_ROW, FIRST_SAMPLE_ROW + model.spec.samples + model.spec.held_out)
    is_trained = compared(Beside(sheet, SAMPLE_COLUMN), "<=", InCell(count_cell(model, TRAINING)))
    word = choose(is_trained, words[TRAINING], words[VALIDATION])
    return list(filled([*counts, Live("set of a sample", sheet, SET_COLUMN, rows, word, _WORD)]))


def labels(model: Model) -> dict[Cell, float]:
    """Return the numbers of the samples, which formulas cite."""
    areas = [numbers(model, name) for name in (TRAINING, VALIDATION)] if model.spec.held_out else []
    rows = [row for area in areas for row in range(area.top, area.bottom + 1)]
    return {Cell(model.data_sheet, row, SAMPLE_COLUMN): float(number) for number, row in enumerate(rows, 1)}

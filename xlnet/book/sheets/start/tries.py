"""What to try: three lines that fit the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import merge, put, put_text
from xlnet.book.sheets.start.plan import LABEL_COLUMN, LAST_ROW, NOTE_COLUMN, StartPlan
from xlnet.model import classification as classes
from xlnet.model.schedules import typed_learning_rate
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

MOST = 3
_MOST_ROWS = 3
_HEADING = replace(style.TITLE, size=11)
_TEXT = replace(style.TEXT, size=10, wrap=True, vertical="top", horizontal="left")


def lines(plan: StartPlan) -> list[str]:
    """Return what to try, at most three."""
    return list(_lines(plan))[:MOST]


def _lines(plan: StartPlan) -> Iterator[str]:
    model, texts = plan.model, plan.model.texts
    eta = typed_learning_rate(model.spec)
    place, rate = model.layout.cells[eta], model.constants[eta]
    where = f"{place.sheet}!{cell(place.row, place.column)}"
    if plan.plane:
        kind = "curve" if plan.plane.dimensions == 1 else "classes" if plan.plane.predict.kind else "plane"
        yield texts.get("start", f"try {kind}")
    yield texts.get("start", "try rate").format(symbol=model.symbols(eta), larger=f"{rate * 10:g}", cell=where)
    hidden = model.spec.layers[0]
    if plan.network.is_drawn and len(model.spec.layers) > 1 and hidden.units > 1:
        first = model.layout.cell(model.parameters[0])
        last = model.layout.cell(keys.of_layer("w", 1, hidden.units, model.spec.inputs))
        cells = f"{first.sheet}!{cell(first.row, first.column)}:{cell(last.row, last.column)}"
        yield texts.get("start", "try twins").format(cells=cells)
    if plan.steps.entries:
        yield texts.get("start", "try steps")
    if classes.kind_of(model.spec) is None:
        yield texts.get("start", "try weight")


def draw(page: Page, plan: StartPlan) -> None:
    """Draw them below the numbers."""
    row = plan.try_row
    put_text(page, row, LABEL_COLUMN, plan.model.texts.get("start", "try"), _HEADING)
    every = lines(plan)
    free = LAST_ROW - row
    for number, text in enumerate(every):
        rows = min(free // len(every), _MOST_ROWS)
        top = row + 1 + number * rows
        for own in range(top, top + rows):
            for column in range(LABEL_COLUMN, NOTE_COLUMN + 1):
                put(page, own, column, _TEXT)
        put_text(page, top, LABEL_COLUMN, f"{number + 1}. {text}", _TEXT)
        merge(page, top, LABEL_COLUMN, NOTE_COLUMN, rows)

"""The Guide sheet: what the workbook shows, the rules of this very network, what to try, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlnet import keys
from xlnet.book.choices import EXPLORE, START
from xlnet.book.drawing.links import put_link
from xlnet.book.live import Formula, Live, Typed, put_all
from xlnet.book.model import Model
from xlnet.book.sheets.explore.moving.plan import Moving
from xlnet.book.sheets.explore.plan import ExplorePlan
from xlnet.book.sheets.guide_lines import (
    FIRST_LINE_ROW,
    LINK,
    NAME_COLUMN,
    TEXT,
    TEXT_COLUMN,
    GuideLine,
    draw_lines,
    heading,
)
from xlnet.book.sheets.guide_rules import rules
from xlnet.book.sheets.predict import NAME as PREDICT
from xlnet.book.sheets.predict.plan import PredictPlan
from xlnet.book.sheets.proof import NAME as PROOF
from xlnet.book.sheets.proof.plan import HEADLINE_ROW, LABEL_COLUMN
from xlnet.book.sheets.start.plan import StartPlan
from xlnet.book.sheets.validation import NAME as VALIDATION
from xlnet.cell import Cell
from xlnet.graph.node import Group
from xlnet.graph.references import InCell
from xlnet.model.schedules import typed_learning_rate
from xlnet.render.excel import cell
from xlnet.render.layout import DATA, TRAINING
from xlnet.spec import ROWS
from xlnet.version import VERSION
from xlnet.xlsx.page import Page

NAME = "Guide"
# The sheets that it tells of, in the order of the workbook; `"sheet NAME"` of the texts says what each is.
SHEETS = (
    TRAINING,
    START,
    "Dashboard",
    "Explore",
    PROOF,
    "Predict",
    VALIDATION,
    DATA,
    "Formulas",
    "Template",
)


def lives(model: Model) -> list[Live]:
    """Return every formula of the sheet: what the Proof sheet has found."""
    headline = InCell(Cell(PROOF, HEADLINE_ROW, LABEL_COLUMN))
    return [Live("gradients that agree", NAME, TEXT_COLUMN, [proof_row(model)], headline, replace(TEXT, bold=True))]


def inputs(_: Model) -> list[Typed]:
    """Return the cells that a person fills in: none."""
    return []


def proof_row(model: Model) -> int:
    """Return the row that repeats the headline of the Proof sheet."""
    return FIRST_LINE_ROW + len(model.once(lines))


def lines(model: Model) -> list[GuideLine]:
    """Return the rows of the sheet, from the first; the last one's text is a formula that follows."""
    overfitting = _overfitting(model) if model.spec.held_out else ()
    return [*_sheets(model), *rules(model), *_experiments(model), *overfitting, *_making(model)]


def _sheets(model: Model) -> Iterator[GuideLine]:
    yield heading(model, "sheets")
    there = {DATA: bool(model.graph.data), VALIDATION: model.spec.held_out > 0}
    others: dict[str, str] = {}
    if model.spec.layout != ROWS:
        others[TRAINING] = "sheet Training of blocks"
    if not model.once(ExplorePlan).is_drawn:
        others[EXPLORE] = "sheet Explore of matrices"
    if painting := model.once(PredictPlan).painting:
        others[PREDICT] = f"sheet Predict of {'sequences' if painting.is_sequence else 'pictures'}"
    for name in SHEETS:
        if there.get(name, True):
            text = "sheet Data of both" if name == DATA and model.spec.held_out else f"sheet {name}"
            text = others.get(name, text)
            yield GuideLine("text", model.texts.get("guide", text), name, f"{name}!A1")
        if name == EXPLORE:
            yield from (GuideLine("text", text) for text in _moving(model))


def _moving(model: Model) -> Iterator[str]:
    """Yield what to see in the charts of the Explore sheet that move with the iteration."""
    moving, texts, start = model.once(Moving), model.texts, model.once(StartPlan)
    is_on_start = start.plane is None or not start.network.is_drawn
    where = texts.get("guide", "beside and on Start" if is_on_start else "beside")
    if moving.by_steps:
        has_cells = any(state.letter == "c" for state in moving.by_steps.states)
        yield where + texts.get("guide", "bars of memory cells" if has_cells else "bars")
        where = texts.get("guide", "beside")
    if moving.embedding:
        yield where + texts.get("guide", "plane of entries")
        where = texts.get("guide", "beside")
    if moving.codes:
        yield where + texts.get("guide", "plane of codes").format(layer=moving.codes.number)


def _experiments(model: Model) -> Iterator[GuideLine]:
    texts, layout = model.texts, model.layout
    graph = model.graph.nodes
    eta = typed_learning_rate(model.spec)
    gradient = next(node for node in graph if node.group == Group.GRADIENTS)
    rate = model.constants[eta]
    weights = [layout.cell(key) for key in _first_array(model)]
    cells = {
        "eta": _address(layout.cell(eta)),
        "larger": f"{rate * 10:g}",
        "smaller": f"{rate / 10:g}",
        "iters": f"{model.spec.training.iters:,}",
        "weights": f"{_address(weights[0])}:{cell(weights[-1].row, weights[-1].column)}",
        "gradient": _address(layout.cell(gradient.key)),
        "symbol": model.symbols(gradient.key),
    }
    yield heading(model, "experiments")
    yield GuideLine("text", texts.get("guide", "yellow"))
    depth = "deep" if len(model.spec.layers) > 1 else "one layer"
    for number, name in enumerate(("rate", f"weights {depth}", "break"), 1):
        yield GuideLine("text", texts.get("guide", name).format(**cells), f"{number}.")


def _first_array(model: Model) -> list[str]:
    """Return the parameters whose cells are named: all where they stand side by side, else those of the first array."""
    if model.spec.layout == ROWS:
        return model.parameters
    first = keys.parts(model.parameters[0])
    return [
        key
        for key in model.parameters
        if keys.parts(key).letter == first.letter and keys.parts(key).layer == first.layer
    ]


def _overfitting(model: Model) -> Iterator[GuideLine]:
    texts = model.texts
    yield heading(model, "overfitting")
    yield GuideLine("text", texts.get("guide", "overfits"), VALIDATION, f"{VALIDATION}!A1")
    yield GuideLine("text", texts.get("guide", "against overfitting"))
    decay = model.layout.cells.get("weight_decay")
    places = {"decay": _address(decay), "larger": f"{model.constants['weight_decay'] * 10:g}"} if decay else {}
    ways = ("stop early", "decay here" if decay else "decay", "fewer units", "more samples")
    for number, name in enumerate(ways, 1):
        yield GuideLine("text", texts.get("guide", name).format(**places), f"{number}.")


def _address(place: Cell) -> str:
    return f"{place.sheet}!{cell(place.row, place.column)}"


def _making(model: Model) -> Iterator[GuideLine]:
    yield heading(model, "making")
    yield GuideLine("text", model.texts.get("guide", "made").format(version=VERSION))
    yield GuideLine("text", model.texts.get("guide", "verified"))
    yield GuideLine("text", model.texts.get("guide", "now"))


def draw(page: Page, model: Model, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    draw_lines(page, model.title, model.description, model.once(lines))
    put_link(page, proof_row(model), NAME_COLUMN, PROOF, f"{PROOF}!A1", LINK)
    put_all(page, formulas)

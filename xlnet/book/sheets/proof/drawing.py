"""Draws the Proof sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle

from xlnet import keys
from xlnet.book import style
from xlnet.book.choices import TYPED_ITERATION
from xlnet.book.drawing.cells import merge, put_text
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import fit_height, print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.drawing.rules import add_rule
from xlnet.book.live import Formula, put_all, put_inputs
from xlnet.book.model import Model
from xlnet.book.sheets.proof import NAME
from xlnet.book.sheets.proof.formulas import inputs
from xlnet.book.sheets.proof.plan import (
    ABOUT_ROW,
    FIRST_ROW,
    HEADER_ROW,
    HEADLINE_ROW,
    ITERATION_ROW,
    LABEL_COLUMN,
    LOSS_ROW,
    STEP_ROW,
    TITLE_ROW,
    TOLERANCE_ROW,
    VALUE_COLUMN,
    ProofPlan,
    plan,
)
from xlnet.cell import Cell
from xlnet.graph.expression import call
from xlnet.graph.node import Group
from xlnet.graph.references import COLUMN, InCell, compared
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

_WIDTH, _LABEL_WIDTH, _COLUMNS_PER_PAGE, _MOST_PRINTED_COLUMNS = 17, 20, 14, 28
_ABOUT_WIDTH_IN_COLUMNS, _LINES_ABOUT = 9, 3
_WRAPPED = replace(style.TEXT, wrap=True, vertical="top")
_LABEL = replace(style.TEXT, border="below")
_NAME = replace(style.TEXT, bold=True, border="below")
_NOTE = replace(style.QUIET, horizontal="left", indent=1)


def draw(page: Page, model: Model, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    made, texts = model.once(plan), model.texts
    put_text(page, TITLE_ROW, LABEL_COLUMN, texts.get("proof", "title"), replace(style.TITLE, size=16))
    put_text(page, ABOUT_ROW, LABEL_COLUMN, _about(made), _WRAPPED)
    merge(page, ABOUT_ROW, LABEL_COLUMN, _ABOUT_WIDTH_IN_COLUMNS)
    fit_height(page, ABOUT_ROW, _LINES_ABOUT)
    rows = {"iteration": ITERATION_ROW, "h": STEP_ROW, "tolerance": TOLERANCE_ROW, "loss": LOSS_ROW}
    for name, row in rows.items():
        put_text(page, row, LABEL_COLUMN, texts.get("proof", f"{name} label"), _LABEL)
        if name in ("h", "tolerance"):
            put_text(page, row, VALUE_COLUMN + 1, texts.get("proof", f"{name} note"), _NOTE)
    target = f"{TYPED_ITERATION.sheet}!{cell(TYPED_ITERATION.row, TYPED_ITERATION.column)}"
    put_link(page, ITERATION_ROW, VALUE_COLUMN + 1, texts.get("proof", "choose"), target, replace(style.LINK, indent=1))
    typed = replace(style.INPUT, border="below", horizontal="right", number_format=style.POWER_OF_TEN)
    put_inputs(page, inputs(model), typed, texts)
    _draw_headers(page, made)
    put_all(page, formulas)
    _colour_verdicts(page, made)
    page.widths[LABEL_COLUMN] = _LABEL_WIDTH
    for column in range(VALUE_COLUMN, max(made.last_column, len(made.columns)) + 1):
        page.widths[column] = _WIDTH
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.GRADIENTS].strong
    protect(page)
    if made.last_column > _MOST_PRINTED_COLUMNS:
        # The passes of a larger network would take dozens of pages.
        page.print_area = f"A1:{cell(made.row(len(made.proved) - 1), len(made.columns))}"
    print_landscape(page)
    page.page_setup.fitToWidth = 1 if made.last_column > _MOST_PRINTED_COLUMNS else _pages(page)


def _pages(page: Page) -> int:
    return -(-page.max_column // _COLUMNS_PER_PAGE)


def _about(made: ProofPlan) -> str:
    texts = made.model.texts
    parts = [texts.get("proof", "about")]
    if made.has_kinks:
        parts.append(texts.get("proof", "about kinks"))
    if len(made.proved) < made.trained:
        parts.append(texts.get("proof", "selection").format(count=len(made.proved), all=f"{made.trained:,}"))
    return texts.get("proof", "between sentences").join(parts)


def _draw_headers(page: Page, made: ProofPlan) -> None:
    model, texts = made.model, made.model.texts
    for name in made.columns:
        group = {
            "central": Group.FORWARD,
            "gradient": Group.GRADIENTS,
            "verdict": Group.ITERATION,
            "difference": Group.ITERATION,
        }
        header = replace(style.HEADER, fill=style.GROUPS[group.get(name, Group.PARAMETERS)].strong, wrap=True)
        put_text(page, HEADER_ROW, made.column(name), texts.get("proof", name), header)
    fit_height(page, HEADER_ROW, 2)
    for index, key in enumerate(made.proved):
        put_text(page, made.row(index), LABEL_COLUMN, model.symbols(key), _NAME)
        for up, sign in ((True, "+"), (False, "−")):
            label = f"{model.symbols(key)} {sign} h"
            put_text(page, made.moved_row(index, up=up), LABEL_COLUMN, label, _LABEL)
    heading = replace(style.TITLE, size=13)
    put_text(page, made.base_row - 2, LABEL_COLUMN, texts.get("proof", "passes"), heading)
    put_text(page, made.base_row - 1, LABEL_COLUMN, texts.get("proof", "moved"), _filled(Group.ITERATION))
    put_text(page, made.base_row, LABEL_COLUMN, texts.get("proof", "nothing moved"), _LABEL)
    groups = {node.key: node.group for node in model.graph.nodes}
    for key in (*made.parameters, *made.drawn, *(node.key for node in made.forward)):
        if made.name(key) == key:
            name = key if made.stride == 1 or key == keys.of_sample(keys.LOSS, 1) else keys.without_sample(key)
            put_text(page, made.base_row - 1, made.layout.column(key), model.symbols(name), _filled(groups[key]))


def _filled(group: str) -> style.Look:
    return style.varied(style.HEADER, fill=style.GROUPS[group].strong)


def _colour_verdicts(page: Page, made: ProofPlan) -> None:
    """Colour verdicts and headline green or red; show what is small or large by a power of ten."""
    column = made.column("verdict")
    last = made.row(len(made.proved) - 1)
    verdict = InCell(Cell(NAME, FIRST_ROW, column), COLUMN)
    cells = f"{cell(FIRST_ROW, column)}:{cell(last, column)}"
    for name in ("agrees", "kink", "differs"):
        add_rule(page, cells, compared(verdict, "=", made.model.texts.get("proof", name)), _coloured(name != "differs"))
    before, after = made.headline
    headline = InCell(Cell(NAME, HEADLINE_ROW, LABEL_COLUMN))
    everything = f"{before}{len(made.proved)}{after}"
    banner = f"{cell(HEADLINE_ROW, LABEL_COLUMN)}:{cell(HEADLINE_ROW, len(made.columns))}"
    add_rule(page, banner, compared(headline, "=", everything), _coloured(True))
    diverged = made.model.texts.get("proof", "diverged")
    is_wrong = call("and", compared(headline, "<>", everything), compared(headline, "<>", diverged))
    add_rule(page, banner, is_wrong, _coloured(False))
    fit_height(page, HEADLINE_ROW, 2)
    for name in (
        "value",
        "E plus",
        "E minus",
        "central",
        "gradient",
        *made.columns[made.columns.index("verdict") + 1 :],
    ):
        own = made.column(name)
        cells_of = f"{cell(FIRST_ROW, own)}:{cell(last, own)}"
        # Two losses that differ by h alone look the same by six digits.
        align_ordinary(page, cells_of, style.MANY_DIGITS if name in ("E plus", "E minus") else style.DIGITS)
    align_ordinary(page, cell(LOSS_ROW, VALUE_COLUMN))
    align_ordinary(page, f"{cell(made.base_row, VALUE_COLUMN)}:{cell(made.last_row, made.last_column)}")


def _coloured(is_good: bool) -> DifferentialStyle:
    colour, fill = style.VERDICT[is_good]
    return DifferentialStyle(font=Font(color=colour, b=True), fill=PatternFill("solid", bgColor=fill))

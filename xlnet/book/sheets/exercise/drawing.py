"""Draws the student's sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.properties import PageSetupProperties

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put, put_number, put_text
from xlnet.book.drawing.page import fit_height, lines_of
from xlnet.book.drawing.protection import protect, take_numbers
from xlnet.book.drawing.rules import add_rule
from xlnet.book.live import Formula, put_all
from xlnet.book.sheets.exercise import listing as at
from xlnet.book.sheets.exercise import looks
from xlnet.book.sheets.exercise.listing import Listing
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.cell import Cell
from xlnet.graph.expression import call
from xlnet.graph.node import Group
from xlnet.graph.references import COLUMN, NEITHER, InCell, compared
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

_WIDTHS = {1: 2.0, at.GIVEN_SYMBOL: 12.0, at.GIVEN_VALUE: 10.0, 4: 3.0, at.SYMBOL: 14.0}
# Of rules, numbers and marks, by the number of samples: so that all are on one screen.
_WIDTHS_OF_SAMPLES = {1: (46.0, 12.0, 52.0), 2: (46.0, 11.0, 32.0), 3: (38.0, 10.0, 22.0)}
_NARROW = (36.0, 10.0, 17.0)


def draw(page: Page, plan: ExercisePlan, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    listing = Listing(plan)
    draw_head(page, plan, at.GIVEN_SYMBOL, listing.last_column)
    _draw_given(page, plan, listing)
    for placed in listing.lines:
        if placed.line is None:
            _draw_section(page, plan, listing, placed)
        else:
            put_text(page, placed.row, at.SYMBOL, placed.line.symbol, looks.SYMBOL)
            put_text(page, placed.row, at.RULE, placed.line.rule, looks.RULE)
    put_all(page, formulas)
    draw_blanks(page, plan)
    rule, value, mark = _WIDTHS_OF_SAMPLES.get(listing.samples, _NARROW)
    page.widths |= {**_WIDTHS, at.RULE: rule}
    for number in range(listing.samples):
        column = at.FIRST_VALUE + at.SAMPLE_WIDTH * number
        page.widths |= {column: value, column + 1: mark}
    page.freeze_panes = cell(at.HEADER_ROW, 1)
    finish(page)


def draw_head(page: Page, plan: ExercisePlan, first: int, last: int) -> None:
    """Draw the title, the task, the name and the score, from column `first` to `last`."""
    words, face = plan.words, plan.face
    put_text(page, at.TITLE_ROW, first, plan.words.title(plan.exercise.student), replace(style.TITLE, size=16))
    page.heights[at.TITLE_ROW] = 26
    for column in range(first, last + 1):
        put(page, at.TASK_ROW, column, looks.TASK)
    task = words.get("task").format(decimals=plan.exercise.decimals)
    put_text(page, at.TASK_ROW, first, task, looks.TASK)
    merge(page, at.TASK_ROW, first, last)
    fit_height(page, at.TASK_ROW, lines_of(task, 120))
    put_text(page, face.name.row, face.name.column - 1, words.get("name"), looks.LABEL)
    put_text(page, face.name.row, face.name.column, "", looks.NAME)
    put_text(page, face.score.row, face.score.column - 1, words.get("score label"), looks.LABEL)


def _draw_given(page: Page, plan: ExercisePlan, listing: Listing) -> None:
    header = replace(style.HEADER, fill=style.CONSTANTS.strong, horizontal="left")
    for column in (at.GIVEN_SYMBOL, at.GIVEN_VALUE):
        put(page, at.HEADER_ROW, column, header)
    put_text(page, at.HEADER_ROW, at.GIVEN_SYMBOL, plan.words.get("given"), header)
    for row, (symbol, _) in enumerate(listing.given, at.HEADER_ROW + 1):
        put_text(page, row, at.GIVEN_SYMBOL, symbol, looks.SYMBOL)
    row = listing.margin_row
    for column in (at.GIVEN_SYMBOL, at.GIVEN_VALUE):
        put(page, row - 1, column, header)
    put_text(page, row - 1, at.GIVEN_SYMBOL, plan.words.get("margin"), header)
    draw_margin(page, plan)


def draw_margin(page: Page, plan: ExercisePlan) -> None:
    """Draw within what a number counts as right."""
    face, exercise = plan.face, plan.exercise
    for place, name, number, form in (
        (face.tolerance, "tolerance", exercise.tolerance, style.SHARE),
        (face.decimals, "decimals", float(exercise.decimals), style.WHOLE_NUMBER),
    ):
        put_text(page, place.row, place.column - 1, plan.words.get(name), replace(style.TEXT, shrink=True))
        put_number(page, place.row, place.column, number, replace(looks.SETTING, number_format=form))


def _draw_section(page: Page, plan: ExercisePlan, listing: Listing, placed: at.Placed) -> None:
    look = replace(style.BAND, fill=style.GROUPS[placed.section.group].strong)
    for column in range(at.SYMBOL, listing.last_column + 1):
        put(page, placed.row, column, look)
    put_text(page, placed.row, at.SYMBOL, plan.words.get(placed.section.name), look)
    is_sampled = any(len(line.keys) > 1 for line in placed.section.lines)
    for number in range(listing.samples if is_sampled else 0):
        text = plan.words.get("sample").format(number=number + 1)
        put_text(page, placed.row, at.FIRST_VALUE + at.SAMPLE_WIDTH * number, text, look)


def draw_blanks(page: Page, plan: ExercisePlan) -> None:
    """Draw the boxes of the blanks, and colour them and their marks by what becomes of them."""
    face = plan.face
    boxes = [face.values[key] for key in plan.by_key]
    for box in boxes:
        # A cell with an empty text is blank in the file: one that is marked as a number is 0 to IronCalc.
        put_text(page, box.row, box.column, "", looks.BLANK)
    take_numbers(page, [cell(box.row, box.column) for box in boxes], plan.model.texts)
    for place, said in _coloured(plan):
        right = compared(said, "=", plan.words.get("right"))
        other = call("and", compared(said, "<>", ""), compared(said, "<>", plan.words.get("right")))
        for where, (colour, fill) in ((right, style.VERDICT[1]), (other, style.VERDICT[0])):
            solid = PatternFill(bgColor=f"FF{fill}", fill_type="solid")
            add_rule(page, place, where, DifferentialStyle(font=Font(color=f"FF{colour}"), fill=solid))


def _coloured(plan: ExercisePlan) -> Iterator[tuple[str, InCell]]:
    """Yield areas that are coloured by marks, each with the mark of its first cell."""
    face = plan.face
    columns: dict[int, list[int]] = {}
    for key, mark in face.marks.items():
        box = face.values[key]
        if (box.row, box.column + 1) == (mark.row, mark.column):
            columns.setdefault(box.column, []).append(box.row)
        else:
            yield cell(box.row, box.column), InCell(mark, NEITHER)
            yield cell(mark.row, mark.column), InCell(mark, NEITHER)
    for column, rows in columns.items():
        # Where there is no blank there is no mark.
        for own in (column, column + 1):
            area = f"{cell(min(rows), own)}:{cell(max(rows), own)}"
            yield area, InCell(Cell(plan.face.name.sheet, min(rows), column + 1), COLUMN)


def finish(page: Page) -> None:
    """Lock what is no blank, and have the sheet printed one page wide."""
    protect(page)
    page.sheet_view.showGridLines = False
    page.sheet_view.zoomScale = 100
    page.sheet_properties.tabColor = style.GROUPS[Group.PARAMETERS].strong
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

"""Draws the Questions sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.pagebreak import Break

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put, put_text
from xlnet.book.drawing.charts import Chart, Line, draw_chart
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.drawing.rules import add_rule
from xlnet.book.live import Formula, put_all, put_inputs
from xlnet.book.sheets.questions.formulas import inputs
from xlnet.book.sheets.questions.plan import (
    ABOUT_ROW,
    BEST,
    CHART_COLUMN,
    CHART_SIZE,
    EDGE,
    END_COLUMN,
    FIRST_POINT_ROW,
    GUESS_ROW,
    HEADER_ROW,
    HELD_COLUMN,
    HELPER_COLUMN,
    HELPER_HEADER_ROW,
    LABEL_COLUMN,
    MARK,
    START_COLUMN,
    TEXT_ROWS,
    TITLE_ROW,
    TRAINED,
    VERDICT_ROW,
    WHY,
    WHY_ROW,
    WHY_ROWS,
    WRITTEN,
    QuestionsPlan,
    X,
    Y,
)
from xlnet.book.sheets.validation.drawing import draw_points
from xlnet.graph.expression import call
from xlnet.graph.node import Group
from xlnet.graph.references import NEITHER, InCell, compared
from xlnet.render.excel import cell, quoted_sheet
from xlnet.template.questions import OPEN
from xlnet.xlsx.page import Page

_WIDTHS = {1: 2.0, LABEL_COLUMN: 30.0, START_COLUMN: 15.0, END_COLUMN: 15.0, HELD_COLUMN: 17.0, CHART_COLUMN - 1: 2.0}
_CHART_WIDTH, _HELPER_WIDTH, _LINE_WIDTH = 9.5, 12.0, 1.75
# In points; two blocks of rows stand on a screen of 768 pixels.
_ROW_HEIGHT, _TITLE_HEIGHT = 15.75, 24.0
# Printed, so many stand on a page.
_PER_PAGE = 2
_TEXT = replace(style.TEXT, wrap=True, vertical="top", horizontal="left")
_LABEL = replace(style.TEXT, bold=True)
_NOTE = replace(style.QUIET, horizontal="left")
_RUN = replace(style.LINK, border="below")
_GUESS = replace(style.INPUT, border="box", horizontal="center")


def draw(page: Page, plan: QuestionsPlan, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with the formulas of all runs."""
    words = plan.texts.sections["questions"]
    put_text(page, TITLE_ROW, LABEL_COLUMN, words["title"], replace(style.TITLE, size=16))
    put_text(page, ABOUT_ROW, LABEL_COLUMN, words["about"], _NOTE)
    for number in range(len(plan.questions)):
        _draw_question(page, plan, number)
        _draw_helpers(page, plan, number)
    put_inputs(page, inputs(plan), _GUESS, plan.texts)
    for number in range(len(plan.questions)):
        merge(page, plan.guess(number).row, START_COLUMN, HELD_COLUMN)
    put_all(page, formulas)
    for held in plan.held_out.values():
        draw_points(page, held)
    _merge_texts(page, plan)
    last = plan.row(len(plan.questions)) - 2
    page.widths.update(_WIDTHS)
    page.widths.update(dict.fromkeys(range(CHART_COLUMN, CHART_COLUMN + CHART_SIZE[0]), _CHART_WIDTH))
    page.widths.update(dict.fromkeys(range(HELPER_COLUMN, page.max_column + 1), _HELPER_WIDTH))
    page.heights.update(dict.fromkeys(range(2, last + 1), _ROW_HEIGHT))
    page.heights[TITLE_ROW] = _TITLE_HEIGHT
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.SCHEDULE].strong
    protect(page)
    page.print_area = f"A1:{cell(last, CHART_COLUMN + CHART_SIZE[0])}"
    print_landscape(page)
    page.page_setup.fitToWidth = 1
    for number in range(_PER_PAGE, len(plan.questions), _PER_PAGE):
        page.row_breaks.append(Break(id=plan.row(number) - 1))


def _draw_question(page: Page, plan: QuestionsPlan, number: int) -> None:
    texts, question = plan.texts, plan.questions[number]
    band = replace(style.BAND, fill=style.GROUPS[Group.ITERATION].strong)
    for column in range(LABEL_COLUMN, CHART_COLUMN + CHART_SIZE[0]):
        put(page, plan.row(number), column, band)
    put_text(page, plan.row(number), LABEL_COLUMN, f"{number + 1}   {plan.said(question.title)}", band)
    put_text(page, plan.row(number, TEXT_ROWS[0]), LABEL_COLUMN, plan.said(question.text), _TEXT)
    put_text(page, plan.row(number, GUESS_ROW), LABEL_COLUMN, texts.get("questions", "prediction"), _LABEL)
    for column in (END_COLUMN, HELD_COLUMN):
        put(page, plan.row(number, GUESS_ROW), column, _GUESS)
    header = replace(style.HEADER, fill=style.GROUPS[Group.LOSS].strong, shrink=True)
    columns = {LABEL_COLUMN: "run", START_COLUMN: "start", END_COLUMN: "end"}
    columns |= {HELD_COLUMN: "held out"} if plan.is_of_held_out(number) else {}
    for column, name in columns.items():
        put_text(page, plan.row(number, HEADER_ROW), column, texts.get("questions", name), header)
    for which, (run, word) in enumerate(zip(question.runs, plan.choices(number), strict=True)):
        target = f"{quoted_sheet(plan.compare.comparison.runs[run].name)}A1"
        put_link(page, plan.run_row(number, which), LABEL_COLUMN, word, target, _RUN)
    numbers = plan.over_runs(number, START_COLUMN)._replace(right=plan.result_column(number))
    align_ordinary(page, f"{cell(numbers.top, numbers.left)}:{cell(numbers.bottom, numbers.right)}", style.FEW_DIGITS)
    _colour_verdict(page, plan, number)
    draw_chart(page, CHART_COLUMN, _chart(plan, number), plan.row(number, 1), plan.texts)


def _colour_verdict(page: Page, plan: QuestionsPlan, number: int) -> None:
    """Show the verdict green where the prediction was right, red where it was not."""
    mark, guess = (InCell(place, NEITHER) for place in (plan.single(number, MARK), plan.guess(number)))
    row = plan.row(number, VERDICT_ROW)
    # Of a cell alone the condition starts from that cell, whatever it cites.
    area = f"{cell(row, LABEL_COLUMN)}:{cell(row, LABEL_COLUMN)}"
    is_made = compared(guess, "<>", OPEN)
    for value, (colour, fill) in zip((0, 1), style.VERDICT, strict=True):
        look = DifferentialStyle(font=Font(color=colour, b=True), fill=PatternFill(bgColor=fill))
        add_rule(page, area, call("and", is_made, compared(mark, "=", value)), look)


def _merge_texts(page: Page, plan: QuestionsPlan) -> None:
    for number in range(len(plan.questions)):
        first, last = TEXT_ROWS
        for below, rows in ((first, last - first + 1), (VERDICT_ROW, 1), (WHY_ROW, WHY_ROWS)):
            merge(page, plan.row(number, below), LABEL_COLUMN, HELD_COLUMN, rows)


def _draw_helpers(page: Page, plan: QuestionsPlan, number: int) -> None:
    """Draw the headers of what the chart of a question shows, and the words that formulas cite."""
    words = plan.texts.sections["questions"]
    header = replace(style.HEADER, fill=style.CONSTANTS.strong, shrink=True)
    first = plan.single(number, EDGE)
    put_text(page, HELPER_HEADER_ROW - 1, first.column, words["points"].format(number=number + 1), _NOTE)
    names = ", ".join(words[name] for name in (EDGE, BEST, MARK, WHY))
    put_text(page, HELPER_HEADER_ROW, first.column, names, header)
    place = plan.single(number, WHY)
    put_text(page, place.row, place.column, plan.said(plan.questions[number].why), _NOTE)
    for which, word in enumerate(plan.choices(number)):
        shown = [X, Y, *([TRAINED] if plan.is_of_held_out(number) else []), *([WRITTEN] if which == 0 else [])]
        for name in shown:
            put_text(page, HELPER_HEADER_ROW, plan.column(number, which, name), f"{word}: {words[name]}", header)


def _chart(plan: QuestionsPlan, number: int) -> Chart:
    words, lines = plan.texts.sections["questions"], list(_lines(plan, number))
    return Chart(
        title=words[f"chart {plan.questions[number].measure}"],
        x_title=plan.texts.get("header", "iter"),
        y_title="E",
        lines=lines,
        x_column=plan.column(number, 0, X),
        first_row=FIRST_POINT_ROW,
        last_row=FIRST_POINT_ROW,
        x_max=plan.longest(number),
        size=CHART_SIZE,
        points_wide=_LINE_WIDTH,
    )


def _lines(plan: QuestionsPlan, number: int) -> Iterator[Line]:
    """Yield the runs' lines; where samples are held out, the losses of the others dashed."""
    for name in (Y, *([TRAINED] if plan.is_of_held_out(number) else [])):
        for which, word in enumerate(plan.choices(number)):
            rows = plan.rows(number, which)
            called = plan.texts.get("questions", "dashed").format(run=word) if name == TRAINED else word
            column, x = (plan.column(number, which, each) for each in (name, X))
            yield Line(column, called, dashed=name == TRAINED, rows=(rows[0], rows[-1]), x_column=x)

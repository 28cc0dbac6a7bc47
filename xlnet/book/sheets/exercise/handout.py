"""An exercise on paper: what is given and computed on two A4 pages, with boxes to write in, and answers on a third."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor

from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break

from xlnet.book import style
from xlnet.book.drawing.cells import merge, put, put_text
from xlnet.book.drawing.page import lines_of
from xlnet.book.drawing.protection import protect
from xlnet.book.live import Formula, Live, put_all
from xlnet.book.sheets.exercise import HANDOUT, looks
from xlnet.book.sheets.exercise.outline import Outline
from xlnet.book.sheets.exercise.sections import Line, Section, given, sections
from xlnet.book.style import Look
from xlnet.graph.references import InCell
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

# Narrow columns, so many of which a symbol, a rule, a box and a given number take.
_WIDTH, _SYMBOL, _RULE, _BOX, _LEAST_COLUMNS = 5.0, 2, 10, 3, 18
# Rows of a pass: points, with room to write.
_ROW_HEIGHT, _LINE_HEIGHT = 16.0, 21.0
_TITLE_ROW, _NAME_ROW, _TASK_ROW, _FIRST_ROW = 1, 3, 5, 7
# In points: what A4 has between its margins, and a narrow column.
_MARGIN_INCHES = 0.55
_HEIGHT, _PAGE_WIDTH, _COLUMN_POINTS = 841.9 - 144 * _MARGIN_INCHES, 595.3 - 144 * _MARGIN_INCHES, 30.0
_LEAST_SCALE, _MOST_SCALE = 40, 100
_VALUE = replace(looks.VALUE, horizontal="center")
_BOX_LOOK = replace(style.TEXT, border="box", horizontal="center")
_NAMED = replace(looks.SYMBOL, horizontal="center")


@dataclass(frozen=True)
class _Placed:
    """A line of a section, or (without `line`) its head, in a row."""

    row: int
    section: Section
    line: Line | None = None


class Handout:
    """Where the pages have things."""

    def __init__(self, plan: Outline) -> None:
        self.plan = plan
        self.given = given(plan)

    @property
    def samples(self) -> int:
        """The samples of the iteration."""
        return self.plan.model.spec.batch_size

    @property
    def columns(self) -> int:
        """The columns of a page."""
        return max(_LEAST_COLUMNS, _SYMBOL + _RULE + _BOX * self._boxes)

    @cached_property
    def _boxes(self) -> int:
        return max(len(line.keys) for section in sections(self.plan) for line in section.lines)

    @property
    def rule_width(self) -> int:
        """The columns that a rule takes, so that boxes end where the page does."""
        return self.columns - _SYMBOL - _BOX * self._boxes

    @property
    def chips(self) -> int:
        """How many given numbers stand side by side."""
        return self.columns // _BOX

    def chip(self, number: int) -> tuple[int, int]:
        """Return the row and column of a given number's name; the number stands below."""
        row, column = divmod(number, self.chips)
        return _FIRST_ROW + 1 + 2 * row, 1 + _BOX * column

    @cached_property
    def pages(self) -> list[list[_Placed]]:
        """What is computed, by page: the forward pass below what is given, then the others."""
        first, *others = sections(self.plan)
        row = self.chip(len(self.given) - 1)[0] + 3
        found = [list(self._placed([first], row))]
        if others:
            found.append(list(self._placed(others, found[0][-1].row + 2)))
        return found

    def _placed(self, every: Sequence[Section], row: int) -> Iterator[_Placed]:
        for section in every:
            yield _Placed(row, section)
            yield from (_Placed(number, section, line) for number, line in enumerate(section.lines, row + 1))
            row += len(section.lines) + 2

    @property
    def answers_row(self) -> int:
        """The row of the head of the answers, the first of their page."""
        return self.pages[-1][-1].row + 2

    def answer(self, number: int) -> tuple[int, int]:
        """Return the row and column of the symbol of an answer; its value stands beside it."""
        each = 2 * _BOX
        rows = -(-len(self.plan.blanks) // (self.columns // each))
        column, row = divmod(number, rows)
        return self.answers_row + 2 + row, 1 + each * column

    @property
    def last_row(self) -> int:
        """The last row."""
        return max(self.answer(number)[0] for number in range(len(self.plan.blanks)))

    def box_column(self, number: int) -> int:
        """Return the first column of a sample's box, by its number from 0."""
        return 1 + _SYMBOL + self.rule_width + _BOX * number

    @property
    def breaks(self) -> list[int]:
        """The last rows of the pages but the last."""
        return [page[-1].row + 1 for page in self.pages]


def lives(plan: Outline) -> Iterator[Live]:
    """Yield the formulas: the numbers that are not blank, and the answers."""
    handout = Handout(plan)
    for number, (_, key) in enumerate(handout.given):
        row, column = handout.chip(number)
        yield _live(plan, key, row + 1, column, _VALUE)
    form = f"0.{'0' * (plan.exercise.decimals + 1)}"
    for placed in (placed for page in handout.pages for placed in page if placed.line):
        for number, key in enumerate(placed.line.keys if placed.line else ()):
            if key not in plan.by_key:
                look = replace(_VALUE, number_format=form)
                yield _live(plan, key, placed.row, handout.box_column(number), look)
    for number, blank in enumerate(plan.blanks):
        row, column = handout.answer(number)
        yield _live(plan, blank.key, row, column + _BOX, replace(_VALUE, number_format=form))


def _live(plan: Outline, key: str, row: int, column: int, look: Look) -> Live:
    answer = plan.answer(key)
    return Live(key, HANDOUT, column, [row], InCell(answer), look, shown=answer)


def draw(page: Page, plan: Outline, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    handout = Handout(plan)
    page.widths |= dict.fromkeys(range(1, handout.columns + 1), _WIDTH)
    page.heights |= dict.fromkeys(range(1, handout.last_row + 1), _ROW_HEIGHT)
    _draw_head(page, plan, handout)
    for number, (symbol, _) in enumerate(handout.given):
        row, column = handout.chip(number)
        _text(page, row, column, _BOX, symbol, _NAMED)
        _span(page, row + 1, column, _BOX, _VALUE)
    for placed in (placed for every in handout.pages for placed in every):
        if placed.line is None:
            _draw_section(page, plan, handout, placed)
        else:
            _draw_line(page, plan, handout, placed.row, placed.line)
    _draw_answers(page, plan, handout)
    put_all(page, formulas)
    _print(page, handout)


def _draw_head(page: Page, plan: Outline, handout: Handout) -> None:
    words, last = plan.words, handout.columns
    put_text(page, _TITLE_ROW, 1, plan.words.title(plan.exercise.student), replace(style.TITLE, size=16))
    page.heights[_TITLE_ROW] = 26
    line = replace(style.TEXT, border="below")
    put_text(page, _NAME_ROW, 1, words.get("name"), replace(looks.LABEL, horizontal="left"))
    for column in (*range(3, last - 6), *range(last - 3, last + 1)):
        put(page, _NAME_ROW, column, line)
    put_text(page, _NAME_ROW, last - 5, words.get("date"), replace(looks.LABEL, horizontal="left"))
    page.heights[_NAME_ROW] = 22
    task = words.get("task on paper").format(decimals=plan.exercise.decimals)
    _text(page, _TASK_ROW, 1, last, task, looks.TASK)
    page.heights[_TASK_ROW] = _ROW_HEIGHT * lines_of(task, _WIDTH * last)
    _band(page, _FIRST_ROW, last, words.get("given"), style.CONSTANTS.strong)


def _draw_section(page: Page, plan: Outline, handout: Handout, placed: _Placed) -> None:
    fill = style.GROUPS[placed.section.group].strong
    _band(page, placed.row, handout.columns, plan.words.get(placed.section.name), fill)
    if any(len(line.keys) > 1 for line in placed.section.lines):
        look = replace(style.BAND, fill=fill, horizontal="center")
        for number in range(handout.samples):
            text = plan.words.get("sample").format(number=number + 1)
            _text(page, placed.row, handout.box_column(number), _BOX, text, look)


def _draw_line(page: Page, plan: Outline, handout: Handout, row: int, line: Line) -> None:
    page.heights[row] = _LINE_HEIGHT
    _text(page, row, 1, _SYMBOL, line.symbol, replace(looks.SYMBOL, shrink=True))
    _text(page, row, 1 + _SYMBOL, handout.rule_width, line.rule, looks.RULE)
    for number, key in enumerate(line.keys):
        look = _BOX_LOOK if key in plan.by_key else _VALUE
        _span(page, row, handout.box_column(number), _BOX, look)


def _draw_answers(page: Page, plan: Outline, handout: Handout) -> None:
    text = f"{plan.words.get('answers')} · {plan.words.title(plan.exercise.student)}"
    _band(page, handout.answers_row, handout.columns, text, style.CONSTANTS.strong)
    for number, blank in enumerate(plan.blanks):
        row, column = handout.answer(number)
        _text(page, row, column, _BOX, plan.words.symbol(blank.key), replace(looks.SYMBOL, shrink=True))
        _span(page, row, column + _BOX, _BOX, _VALUE)


def _band(page: Page, row: int, last: int, text: str, fill: str) -> None:
    look = replace(style.BAND, fill=fill)
    for column in range(1, last + 1):
        put(page, row, column, look)
    put_text(page, row, 1, text, look)


def _text(page: Page, row: int, column: int, width: int, text: str, look: Look) -> None:
    _span(page, row, column, width, look)
    put_text(page, row, column, text, look)


def _span(page: Page, row: int, column: int, width: int, look: Look) -> None:
    """Give some cells of a row a look, and make them one."""
    for each in range(column, column + width):
        put(page, row, each, look)
    merge(page, row, column, column + width - 1)


def _print(page: Page, handout: Handout) -> None:
    """Set the pages up: as large as the fullest of them fits A4."""
    protect(page)
    page.sheet_view.showGridLines = False
    page.page_setup.orientation, page.page_setup.paperSize = "portrait", 9
    page.page_margins = PageMargins(*(_MARGIN_INCHES,) * 4, header=0.3, footer=0.3)
    page.print_area = f"A1:{cell(handout.last_row, handout.columns)}"
    page.print_options.horizontalCentered = True
    starts = [1, *(row + 1 for row in handout.breaks)]
    heights = (
        sum(page.heights[row] for row in range(start, end + 1))
        for start, end in zip(starts, handout.breaks, strict=False)
    )
    fit = min(_HEIGHT / max(heights), _PAGE_WIDTH / (_COLUMN_POINTS * handout.columns))
    page.page_setup.scale = min(max(floor(100 * fit), _LEAST_SCALE), _MOST_SCALE)
    for row in handout.breaks:
        page.row_breaks.append(Break(id=row))

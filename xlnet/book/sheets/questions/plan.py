"""What the Questions sheet has, and where: a block of rows a question, and at the right what its charts show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlnet.book.sheets.compare.plan import ComparePlan
from xlnet.book.sheets.questions import NAME
from xlnet.book.sheets.validation.plan import ValidationPlan
from xlnet.book.spread import spread
from xlnet.book.texts import Texts
from xlnet.cell import Area, Cell
from xlnet.comparison import LOSS, VALIDATION_LOSS, Question

LABEL_COLUMN, START_COLUMN, END_COLUMN, HELD_COLUMN = 2, 3, 4, 5
TITLE_ROW, ABOUT_ROW, SCORE_ROW, FIRST_ROW = 1, 2, 3, 5
GUESS_COLUMN = START_COLUMN
# The rows of a question, from its heading: its text, the prediction, a table of the runs, the verdict, the reason.
TEXT_ROWS, GUESS_ROW, HEADER_ROW, FIRST_RUN_ROW, VERDICT_ROW, WHY_ROW, WHY_ROWS = (1, 3), 4, 5, 6, 9, 10, 3
ROWS_EACH = 14
CHART_COLUMN, CHART_SIZE = 7, (8, 12)
# What charts show, and the words that formulas cite, stand at the right, below their headers.
HELPER_COLUMN, HELPER_HEADER_ROW, FIRST_POINT_ROW = CHART_COLUMN + CHART_SIZE[0] + 3, 3, 4
MOST_POINTS, MOST_HELD_POINTS = 60, 16
# What a chart draws beyond this multiple of the loss at the start is its edge.
TIMES = 2
# The single numbers and words of a question, in the first of its columns at the right.
EDGE, BEST, MARK, WHY = "edge", "best", "mark", "why"
_SINGLE = (EDGE, BEST, MARK, WHY)
# The columns of a run: where its line is, the line, that of the samples to learn from, and its result as a text.
X, Y, TRAINED, WRITTEN = "x", "y", "trained", "written"
_OF_RUN = (X, Y, TRAINED, WRITTEN)


@dataclass(frozen=True)
class QuestionsPlan:
    """The sheet of a comparison with questions."""

    compare: ComparePlan

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions."""
        return self.compare.comparison.questions

    @property
    def texts(self) -> Texts:
        """The texts of the workbook's language."""
        return self.compare.texts

    def said(self, text: str) -> str:
        """Return a text of a question in the workbook's language."""
        return self.texts.of_template("questions", text)

    def choices(self, number: int) -> list[str]:
        """Return what the runs of a question are called."""
        return list(map(self.said, self.questions[number].choices))

    # The page.
    def row(self, number: int, below: int = 0) -> int:
        """Return the row of a question's heading, or one so many rows below it."""
        return FIRST_ROW + ROWS_EACH * number + below

    def guess(self, number: int) -> Cell:
        """Return the cell of a prediction."""
        return Cell(NAME, self.row(number, GUESS_ROW), GUESS_COLUMN)

    def run_row(self, number: int, which: int) -> int:
        """Return the row of a run in a question's table, from 0."""
        return self.row(number, FIRST_RUN_ROW + which)

    def result_column(self, number: int) -> int:
        """Return the column of what a question is about."""
        return HELD_COLUMN if self.is_of_held_out(number) else END_COLUMN

    def over_runs(self, number: int, column: int) -> Area:
        """Return the cells of a column of a question's table."""
        last = len(self.questions[number].runs) - 1
        return Area(NAME, self.run_row(number, 0), column, self.run_row(number, last), column)

    # What stands at the right.
    def is_of_held_out(self, number: int) -> bool:
        """Return whether a question is about samples held out."""
        return self.questions[number].measure == VALIDATION_LOSS

    @cached_property
    def _columns(self) -> list[int]:
        """The first columns of the questions at the right, and the one behind the last."""
        found = [HELPER_COLUMN]
        for question in self.questions:
            found.append(found[-1] + 1 + len(_OF_RUN) * len(question.runs) + 1)
        return found

    def single(self, number: int, name: str) -> Cell:
        """Return the cell of a single number or word of a question."""
        return Cell(NAME, FIRST_POINT_ROW + _SINGLE.index(name), self._columns[number])

    def column(self, number: int, which: int, name: str) -> int:
        """Return a column of a run of a question."""
        return self._columns[number] + 1 + len(_OF_RUN) * which + _OF_RUN.index(name)

    def written(self, number: int, which: int) -> Cell:
        """Return the cell of a run's result as a text: these stand below each other, in the column of the first run."""
        return Cell(NAME, FIRST_POINT_ROW + which, self.column(number, 0, WRITTEN))

    def over_written(self, number: int) -> Area:
        """Return the cells of the results as texts."""
        return Area.between(self.written(number, 0), self.written(number, len(self.questions[number].runs) - 1))

    @cached_property
    def held_out(self) -> dict[int, ValidationPlan]:
        """The losses of all samples over the runs that are asked about those held out, by the runs' numbers."""
        asked = [run for number, each in enumerate(self.questions) if self.is_of_held_out(number) for run in each.runs]
        found: dict[int, ValidationPlan] = {}
        column = self._columns[-1] + 1
        for run in dict.fromkeys(asked):
            found[run] = ValidationPlan(self.compare.models[run], NAME, column, MOST_HELD_POINTS)
            column = found[run].pair_column + 1
        return found

    def rows(self, number: int, which: int) -> range:
        """Return the rows of the points of a run."""
        run = self.questions[number].runs[which]
        held = self.held_out[run].count if self.is_of_held_out(number) else 0
        return range(FIRST_POINT_ROW, FIRST_POINT_ROW + (held or min(self._iterations(run), MOST_POINTS)))

    def _iterations(self, run: int) -> int:
        return self.compare.models[run].spec.training.iters

    def longest(self, number: int) -> int:
        """Return the iterations of the longest run of a question."""
        return max(map(self._iterations, self.questions[number].runs))

    def wanted(self, run: int) -> set[int]:
        """Return the iterations of a run that the sheet shows."""
        found = set(self.held_out[run].iterations) if run in self.held_out else set()
        for number, question in enumerate(self.questions):
            if run in question.runs and question.measure == LOSS:
                found |= set(spread(len(self.rows(number, question.runs.index(run))), self._iterations(run)))
        return found

    def shown(self, run: int) -> list[tuple[int, int]]:
        """Return the questions that ask about a run, each with the run's place there, all from 0."""
        return [(number, each.runs.index(run)) for number, each in enumerate(self.questions) if run in each.runs]

    def labels(self) -> dict[Cell, str]:
        """Return the texts that stand in cells and that formulas cite."""
        found = {self.single(number, WHY): self.said(each.why) for number, each in enumerate(self.questions)}
        for number in range(len(self.questions)):
            for which, word in enumerate(self.choices(number)):
                found[Cell(NAME, self.run_row(number, which), LABEL_COLUMN)] = word
        return found

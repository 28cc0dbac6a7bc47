"""Sheet Dashboard: the run at a glance, its headline numbers and its charts, all of them live."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnet import classes, keys, style
from xlnet.excel import absolute, cell
from xlnet.layout import FIRST_ROW, TRAINING
from xlnet.record import Record
from xlnet.sheets import accuracy
from xlnet.sheets.accuracy import Marks, marks
from xlnet.sheets.cells import put, put_text
from xlnet.sheets.charts import COLUMNS, ROWS, Chart, Line, draw_chart
from xlnet.sheets.digits import show_small_and_large
from xlnet.sheets.guard import protect
from xlnet.sheets.live import Live, Typed, put_all, put_inputs
from xlnet.sheets.page import print_landscape
from xlnet.sheets.predict import NAME as PREDICT
from xlnet.sheets.predict.numbers import Numbers
from xlnet.sheets.predict.plan import VALUE_COLUMN as PREDICT_COLUMN
from xlnet.sheets.predict.plan import Plan
from xlnet.sheets.training import TrainingSheet
from xlnet.spec import Spec
from xlnet.xlsx.values import Value

NAME = "Dashboard"
# The loss that counts as small; the user may type another one.
BOUND = 0.01
# A longer run is thinned: its charts show this many iterations, evenly spaced.
MOST_POINTS = 200
MOST_LINES = 12
# A logarithmic chart has no place for 0, where a run arrives at a perfect fit.
SMALLEST_LOSS = 1e-16

LABEL_COLUMN, VALUE_COLUMN, CHART_COLUMN, POINTS_COLUMN = 2, 3, 5, 27
TITLE_ROW, FIRST_HEADLINE_ROW = 2, 4
POINTS_HEADER_ROW, FIRST_POINT_ROW = 2, 3
_CHART_COLUMN_WIDTH, _POINT_WIDTH = 9, 12.5
_LABEL = replace(style.TEXT, border="below")
_VALUE = replace(style.TEXT, border="below", bold=True, horizontal="right")
_NOTE = replace(style.QUIET, horizontal="left", vertical="top")


@dataclass(frozen=True)
class Points:
    """The table behind the charts: a column a quantity, by key, and how many iterations it shows of the run.

    `marks` is the table beside it, for the accuracy of a network that classifies.
    """

    keys: tuple[str, ...]
    targets: tuple[str, ...]
    count: int
    iterations: int
    marks: Marks | None

    @property
    def every_key(self) -> tuple[str, ...]:
        """The quantities, then the targets."""
        return (*self.keys, *self.targets)

    @property
    def wanted(self) -> set[int]:
        """The iterations that the sheet shows."""
        marked = () if self.marks is None else map(self.marks.iteration, range(self.marks.count))
        return {1, self.iterations, *(self.iteration(index) for index in range(self.count)), *marked}

    def column(self, key: str) -> int:
        """Return the column of a quantity; before it stand the iterations, and the loss for a logarithmic scale."""
        return POINTS_COLUMN + 2 + self.every_key.index(key)

    def iteration(self, index: int) -> int:
        """Return the iteration that point number `index`, from 0, shows; halves are rounded up, as in a spreadsheet."""
        if self.count == 1:
            return 1
        return math.floor(1 + index * (self.iterations - 1) / (self.count - 1) + 0.5)


def points(sheet: TrainingSheet) -> Points:
    """Return what the charts of a run show."""
    wanted = [keys.LOSS, *outputs(sheet.spec), *_weights(sheet)]
    if sheet.spec.training.schedule:
        wanted.append(keys.LEARNING_RATE)
    iters = sheet.spec.training.iters
    count = min(iters, MOST_POINTS)
    own_targets = tuple(targets(sheet.spec))
    column = POINTS_COLUMN + 2 + len(wanted) + len(own_targets) + 1
    return Points(tuple(wanted), own_targets, count, iters, marks(sheet, column, FIRST_POINT_ROW, count))


def outputs(spec: Spec) -> list[str]:
    """Return the outputs that are drawn: of the first samples, where every row uses the same ones."""
    if spec.draws_samples:
        return []
    samples = range(1, spec.batch_size + 1) if spec.batch_size > 1 else [None]
    last = len(spec.layers)
    every = [keys.of_sample(keys.activation(last, j), s) for s in samples for j in range(1, spec.outputs + 1)]
    return spread(every, MOST_LINES // 2)


def spread(every: list[str], most: int) -> list[str]:
    """Return at most so many of a list, evenly spaced, with its first and last."""
    if len(every) <= most:
        return every
    return [every[math.floor(index * (len(every) - 1) / (most - 1) + 0.5)] for index in range(most)]


def targets(spec: Spec) -> list[str]:
    """Return the targets of these outputs."""
    return [key.replace(f"a{len(spec.layers)}_", "t_", 1) for key in outputs(spec)]


def _weights(sheet: TrainingSheet) -> list[str]:
    return spread(_parameters(sheet), MOST_LINES)


def _parameters(sheet: TrainingSheet) -> list[str]:
    return [node.key for node in sheet.graph.nodes if node.group == "parameters"]


def formulas(sheet: TrainingSheet) -> list[Live]:
    """Return every formula of the sheet."""
    shown = points(sheet)
    iterations = absolute(VALUE_COLUMN, headline_row(sheet.spec, "iterations"))
    marked = () if shown.marks is None else accuracy.formulas(shown.marks, iterations)
    return [*_headlines(sheet), *_point_formulas(shown, sheet), *marked]


def headlines(spec: Spec) -> list[str]:
    """Return the names of the headline numbers, from the top; `bound` is the one that is typed."""
    single = [f"output {key}" for key in outputs(spec)] if spec.batch_size == 1 else []
    classified = ["accuracy"] if classes.kind_of(spec) else []
    return ["iterations", "first loss", "final loss", *single, *classified, "bound", "first below", "diverged"]


def headline_row(spec: Spec, name: str) -> int:
    """Return the row of a headline number."""
    return FIRST_HEADLINE_ROW + headlines(spec).index(name)


def _headlines(sheet: TrainingSheet) -> Iterator[Live]:
    last = sheet.spec.training.iters
    whole, number = (replace(_VALUE, number_format=form) for form in (style.WHOLE_NUMBER, style.NUMBER))

    def row(name: str, formula: str, value: Callable[[Record], Value], look: style.Look) -> Live:
        return Live(name, VALUE_COLUMN, headline_row(sheet.spec, name), formula, look, value)

    yield row("iterations", f"=COUNT({_column(sheet, keys.ITERATION)})", lambda r: float(r.iterations), whole)
    yield row("first loss", f"={_at(sheet, keys.LOSS, 1)}", _known(keys.LOSS, 1), number)
    yield row("final loss", f"={_at(sheet, keys.LOSS, last)}", _known(keys.LOSS, last), number)
    if sheet.spec.batch_size == 1:
        for key in outputs(sheet.spec):
            yield row(f"output {key}", f"={_at(sheet, key, last)}", _known(key, last), number)
    if classes.kind_of(sheet.spec):
        yield _accuracy(sheet)
    bound = cell(VALUE_COLUMN, headline_row(sheet.spec, "bound"))
    losses = _column(sheet, keys.LOSS)
    never, no, since = (sheet.texts.get("dashboard", name) for name in ("never", "no", "since"))
    yield row(
        "first below",
        f'=IFERROR({_first_below(sheet, bound)},"{never}")',
        lambda r: never if r.first_below is None else float(r.first_below),
        whole,
    )
    count = f"COUNT({losses})"
    yield row(
        "diverged",
        f'=IF({count}=COUNT({_column(sheet, keys.ITERATION)}),"{no}","{since} "&{count}+1)',
        lambda r: no if r.losses == r.iterations else f"{since} {r.losses + 1}",
        whole,
    )


def _accuracy(sheet: TrainingSheet) -> Live:
    """Return the share of samples that the weights of sheet Predict classify right."""
    plan = Plan(sheet)
    source = f"={PREDICT}!{absolute(PREDICT_COLUMN, plan.controls['accuracy'])}"
    look, numbers = replace(_VALUE, number_format="0.0%"), Numbers(plan)
    row = headline_row(sheet.spec, "accuracy")
    return Live("accuracy", VALUE_COLUMN, row, source, look, lambda r: numbers.right(r) / plan.samples)


def _first_below(sheet: TrainingSheet, bound: str) -> str:
    """Return the formula of the first iteration with a loss below the cell `bound`, an error where there is none."""
    losses = _column(sheet, keys.LOSS)
    if sheet.last_row == FIRST_ROW:
        # Of a column of one cell the comparison is no array, and IronCalc finds nothing in it.
        return f"IF({losses.split(':')[0]}<{bound},1,NA())"
    # INDEX(…,0) makes Excel and LibreOffice compare the whole column without an array formula.
    return f"MATCH(TRUE,INDEX({losses}<{bound},0),0)"


def _point_formulas(shown: Points, sheet: TrainingSheet) -> Iterator[Live]:
    number = replace(style.TEXT, number_format=style.NUMBER)
    iterations = f"$C${headline_row(sheet.spec, 'iterations')}"
    for index in range(shown.count):
        row, iteration = FIRST_POINT_ROW + index, shown.iteration(index)
        here = f"${cell(POINTS_COLUMN, row)}"
        formula = f"=ROUND(1+{index}*({iterations}-1)/{shown.count - 1},0)" if index else "=1"
        yield Live("iteration shown", POINTS_COLUMN, row, formula, style.TEXT, _fixed(float(iteration)))
        loss = cell(shown.column(keys.LOSS), row)
        yield Live(
            "E shown on a logarithmic scale",
            POINTS_COLUMN + 1,
            row,
            f"=MAX({loss},{SMALLEST_LOSS:.0E})",
            number,
            _not_zero(iteration),
        )
        for key in shown.keys:
            formula = f"=INDEX({_column(sheet, key)},{here})"
            yield Live(f"{key} shown", shown.column(key), row, formula, number, _known(key, iteration))
        for key in targets(sheet.spec):
            place = sheet.layout.cells[key]
            formula = f"={place.sheet}!{absolute(place.column, place.row or 1)}"
            yield Live(f"{key} shown", shown.column(key), row, formula, number, _fixed(sheet.constants[key]))


def _fixed(value: float) -> Callable[[Record], Value]:
    return lambda _: value


def _known(key: str, iteration: int) -> Callable[[Record], Value]:
    return lambda record: record.value(key, iteration)


def _not_zero(iteration: int) -> Callable[[Record], Value]:
    def loss(record: Record) -> Value:
        value = record.value(keys.LOSS, iteration)
        return value if math.isnan(value) else max(value, SMALLEST_LOSS)

    return loss


def _column(sheet: TrainingSheet, key: str) -> str:
    """Return the cells of a quantity in all iterations."""
    column = sheet.layout.columns[key]
    return f"{TRAINING}!{absolute(column, FIRST_ROW)}:{absolute(column, sheet.last_row)}"


def _at(sheet: TrainingSheet, key: str, iteration: int) -> str:
    return f"{TRAINING}!{absolute(sheet.layout.columns[key], FIRST_ROW + iteration - 1)}"


def inputs(sheet: TrainingSheet) -> list[Typed]:
    """Return the cells that a person fills in."""
    return [Typed("bound", VALUE_COLUMN, headline_row(sheet.spec, "bound"), BOUND)]


def draw(worksheet: Worksheet, sheet: TrainingSheet, formulas: Sequence[Live]) -> None:
    """Draw the sheet with its formulas."""
    texts = sheet.texts
    put_text(worksheet, LABEL_COLUMN, TITLE_ROW, sheet.title, replace(style.TITLE, size=16))
    for name in headlines(sheet.spec):
        row = headline_row(sheet.spec, name)
        put_text(worksheet, LABEL_COLUMN, row, _label(name, sheet), _LABEL)
        put(worksheet, VALUE_COLUMN, row, _VALUE)
    bound_row = headline_row(sheet.spec, "bound")
    put_inputs(worksheet, inputs(sheet), replace(style.INPUT, border="below", horizontal="right"), texts)
    shown = points(sheet)
    thinned = "thinned" if shown.count < shown.iterations else "whole"
    note = texts.get("dashboard", thinned).format(count=shown.count)
    put_text(worksheet, LABEL_COLUMN, FIRST_HEADLINE_ROW + len(headlines(sheet.spec)) + 1, note, _NOTE)
    _draw_points(worksheet, shown, sheet)
    put_all(worksheet, formulas)
    for index, chart in enumerate(_charts(sheet, shown)):
        across, down = index % 2 * (COLUMNS + 1), index // 2 * (ROWS + 1)
        draw_chart(worksheet, chart, CHART_COLUMN + across, FIRST_HEADLINE_ROW + down)
    headline_cells = f"{cell(VALUE_COLUMN, FIRST_HEADLINE_ROW)}:{cell(VALUE_COLUMN, bound_row - 1)}"
    last_cell = cell(shown.column(shown.every_key[-1]), FIRST_POINT_ROW + shown.count - 1)
    for cells in (headline_cells, f"{cell(POINTS_COLUMN + 1, FIRST_POINT_ROW)}:{last_cell}"):
        show_small_and_large(worksheet, cells)
    protect(worksheet)
    worksheet.sheet_view.showGridLines = False
    worksheet.sheet_properties.tabColor = style.GROUPS["loss"].strong
    for letter, width in (("A", 2), ("B", 34), ("C", 16), ("D", 2)):
        worksheet.column_dimensions[letter].width = width
    for column in range(CHART_COLUMN, POINTS_COLUMN):
        # Programs have widths of their own for columns that have none, and charts are placed by columns.
        worksheet.column_dimensions[get_column_letter(column)].width = _CHART_COLUMN_WIDTH
    for key in shown.every_key:
        worksheet.column_dimensions[get_column_letter(shown.column(key))].width = _POINT_WIDTH
    worksheet.print_area = f"A1:{cell(POINTS_COLUMN - 2, FIRST_HEADLINE_ROW + 3 * (ROWS + 1))}"
    print_landscape(worksheet)
    worksheet.page_setup.fitToWidth = 1


def _label(name: str, sheet: TrainingSheet) -> str:
    if sheet.spec.draws_samples and f"{name} of a batch" in sheet.texts.sections["dashboard"]:
        return sheet.texts.get("dashboard", f"{name} of a batch")
    word, _, key = name.partition(" ") if name.startswith("output ") else (name, "", "")
    return f"{sheet.texts.get('dashboard', word)} {sheet.symbols(key) if key else ''}".strip()


def _draw_points(worksheet: Worksheet, shown: Points, sheet: TrainingSheet) -> None:
    """Draw the header of the table behind the charts."""
    header = replace(style.HEADER, fill=style.CONSTANTS.strong)
    texts = sheet.texts
    put_text(worksheet, POINTS_COLUMN, POINTS_HEADER_ROW - 1, texts.get("dashboard", "points"), _NOTE)
    put_text(worksheet, POINTS_COLUMN, POINTS_HEADER_ROW, texts.get("header", "iter"), header)
    put_text(worksheet, POINTS_COLUMN + 1, POINTS_HEADER_ROW, texts.get("dashboard", "log loss"), header)
    for key in shown.every_key:
        put_text(worksheet, shown.column(key), POINTS_HEADER_ROW, sheet.symbols(key), header)
    if shown.marks is not None:
        first = shown.marks.column
        put_text(worksheet, first, POINTS_HEADER_ROW - 1, texts.get("dashboard", "marks"), _NOTE)
        put_text(worksheet, first, POINTS_HEADER_ROW, texts.get("header", "iter"), header)
        put_text(worksheet, first + 1, POINTS_HEADER_ROW, texts.get("dashboard", "share"), header)
        for sample in range(1, shown.marks.samples + 1):
            put_text(worksheet, first + 1 + sample, POINTS_HEADER_ROW, f"[{sample}]", header)


def _charts(sheet: TrainingSheet, shown: Points) -> Iterator[Chart]:
    texts = sheet.texts
    last = FIRST_POINT_ROW + shown.count - 1

    def chart(name: str, y: str, lines: list[Line], *, logarithmic: bool = False) -> Chart:
        return Chart(
            title=texts.get("dashboard", name),
            x_title=texts.get("header", "iter"),
            y_title=y,
            lines=lines,
            x_column=POINTS_COLUMN,
            first_row=FIRST_POINT_ROW,
            last_row=last,
            x_max=shown.iterations,
            logarithmic=logarithmic,
        )

    def line(key: str, *, dashed: bool = False) -> Line:
        return Line(shown.column(key), sheet.symbols(key), dashed)

    yield chart("loss chart", "E", [line(keys.LOSS)])
    yield chart("log chart", "E", [Line(POINTS_COLUMN + 1, "E")], logarithmic=True)
    if outputs(sheet.spec):
        lines = [*(line(key) for key in outputs(sheet.spec)), *(line(key, dashed=True) for key in targets(sheet.spec))]
        name = "output chart"
        if len(outputs(sheet.spec)) < sheet.spec.batch_size * sheet.spec.outputs:
            name = "some outputs chart"
        yield chart(name, "y, t", lines)
    weights = chart("weight chart", "w, b" if sheet.has_biases else "w", [line(key) for key in _weights(sheet)])
    count, every = len(_weights(sheet)), len(_parameters(sheet))
    if count < every:
        title = texts.get("dashboard", "some weights chart").format(count=count, all=every)
        weights = replace(weights, title=title)
    yield weights
    if shown.marks is not None:
        table = shown.marks
        rows = (table.first_row, table.first_row + table.count - 1)
        accuracies = [Line(table.column + 1, texts.get("dashboard", "accuracy chart"), rows=rows)]
        yield replace(
            chart("accuracy chart", texts.get("dashboard", "share"), accuracies), x_column=table.column, y_max=1
        )
    if sheet.spec.training.schedule:
        yield chart("rate chart", "η", [line(keys.LEARNING_RATE)])

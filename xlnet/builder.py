"""Builds a workbook: runs and sheets to a file. An ordinary workbook is a comparison's special case of one run.

(Not `build`: a module of that name would take the place of the function `xlnet.build`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openpyxl import Workbook

from xlnet.book.beside import BESIDE, SheetBeside
from xlnet.book.limits import require_room, require_room_beside, require_room_for_runs
from xlnet.book.live import filled
from xlnet.book.model import Model, model_of
from xlnet.book.record import Record
from xlnet.book.sheet import RecordedRun, Sheet
from xlnet.book.sheets import compare, data, formulas, guide, questions, sets, template, training
from xlnet.book.sheets.compare import drawing as compare_drawing
from xlnet.book.sheets.compare import formulas as compare_formulas
from xlnet.book.sheets.compare import guide as compare_guide
from xlnet.book.sheets.compare.plan import ComparePlan, plan_of
from xlnet.book.sheets.dashboard.diagnosis import findings
from xlnet.book.sheets.dashboard.diagnosis.signs import signs
from xlnet.book.sheets.dashboard.plan import points
from xlnet.book.sheets.questions import drawing as questions_drawing
from xlnet.book.sheets.questions import formulas as questions_formulas
from xlnet.book.sheets.questions.plan import QuestionsPlan
from xlnet.book.sheets.start.plan import StartPlan
from xlnet.book.sheets.validation.plan import ValidationPlan
from xlnet.book.texts import ENGLISH, LANGUAGES, load
from xlnet.book.values import BookValues
from xlnet.comparison import BOUND, Comparison
from xlnet.errors import UserError
from xlnet.render.evaluate import iterations
from xlnet.spec import Spec
from xlnet.template.runs import serialize_comparison
from xlnet.template.serialize import serialize
from xlnet.version import VERSION
from xlnet.xlsx.package import FAST, SMALL, save
from xlnet.xlsx.page import Address, add_page
from xlnet.xlsx.table import RowBlock, Table, block_sizes
from xlnet.xlsx.values import Value
from xlnet.xlsx.whole_file import written_whole

Progress = Callable[[Iterable[int], int], Iterable[int]]


@dataclass(frozen=True)
class Built:
    """What was built: the file, and the first iteration without finite values, if there is one.

    `stopped` is the name of the finding on the Dashboard that tells that the network, or a part of it, learns no more.
    """

    path: Path
    diverged_at: int | None
    stopped: str | None = None


@dataclass(frozen=True)
class BuiltComparison:
    """What was built: the file, and by the names of the runs that diverge their first iteration without numbers."""

    path: Path
    diverged_at: dict[str, int]


def build(
    spec: Spec,
    path: str | Path,
    *,
    small: bool = False,
    plain: bool = False,
    language: str = ENGLISH,
    progress: Progress = lambda steps, _: steps,
) -> Built:
    """Write the workbook of `spec` to `path`, whole or not at all.

    A `small` file is compressed harder and writes each formula once for all rows: it takes longer to write, and to open
    in LibreOffice. A `plain` workbook has sheets Training, Data, Formulas and Template alone. `language` is one of
    `texts.LANGUAGES`. `progress` wraps the numbers of the blocks of rows as they are written, of which it is told how
    many there are. Raises UserError when the network does not fit a sheet or the file cannot be written.
    """
    path = checked_path(path, language)
    require_room(spec)
    if not plain:
        require_room_beside(spec)
    model = model_of(spec, language)
    wanted = model.once(points).wanted
    if not plain:
        wanted |= model.once(StartPlan).wanted
    if spec.held_out and not plain:
        validated = model.once(ValidationPlan)
        validated.require_room()
        wanted |= set(validated.iterations)
    run = RecordedRun(model, Record(model.graph, wanted, BOUND))
    values = BookValues([run])
    beside = [] if plain else [_beside(entry, run, values) for entry in BESIDE if entry.is_of(model)]
    sheets = [
        training_sheet(run, values),
        *beside,
        *data_sheets([run], values),
        _formulas([run]),
        template_sheet(serialize(spec)),
    ]
    write_sheets(path, sheets, model.title, model.description, language, progress, small=small)
    return Built(path, run.record.diverged_at, None if plain else _stopped(run, values))


def _stopped(run: RecordedRun, values: BookValues) -> str | None:
    own = run.model.once(signs)
    every = (name for name in findings.STOPPED if name in findings.found(own))
    return next((name for name in every if values.value(findings.sentence_cell(own, name))), None)


def build_comparison(
    comparison: Comparison,
    path: str | Path,
    *,
    small: bool = False,
    language: str = ENGLISH,
    progress: Progress = lambda steps, _: steps,
) -> BuiltComparison:
    """Write the workbook of `comparison` to `path`, whole or not at all; further arguments are those of `build`.

    Raises UserError when the runs do not fit a workbook or the file cannot be written.
    """
    path = checked_path(path, language)
    require_room_for_runs(comparison)
    plan = plan_of(comparison, language)
    asked = plan.once(QuestionsPlan)
    runs = [
        RecordedRun(model, Record(model.graph, plan.wanted(index) | asked.wanted(index), comparison.bound))
        for index, model in enumerate(plan.models)
    ]
    values = BookValues(runs)
    sheets = [
        _compare(plan, runs, values),
        *([_questions(asked, values)] if asked.questions else []),
        Sheet(guide.NAME, partial(compare_guide.draw, plan=plan)),
        *(training_sheet(run, values) for run in runs),
        *data_sheets(runs, values),
        _formulas(runs),
        template_sheet(serialize_comparison(comparison)),
    ]
    # A page of predictions opens before the one that has the answers.
    opens = questions.NAME if asked.questions else compare.NAME
    write_sheets(path, sheets, plan.title, plan.models[0].description, language, progress, small=small, opens=opens)
    ends = {run.model.name: run.record.diverged_at for run in runs}
    return BuiltComparison(path, {name: iteration for name, iteration in ends.items() if iteration})


def checked_path(path: str | Path, language: str) -> Path:
    """Return the path of a workbook to be written in a language. Raises UserError where one of the two cannot be."""
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"{path}: the name of a workbook must end in .xlsx: use {path.stem}.xlsx")
    if language not in LANGUAGES:
        raise UserError(f"language: unknown language {language!r}: use one of {', '.join(LANGUAGES)}")
    return path


def training_sheet(run: RecordedRun, values: BookValues) -> Sheet:
    """Return the sheet of a run's iterations."""
    model = run.model
    own = [*training.repeated(model), *training.formulas(model)]
    values.add(own, model.name, training.inputs(model))
    return Sheet(model.name, partial(training.draw, model=model), values.of(own) if own else None, run)


def _beside(entry: SheetBeside, run: RecordedRun, values: BookValues) -> Sheet:
    model = run.model
    live = entry.formulas(model)
    values.add(live, entry.name, entry.inputs(model), entry.labels(model))
    return Sheet(entry.name, lambda page: entry.draw(page, model, live), values.of(live))


def _compare(plan: ComparePlan, runs: Sequence[RecordedRun], values: BookValues) -> Sheet:
    lives = [live for index in range(len(runs)) for live in compare_formulas.lives(plan, index)]
    every_formula = list(filled(lives))
    values.add(every_formula, compare.NAME, compare_formulas.inputs(plan))
    draw = partial(compare_drawing.draw, plan=plan, formulas=every_formula)
    return Sheet(compare.NAME, draw, values.of(every_formula))


def _questions(plan: QuestionsPlan, values: BookValues) -> Sheet:
    every_formula = list(
        filled(live for run in range(len(plan.compare.models)) for live in questions_formulas.lives(plan, run))
    )
    values.add(every_formula, questions.NAME, questions_formulas.inputs(plan), plan.labels())
    draw = partial(questions_drawing.draw, plan=plan, formulas=every_formula)
    return Sheet(questions.NAME, draw, values.of(every_formula))


def data_sheets(runs: Sequence[RecordedRun], values: BookValues) -> list[Sheet]:
    """Return the sheets Data, each with the samples of the first run that has them there."""
    found: dict[str, Sheet] = {}
    for model in (run.model for run in runs):
        title = model.data_sheet
        if model.graph.data and title not in found:
            of_sets = sets.formulas(model)
            values.add(of_sets, title, labels=sets.labels(model))
            found[title] = Sheet(title, partial(data.draw, model=model), partial(_of_data, model, values.of(of_sets)))
    return list(found.values())


def _of_data(model: Model, of_sets: Callable[[], dict[Address, Value]]) -> dict[Address, Value]:
    return {**data.values(model), **of_sets()}


def _formulas(runs: Sequence[RecordedRun]) -> Sheet:
    return Sheet(formulas.NAME, partial(formulas.draw, models=[run.model for run in runs]))


def template_sheet(toml: str) -> Sheet:
    """Return the sheet Template with this text."""
    return Sheet(template.NAME, partial(template.draw, toml=toml))


def write_sheets(
    path: Path,
    sheets: Sequence[Sheet],
    title: str,
    description: str,
    language: str,
    progress: Progress,
    *,
    small: bool,
    opens: str = "",
) -> None:
    """Write a workbook of these sheets, whole or not at all. Raises UserError."""
    # Before anything is drawn: a formula may be longer than Excel takes.
    tables = _tables(sheets, progress, is_shared=small)
    workbook = Workbook()
    del workbook[workbook.sheetnames[0]]
    texts = load(language)
    for sheet in sheets:
        sheet.draw(add_page(workbook, sheet.title, is_upright=texts.is_upright))
    if opens:
        workbook.active = workbook[opens]
    workbook.properties.title = title
    workbook.properties.creator = f"xlnet {VERSION}"
    workbook.properties.description = description
    workbook.properties.language = texts.tag
    # Excel recalculates on opening; LibreOffice takes the values that are there.
    workbook.calculation.fullCalcOnLoad = True
    values = {sheet.title: sheet.values for sheet in sheets if sheet.values}
    with written_whole(path) as file:
        save(workbook, tables, values, file, SMALL if small else FAST)


def _tables(sheets: Sequence[Sheet], progress: Progress, *, is_shared: bool) -> dict[str, Table]:
    """Return the table of each run, by its sheet; one progress covers them all."""
    runs = [sheet.run for sheet in sheets if sheet.run]
    every_size = []
    for model in (run.model for run in runs):
        model.require_lengths()
        layout = model.layout
        every_size.append(block_sizes(layout.first_row, layout.iterations, len(model.columns)))
    total = sum(map(len, every_size))
    ticks = iter(progress(range(total), total))
    tables = {}
    for run, sizes in zip(runs, every_size, strict=True):
        blocks = _counted(run.record.watched(iterations(run.model.graph, sizes)), ticks, is_last=run is runs[-1])
        layout = run.model.layout
        tables[layout.sheet] = Table(
            layout.first_row, layout.iterations, run.model.columns, blocks, is_shared, layout.stride
        )
    return tables


def _counted(blocks: Iterable[RowBlock], ticks: Iterator[int], *, is_last: bool) -> Iterator[RowBlock]:
    for block in blocks:
        next(ticks, None)
        yield block
    if is_last:
        # A progress bar ends once it is asked for more.
        next(ticks, None)

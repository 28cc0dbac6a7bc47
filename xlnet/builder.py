"""Builds a workbook: runs and sheets to a file. An ordinary workbook is a comparison's special case of one run.

(Not `build`: a module of that name would take the place of the function `xlnet.build`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openpyxl import Workbook

from xlnet.book.beside import BESIDE, Beside
from xlnet.book.limits import require_room, require_room_for_runs
from xlnet.book.live import values_of
from xlnet.book.model import model_of
from xlnet.book.record import Record
from xlnet.book.sheet import Run, Sheet
from xlnet.book.sheets import compare, data, formulas, guide, template, training
from xlnet.book.sheets.compare import drawing as compare_drawing
from xlnet.book.sheets.compare import formulas as compare_formulas
from xlnet.book.sheets.compare import guide as compare_guide
from xlnet.book.sheets.compare.numbers import Numbers
from xlnet.book.sheets.compare.plan import Plan, plan_of
from xlnet.book.sheets.dashboard.plan import points
from xlnet.book.texts import ENGLISH, LANGUAGES
from xlnet.comparison import BOUND, Comparison
from xlnet.errors import UserError
from xlnet.render.evaluate import iterations
from xlnet.spec import Spec
from xlnet.template.runs import serialize_comparison
from xlnet.template.serialize import serialize
from xlnet.version import VERSION
from xlnet.xlsx.package import FAST, SMALL, save
from xlnet.xlsx.page import add_page
from xlnet.xlsx.table import Block, Table, block_sizes
from xlnet.xlsx.whole_file import written_whole

Progress = Callable[[Iterable[int], int], Iterable[int]]


@dataclass(frozen=True)
class Built:
    """What was built: the file, and the first iteration without finite values, if there is one."""

    path: Path
    diverged_at: int | None


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
    path = _checked_path(path, language)
    require_room(spec)
    model = model_of(spec, language)
    run = Run(model, Record(model.graph, model.once(points).wanted, BOUND))
    beside = [] if plain else [_beside(entry, run) for entry in BESIDE]
    sheets = [_training(run), *beside, *_data([run]), _formulas([run]), _template(serialize(spec))]
    _write(path, sheets, model.title, model.description, language, progress, small=small)
    return Built(path, run.record.diverged_at)


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
    path = _checked_path(path, language)
    require_room_for_runs(comparison)
    plan = plan_of(comparison, language)
    runs = [
        Run(model, Record(model.graph, plan.wanted(index), comparison.bound)) for index, model in enumerate(plan.models)
    ]
    sheets = [
        _compare(plan, runs),
        Sheet(guide.NAME, partial(compare_guide.draw, plan=plan)),
        *map(_training, runs),
        *_data(runs),
        _formulas(runs),
        _template(serialize_comparison(comparison)),
    ]
    _write(path, sheets, plan.title, plan.models[0].description, language, progress, small=small)
    ends = {run.model.name: run.record.diverged_at for run in runs}
    return BuiltComparison(path, {name: iteration for name, iteration in ends.items() if iteration})


def _checked_path(path: str | Path, language: str) -> Path:
    """Return the path of a workbook to be written in a language. Raises UserError where one of the two cannot be."""
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"{path}: a workbook's name ends in .xlsx: name it {path.stem}.xlsx")
    if language not in LANGUAGES:
        raise UserError(f"language: {language!r} is not known: use one of {', '.join(LANGUAGES)}")
    return path


def _training(run: Run) -> Sheet:
    repeated = training.repeated(run.model)
    draw = partial(training.draw, model=run.model)
    return Sheet(run.model.name, draw, values_of(repeated, run.record) if repeated else None, run)


def _beside(entry: Beside, run: Run) -> Sheet:
    live = entry.formulas(run.model)
    return Sheet(entry.name, lambda page: entry.draw(page, run.model, live), values_of(live, run.record))


def _compare(plan: Plan, runs: Sequence[Run]) -> Sheet:
    numbers = Numbers(plan, [run.record for run in runs])
    shown = [compare_formulas.formulas(plan, index, numbers) for index in range(len(runs))]
    every_formula = [live for its_formulas in shown for live in its_formulas]
    draw = partial(compare_drawing.draw, plan=plan, formulas=every_formula)
    return Sheet(compare.NAME, draw, values_of(every_formula, runs[0].record))


def _data(runs: Sequence[Run]) -> list[Sheet]:
    """Return the sheets Data, each with the samples of the first run that has them there."""
    found: dict[str, Sheet] = {}
    for model in (run.model for run in runs):
        title = model.data_sheet
        if model.graph.data and title not in found:
            found[title] = Sheet(title, partial(data.draw, model=model), partial(data.values, model))
    return list(found.values())


def _formulas(runs: Sequence[Run]) -> Sheet:
    return Sheet(formulas.NAME, partial(formulas.draw, models=[run.model for run in runs]))


def _template(toml: str) -> Sheet:
    return Sheet(template.NAME, partial(template.draw, toml=toml))


def _write(
    path: Path,
    sheets: Sequence[Sheet],
    title: str,
    description: str,
    language: str,
    progress: Progress,
    *,
    small: bool,
) -> None:
    # Before anything is drawn: a formula may be longer than Excel takes.
    tables = _tables(sheets, progress, is_shared=small)
    workbook = Workbook()
    del workbook[workbook.sheetnames[0]]
    for sheet in sheets:
        sheet.draw(add_page(workbook, sheet.title))
    workbook.properties.title = title
    workbook.properties.creator = f"xlnet {VERSION}"
    workbook.properties.description = description
    workbook.properties.language = LANGUAGES[language]
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
        every_size.append(block_sizes(layout.first_row, layout.iterations, len(model.columns), layout.stride))
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


def _counted(blocks: Iterable[Block], ticks: Iterator[int], *, is_last: bool) -> Iterator[Block]:
    for block in blocks:
        next(ticks, None)
        yield block
    if is_last:
        # A progress bar ends once it is asked for more.
        next(ticks, None)

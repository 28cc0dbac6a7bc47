"""Builds the workbook of a comparison: sheet Compare, a guide, a sheet Training a run, and what describes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.book import live
from xlnet.book.limits import require_room_for_runs
from xlnet.book.record import Record
from xlnet.book.sheets import compare, data, formulas, guide, template, training
from xlnet.book.sheets.compare import drawing
from xlnet.book.sheets.compare import formulas as compare_formulas
from xlnet.book.sheets.compare import guide as compare_guide
from xlnet.book.sheets.compare.numbers import Numbers
from xlnet.book.sheets.compare.plan import Plan, plan_of
from xlnet.book.sheets.training import TrainingSheet
from xlnet.book.texts import ENGLISH
from xlnet.builder import checked_path, describe
from xlnet.comparison import Comparison
from xlnet.render.evaluate import iterations
from xlnet.render.layout import DATA, FIRST_ROW
from xlnet.template.runs import serialize_comparison
from xlnet.xlsx.package import FAST, SMALL, save
from xlnet.xlsx.table import Block, Table, block_sizes
from xlnet.xlsx.values import Value
from xlnet.xlsx.whole_file import written_whole

Progress = Callable[[Iterable[int], int], Iterable[int]]


@dataclass(frozen=True)
class BuiltComparison:
    """What was built: the file, and by the names of the runs that diverge their first iteration without numbers."""

    path: Path
    diverged_at: dict[str, int]


def build_comparison(
    comparison: Comparison,
    path: str | Path,
    *,
    small: bool = False,
    language: str = ENGLISH,
    progress: Progress = lambda steps, _: steps,
) -> BuiltComparison:
    """Write the workbook of `comparison` to `path`, whole or not at all.

    `small` and `language` are those of `workbook.build`. `progress` wraps the numbers of the blocks of rows as they are
    written, of which it is told how many there are. Raises UserError when the runs do not fit a workbook or the file
    cannot be written.
    """
    path = checked_path(path, language)
    require_room_for_runs(comparison)
    plan = plan_of(comparison, language)
    records = [Record(sheet.graph, plan.wanted(index), comparison.bound) for index, sheet in enumerate(plan.sheets)]
    numbers = Numbers(plan, records)
    shown = [compare_formulas.formulas(plan, index, numbers) for index in range(len(plan.sheets))]
    tables = _tables(plan, records, progress, is_shared=small)
    # The values of sheet Compare are known once the rows of all runs have passed by.
    values: dict[str, Callable[[], Mapping[str, Value]]] = {}
    for index, sheet in enumerate(plan.sheets):
        if sheet.graph.data:
            values[sheet.layout.title(DATA)] = partial(data.values, sheet)
        if sheet.shared:
            values[sheet.name] = partial(live.values, training.repeated(sheet), records[index])
    values[compare.NAME] = lambda: _values_of_runs(shown, records)
    workbook = _frame(plan, [entry for its_formulas in shown for entry in its_formulas], language)
    with written_whole(path) as file:
        save(workbook, tables, values, file, SMALL if small else FAST)
    diverged = zip(comparison.runs, records, strict=True)
    return BuiltComparison(path, {run.name: record.diverged_at for run, record in diverged if record.diverged_at})


def _tables(plan: Plan, records: list[Record], progress: Progress, *, is_shared: bool) -> dict[str, Table]:
    """Return the table of each run, by its sheet; one progress covers them all."""
    filled = {}
    for sheet in plan.sheets:
        columns = training.columns(sheet.graph, sheet.layout)
        training.require_lengths(sheet.graph, columns, sheet.last_row)
        filled[sheet.name] = columns, block_sizes(FIRST_ROW, sheet.last_row, len(columns))
    total = sum(len(sizes) for _, sizes in filled.values())
    ticks = iter(progress(range(total), total))
    tables = {}
    for sheet, record in zip(plan.sheets, records, strict=True):
        columns, sizes = filled[sheet.name]
        blocks = _counted(record.watched(iterations(sheet.graph, sizes)), ticks, is_last=sheet is plan.sheets[-1])
        tables[sheet.name] = Table(FIRST_ROW, sheet.last_row, columns, blocks, is_shared=is_shared)
    return tables


def _counted(blocks: Iterable[Block], ticks: Iterator[int], *, is_last: bool) -> Iterator[Block]:
    for block in blocks:
        next(ticks, None)
        yield block
    if is_last:
        # A progress bar ends once it is asked for more.
        next(ticks, None)


def _values_of_runs(shown: list[list[live.Live]], records: list[Record]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for its_formulas, record in zip(shown, records, strict=True):
        values |= live.values(its_formulas, record)
    return values


def _frame(plan: Plan, every_formula: list[live.Live], language: str) -> Workbook:
    """Return the workbook without the rows of its tables."""
    workbook = Workbook()
    first = workbook.active
    assert isinstance(first, Worksheet)
    first.title = compare.NAME
    drawing.draw(first, plan, every_formula)
    compare_guide.draw(workbook.create_sheet(guide.NAME), plan)
    for sheet in plan.sheets:
        training.draw(workbook.create_sheet(sheet.name), sheet)
    for title, sheet in _data_sheets(plan).items():
        data.draw(workbook.create_sheet(title), sheet)
    formulas.draw(workbook.create_sheet("Formulas"), plan.sheets)
    template.draw(workbook.create_sheet(template.NAME), serialize_comparison(plan.comparison))
    describe(workbook, plan.title, plan.sheets[0].description, language)
    return workbook


def _data_sheets(plan: Plan) -> dict[str, TrainingSheet]:
    """Return the sheets Data by title, each with the first run whose samples it holds."""
    found: dict[str, TrainingSheet] = {}
    for sheet in plan.sheets:
        if sheet.graph.data:
            found.setdefault(sheet.layout.title(DATA), sheet)
    return found

"""Builds a workbook: the graph laid out, drawn and filled with its values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.book import live
from xlnet.book.beside import BESIDE, Beside
from xlnet.book.limits import require_room
from xlnet.book.record import Record
from xlnet.book.sheets import data, formulas, template, training
from xlnet.book.sheets.dashboard.plan import points
from xlnet.book.texts import ENGLISH, LANGUAGES
from xlnet.comparison import BOUND
from xlnet.errors import UserError
from xlnet.render.evaluate import iterations
from xlnet.render.layout import DATA, FIRST_ROW, TRAINING
from xlnet.spec import Spec
from xlnet.template.serialize import serialize
from xlnet.version import VERSION
from xlnet.xlsx.package import FAST, SMALL, save
from xlnet.xlsx.table import Block, Table, block_sizes
from xlnet.xlsx.values import Value
from xlnet.xlsx.whole_file import written_whole

Progress = Callable[[Iterable[Block], int], Iterable[Block]]


@dataclass(frozen=True)
class Built:
    """What was built: the file, and the first iteration without finite values, if there is one."""

    path: Path
    diverged_at: int | None


def build(
    spec: Spec,
    path: str | Path,
    *,
    small: bool = False,
    plain: bool = False,
    language: str = ENGLISH,
    progress: Progress = lambda blocks, _: blocks,
) -> Built:
    """Write the workbook of `spec` to `path`, whole or not at all.

    A `small` file is compressed harder and writes each formula once for all rows: it takes longer to write, and to open
    in LibreOffice. A `plain` workbook has sheets Training, Data, Formulas and Template alone. `language` is one of
    `texts.LANGUAGES`. `progress` wraps the blocks of rows as they are written, of which it is told the number. Raises
    UserError when the network does not fit a sheet or the file cannot be written.
    """
    path = checked_path(path, language)
    require_room(spec)
    sheet = training.sheet_of(spec, language)
    graph = sheet.graph
    columns = training.columns(graph, sheet.layout)
    training.require_lengths(graph, columns, sheet.last_row)
    beside = {} if plain else {entry: entry.formulas(sheet) for entry in BESIDE}
    record = Record(graph, points(sheet).wanted, BOUND)
    sizes = block_sizes(FIRST_ROW, sheet.last_row, len(columns))
    table = Table(
        first_row=FIRST_ROW,
        last_row=sheet.last_row,
        columns=columns,
        blocks=progress(record.watched(iterations(graph, sizes)), len(sizes)),
        is_shared=small,
    )
    # The other sheets' values are known once the rows have passed by.
    values: dict[str, Callable[[], Mapping[str, Value]]] = {}
    if graph.data:
        values[DATA] = lambda: data.values(sheet)
    for entry, its_formulas in beside.items():
        values[entry.name] = partial(live.values, its_formulas, record)
    workbook = _frame(sheet, beside, language)
    with written_whole(path) as file:
        save(workbook, {TRAINING: table}, values, file, SMALL if small else FAST)
    return Built(path, record.diverged_at)


def checked_path(path: str | Path, language: str) -> Path:
    """Return the path of a workbook to be written in a language. Raises UserError where one of the two cannot be."""
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"{path}: the name of a workbook must end in .xlsx: use {path.stem}.xlsx")
    if language not in LANGUAGES:
        raise UserError(f"language: unknown language {language!r}: use one of {', '.join(LANGUAGES)}")
    return path


def _frame(sheet: training.TrainingSheet, beside: Mapping[Beside, Sequence[live.Live]], language: str) -> Workbook:
    """Return the workbook without the rows of its table."""
    spec = sheet.spec
    workbook = Workbook()
    first = workbook.active
    assert isinstance(first, Worksheet)
    first.title = TRAINING
    training.draw(first, sheet)
    for entry, its_formulas in beside.items():
        entry.draw(workbook.create_sheet(entry.name), sheet, its_formulas)
    if sheet.graph.data:
        data.draw(workbook.create_sheet(DATA), sheet)
    formulas.draw(workbook.create_sheet("Formulas"), [sheet])
    template.draw(workbook.create_sheet(template.NAME), serialize(spec))
    describe(workbook, sheet.title, sheet.description, language)
    return workbook


def describe(workbook: Workbook, title: str, description: str, language: str) -> None:
    """Fill in a workbook's properties, and have programs calculate it when they open it."""
    workbook.properties.title = title
    workbook.properties.creator = f"xlnet {VERSION}"
    workbook.properties.description = description
    workbook.properties.language = LANGUAGES[language]
    # Excel recalculates on opening; LibreOffice takes the values that are there.
    workbook.calculation.fullCalcOnLoad = True

"""Builds a workbook: the graph laid out, drawn and filled with its values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlnet import texts
from xlnet.errors import UserError
from xlnet.files import written_whole
from xlnet.layout import DATA, FIRST_ROW, TRAINING, layout_of
from xlnet.limits import require_room
from xlnet.notation import Symbols
from xlnet.run import iterations
from xlnet.sheets import data, formulas, template, training
from xlnet.spec import Spec
from xlnet.template.serialize import serialize
from xlnet.training import iteration
from xlnet.version import VERSION
from xlnet.xlsx.package import FAST, SMALL, save
from xlnet.xlsx.table import Block, Table, block_sizes

Progress = Callable[[Iterable[Block], int], Iterable[Block]]


@dataclass(frozen=True)
class Built:
    """What was built: the file, and the first iteration without finite values, if there is one."""

    path: Path
    diverged_at: int | None


def build(spec: Spec, path: str | Path, *, small: bool = False, progress: Progress = lambda blocks, _: blocks) -> Built:
    """Write the workbook of `spec` to `path`, whole or not at all.

    A `small` file is compressed harder and writes each formula once for all rows: it takes longer to write, and to open
    in LibreOffice. `progress` wraps the blocks of rows as they are written, of which it is told the number. Raises
    UserError when the network does not fit a sheet or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"{path}: a workbook's name ends in .xlsx: name it {path.stem}.xlsx")
    require_room(spec)
    graph = iteration(spec)
    iters = spec.training.iters
    sheet = training.TrainingSheet(
        graph=graph,
        layout=layout_of(graph),
        symbols=Symbols.of(spec),
        texts=texts.load(),
        title=spec.title,
        last_row=FIRST_ROW + iters - 1,
    )
    columns = training.columns(graph, sheet.layout)
    training.require_lengths(graph, columns, sheet.last_row)
    watch = _Watch(len(columns))
    sizes = block_sizes(FIRST_ROW, sheet.last_row, len(columns))
    table = Table(
        first_row=FIRST_ROW,
        last_row=sheet.last_row,
        columns=columns,
        blocks=progress(watch.blocks(iterations(graph, sizes)), len(sizes)),
        is_shared=small,
    )
    workbook = _frame(spec, sheet)
    with written_whole(path) as file:
        values = {DATA: data.values(sheet)} if graph.data else {}
        save(workbook, {TRAINING: table}, values, file, SMALL if small else FAST)
    return Built(path, watch.diverged_at)


def _frame(spec: Spec, sheet: training.TrainingSheet) -> Workbook:
    """Return the workbook without the rows of its table."""
    workbook = Workbook()
    first = workbook.active
    assert isinstance(first, Worksheet)
    first.title = TRAINING
    training.draw(first, sheet)
    if sheet.graph.data:
        data.draw(workbook.create_sheet(DATA), sheet)
    formulas.draw(workbook.create_sheet("Formulas"), sheet)
    template.draw(workbook.create_sheet(template.NAME), serialize(spec))
    workbook.properties.title = spec.title
    workbook.properties.creator = f"xlnet {VERSION}"
    workbook.properties.description = spec.description
    # Excel recalculates on opening; LibreOffice takes the values that are there.
    workbook.calculation.fullCalcOnLoad = True
    return workbook


class _Watch:
    """Looks at the blocks as they pass and notes where the run diverges."""

    def __init__(self, columns: int) -> None:
        self.diverged_at: int | None = None
        self._columns = columns

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Block]:
        start = 1
        for block in blocks:
            if self.diverged_at is None and not block.is_finite:
                first = next((index for index, value in enumerate(block.values) if math.isnan(value)), None)
                self.diverged_at = None if first is None else start + first // self._columns
            start += len(block.values) // self._columns
            yield block

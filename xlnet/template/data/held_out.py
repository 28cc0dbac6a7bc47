"""Which rows of a CSV file are held out from training: by a column, by chance, or as those of a second file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from xlnet.spec import Matrix
from xlnet.template import validation
from xlnet.template.data.csv_file import CsvFile, read_csv
from xlnet.template.data.kinds import classes
from xlnet.template.toml_table import TomlTable


def with_held_out(table: TomlTable, file: CsvFile, folder: Path, used: Sequence[int]) -> CsvFile:
    """Return the file with the rows of the file `validation_csv` below, their cells in the order of its own columns.

    The columns that are `used` must be there. Raises UserError.
    """
    if validation.FILE not in table.content:
        return file
    other = read_csv(table, folder / table.text(validation.FILE, ""), validation.FILE)
    places = {position: other.header.index(n) for position, n in enumerate(file.header) if n in other.header}
    for position in used:
        if position not in places:
            table.fail(
                validation.FILE,
                f"{other.path} has no column {file.header[position]}; its columns are {other.columns}",
            )
    rows = [
        row._replace(
            cells=[row.cells[places[p]] if p in places else "" for p in range(len(file.header))], path=other.path
        )
        for row in other.rows
    ]
    return replace(file, rows=[*file.rows, *rows])


def marks(
    table: TomlTable, file: CsvFile, split: Sequence[int], of_classes: Collection[int], targets: Matrix, seed: int
) -> list[bool]:
    """Return which rows are held out; `split` is the column that says so, if one does. Raises UserError."""
    if len(split) > 1:
        table.fail(validation.COLUMN, "names several columns: one says which samples are held out")
    if split:
        return validation.marks(table, [row.cells[split[0]] for row in file.rows])
    if validation.FILE in table.content:
        is_held = [row.path is not None for row in file.rows]
        for position in of_classes:
            validation.require_known_classes(table, file.header[position], classes(file, position)[0], is_held)
        return is_held
    return validation.drawn(table, targets, seed)

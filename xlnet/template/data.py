"""Reads the samples of a template, from the template itself or from a CSV file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xlnet.errors import UserError
from xlnet.sheet_size import MOST_SAMPLES
from xlnet.spec import Data, Matrix, Vector
from xlnet.template.text_file import UnreadableError, read_text
from xlnet.template.toml_table import TomlTable, unfit

# The squares of larger numbers overflow, those of smaller ones underflow.
_LARGEST_SQUARED, _SMALLEST_SQUARED = 1e150, 1e-140

# A sheet full of samples takes less.
_LARGEST = 1_000_000_000


def read_data(table: TomlTable, inputs: int, outputs: int, folder: Path | None) -> Data:
    """Return the samples; a CSV file is looked for in `folder`, and not at all where that is None. Raises UserError."""
    table.require_known("x", "t", "x_names", "t_names", "csv", "inputs", "targets", "standardize")
    data = _from_csv(table, folder) if "csv" in table.content else _inline(table, inputs, outputs)
    for names, wanted, key in ((data.x, inputs, "inputs"), (data.t, outputs, "targets")):
        if len(names[0]) != wanted:
            table.fail(key, f"{len(names[0])} given, but the network needs {wanted}: change one of the two")
    if data.standardize:
        for number, column in enumerate(zip(*data.x, strict=True), 1):
            _require_deviation(table, number, column)
    return data


def _require_deviation(table: TomlTable, number: int, column: Vector) -> None:
    """Fail where an input has no standard deviation, or squares that a spreadsheet cannot compute."""
    low, high = min(column), max(column)
    if low == high:
        table.fail(
            "standardize", f"input {number} is the same in every sample, so it cannot be standardised: leave it out"
        )
    if max(-low, high) > _LARGEST_SQUARED:
        table.fail(
            "standardize", f"input {number} has values beyond {_LARGEST_SQUARED:g}: use another unit of measurement"
        )
    if high - low < _SMALLEST_SQUARED:
        table.fail(
            "standardize", f"input {number} varies by less than {_SMALLEST_SQUARED:g}: use another unit of measurement"
        )


def _inline(table: TomlTable, inputs: int, outputs: int) -> Data:
    for key in ("inputs", "targets"):
        if key in table.content:
            table.fail(key, "names columns of a CSV file, but there is no csv: add csv or remove this key")
    x = table.matrix("x", None, inputs, "samples × inputs")
    t = table.matrix("t", len(x), outputs, "samples × outputs")
    if len(x) > MOST_SAMPLES:
        table.fail("x", f"a sheet has room for {MOST_SAMPLES:,} samples, not {len(x):,}")
    return Data(
        x=x,
        t=t,
        x_names=table.names("x_names", inputs),
        t_names=table.names("t_names", outputs),
        standardize=table.flag("standardize", False),
    )


def _from_csv(table: TomlTable, folder: Path | None) -> Data:
    for key in ("x", "t", "x_names", "t_names"):
        if key in table.content:
            table.fail(key, "cannot be combined with csv: keep one of the two")
    name = table.text("csv", "")
    if folder is None:
        table.fail(
            "csv", "names a file, but check opens no files that a workbook names: put the numbers in x and t instead"
        )
    path = folder / name
    header, rows = _csv_rows(table, path)
    inputs, targets = table.column_names("inputs"), table.column_names("targets")
    x_columns = [_numbers(path, header, rows, _position(table, "inputs", name, header)) for name in inputs]
    t_columns: list[Vector] = []
    t_names: list[str] = []
    for column in targets:
        position = _position(table, "targets", column, header)
        if _is_text(rows, position):
            entries = _classes(path, column, rows, position)
            classes = list(dict.fromkeys(entries))
            t_columns += [tuple(float(entry == name) for entry in entries) for name in classes]
            t_names += classes
        else:
            t_columns.append(_numbers(path, header, rows, position))
            t_names.append(column)
    return Data(
        x=_transposed(x_columns),
        t=_transposed(t_columns),
        x_names=tuple(inputs),
        t_names=tuple(t_names),
        standardize=table.flag("standardize", False),
        source=f"{path.name}: inputs {', '.join(inputs)}; targets {', '.join(targets)}",
        of_classes=all(_is_text(rows, _position(table, "targets", column, header)) for column in targets),
    )


class _Row(NamedTuple):
    """A row of a CSV file: the number of its line, from 1, and its cells."""

    number: int
    cells: list[str]


def _csv_rows(table: TomlTable, path: Path) -> tuple[list[str], list[_Row]]:
    try:
        text = read_text(path, _LARGEST, "CSV ")
    except UnreadableError as error:
        table.fail("csv", f"{path}: {error}")
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        lines = [_Row(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        table.fail("csv", f"{path}: not a CSV file: {error}")
    if len(lines) < 2:
        table.fail("csv", f"{path}: needs a header row and at least one sample: add what is missing")
    if len(lines) - 1 > MOST_SAMPLES:
        table.fail("csv", f"{path}: a sheet has room for {MOST_SAMPLES:,} samples, not {len(lines) - 1:,}")
    header = [name.strip() for name in lines[0].cells]
    for row in lines[1:]:
        if len(row.cells) != len(header):
            table.fail(
                "csv",
                f"{path}: row {row.number} has {len(row.cells)} cells but the header has {len(header)}: fix the row",
            )
    return header, lines[1:]


def _position(table: TomlTable, key: str, name: str, header: Sequence[str]) -> int:
    if header.count(name) != 1:
        problem = "appears twice in" if name in header else "is not a column of"
        table.fail(key, f"{name} {problem} the CSV file; its columns are {', '.join(header)}")
    return header.index(name)


def _is_text(rows: Sequence[_Row], position: int) -> bool:
    """Return whether a column holds names: no cell of it is a number."""
    return not any(_number(row.cells[position]) is not None for row in rows)


def _classes(path: Path, column: str, rows: Sequence[_Row], position: int) -> list[str]:
    entries = [row.cells[position].strip() for row in rows]
    if "" in entries:
        raise UserError(f"{path}: row {rows[entries.index('')].number}, column {column}: is empty: enter a class name")
    for name in dict.fromkeys(entries):
        problem = unfit(name)
        if problem:
            raise UserError(f"{path}: row {rows[entries.index(name)].number}, column {column}: {problem}")
    return entries


def _numbers(path: Path, header: Sequence[str], rows: Sequence[_Row], position: int) -> Vector:
    values = []
    for row in rows:
        value = _number(row.cells[position])
        if value is None:
            found = repr(row.cells[position]) if row.cells[position].strip() else "nothing"
            raise UserError(f"{path}: row {row.number}, column {header[position]}: must be a number, not {found}")
        values.append(value)
    return tuple(values)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    # float() takes "1_000" and "nan", which no CSV means as a number.
    return value if math.isfinite(value) and "_" not in text else None


def _transposed(columns: Sequence[Vector]) -> Matrix:
    return tuple(zip(*columns, strict=True))

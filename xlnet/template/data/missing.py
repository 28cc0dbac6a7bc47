"""Values that are missing in the chosen columns of a CSV file: refused, left out with their rows, or filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlnet.names import ERROR, MEAN, MISSING
from xlnet.spec import Vector
from xlnet.template.data.cells import is_missing
from xlnet.template.data.csv_file import CsvFile, Row
from xlnet.template.toml_table import TomlTable


@dataclass(frozen=True)
class Kept:
    """The file with the rows that are used, and notes on those that are not."""

    file: CsvFile
    notes: tuple[str, ...] = ()


def without_missing(table: TomlTable, file: CsvFile, fillable: Sequence[int], others: Sequence[int]) -> Kept:
    """Return the file without the rows that miss a value they need, as the key `missing` says. Raises UserError.

    A mean can be filled in for the numbers in the columns `fillable`; a class or a target has none: where these are
    missing, `mean` leaves the row out.
    """
    rule = table.choice("missing", MISSING, ERROR)
    needed = list(dict.fromkeys((*others, *fillable) if rule != MEAN else others))
    for position in dict.fromkeys((*fillable, *others)):
        if all(is_missing(row.cells[position]) for row in file.rows):
            file.fail("has no value in any line: leave it out", column=position)
    incomplete = [row for row in file.rows if any(is_missing(row.cells[position]) for position in needed)]
    if rule == ERROR and incomplete:
        _refuse(file, incomplete, needed)
    if not incomplete:
        return Kept(file)
    if len(incomplete) == len(file.rows):
        columns = sorted(needed, key=lambda position: -_count(file.rows, position))
        file.fail(f"every line misses a value: leave out the column that misses most, {file.called(columns[0])}")
    left_out = {row.line for row in incomplete}
    rows = [row for row in file.rows if row.line not in left_out]
    note = f"{len(incomplete):,} of {len(file.rows):,} rows left out, which miss a value ({_counts(file, needed)})"
    return Kept(replace(file, rows=rows), (note,))


def filled(
    file: CsvFile, position: int, values: Sequence[float | None], is_held: Sequence[bool]
) -> tuple[Vector, list[str]]:
    """Return the numbers of a column with the mean of those that are there for None, and notes on it.

    Samples that are held out count for no mean: the network must not learn from them.
    """
    there = [value for value in values if value is not None]
    if len(there) == len(values):
        return tuple(there), []
    learned = [value for value, held in zip(values, is_held, strict=True) if value is not None and not held]
    if not learned:
        file.fail("has no value in the lines that are used: leave it out", column=position)
    mean = sum(learned) / len(learned)
    count = len(values) - len(there)
    note = f"{count:,} of {len(values):,} values of {file.called(position)} filled in with the mean, {mean:g}"
    return tuple(mean if value is None else value for value in values), [note]


def _refuse(file: CsvFile, incomplete: Sequence[Row], needed: Sequence[int]) -> None:
    row = incomplete[0]
    position = next(p for p in sorted(needed) if is_missing(row.cells[p]))
    found = repr(row.cells[position].strip()) if row.cells[position].strip() else "the cell is empty"
    several = len(incomplete) > 1
    file.fail(
        f"the value is missing ({found}); {len(incomplete):,} of {len(file.rows):,} rows miss{'' if several else 'es'} "
        f"one ({_counts(file, needed)}): --missing drop leaves such rows out, --missing mean fills numbers in",
        row,
        position,
    )


def _counts(file: CsvFile, needed: Sequence[int]) -> str:
    """Return which columns miss values, and how many, the ones that miss most first."""
    counts = {position: _count(file.rows, position) for position in needed}
    missing = sorted((p for p in counts if counts[p]), key=lambda position: -counts[position])
    shown = ", ".join(f"{file.called(position)} {counts[position]:,}" for position in missing[:6])
    return shown + (" …" if len(missing) > 6 else "")


def _count(rows: Sequence[Row], position: int) -> int:
    return sum(is_missing(row.cells[position]) for row in rows)

"""What columns of a CSV file are to the network: numbers, a category in inputs of 0 and 1, classes in targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlnet.spec import Vector
from xlnet.template.data.cells import DECIMAL_SIGNS, has_thousands, is_missing, looks_like_number, number
from xlnet.template.data.csv_file import CsvFile, Row
from xlnet.template.data.missing import filled
from xlnet.template.toml_table import unfit

_CALLED = {".": "point", ",": "comma"}
# Of two classes the one that says no is 0; of two others the first in the alphabet, as scikit-learn has it.
_NO = {"no", "false", "negative", "normal", "control", "healthy", "none", "否", "假", "负", "阴性", "正常"}


@dataclass(frozen=True)
class Columns:
    """What a column of the file becomes: columns with names, and notes on it."""

    names: list[str]
    values: list[Vector]
    notes: list[str]


def is_text(file: CsvFile, position: int) -> bool:
    """Return whether a column holds names: there are some, and none of them is a number, or looks like one."""
    cells = [row.cells[position] for row in file.rows]
    return not any(map(looks_like_number, cells)) and not all(map(is_missing, cells))


def numbers(file: CsvFile, position: int, advice: str, is_held: Sequence[bool] = ()) -> Columns:
    """Return a column of numbers, what is missing filled in; `advice` says what to do with a text.

    `is_held` tells which rows are held out from training. Raises UserError.
    """
    values = [_number(file, row, position, advice) for row in file.rows]
    column, notes = filled(file, position, values, is_held or [False] * len(values))
    return Columns([file.called(position)], [column], notes)


def categories(file: CsvFile, position: int) -> Columns:
    """Return a column of 0 and 1 for each category of a column, `sex=female`."""
    entries, levels = _levels(file, position)
    return Columns([of_column(file, position, level) for level in levels], one_hot(entries, levels), [])


def of_column(file: CsvFile, position: int, level: str) -> str:
    """Return the name of a category or class with that of its column, `sex=female`. Raises UserError."""
    name = f"{file.called(position)}={level}"
    problem = unfit(name)
    if problem:
        file.fail(f"with the name of a category, it {problem}", column=position)
    return name


def classes(file: CsvFile, position: int) -> tuple[list[str], list[str]]:
    """Return the class of each row, and the classes: whole numbers in their order, texts as they appear.

    Raises UserError.
    """
    entries, levels = _levels(file, position)
    if len(levels) == 1:
        file.fail(f"has one class alone, {levels[0]!r}: classes are two or more", column=position)
    for row in file.rows:
        value = number(row.cells[position], file.decimal)
        if value is not None and value % 1:
            file.fail(f"a class must be a text or a whole number, not {row.cells[position]!r}", row, position)
    return entries, levels


def no_and_yes(levels: Sequence[str]) -> tuple[str, str]:
    """Return two classes, the one that becomes 0 first: the smaller number, the word that says no, else by alphabet."""
    if all(number(level, ".") is not None for level in levels):
        zero, one = levels
    else:
        zero, one = sorted(levels, key=lambda level: (level.casefold() not in _NO, level.casefold()))
    return zero, one


def one_hot(entries: Sequence[str], levels: Sequence[str]) -> list[Vector]:
    """Return a column of 0 and 1 for each level."""
    return [tuple(float(entry == level) for entry in entries) for level in levels]


def _levels(file: CsvFile, position: int) -> tuple[list[str], list[str]]:
    """Return the name in each row, and the different ones; of numbers 1 and 1.0 are one."""
    entries = [row.cells[position].strip() for row in file.rows]
    values = [number(entry, file.decimal) for entry in entries]
    found = [value for value in values if value is not None]
    if len(found) == len(entries):
        return [_written(value) for value in found], [_written(value) for value in sorted(set(found))]
    levels = list(dict.fromkeys(entries))
    for level in levels:
        problem = unfit(level)
        if problem:
            file.fail(problem, file.rows[entries.index(level)], position)
    return entries, levels


def _written(value: float) -> str:
    # -0.0 is 0.
    return repr(value + 0.0).removesuffix(".0")


def _number(file: CsvFile, row: Row, position: int, advice: str) -> float | None:
    """Return the number in a cell, None where it is missing."""
    cell = row.cells[position].strip()
    value = number(cell, file.decimal)
    if value is None and not is_missing(cell):
        problem = _not_as_told(cell, file.decimal) or f"must be a number, not {cell!r}{advice}"
        file.fail(problem, row, position)
    return value


def _not_as_told(cell: str, decimal: str) -> str:
    """Return what is wrong with a cell that is a number in another way of writing, nothing where it is none."""
    other = next(sign for sign in DECIMAL_SIGNS if sign != decimal)
    is_decimal = number(cell, other) is not None
    if has_thousands(cell):
        advice = f", or say --decimal {other} if that is its decimal sign" if is_decimal else ""
        return f"{cell!r} has thousands separators: remove them in the file{advice}"
    return f"{cell!r} is no number with a decimal {_CALLED[decimal]}: say --decimal {other}" if is_decimal else ""

"""Which columns of a CSV file are chosen: by name, by position, by a pattern, or all of them but some."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from xlnet.template.data.csv_file import CsvFile
from xlnet.template.toml_table import TomlTable, unfit

ALL, ALL_BUT = "all", "all-but:"
_POSITION = re.compile(r"c([1-9][0-9]{0,5})")


def chosen(table: TomlTable, key: str, file: CsvFile, *, but: Collection[int] = ()) -> list[int]:
    """Return the positions of the columns that a key names, from 0, each once; none where the key is missing.

    `all`, and a pattern as `pixel_*`, take no column in `but`; `all` takes none without a name, as pandas writes its
    index. Raises UserError.
    """
    given = table.content.get(key, [])
    if isinstance(given, str) and (given == ALL or given.startswith(ALL_BUT)):
        left_out = given.removeprefix(ALL).removeprefix("-but:")
        without = {p for name in split_names(left_out) for p in _positions(table, key, file, name, but=())}
        found = [p for p in range(len(file.header)) if p not in but and p not in without and p not in file.nameless]
        if not found:
            table.fail(key, f"leaves no column of the CSV file; its columns are {file.columns}")
    else:
        names = split_names(given) if isinstance(given, str) else table.column_names(key) if given else ()
        found = list(dict.fromkeys(p for name in names for p in _positions(table, key, file, name, but=but)))
    _require_fitting_names(table, key, file, found)
    return found


def listed(text: str) -> str | list[str]:
    """Return what a text on the command line says of columns as a template says it: a list of names, or `all`."""
    return text if text == ALL or text.startswith(ALL_BUT) else split_names(text)


def split_names(text: str) -> list[str]:
    """Return the names in a text like `a,b`; one with a comma in it stands in quotes, as in a CSV file."""
    parts = re.findall(r'\s*("(?:[^"]|"")*"|[^,]*)\s*(?:,|$)', text)
    names = [part.strip() for part in parts[:-1] if part.strip() or text.strip()]
    return [name[1:-1].replace('""', '"') if name.startswith('"') and name.endswith('"') else name for name in names]


def _positions(table: TomlTable, key: str, file: CsvFile, name: str, *, but: Collection[int]) -> list[int]:
    """Return the columns that a name or a pattern stands for, at least one."""
    found = [position for position, other in enumerate(file.header) if other == name]
    if len(found) > 1:
        _fail_for_twins(table, key, name, found)
    by_position = _POSITION.fullmatch(name)
    if not found and by_position and int(by_position[1]) <= len(file.header):
        found = [int(by_position[1]) - 1]
    if not found and any(sign in name for sign in "*?["):
        found = [p for p, other in enumerate(file.header) if fnmatchcase(other, name) and p not in but]
    if not found:
        near = difflib.get_close_matches(name, file.header, n=1, cutoff=0.7)
        hint = f" (did you mean {near[0]}?)" if near else ""
        if by_position and file.is_named:
            hint = " (its first line was taken for names: say --no-header if it is a sample)"
        table.fail(key, f"{name} is not a column of the CSV file{hint}; its columns are {file.columns}")
    return found


def _require_fitting_names(table: TomlTable, key: str, file: CsvFile, positions: Sequence[int]) -> None:
    for position in positions:
        problem = unfit(file.header[position])
        if problem:
            table.fail(key, f"the name of column {position + 1} of the CSV file {problem}")


def _fail_for_twins(table: TomlTable, key: str, name: str, positions: Sequence[int]) -> None:
    numbers = [str(position + 1) for position in positions]
    by_position = " or ".join(f"c{number}" for number in numbers)
    table.fail(
        key,
        f"{name} is the name of columns {' and '.join(numbers)} of the CSV file: "
        f"choose by position, {by_position}, or rename one",
    )

"""The samples of a template whose data are a CSV file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from xlnet.spec import Data, Matrix
from xlnet.template import validation
from xlnet.template.data.cells import is_missing
from xlnet.template.data.chosen import ALL, chosen
from xlnet.template.data.csv_file import CsvFile, read_csv
from xlnet.template.data.held_out import marks, with_held_out
from xlnet.template.data.kinds import Columns, categories, is_text, numbers
from xlnet.template.data.missing import without_missing
from xlnet.template.data.targets import read_targets
from xlnet.template.toml_table import TomlTable

# The keys that say how a CSV file is read, and what of it.
KEYS = ("csv", "separator", "decimal", "encoding", "header", "inputs", "targets", "classes", "categorical", "missing")
_MOST_SHOWN = 8
_CATEGORY = ": name the column in --categorical if it holds categories"


def from_csv(table: TomlTable, outputs: int, folder: Path | None, seed: int) -> tuple[Data, int]:
    """Return the samples in a CSV file, for a network of so many outputs, and how many columns the inputs are made of.

    Those that are held out from training may be drawn with `seed`. Raises UserError.
    """
    name = table.text("csv", "")
    if folder is None:
        table.fail(
            "csv", "names a file, but check opens no files that a workbook names: put the numbers in x and t instead"
        )
    file = read_csv(table, folder / name)
    targets = _required(table, "targets", file, ())
    split = chosen(table, validation.COLUMN, file)
    inputs = _required(table, "inputs", file, [*targets, *split])
    file = with_held_out(table, file, folder, [*inputs, *targets])
    categorical = _among(table, "categorical", file, inputs, "inputs")
    of_classes = _among(table, "classes", file, targets, "targets")
    _require_numbers(file, [position for position in inputs if position not in categorical])
    of_classes |= {position for position in targets if is_text(file, position)}
    fillable = [position for position in inputs if position not in categorical and position not in targets]
    kept = without_missing(table, file, fillable, [*targets, *sorted(categorical)])
    file = kept.file
    t = read_targets(file, targets, of_classes, outputs)
    is_held = marks(table, file, split, of_classes, _transposed(t.columns), seed)
    x = [categories(file, p) if p in categorical else numbers(file, p, _CATEGORY, is_held) for p in inputs]
    notes = [*kept.notes, *t.notes, *(note for column in x for note in column.notes)]
    if str(table.content["inputs"]).startswith(ALL) and file.nameless:
        places = ", ".join(file.called(position) for position in sorted(file.nameless))
        notes.append(f"columns without a name are no inputs (by position: {places})")
    found = [f"read with {file.guess} (--separator, --decimal say otherwise)"] if file.guess else []
    table.notes.extend(f"{file.path.name}: {note}" for note in (*found, *notes))
    called = [", ".join(file.called(position) for position in positions) for positions in (inputs, targets)]
    data = Data(
        x=_transposed(x),
        t=_transposed(t.columns),
        x_names=_names(x),
        t_names=_names(t.columns),
        class_names=t.class_names,
        source="; ".join([f"{file.path.name}: inputs {called[0]}", f"targets {called[1]}", *notes]),
        of_classes=of_classes == set(targets),
        lines=tuple(row.line for row in file.rows),
    )
    return validation.apart(data, is_held), len(inputs)


def _required(table: TomlTable, key: str, file: CsvFile, but: Collection[int]) -> list[int]:
    if not table.content.get(key):
        table.column_names(key)
    return chosen(table, key, file, but=but)


def _among(table: TomlTable, key: str, file: CsvFile, positions: Collection[int], kind: str) -> set[int]:
    """Return the columns that a key names, which must be among the inputs or the targets."""
    found = set(chosen(table, key, file))
    for position in sorted(found - set(positions)):
        table.fail(key, f"{file.called(position)} is not among the {kind}: add it there, or remove it here")
    return found


def _require_numbers(file: CsvFile, positions: Sequence[int]) -> None:
    """Fail where inputs are texts; the message names all of them."""
    texts = [position for position in positions if is_text(file, position)]
    if not texts:
        return
    first = texts[0]
    row = next(row for row in file.rows if not is_missing(row.cells[first]))
    names = [file.called(position) for position in texts[:_MOST_SHOWN]]
    others = f" and {len(texts) - _MOST_SHOWN} more" if len(texts) > _MOST_SHOWN else ""
    file.fail(
        f"must be a number, not {row.cells[first].strip()!r}: leave out the inputs that are texts, or name them in "
        f"--categorical if they are categories ({', '.join(names)}{others})",
        row,
        first,
    )


def _names(columns: Sequence[Columns]) -> tuple[str, ...]:
    return tuple(name for column in columns for name in column.names)


def _transposed(columns: Sequence[Columns]) -> Matrix:
    return tuple(zip(*(values for column in columns for values in column.values), strict=True))

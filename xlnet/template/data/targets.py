"""The targets in a CSV file: numbers, an output for each class, or of two classes one that is 0 and one that is 1."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from xlnet.template.data.csv_file import CsvFile
from xlnet.template.data.kinds import Columns, classes, no_and_yes, numbers, of_column, one_hot

_CLASSES = ": name the column in --classes if it holds classes"


@dataclass(frozen=True)
class Targets:
    """The columns of the targets; `class_names` are the names of 0 and 1 where there is one output for two classes."""

    columns: list[Columns]
    class_names: tuple[str, ...]
    notes: list[str]


def read_targets(file: CsvFile, positions: Sequence[int], of_classes: Collection[int], outputs: int) -> Targets:
    """Return the targets in some columns, those `of_classes` as classes, for so many outputs.

    Classes have an output each. A column of two has a single one where the network has an output for each column.
    Raises UserError.
    """
    found = {position: classes(file, position) for position in positions if position in of_classes}
    are_two = outputs == len(positions) and all(len(levels) == 2 for _, levels in found.values())
    columns, notes, class_names = [], list[str](), tuple[str, ...]()
    for position in positions:
        name = file.called(position)
        if position not in found:
            columns.append(numbers(file, position, _CLASSES))
            continue
        entries, levels = found[position]
        if are_two:
            zero, one = no_and_yes(levels)
            if (zero, one) != ("0", "1"):
                class_names = (zero, one) if outputs == 1 else ()
                notes.append(f"{name}: 0 is {zero}, 1 is {one}")
            own = name if outputs == 1 else of_column(file, position, one)
            columns.append(Columns([own], one_hot(entries, [one]), []))
        else:
            names = levels if len(found) == 1 else [of_column(file, position, level) for level in levels]
            columns.append(Columns(names, one_hot(entries, levels), []))
    return Targets(columns, class_names, notes)

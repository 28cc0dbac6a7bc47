"""Reads the samples of a template, from the template itself or from a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlnet.spec import CONSTANT_ERROR, CONSTANTS, Data, Layer, last_of
from xlnet.template import validation
from xlnet.template.data.from_csv import KEYS as KEYS_OF_CSV
from xlnet.template.data.from_csv import from_csv
from xlnet.template.data.inline import KEYS as KEYS_INLINE
from xlnet.template.data.inline import inline
from xlnet.template.data.scale import require_scalable
from xlnet.template.data.tokens import require_tokens
from xlnet.template.toml_table import TomlTable

__all__ = ["KEYS_INLINE", "read_data"]

_KEYS = ("standardize", "standardize_targets", "constant")


def read_data(table: TomlTable, layers: Sequence[Layer], folder: Path | None, seed: int) -> Data:
    """Return the samples for a network of these layers.

    A CSV file is looked for in `folder`, and not at all where that is None. Samples that are held out from training may
    be drawn with `seed`. Raises UserError.
    """
    table.require_known(*KEYS_INLINE, *KEYS_OF_CSV, *_KEYS, *validation.KEYS)
    validation.require_one(table)
    inputs, outputs = layers[0].inputs, layers[last_of(layers) - 1].units
    if "csv" in table.content:
        for key in (*KEYS_INLINE, validation.NUMBERS, validation.TARGETS):
            if key in table.content:
                table.fail(key, "cannot be combined with csv: keep one of the two")
        data, columns = from_csv(table, outputs, folder, seed)
        _require_width(table, layers, data, columns)
    else:
        data = validation.held_out(table, inline(table, inputs, outputs), seed)
    validation.require_enough(table, data)
    data = replace(
        data,
        standardize=table.flag("standardize", False),
        standardize_targets=table.flag("standardize_targets", False),
        constant=table.choice("constant", CONSTANTS, CONSTANT_ERROR),
    )
    require_tokens(table, layers[0], data)
    require_scalable(table, data)
    return data


def _require_width(table: TomlTable, layers: Sequence[Layer], data: Data, columns: int) -> None:
    """Fail where the columns give another number of inputs or outputs than the network has, and say what would fit."""
    found, wanted = (len(data.x[0]), len(data.t[0])), (layers[0].inputs, layers[last_of(layers) - 1].units)
    if found == wanted:
        return
    parts = []
    if found[0] != wanted[0]:
        given = f"{columns} columns give " if columns != found[0] else ""
        parts.append(f"{given}{found[0]} input{'s' if found[0] > 1 else ''}, but the network has {wanted[0]}")
    if found[1] != wanted[1]:
        parts.append(
            f"there {'are' if found[1] > 1 else 'is'} {found[1]} target{'s' if found[1] > 1 else ''} "
            f"({_some(data.t_names)}), but the network has {wanted[1]} output{'s' if wanted[1] > 1 else ''}"
        )
    advice = "change one of the two"
    if all(layer.type == "dense" for layer in layers) and len(layers[0].takes) == 1:
        hidden = [layer.units for layer in layers[:-1]]
        advice = f"--layers {'-'.join(map(str, (found[0], *hidden, found[1])))} would fit"
    name = _column_of_classes(data, wanted[1]) if found[0] == wanted[0] else None
    if name is not None:
        advice = f"name {name} in --classes if its numbers are classes, or {advice}"
    table.fail("inputs" if found[0] != wanted[0] else "targets", f"{'; '.join(parts)}: {advice}")


def _column_of_classes(data: Data, outputs: int) -> str | None:
    """Return the name of the only target, where its values are as many different whole numbers as there are outputs."""
    values = {row[0] for row in data.t}
    is_one = len(data.t[0]) == 1 and len(values) == outputs
    return data.t_names[0] if is_one and all(value.is_integer() for value in values) else None


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")

"""The samples that a template holds itself."""

from __future__ import annotations

from xlnet.sheet_size import MOST_SAMPLES
from xlnet.spec import Data
from xlnet.template.data.from_csv import KEYS as KEYS_OF_CSV
from xlnet.template.toml_table import TomlTable

KEYS = ("x", "t", "x_names", "t_names", "class_names")


def inline(table: TomlTable, inputs: int, outputs: int) -> Data:
    """Return the samples in `x` and `t`, for a network of so many inputs and outputs. Raises UserError."""
    for key in KEYS_OF_CSV:
        if key in table.content:
            table.fail(key, "is about a CSV file, but there is no csv: add csv or remove this key")
    x = table.matrix("x", None, inputs, "samples × inputs")
    t = table.matrix("t", len(x), outputs, "samples × outputs")
    if len(x) > MOST_SAMPLES:
        table.fail("x", f"a sheet has room for {MOST_SAMPLES:,} samples, not {len(x):,}")
    class_names = table.names("class_names", 2)
    if class_names and (outputs > 1 or any(row[0] not in (0, 1) for row in t)):
        table.fail("class_names", "are those of 0 and 1, so there must be one output, with targets of 0 and 1")
    if len(set(class_names)) < len(class_names):
        table.fail("class_names", "two classes have the same name: give each its own")
    return Data(
        x=x,
        t=t,
        x_names=table.names("x_names", inputs),
        t_names=table.names("t_names", outputs),
        class_names=class_names,
    )

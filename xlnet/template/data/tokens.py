"""Whether inputs are numbers of tokens, where the first layer looks them up."""

from __future__ import annotations

from xlnet.model.layers import KINDS
from xlnet.spec import Data, Layer
from xlnet.template.toml_table import TomlTable


def require_tokens(table: TomlTable, first: Layer, data: Data) -> None:
    """Fail where the first layer takes numbers of tokens, and an input is none. Raises UserError."""
    count = KINDS[first.type].tokens
    if count is None:
        return
    if data.standardize:
        table.fail("standardize", "is not possible for token numbers: leave it out")
    entries = count(first)
    for number, row in enumerate((*data.x, *data.held_x), 1):
        wrong = next((value for value in row if not (value.is_integer() and 0 <= value < entries)), None)
        if wrong is not None:
            is_held = number > len(data.x) and "held_x" in table.content
            key = "held_x" if is_held else "x" if "x" in table.content else "csv"
            called = f"sample {number - len(data.x)}" if is_held else data.called(number)
            table.fail(
                key,
                f"{called} has the token {wrong:g}, but tokens are whole numbers from 0 to {entries - 1}: "
                "change it, or entries",
            )

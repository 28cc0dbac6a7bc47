"""A layer that an override makes one of another kind: the weights that were given for the kind before do not fit it."""

from __future__ import annotations

from typing import Any

from xlnet.model.layers import DENSE, KINDS
from xlnet.names import known


def retype(layer: dict[str, Any], asked: Any) -> str:
    """Make the table of a layer one of the kind that is asked for; return what to tell of it, empty where nothing is.

    What it has of the arrays of its own kind is left out: they are drawn for the other one, or start from 0 or 1.
    """
    before, after = (known(name, KINDS) for name in (layer.get("type", DENSE), asked))
    layer["type"] = asked
    # The parser says of a kind that there is none.
    if before is None or after is None or before == after:
        return ""
    given = [array.name for array in KINDS[before].arrays if array.name in layer]
    for name in given:
        del layer[name]
    if not given:
        return ""
    is_drawn = any(array.start is None and not array.is_bias for array in KINDS[after].arrays)
    drawn = f"; those of {after} are drawn with the seed" if is_drawn and "share" not in layer else ""
    return f"{', '.join(given)} of {before} {'are' if len(given) > 1 else 'is'} left out{drawn}"

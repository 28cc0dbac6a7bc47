"""The inputs of a network whose first layer looks them up in a table: whole numbers, not quantities."""

from __future__ import annotations

from xlnet.model.layers import KINDS
from xlnet.spec import Spec


def tokens(spec: Spec) -> range | tuple[()]:
    """Return what an input may be where it is the number of an entry; empty where it may be any number."""
    first = spec.layers[0]
    count = KINDS[first.type].tokens
    return range(count(first)) if count else ()

"""What slides over one axis or two: where a window meets what it slides along, and what comes of the shapes.

Positions and taps count from 0. A window may begin before what it slides along and end behind it, where padding is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from xlnet.model.layers.kind import Asked, Before, Names, UnfitError
from xlnet.spec import Shape

# The names of the axes of what is slid over and of a window, by how many there are.
POSITIONS = {1: ("position",), 2: ("row", "column")}
TAPS = {1: ("tap",), 2: ("tap_row", "tap_column")}
_WANTED = {1: "channels and a length", 2: "channels, a height and a width"}
_EXAMPLES = {1: "[1, 8]", 2: "[1, 5, 5]"}


def require_axes(kind: str, before: Before, count: int) -> None:
    """Raise UnfitError where a layer of the kind cannot slide over so many axes of what comes before it."""
    if len(before.shape) != count + 1 or before.has_steps:
        found = " × ".join(map(str, before.shape))
        raise UnfitError(
            "type",
            f"{kind} takes {_WANTED[count]}, not {found}: set network.inputs, to {_EXAMPLES[count]} say, "
            "or put it before the dense layers",
        )


def positions(before: Before, asked: Asked) -> Shape:
    """Return at how many places a window stands, along each axis. Raises UnfitError where it does not fit."""
    kernel, padding = asked.numbers["kernel"], asked.numbers.get("padding", 0)
    stride = asked.numbers["stride"]
    shortest = min(before.shape[1:]) + 2 * padding
    if padding >= kernel:
        raise UnfitError("padding", f"must be below the kernel's {kernel}, or some units would see nothing")
    if kernel > shortest:
        raise UnfitError("kernel", f"must be at most {shortest}, the length that it slides along")
    return tuple((length + 2 * padding - kernel) // stride + 1 for length in before.shape[1:])


def window(names: Names, channel: int, place: Shape) -> Iterator[tuple[Shape, str]]:
    """Yield the taps of the window at a place (from 1), and the key of what each meets in a channel (from 1)."""
    numbers, sizes = names.layer.numbers, names.layer.takes[1:]
    starts = [(at - 1) * numbers["stride"] - numbers.get("padding", 0) for at in place]
    for tap in product(range(numbers["kernel"]), repeat=len(sizes)):
        at = [start + step for start, step in zip(starts, tap, strict=True)]
        if all(0 <= one < size for one, size in zip(at, sizes, strict=True)):
            yield tap, names.sources[(channel - 1) * prod(sizes) + _number(at, sizes)]


def _number(place: list[int], sizes: Shape) -> int:
    found = 0
    for at, size in zip(place, sizes, strict=True):
        found = found * size + at
    return found

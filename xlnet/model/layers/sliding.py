"""What slides over one axis or two: where a window meets what it slides along, and what comes of the shapes.

Positions and taps count from 0. A window may begin before what it slides along and end behind it, where padding is.
Kernel, stride and padding have a number for each axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from xlnet.model.layers.kind import Asked, Before, Names, UnfitError, WholeNumber
from xlnet.spec import Shape

# The names of the axes of what is slid over and of a window, by how many there are.
POSITIONS = {1: ("position",), 2: ("row", "column")}
TAPS = {1: ("tap",), 2: ("tap_row", "tap_column")}
_WANTED = {1: "channels and a length", 2: "channels, a height and a width"}
_EXAMPLES = {1: "[1, 8]", 2: "[1, 5, 5]"}


def window_numbers(axes: int, stride: WholeNumber) -> tuple[WholeNumber, WholeNumber, WholeNumber]:
    """Return the numbers of what slides along so many axes: its kernel, its stride as given, and its padding."""
    return WholeNumber("kernel", axes=axes), replace(stride, axes=axes), WholeNumber("padding", 0, 0, axes=axes)


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
    every = list(zip(before.shape[1:], *(asked.along[name] for name in ("kernel", "stride", "padding")), strict=True))
    for length, kernel, _, padding in every:
        if padding >= kernel:
            raise UnfitError("padding", f"must be below the kernel's {kernel}, or some units would see nothing")
        if kernel > length + 2 * padding:
            raise UnfitError("kernel", f"must be at most {length + 2 * padding}, the length that it slides along")
    return tuple((length + 2 * padding - kernel) // stride + 1 for length, kernel, stride, padding in every)


def window(names: Names, channel: int, place: Shape) -> Iterator[tuple[Shape, str]]:
    """Yield the taps of the window at a place (from 1), and the key of what each meets in a channel (from 1)."""
    along, sizes = names.layer.along, names.layer.takes[1:]
    starts = [(at - 1) * s - p for at, s, p in zip(place, along["stride"], along["padding"], strict=True)]
    for tap in product(*map(range, along["kernel"])):
        at = [start + step for start, step in zip(starts, tap, strict=True)]
        if all(0 <= one < size for one, size in zip(at, sizes, strict=True)):
            yield tap, names.sources[(channel - 1) * prod(sizes) + number_of(at, sizes)]


def number_of(place: Sequence[int], sizes: Shape) -> int:
    """Return the number, from 0, of a place in an array of these sizes, its last axis fastest."""
    found = 0
    for at, size in zip(place, sizes, strict=True):
        found = found * size + at
    return found

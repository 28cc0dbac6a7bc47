"""The ASCII names of quantities, the same in the graph, the sheet, the reference and every message."""

from __future__ import annotations

import re
from dataclasses import dataclass

ITERATION = "iter"
LOSS = "E"
LEARNING_RATE = "eta"

_GRADIENT = "d_"
_ELEMENT = re.compile(r"(?P<letter>[a-z])(?P<layer>\d*)(?P<indices>(_\d+)+)")


def element(name: str, *indices: int) -> str:
    """Return the key of an element of the array `name`; indices count from 1: ("w1", 2, 1) gives "w1_2_1"."""
    return "_".join((name, *map(str, indices)))


def weight(layer: int, unit: int, source: int) -> str:
    """Return the key of a layer's weight to `unit` from `source`, a unit of the layer before."""
    return element(f"w{layer}", unit, source)


def bias(layer: int, unit: int) -> str:
    """Return the key of a unit's bias."""
    return element(f"b{layer}", unit)


def weighted_sum(layer: int, unit: int) -> str:
    """Return the key of a unit's weighted sum z."""
    return element(f"z{layer}", unit)


def activation(layer: int, unit: int) -> str:
    """Return the key of a unit's activation a; layer 0 is the network's input x."""
    return element("x", unit) if layer == 0 else element(f"a{layer}", unit)


def target(output: int) -> str:
    """Return the key of a target."""
    return element("t", output)


def gradient(key: str) -> str:
    """Return the key of ∂E/∂key."""
    return _GRADIENT + key


@dataclass(frozen=True)
class Parts:
    """A key taken apart: `letter` w, b, z, a, x or t, or the whole key where it has no indices."""

    letter: str
    layer: int | None = None
    indices: tuple[int, ...] = ()


def parts(key: str) -> Parts:
    """Take apart a key that is no gradient."""
    match = _ELEMENT.fullmatch(key)
    if match is None:
        return Parts(key)
    indices = tuple(int(index) for index in match["indices"].split("_")[1:])
    return Parts(match["letter"], int(match["layer"]) if match["layer"] else None, indices)


def differentiated(key: str) -> str | None:
    """Return K for the key of ∂E/∂K, None for any other key."""
    return key.removeprefix(_GRADIENT) if key.startswith(_GRADIENT) else None

"""The ASCII names of quantities, the same in the graph, the sheet, the reference and every message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

ITERATION = "iter"
EPOCH = "epoch"
SAMPLE = "sample"
LOSS = "E"
LEARNING_RATE = "eta"
BASE_LEARNING_RATE = "eta_0"
LABEL_SMOOTHING = "label_smoothing"
# The class weights of a sample's targets, or of those of a step of it, of its smoothed targets, of all steps of a
# sample, and of all targets of a batch.
TARGET_WEIGHT, SMOOTHED_WEIGHT, STEPS_WEIGHT, BATCH_WEIGHT = "tsum", "qsum", "wsum", "cwsum"

GRADIENT = "d"
# What the next iteration has of a parameter.
NEXT = "next"
# What a layer has once, as a mean, has no index but the layer's number.
_PREFIXED = re.compile(r"(?P<prefix>[a-z]+)_(?P<inner>[a-z]+(\d*(_\d+)+|\d+)(@\d+)?)")
_ELEMENT = re.compile(r"(?P<letter>[A-Za-z]+)(?P<layer>\d*)(?P<indices>(_\d+)*)(@(?P<sample>\d+))?")


def element(name: str, *indices: int) -> str:
    """Return the key of an element of the array `name`; indices count from 1: ("w1", 2, 1) gives "w1_2_1"."""
    return "_".join((name, *map(str, indices)))


def of_layer(letter: str, layer: int, *indices: int) -> str:
    """Return the key of a layer's quantity: ("w", 1, 2, 1) gives "w1_2_1"."""
    return element(f"{letter}{layer}", *indices)


def input_(number: int) -> str:
    """Return the key of an input."""
    return element("x", number)


def target(output: int) -> str:
    """Return the key of a target."""
    return element("t", output)


def smoothed(output: int) -> str:
    """Return the key of a target after label smoothing."""
    return element("q", output)


def class_weight(number: int) -> str:
    """Return the key of how much a class counts in the loss."""
    return element("cw", number)


def of_sample(key: str, sample: int | None) -> str:
    """Return the key of a quantity for the sample of that number in the row's batch; None where there is only one."""
    return key if sample is None else f"{key}@{sample}"


def without_sample(key: str) -> str:
    """Return the key of a quantity of any sample of the batch."""
    return key.split("@")[0]


def data(key: str) -> str:
    """Return the key of the column of the Data sheet that holds an input or a target of every sample."""
    return f"data_{key}"


def held(key: str) -> str:
    """Return the key of the column of the Data sheet that holds an input or a target of the samples held out."""
    return f"held_{key}"


def seen(key: str) -> str:
    """Return the key of the column of an input or a target of the samples held out, standardised."""
    return f"seen_{key}"


def raw(key: str) -> str:
    """Return the key of an input or a target as measured, before it is standardised."""
    return f"raw_{key}"


def gradient(key: str) -> str:
    """Return the key of ∂E/∂key."""
    return state(GRADIENT, key)


def state(prefix: str, key: str) -> str:
    """Return the key of a quantity that belongs to another one: m_w1_2_1."""
    return f"{prefix}_{key}"


@dataclass(frozen=True)
class Parts:
    """A key taken apart: its letter or word, layer, indices and number of the sample in the batch."""

    letter: str
    layer: int | None = None
    indices: tuple[int, ...] = ()
    sample: int | None = None


@lru_cache(maxsize=1 << 16)
def parts(key: str) -> Parts:
    """Take apart a key that belongs to no other (see `belonging`)."""
    match = _ELEMENT.fullmatch(key)
    if match is None:
        return Parts(key)
    return Parts(
        letter=match["letter"],
        layer=int(match["layer"]) if match["layer"] else None,
        indices=tuple(int(index) for index in match["indices"].split("_")[1:]),
        sample=int(match["sample"]) if match["sample"] else None,
    )


def belonging(key: str) -> tuple[str, str] | None:
    """Return ("d", K) for the key of ∂E/∂K, ("m", K) for an optimiser's state of K, None for any other key."""
    match = _PREFIXED.fullmatch(key)
    return (match["prefix"], match["inner"]) if match else None

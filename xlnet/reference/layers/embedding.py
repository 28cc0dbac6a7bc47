"""An embedding: row x of a table W for each token x, counted from 0, and of each step its position p.

With o = 1 at the token and 0 elsewhere, a = o·W + p; back, ∂E/∂W adds δa to the row of its token, and ∂E/∂p = Σ δa.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer


def _axes(layer: Layer) -> dict[str, Axes]:
    shapes = {"w": (layer.numbers["entries"], layer.numbers["size"]), "p": layer.gives}
    found = {letter: Axes(shape) for letter, shape in shapes.items() if letter in layer.arrays}
    return found | {"o": Axes((layer.takes[0], layer.numbers["entries"]), True), "a": Axes(layer.gives, True)}


def _forward(own: Own) -> Iterator[Rule]:
    def looked_up(q: Quantities) -> Array:
        rows: Array = np.einsum("rste,reu->rstu", own.of(q, "o"), own.of(q, "w"))
        return rows + own.of(q, "p")[:, None] if "p" in own.layer.arrays else rows

    yield own.name("o"), lambda q: np.equal(own.taken(q)[..., None], np.arange(own.layer.numbers["entries"])) * 1.0
    yield own.name("a"), looked_up


def _handed_back(own: Own) -> Function:
    """Token numbers are whole: nothing is between two of them, and they have no slope."""
    return lambda q: np.zeros((*own.of(q, "d_a").shape[:2], *own.layer.takes))


KIND = Kind(
    axes=_axes,
    forward=_forward,
    backward=lambda own: (),
    handed_back=_handed_back,
    gradients={
        "w": lambda own: lambda q: np.einsum("rste,rstu->reu", own.of(q, "o"), own.of(q, "d_a")),
        "p": lambda own: lambda q: own.of(q, "d_a").sum(1),
    },
)

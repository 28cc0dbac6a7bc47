"""How an iteration is laid out unless a template says it: dense networks in a row, all others as matrices."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.model.layers import DENSE
from xlnet.spec import MATRIX, ROWS, Layer


def default_layout(layers: Sequence[Layer]) -> str:
    """Return the layout of a network of these layers that says none."""
    return ROWS if all(layer.type == DENSE for layer in layers) else MATRIX

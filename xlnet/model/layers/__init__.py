"""The kinds of layers, a file each; `xlnet.reference.layers` has the same once more, in numpy.

To add a kind, add its file to both packages and an entry to both tables.
"""

from __future__ import annotations

from xlnet.model.layers.attention import ATTENTION
from xlnet.model.layers.conv1d import CONV1D
from xlnet.model.layers.dense import DENSE as DENSE_KIND
from xlnet.model.layers.embedding import EMBEDDING
from xlnet.model.layers.flatten import FLATTEN
from xlnet.model.layers.kind import Array, Asked, Before, Choice, Flag, Kind, Names, UnfitError, WholeNumber
from xlnet.model.layers.residual import RESIDUAL

__all__ = [
    "DENSE",
    "KINDS",
    "Array",
    "Asked",
    "Before",
    "Choice",
    "Flag",
    "Kind",
    "Names",
    "UnfitError",
    "WholeNumber",
]

# A layer that says nothing else is dense.
DENSE = "dense"
KINDS = {
    DENSE: DENSE_KIND,
    "attention": ATTENTION,
    "conv1d": CONV1D,
    "embedding": EMBEDDING,
    "flatten": FLATTEN,
    "residual": RESIDUAL,
}

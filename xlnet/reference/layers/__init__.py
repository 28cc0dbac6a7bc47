"""The kinds of layers in numpy, a file each, with gradients derived by hand."""

from __future__ import annotations

from xlnet.reference.layers import attention, conv1d, dense, embedding, flatten, residual
from xlnet.reference.layers.kind import Kind, Own

__all__ = ["KINDS", "Kind", "Own"]

KINDS = {
    "dense": dense.KIND,
    "attention": attention.KIND,
    "conv1d": conv1d.KIND,
    "embedding": embedding.KIND,
    "flatten": flatten.KIND,
    "residual": residual.KIND,
}

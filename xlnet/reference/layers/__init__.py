"""The kinds of layers in numpy, a file each, with gradients derived by hand."""

from __future__ import annotations

from xlnet.reference.layers import attention, convolution, dense, embedding, flatten, pooling, residual, upsample
from xlnet.reference.layers.kind import Kind, Own

__all__ = ["KINDS", "Kind", "Own"]

KINDS = {
    "dense": dense.KIND,
    "attention": attention.KIND,
    "avg_pool1d": pooling.AVG,
    "avg_pool2d": pooling.AVG,
    "conv1d": convolution.KIND,
    "conv2d": convolution.KIND,
    "embedding": embedding.KIND,
    "flatten": flatten.KIND,
    "max_pool1d": pooling.MAX,
    "max_pool2d": pooling.MAX,
    "residual": residual.KIND,
    "upsample": upsample.KIND,
}

"""The kinds of layers in numpy, a file each, with gradients derived by hand."""

from __future__ import annotations

from xlnet.reference.layers import (
    attention,
    batch_norm,
    convolution,
    dense,
    embedding,
    flatten,
    norms,
    pooling,
    recurrent,
    residual,
    upsample,
)
from xlnet.reference.layers.kind import Kind, Own, named

__all__ = ["KINDS", "Kind", "Own", "named"]

KINDS = {
    "dense": dense.KIND,
    "attention": attention.KIND,
    "avg_pool1d": pooling.AVG,
    "avg_pool2d": pooling.AVG,
    "batch_norm": batch_norm.KIND,
    "conv1d": convolution.KIND,
    "conv2d": convolution.KIND,
    "embedding": embedding.KIND,
    "flatten": flatten.KIND,
    "gru": recurrent.GRU,
    "layer_norm": norms.LAYER,
    "lstm": recurrent.LSTM,
    "max_pool1d": pooling.MAX,
    "max_pool2d": pooling.MAX,
    "residual": residual.KIND,
    "rms_norm": norms.RMS,
    "rnn": recurrent.RNN,
    "upsample": upsample.KIND,
}

"""The kinds of layers, a file each; `xlnet.reference.layers` has the same once more, in numpy.

To add a kind, add its file to both packages and an entry to both tables.
"""

from __future__ import annotations

from xlnet.model.layers.attention import ATTENTION
from xlnet.model.layers.batch_norm import BATCH_NORM
from xlnet.model.layers.convolution import CONV1D, CONV2D
from xlnet.model.layers.dense import DENSE as DENSE_KIND
from xlnet.model.layers.embedding import EMBEDDING
from xlnet.model.layers.flatten import FLATTEN
from xlnet.model.layers.kind import Array, Asked, Before, Choice, Flag, Kind, Names, UnfitError, WholeNumber
from xlnet.model.layers.norms import LAYER_NORM, RMS_NORM
from xlnet.model.layers.pooling import AVG_POOL1D, AVG_POOL2D, MAX_POOL1D, MAX_POOL2D
from xlnet.model.layers.recurrent import GRU, LSTM, RNN
from xlnet.model.layers.residual import RESIDUAL
from xlnet.model.layers.upsample import UPSAMPLE

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
    "avg_pool1d": AVG_POOL1D,
    "avg_pool2d": AVG_POOL2D,
    "batch_norm": BATCH_NORM,
    "conv1d": CONV1D,
    "conv2d": CONV2D,
    "embedding": EMBEDDING,
    "flatten": FLATTEN,
    "gru": GRU,
    "layer_norm": LAYER_NORM,
    "lstm": LSTM,
    "max_pool1d": MAX_POOL1D,
    "max_pool2d": MAX_POOL2D,
    "residual": RESIDUAL,
    "rms_norm": RMS_NORM,
    "rnn": RNN,
    "upsample": UPSAMPLE,
}

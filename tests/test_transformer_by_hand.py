"""Transformers give the numbers of two workbooks of Tom Yeh's "AI by Hand" (MIT licence), a column a step.

Transformer.xlsx mixes the steps by a matrix of typed zeros and ones, which is no softmax of anything: a convolution
with the steps as channels does that here, and two with the features as channels are its feed-forward network.

Transformer-Full-Stack.xlsx has an encoder and a decoder. Three things are other than in PyTorch, and in the field:

- NORMALIZE is (x − μ) / (s + 0.001) with the deviation of a sample, where PyTorch has (x − μ) / √(σ² + ε);
- PE divides the feature by n^(t/d), where positions have the step divided by n^(i/d); here these are learned numbers;
- a ReLU stands behind the second layer of the feed-forward network too.

The decoder's attention to the encoder, CL191:DR249, is no layer of xlnet, so that its sheet is followed to CL161:CS166.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import kept
import numpy as np
import pytest
from drawn import Document
from numpy.typing import ArrayLike
from test_attention_by_hand import padded
from test_layers import both, spec_of

Rows = Sequence[Sequence[float]]

# Transformer.xlsx: the features and what mixes the steps (C12:G15 and J6:N10 of sheet Small, C15:J20 and M6:T13 of
# Medium), the weights of both layers, biases last (C18:G20 and K23:N26; D23:J32 and J35:T40), and what comes of it: the
# mixed features (J12:N15; M15:T20), the hidden units (P18:T20; V23:AC32) and the outputs before the last ReLU (P23:T26;
# V35:AC40).
MIXED: dict[str, dict[str, Rows]] = {
    "Small": {
        "x": [[0, 1, 0, 1, 1], [1, 0, 1, 2, -1], [1, 1, 1, 3, 2], [-1, 1, 0, 0, 1]],
        "A": [[1, 1, 0, 1, 0], [1, 0, 1, 1, 0], [0, 0, 1, 1, 0], [0, 1, 0, 0, 1], [0, 1, 1, 0, 1]],
        "first": [[1, 1, 1, 1, 3], [0, 0, 2, 1, 4], [1, -1, 1, 1, -1]],
        "second": [[1, 2, 1, -1], [-1, 0, 0, 7], [1, 1, 1, 2], [0, 0, -1, -1]],
        "mixed": [[1, 2, 2, 1, 2], [1, 2, 0, 2, 1], [2, 6, 4, 3, 5], [0, 0, 2, 0, 1]],
        "hidden": [[7, 13, 11, 9, 12], [8, 16, 14, 10, 15], [1, 5, 7, 1, 6]],
        "z": [[23, 49, 45, 29, 47], [0, -6, -4, -2, -5], [18, 36, 34, 22, 35], [-2, -6, -8, -2, -7]],
    },
    "Medium": {
        "x": [
            [1, 1, 1, 1, 0, 2, 0, 1], [1, 0, 0, 1, 1, 1, 0, -1], [0, -1, 0, 0, 1, 0, 1, 0], [1, 0, 0, 1, 0, -1, 0, 0],
            [1, 1, 1, 1, 1, 1, 2, 2], [0, 1, 0, 0, 0, 2, -1, 1],
        ],
        "A": [
            [1, 0, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0, 0],
            [0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0, 1, 1],
        ],
        "first": [
            [1, 0, 1, 0, 0, 0, 3], [0, 0, 0, 0, 0, -1, 0], [0, 0, 1, 0, -1, 0, 1], [0, 0, -2, 0, 0, 0, 0],
            [-1, 0, 0, 1, 0, 0, 1], [0, 2, 0, 0, 1, 0, 0], [0, 1, 0, 1, 0, 1, 2], [0, 0, 0, 1, 0, 0, 1],
            [0, 1, 1, 0, 0, 0, -1], [1, -1, 1, 0, 0, 0, 0],
        ],
        "second": [
            [1, 0, 0, 0, 1, 0, 0, 0, 0, 1, -1], [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, -2], [0, 0, 0, 1, 0, 1, 0, 0, -1, 0, 0],
            [-1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 7], [1, 0, 1, 0, 0, 1, 0, 2, -1, 0, 2], [0, 0, 0, 1, 0, 0, 1, 0, 1, -1, -1],
        ],
        "mixed": [
            [2, 2, 2, 1, 2, 0, 1, 1], [1, 0, 1, 2, 1, 0, -1, -1], [-1, -1, 0, 1, 1, 1, 0, 0],
            [1, 0, 1, 1, -1, 0, 0, 0], [2, 2, 2, 2, 3, 2, 2, 2], [1, 1, 0, 0, 1, -1, 1, 1],
        ],
        "hidden": [
            [4, 4, 5, 5, 6, 4, 4, 4], [0, 0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [2, 2, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 1, 0, 1, 0, 0], [4, 2, 4, 6, 5, 2, 0, 0], [5, 3, 4, 5, 3, 1, 2, 2], [2, 1, 2, 2, 0, 1, 1, 1],
            [0, 0, 0, 2, 1, 0, 0, 0], [0, 1, 1, 0, 2, 1, 2, 2],
        ],
        "z": [
            [3, 4, 5, 5, 7, 5, 5, 5], [3, 1, 2, 3, 1, -1, 0, 0], [6, 4, 4, 4, 4, 2, 0, 0], [9, 7, 9, 10, 8, 7, 6, 6],
            [14, 10, 15, 15, 12, 10, 8, 8], [6, 3, 2, 6, 1, -1, -1, -1],
        ],
    },
}  # fmt: skip
# The ReLU of that as the sheets have it, V23:Z26 and AE35:AL40. Of Medium some cells take another step than their own:
# AF35 and AF38:AF40 take column Z in the place of W, all of AG:AI take AA:AC in the place of X:Z, and in rows 36 and 37
# AJ:AL take X:Z in the place of AA:AC.
SHOWN = {
    "Small": [[23, 49, 45, 29, 47], [0, 0, 0, 0, 0], [18, 36, 34, 22, 35], [0, 0, 0, 0, 0]],
    "Medium": [
        [3, 7, 5, 5, 5, 5, 5, 5], [3, 1, 0, 0, 0, 2, 3, 1], [6, 4, 2, 0, 0, 4, 4, 4], [9, 8, 7, 6, 6, 7, 6, 6],
        [14, 12, 10, 8, 8, 10, 8, 8], [6, 1, 0, 0, 0, 0, 0, 0],
    ],
}  # fmt: skip
# The step that each of its cells of a row takes, counted from 0.
TAKEN = {
    "Small": [list(range(5))] * 4,
    "Medium": [
        [0, 4, 5, 6, 7, 5, 6, 7], *[[0, 1, 5, 6, 7, 2, 3, 4]] * 2, *[[0, 4, 5, 6, 7, 5, 6, 7]] * 3,
    ],
}  # fmt: skip

# Transformer-Full-Stack.xlsx, its encoder: C41:R45, a column a token; Z18:AE18 are numbers 5, 0, 9, 5, 1 and 7 of them.
# P67:T72, P80:T85 and P93:T98 ask, are asked and are found, by two heads; O121:T125 joins these, and Z133:AE137 is the
# sum with what came in. It is normalised in Z140:AE144, scaled and shifted (O147:T151) in Z147:AE151.
TOKENS = [
    [3, 0, 2, 1, 2, 3, 2, 2, 3, 0, 1, 0, 0, 0, 0, 1],
    [0, 3, 0, 3, 0, 2, 2, 1, 1, 3, 0, 1, 1, 0, 1, 0],
    [0, 1, 1, 2, 3, 1, 1, 3, 0, 1, 1, 0, 1, 1, 0, 1],
    [1, 1, 3, 3, 3, 3, 2, 1, 3, 2, 1, 1, 0, 1, 1, 0],
    [3, 1, 0, 3, 0, 2, 3, 2, 2, 2, 0, 0, 0, 1, 0, 0],
]  # fmt: skip
ASKING = [
    [-1, -1, 1, 1, 1],
    [1, -1, -1, 0, -1],
    [-1, -1, 0, 0, 1],
    [0, 1, 1, 1, 1],
    [0, 1, -1, 1, 1],
    [-1, 1, 0, -1, 0],
]  # fmt: skip
ASKED = [
    [-1, -1, 1, 1, 1],
    [1, -1, -1, 0, -1],
    [-1, -1, 0, 0, 1],
    [0, 1, -1, -1, 1],
    [0, 1, -1, 0, 0],
    [-1, 1, 0, -1, 0],
]  # fmt: skip
GIVEN = [
    [1, 1, -1, 0, 1],
    [0, 1, 0, 1, 0],
    [0, -1, -1, 1, -1],
    [-1, 1, 1, 0, 1],
    [-1, 0, 0, 1, -1],
    [0, 0, -1, -1, 0],
]  # fmt: skip
JOINED = [
    [0, 0, 1, 1, 0, -1],
    [1, 1, 1, 1, 1, -1],
    [-1, -1, -1, -1, -1, 1],
    [-1, 0, -1, 1, 0, 1],
    [-1, -1, -1, -1, 0, 1],
]  # fmt: skip
ADDED = [
    [5.5522282847361435, 1.229403163001395, 5.210766114862082, 1.5471007314820429, 4.862032497838695,
     0.5814619237497856],
    [11.728790935783, -0.38620608189736366, 15.951770883865088, 3.560613859241838, 15.40621907007995,
     2.8544629639689267],
    [-7.646433015843069, 1.5869818369388242, -10.84377546296757, 0.4867647754528641, -10.386670369637631,
     2.1534277759688605],
    [-2.6000745109290353, 1.9898267415297224, 5.88387292573902, 2.4622072560657244, 4.723539710419928,
     0.24663285459102546],
    [-13.50752243741286, -1.6384898904469094, -11.722389208306314, -4.609661106612495, -12.274553538613976,
     -4.93313435649499],
]  # fmt: skip
NORMALISED = [
    [0.6781250236700356, 0.44172195644987905, 0.3623019706523685, 0.27032023582739995, 0.3780405820450232,
     0.13113826051090263],
    [1.289865263864401, -0.6185217915609925, 1.264212139192354, 0.9049198834679564, 1.2848203492247023,
     0.8746742552780108],
    [-0.6290991866910347, 0.6763830012917799, -0.9857799464210725, -0.06386622404702628, -0.9333185390429869,
     0.6453541244671062],
    [-0.12929683086456714, 0.9407500150725785, 0.4188219974375145, 0.5587346842102053, 0.36613046866915944,
     0.021610169406333018],
    [-1.2095942699788347, -1.4403331812532447, -1.0595561608611643, -1.6701085794585355, -1.0956728608958983,
     -1.6727768096623525],
]  # fmt: skip
SCALED = [
    [2.6781250236700354, 2.441721956449879, 2.3623019706523687, 2.2703202358274, 2.378040582045023, 2.1311382605109026],
    [5.5797305277288025, 1.762956416878015, 5.528424278384708, 4.809839766935912, 5.569640698449405, 4.749348510556022],
    [-3.1454959334551735, 3.3819150064588994, -4.9288997321053625, -0.31933112023513144, -4.666592695214934,
     3.226770622335531],
    [0.6121095074062985, 3.8222500452177357, 2.2564659923125436, 2.676204052630616, 2.098391406007478,
     1.064830508218999],
    [-4.047971349894174, -5.201665906266223, -3.2977808043058214, -6.350542897292678, -3.4783643044794914,
     -6.363884048311762],
]  # fmt: skip
# The feed-forward network of SCALED, O158:T169 and H186:T190 with biases last, and its sum with them, Z204:AE208.
WIDE = [
    [-1, -1, 1, 1, -1, 0],
    [1, 0, 1, 0, 1, 0],
    [-1, 1, -1, 1, 1, -1],
    [0, 0, 0, -1, 0, -1],
    [-1, 0, 0, 1, -1, 0],
    [0, 1, 0, 1, 1, 1],
    [1, 0, 1, 1, 1, 0],
    [-1, 0, 0, 1, 0, -1],
    [-1, 0, 1, -1, 0, 1],
    [0, 0, 0, -1, 1, -1],
    [1, 1, 0, 0, -1, 0],
    [1, 0, 0, 1, -1, 0],
]  # fmt: skip
NARROW = [
    [0, 1, 0, 0, 0, 0, 1, -1, 1, -1, 0, -1, 0],
    [0, -1, 0, 0, 0, 0, 1, -1, 1, 0, 0, -1, -1],
    [-1, 1, 0, 1, 1, -1, 0, 1, 1, -1, 0, 1, 0],
    [1, 1, 1, 1, -1, 1, -1, -1, 1, 0, 0, -1, -1],
    [0, -1, 0, 1, 0, -1, 1, 1, 0, 1, 0, 1, -1],
]  # fmt: skip
FED_FORWARD = [
    [2.6781250236700354, 2.441721956449879, 2.3623019706523687, 2.2703202358274, 2.378040582045023, 2.1311382605109026],
    [5.5797305277288025, 1.762956416878015, 5.528424278384708, 4.809839766935912, 5.569640698449405, 4.749348510556022],
    [3.0307970959048434, 12.84755291439274, 0.6924843947399371, 13.971406030412757, 1.297250925781615,
     14.889708210740055],
    [0.6121095074062985, 3.8222500452177357, 2.2564659923125436, 2.676204052630616, 2.098391406007478,
     1.064830508218999],
    [-0.8536341541645935, 8.083209579823679, -1.8683415034265183, 1.8110233661841662, -1.7132358119248892,
     1.8045291410203124],
]  # fmt: skip
# The decoder: BJ41:CG46, of which CL9:CQ9 are tokens 0, 21, 8, 2, 6 and 18, and two steps are blank. CB67:CG75,
# CB80:CG88 and CB93:CG101 are of three heads, and no step sees those after it, whose scores are less by 99. BY149:CG154
# joins the heads, and CL161:CS166 is the sum with what came in.
WORDS = [
    [3, 0, 2, 1, 2, 3, 2, 2, 3, 0, 2, 2, 0, 2, 2, 2, 0, 0, 0, 2, 2, 0, 3, 3],
    [0, 3, 0, 3, 0, 2, 2, 1, 1, 3, 3, 1, 0, 1, 0, 3, 2, 0, 1, 1, 1, 3, 3, 0],
    [0, 1, 1, 2, 3, 1, 1, 3, 0, 1, 0, 0, 3, 1, 3, 2, 1, 3, 1, 0, 3, 2, 3, 0],
    [1, 1, 3, 3, 3, 3, 2, 1, 3, 2, 0, 2, 2, 3, 2, 3, 1, 2, 3, 1, 2, 3, 2, 2],
    [3, 1, 0, 3, 0, 2, 3, 2, 2, 2, 3, 2, 1, 3, 2, 3, 2, 3, 1, 2, 1, 0, 1, 2],
    [1, 3, 2, 1, 1, 2, 1, 2, 1, 1, 1, 2, 2, 3, 3, 1, 3, 1, 2, 0, 3, 1, 2, 1],
]  # fmt: skip
MASKED_ASKING = [
    [-1, -1, 1, 1, 0, 1],
    [1, -1, -1, 0, 0, -1],
    [-1, -1, 0, 0, 0, 1],
    [0, 1, 1, 1, 1, 1],
    [0, 1, 0, 1, 0, 1],
    [-1, 1, 0, -1, 1, 0],
    [1, 0, 0, 0, 1, 1],
    [-1, 1, -1, 1, 0, 1],
    [0, 0, -1, -1, 0, 1],
]  # fmt: skip
MASKED_ASKED = [
    [-1, -1, 1, 1, 0, 1],
    [1, -1, -1, 0, 1, -1],
    [-1, -1, 0, 1, 0, 1],
    [0, 1, -1, -1, 0, 1],
    [0, 1, 0, 1, 0, 0],
    [0, 1, 1, 0, -1, 0],
    [1, 0, 1, 0, 0, -1],
    [0, 1, 0, 1, 0, 1],
    [0, 0, 1, -1, 0, 1],
]  # fmt: skip
MASKED_GIVEN = [
    [1, 1, -1, 0, 1, 1],
    [0, 1, 0, 1, 0, 0],
    [0, -1, 0, 1, 1, 0],
    [-1, 1, 1, 0, 0, 1],
    [-1, 0, 0, 1, 0, -1],
    [0, 1, 1, 0, 0, 0],
    [1, 1, 0, 0, 1, 1],
    [0, 1, 0, 1, 1, 0],
    [1, 1, 1, 0, -1, 2],
]  # fmt: skip
MASKED_JOINED = [
    [0, 0, 1, -1, 0, -1, 1, 0, -1],
    [1, 1, 1, 0, -1, -1, 1, 1, -1],
    [-1, -1, -1, 0, -1, 1, -1, -1, 1],
    [-1, 0, -1, -1, 0, 0, 1, 0, 1],
    [-1, -1, -1, 0, 1, 1, -1, 0, 1],
    [1, 1, 1, 0, 0, 0, 1, -1, 1],
]  # fmt: skip
MASKED_ADDED = [
    [13.116666283292544, -16.929266626308593, 5.410539466793824, 4.2444353535812755, -8.003756353467772,
     -11.796508952676628, 1.2113216100580106, 1.8090566414714964],
    [24.049388046648826, 8.717314931741758, 22.351599965838354, 20.72666001927907, 14.186978542630184,
     11.04586552655779, 17.86608500520988, 16.59586303618074],
    [-18.40443421724996, -6.171499777414024, -16.19465839851473, -14.2126368263844, -13.423693791722844,
     -11.027322776242665, -14.090186774225097, -12.641012664170498],
    [4.1953698137817, 10.47881633273131, 11.768415897468712, 17.10564356580847, 9.978619248888798, 9.9152318349746,
     3.1569553274890545, 1.6758475678568128],
    [-16.618345268211588, 1.4800618936822159, -11.277718228612454, -12.37598849645568, -0.9262304059839366,
     -0.6141941236443529, -12.547382609697282, -11.852817099845877],
    [17.670570250555038, 20.307244611683576, 24.07935809525386, 24.100711410009318, 21.483612461467573,
     22.994318695651206, 16.87132104623671, 15.751586620650615],
]  # fmt: skip


def convolution(rows: Rows, bias: bool = True, **further: object) -> Document:
    """Return a layer that looks at one place of all channels: with steps as places, it is dense at each step."""
    kernels = np.asarray(rows, dtype=float)[:, :-1] if bias else np.asarray(rows, dtype=float)
    biases = {"biases": [row[-1] for row in rows]} if bias else {"bias": False}
    weights = kernels[:, :, None].tolist()
    return {"type": "conv1d", "channels": len(rows), "kernel": 1, "weights": weights} | biases | further


def of_channels(x: Rows, layers: list[Document], outputs: int, **training: object) -> Document:
    return {
        "network": {"inputs": list(np.shape(x)), "layers": layers},
        "data": {"x": [np.ravel(x).tolist()], "t": [[0.0] * outputs]},
        "training": {"iters": 1} | training,
    }


def fed_forward(name: str, **training: object) -> Document:
    own = MIXED[name]
    layers = [convolution(own["first"], activation="relu"), convolution(own["second"])]
    return of_channels(own["mixed"], layers, np.size(own["z"]), **training)


def assert_both(document: Document, name: str, expected: ArrayLike) -> None:
    """Compare what the reference and the graph have of an array with a sheet."""
    for found in both(spec_of(document), name):
        np.testing.assert_allclose(found[0], np.asarray(expected), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", MIXED)
def test_the_steps_are_mixed_as_on_the_sheet(name: str) -> None:
    own = MIXED[name]
    mixing = convolution(np.transpose(own["A"]).tolist(), bias=False)
    document = of_channels(np.transpose(own["x"]).tolist(), [mixing], np.size(own["x"]))
    assert_both(document, "a1", np.transpose(own["mixed"]))


@pytest.mark.parametrize("name", MIXED)
def test_the_feed_forward_network_has_the_numbers_of_the_sheet(name: str) -> None:
    own = MIXED[name]
    assert_both(fed_forward(name), "a1", own["hidden"])
    assert_both(fed_forward(name), "a2", own["z"])
    shown = [[max(row[step], 0) for step in steps] for row, steps in zip(own["z"], TAKEN[name], strict=True)]
    assert shown == SHOWN[name]


def positions(size: int, steps: int, base: float) -> list[list[float]]:
    """Return what the sheet's PE adds to each step."""
    return [
        [(math.cos if k % 2 else math.sin)(k / base ** (t / size)) for k in range(1, size + 1)]
        for t in range(1, steps + 1)
    ]


def attended(
    table: Rows, tokens: Sequence[int], positioned: Rows, projections: Sequence[Rows], joined: Rows, **kind: object
) -> list[Document]:
    """Return tokens and their positions, attention around which there is a skip connection, and its sum.

    The sheet's queries, keys and values may be more than its features; with features of zeros they are as many.
    """
    size = len(projections[0])
    entries = padded(np.asarray(table).T.tolist(), len(table[0]) + 1, size)  # The last one is blank.
    return [
        {
            "type": "embedding",
            "entries": len(entries),
            "size": size,
            "positions": True,
            "weights": entries.tolist(),
            "position_weights": padded(positioned, len(tokens), size).tolist(),
        },
        {
            "type": "residual",
            "layers": [
                {
                    "type": "attention",
                    "bias": False,
                    "in_proj_weight": np.concatenate([padded(rows, size, size) for rows in projections]).tolist(),
                    "out_proj_weight": padded(joined, size, size).tolist(),
                    **kind,
                }
            ],
        },
        {"units": len(table), "weights": np.eye(len(table), size).tolist(), "bias": False, "frozen": True},
    ]


def of_tokens(tokens: Sequence[int], layers: list[Document], size: int, **training: object) -> Document:
    return {
        "network": {"inputs": [len(tokens)], "layers": layers},
        "data": {"x": [list(tokens)], "t": [[0.0] * (len(tokens) * size)]},
        "training": {"iters": 1} | training,
    }


def encoder(**training: object) -> Document:
    tokens = [5, 0, 9, 5, 1, 7]
    attention = attended(TOKENS, tokens, positions(5, 6, 100), [ASKING, ASKED, GIVEN], JOINED, heads=2)
    return of_tokens(tokens, [*attention, {"type": "layer_norm", "affine": False, "eps": 1e-5}], 5, **training)


def test_an_encoder_attends_as_on_the_sheet() -> None:
    assert_both(encoder(), "a4", np.transpose(ADDED))


def test_a_layer_norm_is_the_sheets_but_for_its_denominator() -> None:
    added = np.asarray(ADDED)
    denominators = np.sqrt(added.var(axis=0) + 1e-5) / (added.std(axis=0, ddof=1) + 0.001)
    assert_both(encoder(), "a5", (NORMALISED / denominators).T)


def test_a_feed_forward_network_with_a_skip_has_the_numbers_of_the_sheet() -> None:
    inside = [convolution(WIDE, activation="relu"), convolution(NARROW, activation="relu")]
    document = of_channels(SCALED, [{"type": "residual", "layers": inside}], np.size(FED_FORWARD))
    assert_both(document, "a1", FED_FORWARD)


def test_a_decoder_attends_to_the_steps_before_as_on_the_sheet() -> None:
    tokens = [0, 21, 8, 2, 6, 18, 24, 24]
    projections = [MASKED_ASKING, MASKED_ASKED, MASKED_GIVEN]
    layers = attended(WORDS, tokens, positions(6, 8, 10), projections, MASKED_JOINED, heads=3, causal=True)
    assert_both(of_tokens(tokens, layers, 6), "a4", np.transpose(MASKED_ADDED))


@pytest.mark.parametrize("document", [fed_forward("Small", iters=3), encoder(iters=2)], ids=["Small", "encoder"])
def test_workbooks_of_these_networks_agree(tmp_path: Path, document: Document) -> None:
    path = tmp_path / "transformer.xlsx"
    document["training"]["optimizer"] = {"lr": 0.001}
    kept.build(spec_of(document | {"layout": "matrix"}), path)
    report = kept.check(path, engine="ironcalc")
    assert report.agrees, report.to_text()

"""Attention gives the numbers of two workbooks of Tom Yeh's "AI by Hand" (MIT licence), which compute it by hand.

Theirs have a column a step, and fewer rows of queries, keys and values than a step has features, or more of them: with
zeros for what is missing they are the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from drawn import Document
from test_layers import both, spec_of

# Self-Attention.xlsx, sheet small: four steps of six features, three rows each of queries, keys and values.
FEATURES = [[2, 0, 0, 2], [0, 1, 0, 0], [0, 2, 1, 0], [0, 0, 1, 1], [2, 0, 0, 0], [1, 0, 1, 1]]
ONE_HEAD = [
    [[1, 1, 0, 0, 0, 0], [0, 1, 0, 1, 0, 0], [0, 0, 1, 0, 1, 1]],
    [[0, 0, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, -1]],
    [[10, 0, 0, 0, 0, 0], [0, 0, 0, 10, 0, 0], [0, 10, 0, 0, 0, 0]],
]
# A column for each step that asks.
WEIGHTS = [
    [0.25769, 0.252638, 0.37584, 0.076521],
    [0.459026, 0.450027, 0.210991, 0.770438],
    [0.025594, 0.044697, 0.037329, 0.076521],
    [0.25769, 0.252638, 0.37584, 0.076521],
]
WEIGHTED = [
    [10.307597, 10.105518, 15.033612, 3.06082],
    [2.832839, 2.97335, 4.13169, 1.53041],
    [4.590262, 4.500271, 2.109907, 7.704385],
]

# Multihead-Attention.xlsx: six steps of five features, three heads of three rows, and an output of five.
SIX_STEPS = [[3, 3, 0, 3, 0, 2], [2, 0, 3, 2, 3, 1], [1, 0, 1, 1, 1, 3], [3, 1, 2, 3, 1, 1], [2, 3, 2, 2, 1, 2]]
THREE_HEADS = [
    [
        *([1, -1, 1, 0, 0], [0, 0, -1, 0, 0], [1, -1, 1, 0, 1]),
        *([1, -1, 0, 1, 1], [0, 1, -1, 1, -1], [1, 1, 0, 0, 0]),
        *([0, -1, 0, 0, 0], [0, 1, 1, 1, 0], [-1, 0, -1, 0, 1]),
    ],
    [
        *([1, 0, 0, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 1, 0]),
        *([1, 0, 1, -1, 1], [1, 0, 0, 1, 0], [1, 1, 0, 1, 1]),
        *([0, 1, -1, 0, 0], [1, -1, -1, 1, -1], [-1, 0, 1, 1, 1]),
    ],
    [
        *([0, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 1, -1]),
        *([1, 0, -1, 0, -1], [0, 1, 0, 0, 0], [0, 1, 1, 0, 0]),
        *([-1, 1, 1, 0, 1], [0, 1, 0, 1, 1], [0, 0, 1, 0, 0]),
    ],
]
JOINED = [
    [0, 0, 1, 0, 0, 1, -1, -1, -1],
    [1, 1, 1, 0, 1, 1, 1, 1, 1],
    [1, 0, -1, 1, 0, 0, 1, 0, 0],
    [1, 0, 0, 0, 0, -1, 1, 0, 0],
    [-1, 1, 1, 1, 0, 0, -1, 1, 0],
]
OF_FIRST_HEAD = [
    [0.481367, 0.499667, 0.006293, 0.481367, 0.002196, 0.455673],
    [0.02684, 0.00049, 0.035569, 0.02684, 0.039382, 0.080618],
    [0.001496, 8.7e-05, 0.201046, 0.001496, 0.12496, 1.4e-05],
    [0.481367, 0.499667, 0.006293, 0.481367, 0.002196, 0.455673],
    [0.000472, 3e-06, 0.637934, 0.000472, 0.706306, 1.4e-05],
    [0.008459, 8.7e-05, 0.112864, 0.008459, 0.12496, 0.008007],
]
FOUND = [
    [1.93983, 1.999024, 2.654978, 1.93983, 2.627543, 1.830784],
    [2.985637, 2.999645, 0.370194, 2.985637, 0.38124, 2.991909],
    [0.900596, 0.998269, -0.171417, 0.900596, -0.199332, 0.742103],
    [-0.014597, -2.907969, -0.000286, -0.014597, -0.00027, -2.701786],
    [1.9778, 0.969995, 1.998179, 1.9778, 1.999911, 0.921209],
    [2.978864, 3.8783, 2.99748, 2.978864, 2.99983, 3.632361],
    [0.117829, 1.560532, 1.058074, 0.117829, 0.523516, 0.067902],
    [4.176742, 5.938134, 5.586621, 4.176742, 4.783906, 4.101852],
    [0.058915, 0.75042, 0.529119, 0.058915, 0.261986, 0.033951],
]
OUTPUTS = [
    [-0.474026, -3.372517, -4.347751, -0.474026, -2.76891, 0.170759],
    [15.136214, 19.09432, 15.023227, 15.136214, 13.378601, 14.322072],
    [1.142467, -0.346682, 3.884183, 1.142467, 3.350121, -1.545203],
    [-0.921205, -0.318745, 0.715572, -0.921205, 0.151229, -1.733675],
    [5.990719, 3.468523, 2.072061, 5.990719, 1.814486, 3.235392],
]


def padded(
    rows: Sequence[Sequence[float]], height: int, width: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    whole = np.zeros((height, width))
    whole[: len(rows), : len(rows[0])] = rows
    return whole


def network(
    x: Sequence[Sequence[float]], heads: int, size: int, projections: Sequence[Sequence[Sequence[float]]], out: object
) -> Document:
    steps = padded(x, size, len(x[0])).T
    first = np.concatenate([padded(rows, size, size) for rows in projections])
    attention = {"type": "attention", "heads": heads, "bias": False, "in_proj_weight": first.tolist()}
    return {
        "network": {"inputs": list(steps.shape), "layers": [attention | {"out_proj_weight": np.asarray(out).tolist()}]},
        "data": {"x": [steps.ravel().tolist()] * 2, "t": [[0] * steps.size] * 2},
        "training": {"iters": 1},
    }


def of_both(document: Document, letter: str) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Return a quantity of the layer as the reference and as the graph compute it, a row a step."""
    return [found[0] for found in both(spec_of(document), f"{letter}1")]


def test_one_head_gives_the_numbers_of_self_attention() -> None:
    document = network(FEATURES, 2, 6, ONE_HEAD, np.eye(6))
    for alpha in of_both(document, "alpha"):
        np.testing.assert_allclose(alpha[0].T, WEIGHTS, rtol=0, atol=1e-6)
    for found in of_both(document, "u"):
        np.testing.assert_allclose(found.T[:3], WEIGHTED, rtol=0, atol=1e-6)


def test_three_heads_give_the_numbers_of_multihead_attention() -> None:
    document = network(SIX_STEPS, 3, 9, THREE_HEADS, padded(JOINED, 9, 9))
    for alpha in of_both(document, "alpha"):
        np.testing.assert_allclose(alpha[0].T, OF_FIRST_HEAD, rtol=0, atol=1e-6)
    for found in of_both(document, "u"):
        np.testing.assert_allclose(found.T, FOUND, rtol=0, atol=1e-6)
    for outputs in of_both(document, "a"):
        np.testing.assert_allclose(outputs.T[:5], OUTPUTS, rtol=0, atol=1e-6)

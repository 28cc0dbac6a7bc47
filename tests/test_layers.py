"""The kinds of layers: a convolution computes what PyTorch does, and every sheet is right about shared weights."""

from __future__ import annotations

import copy
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from drawn import Document, numbers, optimizers
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from workbook_xml import DAMAGES, change_cell, poison

import xlnet
from xlnet import reference
from xlnet.book.texts import LANGUAGES
from xlnet.graph.operations import ACTIVATIONS
from xlnet.model.initializers import INITIALIZERS
from xlnet.model.iteration import iteration
from xlnet.model.layers import KINDS
from xlnet.reference import layers as witness
from xlnet.render.evaluate import iterations
from xlnet.render.room import columns_needed
from xlnet.spec import Spec
from xlnet.summary import summaries, to_csv
from xlnet.template.parse import parse
from xlnet.template.runs import load_comparison
from xlnet.template.serialize import serialize, to_toml

CONVOLUTION: Document = {
    "type": "conv1d",
    "channels": 2,
    "kernel": 3,
    "stride": 2,
    "padding": 1,
    "activation": "tanh",
    "weights": [[[0.1, -0.2, 0.3], [0.4, 0.5, -0.6]], [[-0.7, 0.8, 0.9], [0.25, -0.35, 0.45]]],
    "biases": [0.05, -0.15],
}
DENSE: Document = {
    "units": 2,
    "weights": [[0.3, -0.1, 0.2, 0.4, -0.5, 0.6], [0.7, -0.8, 0.9, -0.25, 0.15, 0.05]],
    "biases": [0.1, -0.2],
}
NETWORK: Document = {
    "network": {"inputs": [2, 5], "layers": [CONVOLUTION, DENSE]},
    "data": {
        "x": [[1, 2, -1, 0.5, 3, 0, -2, 1, 1.5, -0.5], [0.2, -0.4, 0.6, -0.8, 1, 2, 0, 1, 0, -1]],
        "t": [[1, 0], [-1, 0.5]],
    },
    "training": {"iters": 2, "optimizer": {"lr": 0.1}},
}
# Computed once by PyTorch 2.13 in float64: conv1d(stride=2, padding=1), tanh, flatten and linear on NETWORK's numbers,
# E = (½·(y − t)²).sum(1).mean(), E.backward(), and one step of SGD with lr=0.1.
TORCH = {
    "z1": (1.65, -0.6, -0.15, 1.55, -2.075, 2.45, 0.89, 0.15, -0.73, -1.05, -0.46, 1.56),
    "a1": (
        0.9288576214547276, -0.5370495669980353, -0.148885033623318, 0.9137854901178278, -0.9689604868431821,
        0.985216917311436, 0.7113937318189626, 0.148885033623318, -0.6230653495723611, -0.781806357608774,
        -0.43008421140197955, 0.9154204563159324,
    ),
    "a2": (1.843709826267142, 0.4213138586653888, 0.6254883827159242, -0.2051812487328124),
    "E": (1.0072111785880122,),
    "d_a1": (
        0.2740163244729574, -0.21071103477951264, 0.27396221902613915, 0.11607773292025483, -0.17932891716688137,
        0.2636457943467773, -0.0029901796490957033, 0.20079808035732877, -0.15478272365817317, 0.41324533263478636,
        -0.45926068933394193, 0.47001698359645694,
    ),
    "d_z1": (
        0.03760148432556377, -0.1499372866808441, 0.26788936612072123, 0.019152370680791488, -0.010959789875416077,
        0.0077373781276623, -0.0014769064174969973, 0.19634703885958124, -0.0946944559753794, 0.1606610324626973,
        -0.37431012413081155, 0.07614528386855149,
    ),
    "d_w1": (
        -0.16871314106485658, 1.0140252554254416, -0.15625254320996074, 0.70170862254277, 0.004205712258761929,
        -0.3001088986723937, 0.07075693187048243, -0.06298428917820148, 0.26800853274344527, 0.033525646942325606,
        -0.14396182201321567, -0.054744426174707095,
    ),
    "d_b1": (0.2557292402321457, -0.12157384886652504),
    "d_w2": (
        0.9700242745165653, -0.10555155217689154, -0.5692006266274082, -0.2499236773568828, -0.7583091866188221,
        1.1596212555911696, -0.05516046574947259, -0.1656286796473183, 0.18832333662010883, 0.46815283717989625,
        -0.052474580174739965, -0.11522589972276487,
    ),
    "d_b2": (1.234599104491533, -0.1419336950337118),
}  # fmt: skip
AFTER = {
    "w1": (
        0.11687131410648566, -0.3014025255425442, 0.3156252543209961, 0.32982913774572303, 0.4995794287741238,
        -0.5699891101327607, -0.7070756931870482, 0.8062984289178202, 0.8731991467256555, 0.24664743530576744,
        -0.3356038177986784, 0.4554744426174707,
    ),
    "b1": (0.02442707597678543, -0.1378426151133475),
    "w2": (
        0.20299757254834347, -0.08944484478231085, 0.2569200626627408, 0.4249923677356883, -0.4241690813381178,
        0.48403787444088303, 0.7055160465749473, -0.7834371320352682, 0.8811676663379892, -0.29681528371798965,
        0.155247458017474, 0.06152258997227649,
    ),
    "b2": (-0.0234599104491533, -0.18580663049662882),
}  # fmt: skip


def spec_of(document: Document) -> Spec:
    return parse(document, name="drawn", label="drawn")


def rows_of(spec: Spec) -> list[dict[str, float]]:
    """Return the rows that the graph makes, by key."""
    graph = iteration(spec)
    rows = []
    for block in iterations(graph, [1] * spec.training.iters):
        row: dict[str, float] = {}
        for node, value in zip(graph.nodes, block.values, strict=True):
            row |= dict.fromkeys((node.key, *node.aliases), value)
        rows.append(row)
    return rows


def by_reference(spec: Spec) -> dict[str, reference.Array]:
    return reference.train(spec, reference.initial(spec), reference.constants(spec), spec.training.iters)


def array_of(row: dict[str, float], spec: Spec, name: str) -> list[float]:
    """Return the elements of an array of the reference, as the graph computes them."""
    axes = reference.axes(spec)[name]
    samples = [f"@{s + 1}" for s in range(spec.batch_size)] if axes.sampled and spec.batch_size > 1 else [""]
    places = ["".join(f"_{i + 1}" for i in place) for place in np.ndindex(*axes.shape)]
    return [row[f"{name}{place}{sample}"] for sample in samples for place in places]


def both(spec: Spec, name: str) -> list[reference.Array]:
    """Return an array of the first iteration as the reference and as the graph compute it, the samples first."""
    own = by_reference(spec)[name][0]
    return [own, np.reshape(array_of(rows_of(spec)[0], spec, name), own.shape)]


def test_both_tables_have_the_same_kinds() -> None:
    assert list(KINDS) == list(witness.KINDS)


@pytest.mark.parametrize("name", TORCH)
def test_a_convolution_is_pytorchs(name: str) -> None:
    spec = spec_of(NETWORK)
    assert by_reference(spec)[name][0].ravel() == pytest.approx(TORCH[name], rel=1e-12, abs=1e-14)
    assert array_of(rows_of(spec)[0], spec, name) == pytest.approx(TORCH[name], rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", AFTER)
def test_a_step_is_pytorchs(name: str) -> None:
    spec = spec_of(NETWORK)
    assert by_reference(spec)[name][1].ravel() == pytest.approx(AFTER[name], rel=1e-12)
    assert array_of(rows_of(spec)[1], spec, name) == pytest.approx(AFTER[name], rel=1e-12)


def changed(**changes: Any) -> Document:
    document = copy.deepcopy(NETWORK)
    document["network"]["layers"][0] |= changes
    return document


def convolution(inputs: list[int], *layers: Document, outputs: int, **training: Any) -> Document:
    """Return a network of drawn weights over three drawn samples."""
    random = np.random.default_rng(5)
    x, t = random.normal(size=(3, inputs[0] * inputs[1])), random.random((3, outputs))
    return {
        "network": {"inputs": inputs, "layers": list(layers)},
        "data": {"x": x.tolist(), "t": t.tolist()},
        "training": {"iters": 5, "seed": 3, **training},
    }


def conv(channels: int, kernel: int, stride: int = 1, padding: int = 0, **further: Any) -> Document:
    return {
        "type": "conv1d", "channels": channels, "kernel": kernel, "stride": stride, "padding": padding, **further,
    }  # fmt: skip


CONVOLUTIONS = {
    "with dense": NETWORK,
    "without biases": convolution([1, 4], conv(1, 2, bias=False), {"units": 1}, outputs=1),
    "two": convolution(
        [2, 7], conv(2, 3, 2, 1, activation="softplus"), conv(3, 2, activation="tanh"), {"units": 2}, outputs=2
    ),
    "last": convolution([1, 5], conv(2, 2, activation="sigmoid"), outputs=8, loss="binary_cross_entropy"),
    "softmax": convolution(
        [1, 5], conv(2, 2, activation="gelu_tanh"), {"units": 2, "activation": "softmax"}, outputs=2, loss="mse"
    ),
    # The stride of the second passes over every other unit of the first, and some taps meet nothing but padding.
    "passed over": convolution([1, 3], conv(1, 1, activation="silu"), conv(2, 1, 2), outputs=4),
    "all padding": convolution([1, 1], conv(2, 3, 1, 1, activation="elu"), {"units": 1}, outputs=1),
    **{name: convolution([2, 4], conv(2, 3, 1, 1, activation=name), {"units": 1}, outputs=1) for name in ACTIVATIONS},
}


@pytest.mark.parametrize("document", CONVOLUTIONS.values(), ids=CONVOLUTIONS.keys())
def test_gradients_of_convolutions_by_central_differences(document: Document) -> None:
    spec = spec_of(document)
    start, fixed = reference.initial(spec), reference.constants(spec)
    row = reference.train(spec, start, fixed, 1)
    h = 1e-6
    for name in reference.trained(spec):
        for place in np.ndindex(*reference.axes(spec)[name].shape):
            losses = []
            for sign in (1, -1):
                moved = start[name].copy()
                moved[(0, *place)] += sign * h
                losses.append(reference.train(spec, start | {name: moved}, fixed, 1)["E"][0])
            slope = (losses[0] - losses[1]) / (2 * h)
            assert row[f"d_{name}"][(0, *place)] == pytest.approx(slope, rel=1e-7, abs=1e-9), (name, place)


@pytest.mark.parametrize("document", CONVOLUTIONS.values(), ids=CONVOLUTIONS.keys())
def test_the_graph_computes_what_the_reference_does(document: Document) -> None:
    spec = spec_of(document)
    rows, run = rows_of(spec), by_reference(spec)
    for name, values in run.items():
        word = "E" if name == "losses" else name
        if word == "E" and name != "losses":
            assert [row["E"] for row in rows] == pytest.approx(values.tolist(), rel=1e-10)
        elif name != "losses":
            found = [array_of(row, spec, name) if name != "iter" else [row[name]] for row in rows]
            assert np.array(found).ravel() == pytest.approx(values.ravel(), rel=1e-9, abs=1e-12), name


def test_what_a_stride_passes_over_changes_nothing() -> None:
    rows = rows_of(spec_of(CONVOLUTIONS["passed over"]))
    assert rows[0]["d_a1_1_2@1"] == 0
    assert rows[0]["d_a1_1_1@1"] != 0
    assert rows_of(spec_of(CONVOLUTIONS["all padding"]))[0]["d_w1_1_1_1"] == 0


@st.composite
def convolutions(draw: st.DrawFn) -> Document:
    """Draw the document of a network of convolutions, with or without a dense layer behind them."""
    channels, length = draw(st.integers(1, 2)), draw(st.integers(1, 7))
    inputs, layers = [channels, length], []
    for _ in range(draw(st.integers(1, 2))):
        kernel = draw(st.integers(1, 3))
        padding = draw(st.integers(0, kernel - 1))
        if kernel > length + 2 * padding:
            kernel, padding = 1, 0
        stride = draw(st.integers(1, 3))
        layer = conv(draw(st.integers(1, 2)), kernel, stride, padding, bias=draw(st.booleans()))
        layer["activation"] = draw(st.sampled_from(list(ACTIVATIONS)))
        layers.append(layer | {"init": draw(st.sampled_from(list(INITIALIZERS)))})
        channels, length = layer["channels"], (length + 2 * padding - kernel) // stride + 1
    outputs = channels * length
    if draw(st.booleans()):
        outputs = draw(st.integers(1, 2))
        layers.append({"units": outputs, "activation": draw(st.sampled_from(["identity", "sigmoid"]))})
    samples = draw(st.integers(1, 3))
    x, t = numbers(draw, samples, inputs[0] * inputs[1]), numbers(draw, samples, outputs)
    distinct = samples > 1 and all(len(set(column)) > 1 for column in zip(*x, strict=True))
    return {
        "network": {"inputs": inputs, "layers": layers},
        "data": {"x": x, "t": t, "standardize": distinct and draw(st.booleans())},
        "training": {
            "iters": draw(st.integers(1, 6)),
            "batch": draw(st.just("full") | st.integers(1, samples)),
            "order": draw(st.sampled_from(["sequential", "shuffled"])),
            "train_biases": draw(st.booleans()),
            "optimizer": draw(optimizers()),
        },
    }


@settings(deadline=None, max_examples=60)
@given(convolutions())
def test_drawn_convolutions_are_counted_and_written_back(document: Document) -> None:
    spec = spec_of(document)
    assert columns_needed(spec) == len(iteration(spec).nodes)
    assert spec_of(tomllib.loads(serialize(spec))) == parse(document, name="drawn", label="drawn") == spec


def test_drawn_convolutions_agree(tmp_path: Path, require: Callable[[str], str]) -> None:
    engine = require("ironcalc")
    drawn: dict[Path, Document] = {}

    @settings(deadline=None, database=None, max_examples=20)
    @given(convolutions())
    def each(document: Document) -> None:
        path = tmp_path / f"drawn{len(drawn)}.xlsx"
        xlnet.build(spec_of(document), path, plain=len(drawn) % 3 > 0)
        poison(path)
        drawn[path] = document

    each()
    for document, report in zip(drawn.values(), kept.check_all(list(drawn), engine=engine), strict=True):
        assert report.agrees, f"{document}\n{report.to_text()}"


# Small enough to be drawn, too large to be drawn, and one that uses all that a template can say.
WORKBOOKS = {
    "with dense": NETWORK,
    "matrices": convolution(
        [2, 12], conv(3, 3, 2, 1, activation="gelu_tanh"), conv(2, 2, activation="silu"), {"units": 3}, outputs=3
    ),
    "every rule": convolution(
        [1, 5],
        conv(2, 3, 2, 1, activation="leaky_relu"),
        {"units": 2, "activation": "sigmoid"},
        outputs=2,
        batch=2,
        order="shuffled",
        loss="binary_cross_entropy",
        optimizer={"name": "adam", "lr": 0.05, "weight_decay": 0.01},
        schedule={"name": "cosine"},
    ),
    "all padding": CONVOLUTIONS["all padding"],
    "passed over": CONVOLUTIONS["passed over"],
    "last": CONVOLUTIONS["last"],
}
WORKBOOKS["every rule"]["data"]["standardize"] = True


def test_workbooks_of_convolutions_agree(tmp_path: Path, engine: str) -> None:
    paths: dict[Path, str] = {}
    for name, document in WORKBOOKS.items():
        path = tmp_path / f"{name}.xlsx"
        language = list(LANGUAGES)[len(paths) % len(LANGUAGES)]
        xlnet.build(spec_of(document), path, language=language, small=len(paths) > 2)
        if len(paths) <= 2:
            poison(path)
        paths[path] = name
    for name, report in zip(paths.values(), kept.check_all(list(paths), engine=engine), strict=True):
        assert report.agrees, f"{name}\n{report.to_text()}"


SMALL = convolution(
    [2, 3], conv(1, 2, padding=1, activation="gelu_tanh"), {"units": 1, "activation": "silu"}, outputs=1
)
SMALL["layout"] = "rows"
SMALL["data"] = {name: rows[:1] for name, rows in SMALL["data"].items()}
ONE_ROW = len(iteration(spec_of(SMALL)).nodes)


@pytest.mark.parametrize(("engine_name", "step"), [("ironcalc", 1), ("libreoffice", 9)])
def test_a_damaged_formula_is_named(tmp_path: Path, require: Callable[[str], str], engine_name: str, step: int) -> None:
    engine = require(engine_name)
    whole = tmp_path / "whole.xlsx"
    xlnet.build(spec_of(SMALL).in_rows, whole, plain=True)
    damaged: dict[Path, str] = {}
    for column in range(1, ONE_ROW + 1, step):
        cell = f"{get_column_letter(column)}6"
        path = tmp_path / f"{cell}.xlsx"
        shutil.copy(whole, path)
        change_cell(path, cell, DAMAGES["other formula"])
        damaged[path] = cell
    for cell, report in zip(damaged.values(), kept.check_all(list(damaged), engine=engine), strict=True):
        assert [difference.cell for difference in report.differences] == [cell], report.to_text()


def test_a_weight_cited_at_the_wrong_position_is_named(tmp_path: Path, engine: str) -> None:
    """The first sum of the template conv takes the second weight for both numbers; both weights start from 0."""
    path = tmp_path / "conv.xlsx"
    xlnet.build(xlnet.load("conv", iters=4, layout="rows"), path)
    change_cell(path, "E4", lambda _, v: f"{{start}}><f>C4*$A$2+C4*$B$2+D4</f><v>{v}</v></c>")
    (difference,) = kept.check(path, engine=engine).differences
    assert (difference.cell, difference.key) == ("E4", "a1_1_1")


def test_the_template_conv_finds_the_difference() -> None:
    spec = xlnet.load("conv")
    run = by_reference(spec)
    assert run["w1"][-1].ravel() == pytest.approx([-1, 1], abs=1e-6)
    assert run["b1"][-1] == pytest.approx([0], abs=1e-6)
    assert len(iteration(spec).nodes) <= 60


def test_columns_stand_in_the_contracts_order(tmp_path: Path) -> None:
    path = tmp_path / "small.xlsx"
    xlnet.build(spec_of(SMALL).in_rows, path, plain=True)
    rows = kept.looked_at(path)["Formulas"].iter_rows(min_row=2, values_only=True)
    keys = [str(key) for key, _, where, *_ in rows if "!" not in str(where)]
    first = ["iter", "w1_1_1_1", "w1_1_1_2", "w1_1_2_1", "w1_1_2_2", "b1_1"]
    first += [*(f"w2_1_{s}" for s in range(1, 5)), "b2_1"]
    forward = [f"{letter}1_1_{p}" for letter in "zusa" for p in range(1, 5)]
    assert keys[: len(first) + len(forward) + 3] == [*first, *forward, "z2_1", "s2_1", "a2_1"]


def test_a_dense_layer_sees_the_channels_flattened() -> None:
    nodes = {node.key: str(node.formula) for node in iteration(spec_of(NETWORK)).nodes}
    cited = re.findall(r"key='(w2_1_\d)', previous=False\), Quantity\(key='(a1_\d_\d)@1'", nodes["a2_1@1"])
    assert cited == [(f"w2_1_{s}", f"a1_{(s - 1) // 3 + 1}_{(s - 1) % 3 + 1}") for s in range(1, 7)]


def test_drawn_weights_have_pytorchs_bounds() -> None:
    """fan_in = 3·7 and fan_out = 5·7, as torch.nn.init has them for (5, 3, 7)."""
    spec = spec_of(convolution([3, 9], conv(5, 7, init="xavier_uniform"), {"units": 1}, outputs=1))
    weights = np.array(spec.layers[0].weights)
    bound = (6 / (3 * 7 + 5 * 7)) ** 0.5
    assert weights.shape == (5, 3, 7)
    assert 0.9 * bound < np.abs(weights).max() <= bound


MISTAKES = {
    "flat inputs": ({"network.inputs": 10}, "network.layers[1].type: conv1d takes channels and a length, not 10"),
    "no shape": ({"network.inputs": "2x5"}, "network.inputs: must be a whole number"),
    "empty shape": ({"network.inputs": []}, "network.inputs: must be a whole number, or a shape like [1, 8]"),
    "huge shape": ({"network.inputs": [200, 200]}, "network.inputs: must be a whole number, or a shape"),
    "unknown kind": (
        {"network.layers[1].type": "conv"},
        "not 'conv' (did you mean conv2d or conv1d?)",
    ),
    "kernel too long": ({"network.layers[1].kernel": 8}, "network.layers[1].kernel: must be at most 7"),
    "too much padding": ({"network.layers[1].padding": 3}, "network.layers[1].padding: must be below the kernel's 3"),
    "no stride": ({"network.layers[1].stride": 0}, "network.layers[1].stride: must be from 1"),
    "units": ({"network.layers[1].units": 3}, "network.layers[1].units: unknown key"),
    "softmax": ({"network.layers[1].activation": "softmax"}, "softmax is only possible on the last layer"),
    "wrong shape": (
        {"network.layers[1].weights": [[[1, 2, 3]], [[1, 2, 3]]]},
        "must be lists inside lists of 2 × 2 × 3 numbers (channels × channels before × kernel)",
    ),
    "wrong data": ({"data.x": [[1, 2]]}, "data.x: must have rows of length 10"),
    "very many units": (
        {"network.inputs": [1, 16000], "network.layers[1].channels": 9},
        "network.layers[1].type: the layer has 72,000 units with 216,000 terms in all: make it smaller",
    ),
}


@pytest.mark.parametrize(("changes", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_convolution_is_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(NETWORK), encoding="utf-8")
    with pytest.raises(xlnet.UserError) as error:
        xlnet.load(path, **changes)
    assert message in str(error.value).replace(f"--set {next(iter(changes))}", next(iter(changes)))
    assert "\n" not in str(error.value)


def test_softmax_of_a_convolution_is_refused() -> None:
    with pytest.raises(xlnet.UserError, match=r"softmax is only possible on a dense layer: .* add a dense layer"):
        spec_of(convolution([1, 4], conv(1, 2, activation="softmax"), outputs=3))


def test_a_convolution_before_a_dense_layer_alone() -> None:
    with pytest.raises(xlnet.UserError, match=r"network.layers\[2\].type: conv1d takes channels and a length, not 4"):
        spec_of(convolution([1, 4], {"units": 4}, conv(1, 2), outputs=3))


def test_layers_rebuilds_a_dense_network() -> None:
    spec = xlnet.load("conv", layers="8-3-7", seed=2)
    assert [(layer.type, layer.gives) for layer in spec.layers] == [("dense", (3,)), ("dense", (7,))]


def test_a_dense_network_says_no_type() -> None:
    assert "type" not in serialize(xlnet.load("xor"))
    text = serialize(spec_of(NETWORK))
    assert text.count("type = ") == 1
    assert "inputs = [2, 5]" in text


def test_runs_of_a_convolution_side_by_side(tmp_path: Path, require: Callable[[str], str]) -> None:
    document = changed(init="normal")
    del document["network"]["layers"][0]["weights"]
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(document), encoding="utf-8")
    comparison = load_comparison(path, {"seed": [1, 2], "iters": 6})
    xlnet.build_comparison(comparison, tmp_path / "runs.xlsx")
    report = kept.check(tmp_path / "runs.xlsx", engine=require("ironcalc"))
    assert report.agrees, report.to_text()
    header, first, second = (line.split(",") for line in to_csv(comparison, summaries(comparison)).splitlines())
    assert "w1_2_2_3" in header
    run = by_reference(comparison.runs[1].spec)
    assert float(second[header.index("a2_2@1")]) == pytest.approx(run["a2"][-1, 0, 1], rel=1e-12)
    assert first != second

"""Layers over pictures: two-dimensional convolutions, pooling and repeating compute what PyTorch does."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import numpy as np
import openpyxl
import pytest
from drawn import Document
from test_layers import array_of, by_reference, rows_of, spec_of
from workbook_xml import DAMAGES, change_cell, poison

import xlnet
from xlnet import reference
from xlnet.model.iteration import iteration
from xlnet.render.excel import cell
from xlnet.render.layout import layout_of
from xlnet.render.room import columns_needed
from xlnet.render.tensors import tensors
from xlnet.spec import Spec
from xlnet.template.serialize import serialize, to_toml


def pattern(*shape: int, step: int) -> Any:
    """Return different numbers from -0.8 to 0.8 in an array of this shape."""
    count = np.arange(np.prod(shape))
    return (((count * step + 3) % 101 - 50) / 64).reshape(shape).tolist()


def network(inputs: list[int], *layers: Document, outputs: int = 2, samples: int = 2, **training: Any) -> Document:
    """Return a network over samples of different numbers."""
    x = np.reshape(pattern(samples, int(np.prod(inputs)), step=37), (samples, -1)).tolist()
    t = np.random.default_rng(5).random((samples, outputs)).tolist()
    return {
        "network": {"inputs": inputs, "layers": list(layers)},
        "data": {"x": x, "t": t},
        "training": {"iters": 3, "seed": 3, "optimizer": {"lr": 0.1}, **training},
    }


def given(document: Document) -> Document:
    """Return the network with the targets that PyTorch was given."""
    return {**document, "data": {**document["data"], "t": [[1, 0], [-0.5, 0.5]]}}


DENSE: Document = {"units": 2, "weights": pattern(2, 4, step=29), "biases": [0.05, -0.15]}
IMAGE = given(
    network(
        [2, 4, 4],
        {
            "type": "conv2d",
            "channels": 2,
            "kernel": 3,
            "padding": 1,
            "activation": "tanh",
            "weights": pattern(2, 2, 3, 3, step=23),
            "biases": [0.1, -0.2],
        },
        {"type": "max_pool2d", "kernel": 2},
        {
            "type": "conv2d",
            "channels": 1,
            "kernel": 2,
            "stride": 2,
            "padding": 1,
            "weights": pattern(1, 2, 2, 2, step=17),
            "biases": [0.3],
        },
        DENSE,
    )
)
UP = given(
    network(
        [1, 3, 3],
        {"type": "conv2d", "channels": 1, "kernel": 2, "bias": False, "weights": pattern(1, 1, 2, 2, step=23)},
        {"type": "upsample"},
        {"type": "avg_pool2d", "kernel": 3, "stride": 1},
        DENSE,
    )
)
LINE = given(
    network(
        [1, 10],
        {"type": "conv1d", "channels": 2, "kernel": 2, "bias": False, "weights": pattern(2, 1, 2, step=23)},
        {"type": "max_pool1d", "kernel": 3, "stride": 2},
        {"type": "avg_pool1d", "kernel": 2},
        DENSE,
    )
)
# Of every number one for each axis, and padding around what is pooled.
PAIRS = given(
    network(
        [1, 5, 4],
        {
            "type": "conv2d",
            "channels": 2,
            "kernel": [3, 2],
            "stride": [2, 1],
            "padding": [1, 0],
            "activation": "tanh",
            "weights": pattern(2, 1, 3, 2, step=23),
            "biases": [0.1, -0.2],
        },
        {"type": "max_pool2d", "kernel": [3, 2], "stride": [2, 1], "padding": 1},
        {"type": "avg_pool2d", "kernel": [2, 3], "stride": [1, 2], "padding": [1, 1]},
        {"type": "upsample", "scale": [1, 2]},
        {"type": "avg_pool2d", "kernel": [2, 3], "stride": 2, "padding": 1, "count_include_pad": False},
        {**DENSE, "weights": pattern(2, 8, step=29)},
    )
)
# Computed once by PyTorch 2.14 in float64 on these numbers: conv2d, tanh, max_pool2d(2), conv2d(stride=2, padding=1),
# linear; conv2d, interpolate(scale_factor=2, mode="nearest"), avg_pool2d(3, stride=1), linear; and conv1d,
# max_pool1d(3, stride=2), avg_pool1d(2), linear; of the pairs conv2d(stride=(2, 1), padding=(1, 0)), tanh,
# max_pool2d((3, 2), (2, 1), 1), avg_pool2d((2, 3), (1, 2), 1), interpolate(scale_factor=(1, 2)),
# avg_pool2d((2, 3), 2, 1, count_include_pad=False), linear. E = (½·(y − t)²).sum(1).mean() of three
# iterations of SGD(lr=0.1), and of the first what it computes and E.backward() gives.
TORCH: dict[str, dict[str, tuple[float, ...]]] = {
    "image": {
        "d_a1": (
            0.0, 0.0, 0.0, -0.028788501893129457, 0.0, 0.0243515743532891, 0.0, 0.0, 0.049766798912147685,
            0.0, 0.0, 0.19999163180944116, 0.0, 0.0, 0.0, 0.0, 0.0, -0.17654891406134599, 0.0, 0.0, 0.0,
            0.0, -0.10186700669876578, 0.0, 0.0, -0.0630379452887204, 0.0, 0.0, 0.0, 0.0,
            -0.08935796314889924, 0.0, 0.0, -0.002273777952774423, 0.0, 0.0, 0.0, 0.0, 0.011140679125403823,
            0.0, 0.0, 0.03436518439451716, 0.0, 0.0, 0.0, 0.0, -0.26047979855449555, 0.0, 0.0,
            0.016484890157614566, 0.0, 0.0, 0.0, 0.0, 0.0, 0.039420864597582754, 0.0, -0.04352923356638841,
            0.0, 0.0, 0.0, 0.0, 0.0, 0.116384590843498,
        ),
        "a3": (
            0.15184902589616753, -0.037246885671598395, 0.31481552368556315, 0.010160880719437286,
            0.26215813800284177, -0.4820627105331019, 0.30238061696102536, -0.09712902356217776,
        ),
        "d_w1": (
            -0.002616780660613466, 0.01726393111584802, -0.013955525633519011, 0.014419331125397245,
            -0.06348243227109085, 0.014741257805031464, -0.0296458051335253, -0.001680802710775334,
            0.006359351165667242, -0.0772628490293797, 0.008515858357404118, -0.006517405061036046,
            0.01116153563951521, 0.022660435287212708, 0.022275835603140903, -0.04162124024829904,
            -0.01692689690666332, 0.0031312715292292023, 0.02199827640267024, -0.03642905401729815,
            0.06346961946304197, 0.05773549395205805, 0.061507387216350635, -0.08076988392352065,
            0.028955362712853386, -0.11505750978207276, 0.1368089421376316, 0.04410591493995558,
            -0.014321415480012811, -0.07703186568091584, -0.11527937767075239, 0.10679407214122802,
            -0.019533247078306126, 0.0834467198730957, -0.06056615262183042, 0.048275089792476765,
        ),
        "d_b1": (
            0.020495710908985186, -0.2262870590554919,
        ),
        "d_w3": (
            0.10328901565011164, -0.17013395388058633, 0.030854084896893362, 0.3113203188236587,
            0.04243639599251814, -0.13725940459193292, -0.0018966906010367754, 0.16729195574044356,
        ),
        "d_b3": (
            0.3430116323859924,
        ),
        "E": (
            0.38667721890762347, 0.32672454240743565, 0.294247557331161,
        ),
    },
    "up": {
        "d_a1": (
            0.2003575289690936, 0.1199972426449811, 0.006386687578978353, -0.04072333000324391,
            0.0014214021188241367, 0.043123816560815875, 0.03298911032853302, 0.12652864544479933,
        ),
        "a3": (
            0.4156901041666667, 0.26513671875, 0.375, 0.22444661458333334, 0.06591796875,
            -0.06819661458333333, 0.025227864583333332, -0.10888671875,
        ),
        "d_w1": (
            -0.10077868190904457, -0.08518333546817303, -0.024203509464859968, -0.008608163023988404,
        ),
        "E": (
            0.49204478011427755, 0.44259518181175783, 0.40259093474854046,
        ),
    },
    "line": {
        "d_a1": (
            0.28864812552928926, 0.0, 0.0, 0.28864812552928926, 0.0, 0.0, 0.1843360126018524, 0.0, 0.0, 0.0,
            -0.10431211292743683, 0.0, 0.0, -0.20455085933208467, 0.0, 0.0, -0.10023874640464782, 0.0, 0.0,
            0.06795061826705934, 0.0, 0.0, 0.057850375771522536, 0.0, 0.0, -0.010100242495536801, 0.0, 0.0,
            0.0, -0.17630220651626588, 0.0, 0.0, 0.2280051052570343, 0.0, 0.0, 0.2280051052570343,
        ),
        "a3": (
            0.51123046875, 0.251220703125, 0.173095703125, 0.224365234375, 0.459228515625, 0.285888671875,
            0.162841796875, 0.23974609375,
        ),
        "d_w1": (
            -0.530278891324997, -0.023070741910487417, 0.07692079367116093, 0.002115052379667748,
        ),
        "E": (
            0.7140800383924215, 0.5904972265160329, 0.5097771800920942,
        ),
    },
    "pairs": {
        "a2": (
            -0.2358093423851153, 0.7021275188624312, 0.7021275188624312, -0.28001220198320265, -0.13333221956944463,
            0.499568119048008, 0.6278986134519073, 0.6278986134519073, 0.5128590798828859, 0.5128590798828859,
            0.5949243718563292, 0.5949243718563292, 0.5128590798828859, 0.5128590798828859, 0.5949243718563292,
            0.5949243718563292, 0.6854157506736138, 0.6854157506736138, -0.18966745033624735, -0.18966745033624735,
            0.526896985858973, 0.6565739778285661, 0.6565739778285661, -0.20445071046267965, -0.6304943974228807,
            0.6061623031839468, 0.6061623031839468, -0.33412185298060687, -0.6184313501425415, 0.6061623031839468,
            0.6061623031839468, 0.46648356788158,
        ),
        "a5": (
            0.07771969607955265, 0.1508224359978131, 0.09989916461953689, 0.2907982508534736, 0.17095302662762865,
            0.24617410038649226, 0.25642953994144296, 0.3692611505797383, 0.2284719168912046, 0.11016628896385923,
            0.31148111906019216, 0.24402011415284316, -0.004055349039822316, 0.09622630069642442,
            -0.004072515679676933, 0.23396577821156514,
        ),
        "d_a1": (
            0.05775934314220346, 0.05629927396501913, 0.0, 0.0, -0.07875422968644469, -0.000730034588592169,
            -0.05083776387437309, 0.0, -0.055832931624143205, 0.0, 0.0, 0.0, 0.18752955297547824, 0.0,
            0.1365542958631526, 0.0, 0.0, 0.0, -0.04216374424397655, 0.0, 0.005125923272158217,
            -0.012702668837086825, 0.0, 0.0, 0.0, 0.047593416098670176, 0.0301480424678785, 0.0008821390408111918,
            0.0, 0.0, 0.0, -0.004272166194866381, -0.01897371814792207, 0.04621604019250275, 0.0,
            -0.00671145456616809,
        ),
        "d_a3": (
            0.49906935047634005, 0.0793691899046618, -0.15251329162311927, -0.0837493974362148,
            -0.15251329162311927, -0.0837493974362148, 0.26435833622322524, -0.0379863172218956,
            0.031132959636160196, 0.14921640160378447, 0.031132959636160196, 0.14921640160378447,
            -0.09607211112890648, -0.07506635758716085, -0.03810800651126048, 0.0904441274036355,
            -0.03810800651126048, 0.0904441274036355, -0.1333552863326411, -0.09370794518902814,
            0.13864812057750825, -0.02013436369850427, 0.13864812057750825, -0.02013436369850427,
        ),
        "d_w1": (
            -0.031713965595873285, 0.02010670036609337, -0.0378026289936462, -0.02148424283142405,
            -0.02563471677049129, 0.07045503001162368, -0.02581369850312016, 0.06220672348862477,
            0.12465296837639295, -0.08675870114969486, -0.05984260559338432, 0.05922245655259335,
        ),
        "E": (
            0.4803178693057888, 0.4205531689883824, 0.3774147331740537,
        ),
    },
}  # fmt: skip
TOLD = {"image": IMAGE, "up": UP, "line": LINE, "pairs": PAIRS}


@pytest.mark.parametrize(("name", "quantity"), [(name, quantity) for name in TORCH for quantity in TORCH[name]])
def test_both_sides_compute_what_pytorch_does(name: str, quantity: str) -> None:
    spec = spec_of(TOLD[name])
    found, rows = by_reference(spec)[quantity], rows_of(spec)
    wanted = TORCH[name][quantity]
    if quantity == "E":
        assert found == pytest.approx(wanted, rel=1e-12)
        assert [row["E"] for row in rows] == pytest.approx(wanted, rel=1e-12)
    else:
        # What a layer gives stands as z where it has no activation.
        assert found[0].ravel() == pytest.approx(wanted, rel=1e-11, abs=1e-15)
        assert array_of(rows[0], spec, quantity) == pytest.approx(wanted, rel=1e-11, abs=1e-15)


CONV: Document = {"type": "conv2d", "channels": 2, "kernel": 2}
IMAGES = {
    **TOLD,
    "softmax": network(
        [1, 5, 4],
        {**CONV, "activation": "relu"},
        {"type": "max_pool2d", "kernel": 2, "stride": 1},
        {"units": 3, "activation": "softmax"},
        outputs=3,
        samples=3,
        loss="mse",
        batch=2,
        order="shuffled",
    ),
    "flattened": network([2, 3, 3], {**CONV, "padding": 1, "stride": 3}, {"type": "flatten"}, {"units": 2}),
    "pictures come out": network(
        [1, 2, 2], {"type": "upsample", "scale": 3}, {**CONV, "channels": 1, "stride": 2, "activation": "sigmoid"},
        outputs=9, samples=1,
    ),
    "of a line": network([1, 4], {"type": "conv1d", "channels": 1, "kernel": 1}, {"type": "upsample"}, outputs=8),
    "around": network(
        [2, 3, 3],
        {"type": "residual", "layers": [{**CONV, "kernel": 3, "padding": 1, "activation": "tanh"}]},
        {"type": "avg_pool2d", "kernel": 3},
    ),
}  # fmt: skip
every_image = pytest.mark.parametrize("document", IMAGES.values(), ids=IMAGES.keys())


@every_image
def test_gradients_by_central_differences(document: Document) -> None:
    spec = spec_of(document)
    start, fixed = reference.initial(spec), reference.constants(spec)
    drawn = {name: np.array([[[1, 3]]]) for name in reference.drawn(spec)}
    (row,) = reference.steps(spec, start, fixed, 1, drawn)
    h = 1e-6
    for name in reference.trained(spec):
        for place in np.ndindex(*reference.axes(spec)[name].shape):
            losses = []
            for sign in (1, -1):
                moved = start[name].copy()
                moved[(0, *place)] += sign * h
                (other,) = reference.steps(spec, start | {name: moved}, fixed, 1, drawn)
                losses.append(other["E"][0])
            slope = (losses[0] - losses[1]) / (2 * h)
            assert row[f"d_{name}"][(0, *place)] == pytest.approx(slope, rel=1e-7, abs=1e-9), (name, place)


@every_image
def test_images_are_counted_and_written_back(document: Document) -> None:
    spec = spec_of(document)
    assert columns_needed(spec) == len(iteration(spec).nodes)
    assert spec_of(tomllib.loads(serialize(spec))) == spec


def test_workbooks_of_images_agree(tmp_path: Path, engine: str) -> None:
    paths: dict[Path, str] = {}
    for name, document in {**IMAGES, **TIES}.items() if engine == "ironcalc" else {"image": IMAGE, **TIES}.items():
        path = tmp_path / f"{name}.xlsx"
        xlnet.build(spec_of(document), path, plain=name != "image", language="zh" if len(paths) % 2 else "en")
        poison(path)
        paths[path] = name
    for name, report in zip(paths.values(), kept.check_all(list(paths), engine=engine), strict=True):
        assert report.agrees, f"{name}\n{report.to_text()}"


def of_two(*pixels: tuple[float, float]) -> Document:
    """Return a network that adds a tenth of one channel and two of the other, and hands on the largest of four."""
    adding = {"type": "conv2d", "channels": 1, "kernel": 1, "bias": False, "weights": [[[[0.1]], [[0.2]]]]}
    document = network([2, 2, 2], adding, {"type": "max_pool2d", "kernel": 2}, outputs=1, samples=1)
    document["data"] = {"x": [[pixel[channel] for channel in (0, 1) for pixel in pixels]], "t": [[1]]}
    return document


# Four equal ones; and 0.3, then 0.1 + 0.2, which is larger by the last digit, and which spreadsheets take for equal.
TIES = {
    "equal": of_two((3, 1), (3, 1), (3, 1), (3, 1)),
    "nearly equal": of_two((0, 0), (3, 0), (1, 1), (0, 0)),
}


def test_of_equal_ones_the_first_gets_the_gradient() -> None:
    """As torch.nn.functional.max_pool2d does with return_indices."""
    spec = spec_of(TIES["equal"])
    row, run = rows_of(spec)[0], by_reference(spec)
    assert row["s2_1_1_1"] == run["s2"][0].item() == 1
    slopes = [row["d_a1_1_1_1"], row["d_a1_1_1_2"], row["d_a1_1_2_1"], row["d_a1_1_2_2"]]
    assert slopes == pytest.approx([-0.5, 0, 0, 0])
    assert run["d_a1"][0].ravel() == pytest.approx(slopes)


def test_the_place_of_the_largest_counts_row_by_row() -> None:
    pixels = [(0.0, 0.0)] * 4
    for place in range(4):
        spec = spec_of(of_two(*pixels[:place], (1, 1), *pixels[place + 1 :]))
        assert rows_of(spec)[0]["s2_1_1_1"] == by_reference(spec)["s2"][0].item() == place + 1


def test_a_damaged_formula_of_every_letter_is_named(tmp_path: Path, require: Callable[[str], str]) -> None:
    spec = spec_of(IMAGE)
    graph = iteration(spec)
    layout = layout_of(graph, spec.training.iters, arrangement=spec.layout)
    firsts = [next(iter(tensor.places)) for tensor in tensors(graph.nodes)]
    assert len(firsts) > 20
    places = [layout.cell(key, 3) for key in (*firsts, "s2_2_1_2@2", "d_a1_2_3_1@2", "d_w1_2_1_3_2")]
    cells = [cell(place.row, place.column) for place in places]
    path = tmp_path / "damaged.xlsx"
    xlnet.build(spec, path, plain=True)
    for each in cells:
        change_cell(path, each, DAMAGES["other formula"])
    report = kept.check(path, engine=require("ironcalc"))
    assert {difference.cell for difference in report.differences} == set(cells), report.to_text()


def test_the_last_of_equal_ones_is_wrong(tmp_path: Path, require: Callable[[str], str]) -> None:
    """The gradient then goes to another number, which is as large: only the place in the window tells."""
    spec = spec_of(TIES["equal"])
    path = tmp_path / "last.xlsx"
    xlnet.build(spec, path, plain=True)
    place = layout_of(iteration(spec), spec.training.iters, arrangement=spec.layout).cell("d_a1_1_1_1", 2)
    address = cell(place.row, place.column)
    change_cell(
        path, address, lambda formula, v: f"{{start}}><f>{(formula or '').replace('=1', '=4')}</f><v>{v}</v></c>"
    )
    report = kept.check(path, engine=require("ironcalc"))
    assert [difference.cell for difference in report.differences] == [address]


def formulas(spec: Spec, path: Path, *wanted: str) -> list[str]:
    xlnet.build(spec, path, plain=True)
    layout = layout_of(iteration(spec), spec.training.iters, arrangement=spec.layout)
    sheet = openpyxl.load_workbook(path)["Training"]
    cells = [layout.cell(key, 2) for key in wanted]
    return [str(sheet.cell(place.row, place.column).value) for place in cells]


def test_windows_are_rectangles(tmp_path: Path) -> None:
    """A window times a kernel is one product of rectangles, of repeated and of drawn samples."""
    edge, digits = xlnet.load("edge", iters=2), xlnet.load("digits", iters=2, batch=3)
    rectangles = r"^=SUMPRODUCT\([A-Z]+\d+:[A-Z]+\d+,[A-Z]+\d+:[A-Z]+\d+\)"
    for formula in formulas(edge, tmp_path / "edge.xlsx", "a1_1_1_1", "d_w1_1_1_2_3"):
        assert re.match(f"{rectangles}$", formula), formula
    (formula,) = formulas(digits, tmp_path / "digits.xlsx", "a1_2_1_1@3")
    assert re.match(rf"{rectangles}\+[A-Z]+\d+$", formula), formula


MISTAKES = {
    "flat inputs": (
        {"network.inputs": 32},
        "network.layers[1].type: conv2d takes channels, a height and a width, not 32",
    ),
    "a line": ({"network.inputs": [2, 16]}, "conv2d takes channels, a height and a width, not 2 × 16"),
    "kernel too long": (
        {"network.layers[1].kernel": 7, "network.layers[1].padding": 1},
        "network.layers[1].kernel: must be at most 6, the length that it slides along",
    ),
    "too much padding": ({"network.layers[1].padding": 3}, "network.layers[1].padding: must be below the kernel's 3"),
    "padding of an axis": (
        {"network.layers[1].kernel": [3, 2], "network.layers[1].padding": [1, 2]},
        "network.layers[1].padding: must be below the kernel's 2",
    ),
    "half a window of padding": (
        {"network.layers[2].padding": [1, 2]},
        "network.layers[2].padding: must be at most 1, half of the kernel's 2, as in PyTorch",
    ),
    "three numbers": (
        {"network.layers[1].stride": [1, 1, 1]},
        "network.layers[1].stride: must be a whole number, or a list of 2, one for each axis, not [1, 1, 1]",
    ),
    "no numbers": (
        {"network.layers[2].kernel": [2, 0.5]},
        "kernel: must be whole numbers from 1 to 16,384, not [2, 0.5]",
    ),
    "window too long": ({"network.layers[2].kernel": 5}, "network.layers[2].kernel: must be at most 4"),
    "pool without a kernel": (
        {"network.layers[2].type": "avg_pool1d"},
        "avg_pool1d takes channels and a length, not 2 × 4 × 4",
    ),
    "weights": ({"network.layers[2].weights": [1]}, "network.layers[2].weights: unknown key"),
    "activation": ({"network.layers[2].activation": "tanh"}, "network.layers[2].activation"),
    "no scale": ({"network.layers[2].type": "upsample"}, "network.layers[2].kernel: unknown key"),
}


@pytest.mark.parametrize(("changes", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(IMAGE), encoding="utf-8")
    with pytest.raises(xlnet.UserError) as error:
        xlnet.load(path, **changes)
    assert message in str(error.value).replace(f"--set {next(iter(changes))}", next(iter(changes)))
    assert "\n" not in str(error.value)


def test_the_edge_filter_takes_the_left_from_the_right() -> None:
    spec = xlnet.load("edge")
    assert rows_of(spec)[0]["E"] == 12
    found = by_reference(spec)["w1"]
    assert found[0].any() == 0
    assert found[-1].ravel() == pytest.approx([-1, 0, 1] * 3, abs=0.01)

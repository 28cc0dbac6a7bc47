"""Activations and losses are PyTorch's, and what a template sets of them stands in a cell that moves the workbook."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from conftest import ENGINES
from drawn import Document
from test_layers import array_of, by_reference, rows_of, spec_of
from workbook_xml import change_cell, poison

import xlnet
from xlnet.book.model import model_of
from xlnet.book.sheets import guide
from xlnet.checking.report.report import Report
from xlnet.model.iteration import iteration
from xlnet.render import excel
from xlnet.spec import Spec
from xlnet.summary import summaries
from xlnet.template.serialize import serialize

# What follows was computed once by PyTorch 2.13 in float64: torch.nn.functional's activations at POINTS and their
# gradients, with gelu(z, approximate="tanh") as gelu_tanh. PyTorch rounds hardsigmoid's slope of 1/6 to 7 digits.
POINTS = (-800.0, -30.0, -6.0, -3.0, -1.0, -0.25, 0.0, 0.5, 1.0, 3.0, 6.0, 800.0)
ACTIVATED: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "leaky_relu": (
        (-8.0, -0.3, -0.06, -0.03, -0.01, -0.0025, 0.0, 0.5, 1.0, 3.0, 6.0, 800.0),
        (0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 1.0, 1.0, 1.0, 1.0, 1.0),
    ),
    "relu6": (
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 3.0, 6.0, 6.0),
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0),
    ),
    "selu": (
        (
            -1.7580993408473766,
            -1.758099340847212,
            -1.7537414482794556,
            -1.6705687287671118,
            -1.1113307378125625,
            -0.388890197478119,
            0.0,
            0.5253504936777402,
            1.0507009873554805,
            3.1521029620664414,
            6.304205924132883,
            840.5607898843843,
        ),
        (
            0.0,
            1.6451630773416182e-13,
            0.0043578925679211246,
            0.08753061208026487,
            0.646768603034814,
            1.3692091433692577,
            1.7580993408473766,
            1.0507009873554805,
            1.0507009873554805,
            1.0507009873554805,
            1.0507009873554805,
            1.0507009873554805,
        ),
    ),
    "softsign": (
        (
            -0.9987515605493134,
            -0.967741935483871,
            -0.8571428571428571,
            -0.75,
            -0.5,
            -0.2,
            0.0,
            0.3333333333333333,
            0.5,
            0.75,
            0.8571428571428571,
            0.9987515605493134,
        ),
        (
            1.5586010620306876e-06,
            0.00104058272632674,
            0.020408163265306117,
            0.0625,
            0.25,
            0.64,
            1.0,
            0.4444444444444444,
            0.25,
            0.0625,
            0.020408163265306117,
            1.5586010620306876e-06,
        ),
    ),
    "hardtanh": (
        (-1.0, -1.0, -1.0, -1.0, -1.0, -0.25, 0.0, 0.5, 1.0, 1.0, 1.0, 1.0),
        (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0),
    ),
    "hardsigmoid": (
        (
            0.0,
            0.0,
            0.0,
            0.0,
            0.3333333333333333,
            0.4583333333333333,
            0.5,
            0.5833333333333334,
            0.6666666666666666,
            1.0,
            1.0,
            1.0,
        ),
        (
            0.0,
            0.0,
            0.0,
            0.0,
            0.16666666666666666,
            0.16666666666666666,
            0.16666666666666666,
            0.16666666666666666,
            0.16666666666666666,
            0.0,
            0.0,
            0.0,
        ),
    ),
    "gelu": (
        (
            0.0,
            0.0,
            -5.919525869479969e-09,
            -0.00404969409489031,
            -0.15865525393145702,
            -0.10032341857926907,
            0.0,
            0.34573123063700656,
            0.841344746068543,
            2.99595030590511,
            5.999999994080474,
            800.0,
        ),
        (
            0.0,
            -4.420938404635643e-195,
            -3.546870945402639e-08,
            -0.01194564720418392,
            -0.08331547058768635,
            0.304626645116364,
            0.5,
            0.8674951246561629,
            1.0833154705876864,
            1.011945647204184,
            1.0000000354687093,
            1.0,
        ),
    ),
    "gelu_tanh": (
        (
            0.0,
            0.0,
            -8.43964897967453e-11,
            -0.0036373920817729943,
            -0.15880800939172324,
            -0.100324649298315,
            0.0,
            0.34571400982514394,
            0.8411919906082768,
            2.996362607918227,
            5.9999999999156035,
            800.0,
        ),
        (
            0.0,
            0.0,
            -7.709976012836329e-10,
            -0.011584166630969648,
            -0.08296408384578252,
            0.30464590484893955,
            0.5,
            0.8673699035346424,
            1.0829640838457826,
            1.0115841666309695,
            1.0000000007709977,
            1.0,
        ),
    ),
    "silu": (
        (
            0.0,
            -2.8072868906517896e-12,
            -0.014835738939808647,
            -0.14227761953270035,
            -0.2689414213699951,
            -0.10945587477855048,
            0.0,
            0.3112296656009273,
            0.7310585786300049,
            2.8577223804672998,
            5.985164261060192,
            800.0,
        ),
        (
            0.0,
            -2.713710660963134e-12,
            -0.012326432591525513,
            -0.08810410601516962,
            0.07232948812851325,
            0.37628997842980233,
            0.5,
            0.7399611873026519,
            0.9276705118714869,
            1.0881041060151693,
            1.0123264325915249,
            1.0,
        ),
    ),
    "mish": (
        (
            0.0,
            -2.807286890651921e-12,
            -0.014854080479424995,
            -0.1456474612756246,
            -0.30340146137410895,
            -0.129926963679141,
            0.0,
            0.3752452113048951,
            0.8650983882673103,
            2.9865350049679575,
            5.999926634065252,
            800.0,
        ),
        (
            0.0,
            -2.713710660963392e-12,
            -0.01235996793178131,
            -0.09339311453232084,
            0.059216755877395014,
            0.43981560172180506,
            0.6,
            0.8864243753577272,
            1.0490362200997922,
            1.0211069109294435,
            1.00013414050621,
            1.0,
        ),
    ),
}

# A layer of three units on four samples: at the second one y₁ is 1, at the last one all are far from their targets.
WEIGHTS, BIASES = [[0.3, -0.2], [0.7, 0.5], [-0.6, 0.1]], [1.0, -0.4, 0.2]
X = [[0.5, -1.2], [0.0, 0.0], [2.0, 0.3], [-90.0, 120.0]]
ONE_HOT: list[list[float]] = [[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
SHARES: list[list[float]] = [[0.2, 0.5, 0.3], [0, 1, 0], [0.25, 0.25, 0.5], [0, 0.5, 0.5]]
SIGNS: list[list[float]] = [[1, -1, 1], [1, -1, -1], [-1, 1, -1], [1, -1, -1]]
NUMBERS: list[list[float]] = [[0.5, -1, 2], [1, 0, 0.2], [-3, 4, 0.1], [2, 1, -1]]
# Loss, its settings, reduction, targets; E, ∂E/∂w, ∂E/∂b by PyTorch: huber_loss, kl_div ("batchmean" and "sum") and
# cross_entropy with its weight and label_smoothing, the classes' numbers as its targets; where PyTorch has no such loss
# its autograd of Keras's formula, of relu(1 − t·y) and of logaddexp(d, −d) − ln 2.
LOST: list[tuple[str, dict[str, Any], str, list[list[float]], float, tuple[float, ...], tuple[float, ...]]] = [
    (
        "huber",
        {"delta": 0.5},
        "mean",
        NUMBERS,
        5.5605208333333325,
        (3.8541666666666665, -5.0375, 3.68125, -5.0475, -3.8541666666666665, 5.0375),
        (0.041666666666666664, -0.0875, -0.041666666666666664),
    ),
    (
        "huber",
        {"delta": 0.5},
        "sum",
        NUMBERS,
        22.24208333333333,
        (15.416666666666666, -20.15, 14.725, -20.19, -15.416666666666666, 20.15),
        (0.16666666666666666, -0.35, -0.16666666666666666),
    ),
    (
        "log_cosh",
        {},
        "mean",
        NUMBERS,
        10.837101544088089,
        (
            7.6962701026155225,
            -10.046145068613436,
            7.3461999280789225,
            -10.055456606907068,
            -7.672272002112927,
            10.07793178616516,
        ),
        (0.059263826213113144, -0.1697168652156622, -0.06384536565377617),
    ),
    (
        "log_cosh",
        {},
        "sum",
        NUMBERS,
        43.348406176352356,
        (
            30.78508041046209,
            -40.184580274453744,
            29.38479971231569,
            -40.22182642762827,
            -30.68908800845171,
            40.31172714466064,
        ),
        (0.23705530485245258, -0.6788674608626488, -0.2553814626151047),
    ),
    (
        "hinge",
        {},
        "mean",
        SIGNS,
        10.344999999999999,
        (7.666666666666667, -9.975, 0.041666666666666664, -0.09999999999999999, -7.375, 10.125),
        (0.0, 0.16666666666666666, 0.16666666666666666),
    ),
    (
        "hinge",
        {},
        "sum",
        SIGNS,
        41.379999999999995,
        (30.666666666666668, -39.9, 0.16666666666666666, -0.39999999999999997, -29.5, 40.5),
        (0.0, 0.6666666666666666, 0.6666666666666666),
    ),
    (
        "squared_hinge",
        {},
        "mean",
        SIGNS,
        593.8919500000001,
        (765.8466666666667, -1019.873, 0.029166666666666664, -0.06999999999999999, -1008.0916666666666, 1344.2455),
        (-8.076666666666666, 0.15833333333333333, 11.201666666666666),
    ),
    (
        "squared_hinge",
        {},
        "sum",
        SIGNS,
        2375.5678000000003,
        (3063.3866666666668, -4079.492, 0.11666666666666665, -0.27999999999999997, -4032.3666666666663, 5376.982),
        (-32.306666666666665, 0.6333333333333333, 44.806666666666665),
    ),
    (
        "kl_div",
        {},
        "mean",
        SHARES,
        9.417671409794,
        (
            0.22835239457168904,
            -0.14167387386820632,
            11.267250433592356,
            -14.869202291587706,
            -11.495602828164044,
            15.010876165455912,
        ),
        (0.3650746093731117, -0.4054411386551636, 0.04036652928205191),
    ),
    (
        "kl_div",
        {},
        "sum",
        SHARES,
        37.670685639176,
        (
            0.9134095782867562,
            -0.5666954954728253,
            45.06900173436942,
            -59.476809166350826,
            -45.982411312656176,
            60.04350466182365,
        ),
        (1.4602984374924468, -1.6217645546206545, 0.16146611712820763),
    ),
    (
        "cross_entropy",
        {"label_smoothing": 0.1},
        "mean",
        ONE_HOT,
        28.378426651160108,
        (
            21.245019061238356,
            -27.905423873868205,
            0.4839171002590214,
            -1.0604522915877057,
            -21.728936161497376,
            28.965876165455914,
        ),
        (-0.005758723960221618, -0.10127447198849696, 0.10703319594871857),
    ),
    (
        "cross_entropy",
        {"label_smoothing": 0.1},
        "sum",
        ONE_HOT,
        113.51370660464043,
        (
            84.98007624495342,
            -111.62169549547282,
            1.9356684010360856,
            -4.241809166350823,
            -86.9157446459895,
            115.86350466182365,
        ),
        (-0.02303489584088647, -0.4050978879539878, 0.4281327837948743),
    ),
    (
        "cross_entropy",
        {"class_weights": [1, 2, 0.5]},
        "mean",
        ONE_HOT,
        26.457323086602575,
        (
            20.477967923054173,
            -26.52468412981206,
            -0.5357516846381001,
            -0.10806484747487857,
            -19.942216238416073,
            26.632748977286937,
        ),
        (0.040932728481939074, -0.23542432536237573, 0.19449159688043668),
    ),
    (
        "cross_entropy",
        {"class_weights": [1, 2, 0.5]},
        "sum",
        ONE_HOT,
        119.05795388971158,
        (
            92.15085565374378,
            -119.36107858415427,
            -2.4108825808714505,
            -0.4862918136369535,
            -89.73997307287232,
            119.84737039779122,
        ),
        (0.18419727816872578, -1.0594094641306908, 0.875212185961965),
    ),
    (
        "cross_entropy",
        {"label_smoothing": 0.1, "class_weights": [1, 2, 0.5]},
        "mean",
        ONE_HOT,
        25.8141239121367,
        (
            19.117555823519155,
            -24.773407822269043,
            0.8353531584204728,
            -1.8617497114846344,
            -19.952908981939625,
            26.635157533753674,
        ),
        (0.05673608179095674, -0.25485356646445145, 0.19811748467349471),
    ),
    (
        "cross_entropy",
        {"label_smoothing": 0.1, "class_weights": [1, 2, 0.5]},
        "sum",
        ONE_HOT,
        116.16355760461514,
        (
            86.02900120583618,
            -111.48033520021067,
            3.7590892128921265,
            -8.377873701680855,
            -89.7880904187283,
            119.85820890189152,
        ),
        (0.25531236805930524, -1.1468410490900314, 0.8915286810307259),
    ),
]


@pytest.mark.parametrize("name", ACTIVATED)
@pytest.mark.parametrize("index", range(len(POINTS)))
def test_activations_are_pytorchs(name: str, index: int) -> None:
    """With ∂E/∂a = 1, that is t = a − 1 under ½(a − t)²."""
    values, slopes = ACTIVATED[name]
    layer = {"units": 1, "activation": name, "weights": [[1.0]], "bias": False}
    spec = spec_of(
        {
            "network": {"inputs": 1, "layers": [layer]},
            "data": {"x": [[POINTS[index]]], "t": [[values[index] - 1]]},
            "training": {"iters": 1},
        }
    )
    row, run = rows_of(spec)[0], by_reference(spec)
    # Of mish, ln(1 + e^z) has as many digits as 1 + e^z.
    for found in (row["a1_1"], run["a1"][0, 0, 0]):
        assert found == pytest.approx(values[index], rel=1e-12, abs=1e-14 if name == "mish" else 1e-15)
    for found in (row["d_z1_1"], run["d_z1"][0, 0, 0]):
        assert found == pytest.approx(slopes[index], rel=1e-11, abs=1e-13 if name == "mish" else 1e-15)


def of_loss(loss: str, t: list[list[float]], activation: str = "identity", **training: Any) -> Document:
    layer = {"units": 3, "activation": activation, "weights": WEIGHTS, "biases": BIASES}
    return {
        "network": {"inputs": 2, "layers": [layer]},
        "data": {"x": X, "t": t},
        "training": {"iters": 1, "loss": loss, **training},
    }


@pytest.mark.parametrize("number", range(len(LOST)), ids=[f"{name} {given} {by}" for name, given, by, *_ in LOST])
def test_losses_are_pytorchs(number: int) -> None:
    loss, given, reduction, t, value, of_weights, of_biases = LOST[number]
    activation = "softmax" if loss in ("kl_div", "cross_entropy") else "identity"
    spec = spec_of(of_loss(loss, t, activation, reduction=reduction, **given))
    row, run = rows_of(spec)[0], by_reference(spec)
    expected: dict[str, tuple[float, ...]] = {"E": (value,), "d_w1": of_weights, "d_b1": of_biases}
    for name, numbers in expected.items():
        assert array_of(row, spec, name) == pytest.approx(numbers, rel=1e-12, abs=1e-14), name
        assert run[name][0].ravel() == pytest.approx(numbers, rel=1e-12, abs=1e-14), name


def test_one_sample_a_row_is_divided_by_its_own_weight() -> None:
    """As PyTorch does: without smoothing the weight of the class cancels out."""
    plain = of_loss("cross_entropy", ONE_HOT, "softmax", batch=1, iters=4)
    weighted = of_loss("cross_entropy", ONE_HOT, "softmax", batch=1, iters=4, class_weights=[1, 2, 0.5])
    found, alone = (by_reference(spec_of(document))["E"] for document in (weighted, plain))
    assert found == pytest.approx(alone, rel=1e-12)
    smoothed = of_loss("cross_entropy", ONE_HOT, "softmax", batch=1, class_weights=[1, 2, 0.5], label_smoothing=0.1)
    # torch.nn.functional.cross_entropy of the first sample alone, in float64.
    assert rows_of(spec_of(smoothed))[0]["E"] == pytest.approx(0.45270129379720636, rel=1e-12)


def with_slopes(*slopes: float) -> Document:
    """A network of leaky_relu alone under Huber's loss, all with settings."""
    document = of_loss("huber", NUMBERS, delta=0.5, iters=6)
    layers = [{"units": 3, "activation": "leaky_relu", "slope": slope, "init": "he_normal"} for slope in slopes]
    return document | {"network": {"inputs": 2, "layers": layers}}


SET: dict[str, Document] = {
    "slopes and delta": with_slopes(0.2, 0.05),
    "smoothed": of_loss("cross_entropy", ONE_HOT, "softmax", label_smoothing=0.1, iters=6),
    "weighted": of_loss("cross_entropy", ONE_HOT, "softmax", class_weights=[1, 2, 0.5], iters=6, batch=3),
    "smoothed and weighted": of_loss(
        "cross_entropy", ONE_HOT, "softmax", label_smoothing=0.1, class_weights=[1, 2, 0.5], iters=6
    ),
    "both, a sample a row": of_loss(
        "cross_entropy", ONE_HOT, "softmax", label_smoothing=0.1, class_weights=[1, 2, 0.5], iters=6, batch=1
    ),
    "both, summed": of_loss(
        "cross_entropy",
        ONE_HOT,
        "softmax",
        label_smoothing=0.1,
        class_weights=[1, 2, 0.5],
        iters=6,
        reduction="sum",
        batch=2,
        order="shuffled",
    ),
}
# The first formula of a network that cites its setting, with the number typed in its place.
TYPED = {"slopes and delta": "slope1", "smoothed": "label_smoothing", "weighted": "cw_2"}


@pytest.fixture(scope="module")
def reports(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Report]]:
    """The reports of each engine on workbooks with settings, and on some in which one is typed into a formula."""
    folder = tmp_path_factory.mktemp("set")
    paths: dict[str, Path] = {}
    for number, (name, document) in enumerate(SET.items()):
        paths[name] = folder / f"set{number}.xlsx"
        kept.build(spec_of(document), paths[name])
        poison(paths[name])
        if name in TYPED:
            typed = paths[f"{name}, typed"] = folder / f"typed{number}.xlsx"
            kept.build(spec_of(document), typed, plain=True)
            type_in(typed, spec_of(document), TYPED[name])
    found = kept.checked_by(engines, list(paths.values()))
    return {engine: dict(zip(paths, each, strict=True)) for engine, each in found.items()}


def type_in(path: Path, spec: Spec, setting: str) -> None:
    """Type a setting's value in place of its cell into the first formula of the last row that cites it."""
    model = model_of(spec)
    place, row = model.layout.cells[setting], model.layout.last_row
    cell = excel.absolute(place.row, place.column)
    column = next(column for column in model.columns if cell in (column.formula or ""))
    own = excel.at_row(column.formula or "", row).removeprefix("=")
    typed = own.replace(cell, repr(model.constants[setting]))
    change_cell(path, excel.cell(row, column.column), lambda _, value: f"{{start}}><f>{typed}</f><v>{value}</v></c>")


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("name", SET)
def test_settings_move_the_workbook(
    reports: dict[str, dict[str, Report]], name: str, engine_name: str, require: Callable[[str], str]
) -> None:
    """The check moves the cells of the settings: all agrees with them, and what has one typed in does not."""
    found = reports[require(engine_name)]
    assert found[name].agrees, found[name].to_text()
    if name in TYPED:
        assert not found[f"{name}, typed"].agrees


@pytest.mark.parametrize("document", SET.values(), ids=SET)
def test_each_setting_stands_in_one_cell(document: Document) -> None:
    spec = spec_of(document)
    again = spec_of(tomllib.loads(serialize(spec)))
    assert again == spec
    given = {**document["training"], **{f"slope{n}": layer.settings for n, layer in enumerate(spec.layers, 1)}}
    wanted = {key: given[key] for key in ("delta", "label_smoothing") if key in given}
    wanted |= {f"cw_{number}": weight for number, weight in enumerate(given.get("class_weights", ()), 1)}
    wanted |= {f"slope{n}": layer.settings["slope"] for n, layer in enumerate(spec.layers, 1) if layer.settings}
    settings = {constant.key: constant.value for constant in iteration(spec).settings if constant.group == "settings"}
    assert settings == {"eta": 0.01} | wanted


def test_what_is_not_given_stands_in_no_cell() -> None:
    spec = spec_of(of_loss("huber", NUMBERS, "leaky_relu"))
    assert [constant.key for constant in iteration(spec).settings] == ["eta"]
    assert not {"slope", "delta"} & set(re.findall(r"\w+", serialize(spec)))


@pytest.mark.parametrize(
    ("given", "kinds"),
    [({"delta": 0.5}, ["huber", "huber with delta"]), ({}, ["huber"])],
)
def test_the_guide_tells_of_settings(given: dict[str, Any], kinds: list[str]) -> None:
    model = model_of(spec_of(of_loss("huber", NUMBERS, **given)))
    told = [line.text for line in guide.lines(model)]
    for name in ("huber", "huber with delta"):
        assert (model.texts.of_loss(name) in told) == (name in kinds)


REFUSED: dict[str, tuple[Document, str]] = {
    "delta elsewhere": (
        of_loss("mse", NUMBERS, delta=1),
        "training.delta: is a setting of huber, not of mse: remove it",
    ),
    "smoothing elsewhere": (
        of_loss("mse", NUMBERS, label_smoothing=0.1),
        "training.label_smoothing: is a setting of cross_entropy, not of mse: remove it",
    ),
    "weights elsewhere": (
        of_loss("kl_div", SHARES, "softmax", class_weights=[1, 2, 3]),
        "training.class_weights: is a setting of cross_entropy, not of kl_div: remove it",
    ),
    "no delta": (of_loss("huber", NUMBERS, delta=0), "training.delta: must be above 0, not 0"),
    "all smoothed": (
        of_loss("cross_entropy", ONE_HOT, "softmax", label_smoothing=1),
        "training.label_smoothing: must be at least 0 and below 1, not 1",
    ),
    "too few weights": (
        of_loss("cross_entropy", ONE_HOT, "softmax", class_weights=[1, 2]),
        "training.class_weights: must have length 3 (one a class, in the order of the outputs), not 2",
    ),
    "a weight of 0": (
        of_loss("cross_entropy", ONE_HOT, "softmax", class_weights=[1, 2, 0]),
        "training.class_weights: must be numbers above 0, one a class, like [1, 2, 0.5]",
    ),
    "a weight for all": (
        of_loss("cross_entropy", ONE_HOT, "softmax", class_weights=2),
        "training.class_weights: must be a list of numbers of length 1 (one a class), not 2",
    ),
    "hinge of 0 and 1": (
        of_loss("hinge", ONE_HOT),
        "data.t: hinge needs targets of -1 and 1, but sample 1 has others: write -1 in place of 0, or use another loss",
    ),
    "kl_div of anything": (
        of_loss("kl_div", NUMBERS, "softmax"),
        "data.t: kl_div needs targets from 0 to 1, but sample 1 has others: change them or the loss",
    ),
    "a slope of another": (
        of_loss("mse", NUMBERS, "relu")
        | {"network": {"inputs": 2, "layers": [{"units": 3, "activation": "relu", "slope": 1}]}},
        "network.layers[1].slope: is a setting of leaky_relu, not of relu: remove it",
    ),
    "a slope below 0": (with_slopes(-1), "network.layers[1].slope: must be at least 0, not -1"),
}


@pytest.mark.parametrize(("document", "message"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(document: Document, message: str) -> None:
    with pytest.raises(xlnet.UserError) as refused:
        spec_of(document)
    assert str(refused.value) == f"drawn: {message}"


def test_a_setting_leaves_with_its_activation(tmp_path: Path) -> None:
    path = tmp_path / "leaky.toml"
    path.write_text(serialize(spec_of(with_slopes(0.2, 0.1, 0.3))), encoding="utf-8")
    relu = xlnet.load(path, activation="relu")
    assert [dict(layer.settings) for layer in relu.layers] == [{}, {}, {"slope": 0.3}]
    assert xlnet.load(path, activation="LeakyReLU").layers[0].settings == {"slope": 0.2}
    assert not xlnet.load(path, output_activation="softmax").layers[-1].settings


def test_runs_differ_by_settings(tmp_path: Path) -> None:
    """Runs of one structure are trained together, each with its own numbers."""
    path = tmp_path / "weighted.toml"
    path.write_text(serialize(spec_of(SET["weighted"])), encoding="utf-8")
    weights = [[1, 2, 0.5], [3, 1, 1]]
    comparison = xlnet.load_comparison(path, settings={"training.class_weights": weights})
    found = [summary.loss for summary in summaries(comparison)]
    alone = [by_reference(run.spec)["E"][-1] for run in comparison.runs]
    assert found == pytest.approx(alone, rel=1e-14)
    assert not np.isclose(*alone)

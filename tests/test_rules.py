"""Optimisers, schedules, clipping, penalties and frozen layers, by PyTorch's numbers and in workbooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from conftest import ENGINES
from drawn import Document
from recalculated import recalculated, where
from workbook_xml import change_cell

import xlnet
from xlnet import keys, reference
from xlnet.checking.report.report import Report
from xlnet.model.iteration import iteration
from xlnet.render.evaluate import iterations
from xlnet.render.room import columns_needed
from xlnet.spec import Spec
from xlnet.template.parse import parse

# Of a 2-2-1 network, in iterations 2, 4 and 8: w1_1_1, w2_1_2 and b1_2, computed once by PyTorch 2.13 in float64 (Lion,
# which it does not have, by the algorithm in Chen et al. 2023), clipped by clip_grad_value_ or clip_grad_norm_ before
# the step, with l1·sign(w) added to the clipped gradient, and biases that do not decay in a group of their own.
TORCH: dict[str, tuple[Document, tuple[tuple[float, float, float], ...]]] = {
    "adadelta": (
        {"optimizer": {"name": "adadelta", "lr": 1.0}},
        (
            (0.2968377927138108, -0.6031620667361107, -0.30315535884548167),
            (0.2903826024361002, -0.609769601156961, -0.3098361577531522),
            (0.2774930054352799, -0.6237932948877091, -0.3234358521423816),
        ),
    ),
    "adadelta, all": (
        {"optimizer": {"name": "adadelta", "lr": 0.5, "rho": 0.8, "eps": 0.001, "weight_decay": 0.1}},
        (
            (0.26498758026464186, -0.6335667908095254, -0.3085970163590241),
            (0.20192119286923543, -0.7086126466358622, -0.33765571230640357),
            (0.11117211888489001, -0.841192947174395, -0.39809161260022397),
        ),
    ),
    "adamax": (
        {"optimizer": {"name": "adamax", "lr": 0.05}},
        (
            (0.2500000010548684, -0.6499999981737099, -0.34999998952354566),
            (0.17209229667337317, -0.7452587619187407, -0.4166525859019012),
            (0.06996484295485333, -0.9165890649400967, -0.4750404280438768),
        ),
    ),
    "adamax, all": (
        {"optimizer": {"name": "adamax", "lr": 0.05, "beta1": 0.8, "beta2": 0.9, "eps": 0.001, "weight_decay": 0.1}},
        (
            (0.25009901132236334, -0.6497672026238491, -0.34732992429609),
            (0.1608394941339267, -0.7474654572992991, -0.40335914697376124),
            (0.027106847793980815, -0.9469772115847732, -0.46061272155727956),
        ),
    ),
    "nadam": (
        {"optimizer": {"name": "nadam", "lr": 0.05}},
        (
            (0.2471774121966482, -0.652822586988382, -0.3528225778499007),
            (0.18583024103313078, -0.730846836253895, -0.3945400214592271),
            (0.08336329121470497, -0.8674179520483216, -0.4954319035994053),
        ),
    ),
    "nadam, all": (
        {
            "optimizer": {
                "name": "nadam",
                "lr": 0.05,
                "beta1": 0.8,
                "beta2": 0.9,
                "eps": 0.001,
                "weight_decay": 0.1,
                "momentum_decay": 0.1,
            }
        },
        (
            (0.24529669850075794, -0.6545566403001221, -0.35188480603923644),
            (0.17560699936941304, -0.7409199516187106, -0.36827913845223886),
            (0.062200950211996106, -0.8850964439691132, -0.44123362894805473),
        ),
    ),
    "nadam, decoupled": (
        {"optimizer": {"name": "nadam", "lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}},
        (
            (0.2456774121966482, -0.649822586988382, -0.3513225778499006),
            (0.1824378367102846, -0.7211781285135914, -0.391051854986923),
            (0.07662182908456432, -0.8438430982157645, -0.48459579440194755),
        ),
    ),
    "radam": (
        {"optimizer": {"name": "radam", "lr": 0.05}},
        (
            (0.2763003624805043, -0.6136889526520253, -0.30238630304052394),
            (0.23184912755429696, -0.6419671915496683, -0.308014541529597),
            (0.18859894249018286, -0.6738436359141493, -0.31758169281747767),
        ),
    ),
    "radam, all": (
        {"optimizer": {"name": "radam", "lr": 0.05, "beta1": 0.8, "beta2": 0.9, "eps": 0.001, "weight_decay": 0.1}},
        (
            (0.2748003624805043, -0.6106889526520253, -0.30088630304052394),
            (0.22805743905426534, -0.6329510469027885, -0.3036154148767632),
            (0.15878620503736265, -0.6849003652455454, -0.3358197416739196),
        ),
    ),
    "radam, decoupled": (
        {"optimizer": {"name": "radam", "lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}},
        (
            (0.2748003624805043, -0.6106889526520253, -0.30088630304052394),
            (0.22800440431579602, -0.6328246002052283, -0.30355052664362264),
            (0.18132432808145044, -0.6517942705847493, -0.3071209465919911),
        ),
    ),
    "rprop": (
        {"optimizer": {"name": "rprop", "lr": 0.2}},
        (
            (0.09999999999999998, -0.8, -0.5),
            (0.19999999999999998, -1.04, -0.74),
            (0.08999999999999997, -1.4768000000000001, -0.8),
        ),
    ),
    "rprop, all": (
        {
            "optimizer": {
                "name": "rprop",
                "lr": 0.2,
                "etaminus": 0.4,
                "etaplus": 1.5,
                "step_size_min": 0.1,
                "step_size_max": 0.25,
            }
        },
        (
            (0.09999999999999998, -0.8, -0.5),
            (0.19999999999999998, -1.05, -0.75),
            (-0.050000000000000044, -1.2000000000000002, -0.75),
        ),
    ),
    "lion": (
        {"optimizer": {"name": "lion", "lr": 0.05}},
        (
            (0.25, -0.65, -0.35),
            (0.15000000000000002, -0.7500000000000001, -0.35),
            (-0.04999999999999999, -0.9500000000000003, -0.5499999999999999),
        ),
    ),
    "lion, all": (
        {"optimizer": {"name": "lion", "lr": 0.05, "beta1": 0.3, "beta2": 0.8, "weight_decay": 0.1}},
        (
            (0.2485, -0.647, -0.3485),
            (0.14627121249999997, -0.7402961750000001, -0.3447737125),
            (-0.05513733786231177, -0.9241059199908479, -0.5364347758855023),
        ),
    ),
    "clip_value": (
        {"clip_value": 0.3, "optimizer": {"name": "sgd", "lr": 0.2, "weight_decay": 0.1}},
        (
            (0.23399999999999999, -0.6427558106081012, -0.30354521216209573),
            (0.12017257178699571, -0.732117220348617, -0.32433777814232284),
            (0.00021630301450026944, -0.8462785116973353, -0.37052485395847357),
        ),
    ),
    "clip_norm": (
        {"clip_norm": 0.4, "optimizer": {"name": "adam", "lr": 0.1, "weight_decay": 0.1}},
        (
            (0.20000000376706534, -0.6999999868423347, -0.20000015893663778),
            (0.04104956025292854, -0.8870944302323985, -0.3503104167112378),
            (-0.1786253956298034, -1.1070556607424666, -0.37979907664922086),
        ),
    ),
    "clip_norm, l1 of weights": (
        {
            "clip_norm": 0.4,
            "l1": 0.05,
            "decay_biases": False,
            "optimizer": {"name": "sgd", "lr": 0.2, "momentum": 0.9, "weight_decay": 0.1},
        },
        (
            (0.2369082764005457, -0.6052002630472683, -0.304741638901289),
            (-0.04137035750138421, -0.6750308328195792, -0.3360970977072226),
            (-0.42437143553489265, -0.8592785672156659, -0.4585585879631967),
        ),
    ),
    "l1": (
        {"l1": 0.05, "optimizer": {"name": "adamw", "lr": 0.05, "weight_decay": 0.1}},
        (
            (0.24850000095421165, -0.6469999977656533, -0.248500219881782),
            (0.15107650209854975, -0.7403851146735558, -0.3234626522566296),
            (-0.007149278539961654, -0.9132496439659183, -0.42507139555327145),
        ),
    ),
    "decay of weights": (
        {"decay_biases": False, "optimizer": {"name": "adamw", "lr": 0.05, "weight_decay": 0.1}},
        (
            (0.2485000010548684, -0.6469999981737099, -0.34999998952354566),
            (0.1508199859182104, -0.7403965610397646, -0.43429506834254533),
            (-0.004123378682416384, -0.9165785920937493, -0.5311105881633006),
        ),
    ),
    "layer 1 frozen": (
        {"frozen": 1, "clip_norm": 0.4, "optimizer": {"name": "sgd", "lr": 0.2}},
        (
            (0.3, -0.6538938146338756, -0.3),
            (0.3, -0.754156175873079, -0.3),
            (0.3, -0.9240633972701064, -0.3),
        ),
    ),
    "layer 2 frozen": (
        {"frozen": 2, "clip_norm": 0.4, "optimizer": {"name": "sgd", "lr": 0.2}},
        (
            (0.2454511631438334, -0.6, -0.30549249139949225),
            (0.12042617391012443, -0.6, -0.32755942320616277),
            (-0.07292229111535864, -0.6, -0.4034746162061907),
        ),
    ),
}
# η of twelve iterations from η₀ = 0.1, by torch.optim.lr_scheduler; OneCycleLR was asked for no more than its steps.
RATES: dict[str, tuple[Document, tuple[float, ...]]] = {
    "warmup": (
        {"name": "warmup"},
        (
            0.03333333333333333,
            0.04666666666666667,
            0.060000000000000005,
            0.07333333333333335,
            0.08666666666666668,
            0.1,
            0.1,
            0.1,
            0.1,
            0.1,
            0.1,
            0.1,
        ),
    ),
    "warmup, all": (
        {"name": "warmup", "start_factor": 0.1, "end_factor": 0.8, "total_iters": 7},
        (
            0.010000000000000002,
            0.020000000000000004,
            0.030000000000000006,
            0.040000000000000015,
            0.05000000000000002,
            0.06000000000000002,
            0.07000000000000002,
            0.08000000000000002,
            0.08000000000000002,
            0.08000000000000002,
            0.08000000000000002,
            0.08000000000000002,
        ),
    ),
    "one_cycle": (
        {"name": "one_cycle"},
        (
            0.0040000000000000036,
            0.0349789654219583,
            0.08792851591221287,
            0.09944154354509119,
            0.09330129698414118,
            0.0811745653949763,
            0.06473789976951033,
            0.046263710266697504,
            0.028306099820869922,
            0.01334775301888306,
            0.0034566987425395223,
            4e-07,
        ),
    ),
    "one_cycle, linear": (
        {
            "name": "one_cycle",
            "total_steps": 10,
            "anneal_strategy": "linear",
            "div_factor": 10,
            "final_div_factor": 100,
        },
        (
            0.01,
            0.05500000000000001,
            0.1,
            0.08572857142857143,
            0.07145714285714286,
            0.05718571428571429,
            0.042914285714285724,
            0.02864285714285715,
            0.014371428571428577,
            0.00010000000000000286,
            0.00010000000000000286,
            0.00010000000000000286,
        ),
    ),
    "one_cycle, falling": (
        {"name": "one_cycle", "pct_start": 0.0},
        (
            0.09829629812928815,
            0.09330129698414119,
            0.08535539763797113,
            0.0750001,
            0.06294110049131701,
            0.0500002,
            0.03705929950868298,
            0.025000300000000013,
            0.014645002362028864,
            0.006699103015858823,
            0.0017041018707118479,
            4e-07,
        ),
    ),
    "cosine_restarts": (
        {"name": "cosine_restarts", "t_0": 3},
        (
            0.1,
            0.07500000000000001,
            0.025000000000000012,
            0.1,
            0.07500000000000001,
            0.025000000000000012,
            0.1,
            0.07500000000000001,
            0.025000000000000012,
            0.1,
            0.07500000000000001,
            0.025000000000000012,
        ),
    ),
    "cosine_restarts, longer": (
        {"name": "cosine_restarts", "t_0": 2, "t_mult": 2, "eta_min": 0.01},
        (
            0.1,
            0.05500000000000001,
            0.1,
            0.08681980515339464,
            0.05500000000000001,
            0.023180194846605363,
            0.1,
            0.0965745789630079,
            0.08681980515339464,
            0.07222075445642905,
            0.05500000000000001,
            0.03777924554357097,
        ),
    ),
}


def spec_of(iters: int = 8, frozen: int = 0, **training: Any) -> Spec:
    layers: list[Document] = [
        {"units": 2, "activation": "tanh", "weights": [[0.3, -0.2], [0.5, 0.4]], "biases": [0.1, -0.3]},
        {"units": 1, "weights": [[0.7, -0.6]], "biases": [0.2]},
    ]
    if frozen:
        layers[frozen - 1]["frozen"] = True
    document = {
        "network": {"inputs": 2, "layers": layers},
        "data": {"x": [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]], "t": [[1.0], [-0.5], [0.25]]},
        "training": {"iters": iters, "loss": "mse", **training},
    }
    return parse(document, name="rules", label="rules")


def specs() -> dict[str, Spec]:
    """A spec for each of the rules."""
    rates = {
        name: spec_of(12, schedule=schedule, optimizer={"name": "sgd", "lr": 0.1})
        for name, (schedule, _) in RATES.items()
    }
    return {name: spec_of(**training) for name, (training, _) in TORCH.items()} | rates


def runs(spec: Spec, *wanted: str) -> list[list[list[float]]]:
    """Return quantities in all iterations as the graph has them, and as the reference has them."""
    graph = iteration(spec)
    index = {key: number for number, node in enumerate(graph.nodes) for key in (node.key, *node.aliases)}
    blocks = iterations(graph, [1] * spec.training.iters)
    by_graph = [[block.values[index[key]] for key in wanted] for block in blocks]
    run = reference.train(spec, reference.initial(spec), reference.constants(spec), spec.training.iters)
    by_reference = []
    for row in range(spec.training.iters):
        places = [(keys.parts(key), run) for key in wanted]
        by_reference.append(
            [
                float(
                    found[key if part.layer is None else f"{part.letter}{part.layer}"][
                        (row, *(i - 1 for i in part.indices))
                    ]
                )
                for key, (part, found) in zip(wanted, places, strict=True)
            ]
        )
    return [by_graph, by_reference]


@pytest.mark.parametrize(("training", "expected"), TORCH.values(), ids=TORCH.keys())
def test_weights_are_those_of_pytorch(training: Document, expected: tuple[tuple[float, float, float], ...]) -> None:
    for rows in runs(spec_of(**training), "w1_1_1", "w2_1_2", "b1_2"):
        for row, numbers in zip((1, 3, 7), expected, strict=True):
            assert rows[row] == pytest.approx(numbers, rel=1e-11, abs=0), row + 1


@pytest.mark.parametrize(("schedule", "expected"), RATES.values(), ids=RATES.keys())
def test_learning_rates_are_those_of_pytorch(schedule: Document, expected: tuple[float, ...]) -> None:
    for rows in runs(spec_of(12, schedule=schedule, optimizer={"name": "sgd", "lr": 0.1}), "eta"):
        assert [rate for (rate,) in rows] == pytest.approx(expected, rel=1e-11, abs=0)


@pytest.fixture(scope="module")
def checked(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Report]]:
    """The reports of each engine on a workbook for each of the rules."""
    folder = tmp_path_factory.mktemp("rules")
    paths = []
    for number, spec in enumerate(specs().values()):
        paths.append(folder / f"{number}.xlsx")
        kept.build(spec, paths[-1], plain=number % 13 > 0)
    return kept.checked_by(engines, paths)


@pytest.mark.parametrize("engine_name", ENGINES)
def test_workbooks_agree(checked: dict[str, list[Report]], engine_name: str, require: Callable[[str], str]) -> None:
    for name, report in zip(specs(), checked[require(engine_name)], strict=True):
        assert report.agrees, f"{name}\n{report.to_text()}"
        assert report.drift is not None
        assert report.drift < 1e-12


def test_columns_are_counted() -> None:
    for name, spec in specs().items():
        assert columns_needed(spec) == len(iteration(spec).nodes), name


def test_the_norm_of_many_gradients_is_one_range() -> None:
    """A sum of 3,000 squares that were written out would be no formula, nor compiled by Python."""
    layer = {"units": 30, "init": "normal"}
    document: Document = {
        "network": {"inputs": 100, "layers": [layer]},
        "data": {"x": [[0.5] * 100], "t": [[0.0] * 30]},
        "training": {"iters": 1, "clip_norm": 1.0},
    }
    spec = parse(document, name="wide", label="wide")
    ((norm,),) = runs(spec, "grad_norm")[0]
    gradients = reference.train(spec, reference.initial(spec), reference.constants(spec), 1)
    squares = [np.square(gradients[name]).sum() for name in ("d_w1", "d_b1")]
    assert norm == pytest.approx(np.sqrt(sum(squares)), rel=1e-12)


def test_the_gradients_of_the_loss_stay_and_a_forgotten_penalty_is_named(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "clipped.xlsx"
    spec = spec_of(l1=0.05, clip_norm=0.4, frozen=1)
    kept.build(spec, path)
    (cells,) = recalculated(path, engine)
    assert cells("Proof!A9") == "3 of 3 gradients agree"
    cell = f"{where(path, 'used_w2_1_2')}6"
    change_cell(path, cell, lambda f, v: "{start}><f>" + str(f).split("+")[0] + f"</f><v>{v}</v></c>")
    (difference,) = kept.check(path, engine=engine).differences
    assert (difference.cell, difference.key) == (cell, "used_w2_1_2")


REFUSED: dict[str, tuple[Document, str]] = {
    "both ways to clip": ({"clip_value": 1, "clip_norm": 1}, "training.clip_norm: cannot be combined with clip_value"),
    "a negative penalty": ({"l1": -1}, "training.l1: must be at least 0, not -1"),
    "sizes": (
        {"optimizer": {"name": "rprop", "step_size_max": 1e-9}},
        "training.optimizer.step_size_max: must be at least step_size_min",
    ),
    "a word": (
        {"schedule": {"name": "one_cycle", "anneal_strategy": "line"}},
        r"training.schedule.anneal_strategy: must be one of cos, linear, not 'line' \(did you mean linear",
    ),
    "restarts that come faster": (
        {"schedule": {"name": "cosine_restarts", "t_0": 3, "t_mult": 0.5}},
        "training.schedule.t_mult: must be at least 1, not 0.5",
    ),
    "no first restart": ({"schedule": {"name": "cosine_restarts"}}, "training.schedule.t_0: is missing"),
}


@pytest.mark.parametrize(("training", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_mistake_is_named(training: Document, message: str) -> None:
    with pytest.raises(xlnet.UserError, match=message):
        spec_of(**training)


def test_something_must_learn() -> None:
    frozen = {"network.layers[1].frozen": True, "network.layers[2].frozen": True}
    with pytest.raises(xlnet.UserError, match=r"network.layers\[2\].frozen: every layer is frozen"):
        xlnet.load("xor", **frozen)

"""Layers over the steps of a sequence: embedding, attention and a softmax at every step compute what PyTorch does."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from drawn import Document
from test_layers import array_of, by_reference, rows_of, spec_of
from workbook_xml import DAMAGES, change_cell, sheet_names

import xlnet
from xlnet import reference
from xlnet.book.model import model_of
from xlnet.model.iteration import iteration
from xlnet.model.passes import passes
from xlnet.model.tokens import tokens
from xlnet.render.excel import cell
from xlnet.render.layout import Layout, layout_of
from xlnet.render.room import columns_needed
from xlnet.render.tensors import tensors
from xlnet.spec import Spec
from xlnet.template.serialize import serialize, to_toml


def pattern(*shape: int, step: int) -> Any:
    """Return tenths from -0.5 to 0.5 in an array of this shape."""
    count = np.arange(np.prod(shape))
    return (((count * step + 3) % 11 - 5) / 10).reshape(shape).tolist()


DECODER: Document = {
    "network": {
        "inputs": [3],
        "layers": [
            {
                "type": "embedding",
                "entries": 4,
                "size": 4,
                "positions": True,
                "weights": pattern(4, 4, step=7),
                "position_weights": pattern(3, 4, step=5),
            },
            {
                "type": "residual",
                "layers": [
                    {
                        "type": "attention",
                        "heads": 2,
                        "causal": True,
                        "in_proj_weight": pattern(12, 4, step=3),
                        "in_proj_bias": pattern(12, step=2),
                        "out_proj_weight": pattern(4, 4, step=4),
                        "out_proj_bias": pattern(4, step=6),
                    }
                ],
            },
            {"units": 3, "activation": "softmax", "weights": pattern(3, 4, step=8), "biases": [0.1, -0.2, 0.3]},
        ],
    },
    "data": {
        "x": [[0, 3, 1], [2, 2, 0]],
        "t": [[1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 1, 0.5, 0.5, 0, 1, 0, 0]],
    },
    "training": {"iters": 4, "loss": "cross_entropy", "optimizer": {"name": "sgd", "lr": 0.5}},
}
ENCODER = copy.deepcopy(DECODER)
del ENCODER["network"]["layers"][1]["layers"][0]["causal"]
ENCODER["training"] |= {"reduction": "sum", "label_smoothing": 0.1}
WEIGHTED = copy.deepcopy(DECODER)
WEIGHTED["data"]["t"] = [[1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 1, 0, 1, 0, 1, 0, 0]]
WEIGHTED["training"] |= {"class_weights": [1, 2, 0.5]}
SMOOTHED = copy.deepcopy(WEIGHTED)
SMOOTHED["training"] |= {"label_smoothing": 0.1}
# Computed once by PyTorch 2.14 in float64 on these numbers: Embedding for tokens and one for positions, x +
# MultiheadAttention(4, 2, batch_first=True)(x, x, x), Linear, CrossEntropyLoss on (samples, classes, steps): the
# gradients of the first iteration, and the loss of each of four with SGD(lr=0.5). The encoder has no mask, and
# CrossEntropyLoss(reduction="sum", label_smoothing=0.1); the weighted ones CrossEntropyLoss(weight=[1, 2, 0.5]) on the
# numbers of the classes, without smoothing and with that of 0.1.
TORCH: dict[str, dict[str, tuple[float, ...]]] = {
    "decoder": {
        "d_w1": (
            -0.0613932244939215, 0.2575187899940231, -0.024364289232385747, -0.07248341014056323,
            0.019734645345672604, -0.051422340702656555, 0.013033985400039362, 0.020220707400721138,
            -0.002330572556945739, -0.022387538925350878, 0.012008603037365204, -0.008161273749338593,
            0.0034642643811627714, -0.05373832616718122, -0.010897660313787126, 0.008218745221659262,
        ),
        "d_p1": (
            -0.022288428962416493, 0.09278992713856946, 0.006310704970073003, -0.03172183486128564,
            -0.013352939552977306, -0.033213453628781635, -0.01434305824975209, -0.01204185362046623,
            -0.004883518808638059, 0.07039411068904661, -0.0021870078290892204, -0.008441542785769546,
        ),
        "d_wi3": (
            -0.00018336899623026316, -0.00011193894337964851, -0.00015595024600815178, 0.0001493956741177666,
            0.00027510916633583817, 0.0001083890908996485, 0.0002030399826096021, -0.00017066502050690015,
            0.0007940125746430734, -1.9995080005434438e-05, -0.0011932779387905739, 0.0007954799312825708,
            0.000916304375604153, 0.0001669608585391497, -0.0009203272200940537, 0.0005385147156902782,
            -0.0003044195412101142, -6.153688321204713e-05, -0.0002673729225574733, 0.00010023200956482354,
            -0.0003974964531786471, -0.0003372516956376418, -0.0004042680805408039, 0.00016655871029829452,
            0.0010430851217194841, -0.0005044634185633386, -0.0004917068697944155, 0.0004893327835976474,
            0.002001307732820374, -0.00045735362323779657, -0.0004199344135156222, 0.0005636641271259534,
            -0.026306784643455282, 0.02095949805088928, 0.005171041800089916, -0.019865254023269423,
            0.02529152414741739, -0.019961756843437994, -0.007276211070357664, 0.02061234282309395,
            -0.0017196792863830267, 0.0014218727768428889, -7.850713317935113e-05, -0.0009891431442100025,
            -0.03177356347148613, 0.02677217696014138, 0.009978336449458402, -0.025110122691933613,
        ),
        "d_wo3": (
            -0.009084707939101301, -0.0127904607153646, 0.00022763982662500078, -0.00345533939008853,
            0.04200631531735978, 0.06227520003515313, 0.011488176114301144, 0.0320615840215083,
            -0.009084707939101296, -0.012790460715364592, 0.00022763982662499298, -0.0034553393900885344,
            -0.009084707939101301, -0.0127904607153646, 0.00022763982662499807, -0.0034553393900885326,
        ),
        "d_bi3": (
            -0.00042608995030737456, 0.0005117935617921596, 0.0016725610033747878, 0.002085662485186608,
            4.0657581468206416e-19, 1.6263032587282567e-19, 3.2526065174565133e-19, 1.0842021724855044e-18,
            0.04598270564895772, -0.04616496618768123, 0.0025242180018215186, 0.05121340219132427,
        ),
        "d_bo3": (
            -0.025242180018215103, 0.12803350547831063, -0.025242180018215085, -0.025242180018215103,
        ),
        "d_w4": (
            0.10844985459750772, -0.2179733219092122, -0.047007997067433, 0.05538231541109283, 0.010978757132215907,
            0.06579801841494609, 0.12357791301449253, -0.05064506331023839, -0.11942861172972363,
            0.15217530349426614, -0.07656991594705959, -0.004737252100854429,
        ),
        "d_b4": (
            -0.13934153226956886, 0.02626126435698673, 0.11308026791258212,
        ),
        "E": (
            1.3045134901425064, 1.1774637444152498, 1.1068434363103818, 1.0546384657592192,
        ),
    },
    "encoder": {
        "d_p1": (
            -0.07273453414633071, 0.4877891234161572, -0.015416437680583484, -0.0851249731623347,
            -0.1076660113433243, -0.15716908271013189, -0.04703597708060298, -0.12729739304084442,
            -0.05296792116598727, 0.3866605485251281, 0.011678386206932373, -0.07936675050053507,
        ),
        "d_wi3": (
            -0.0012678040737256699, 7.735708943174358e-05, -0.0010195064937878807, 0.0009325152736720865,
            0.0019329758329419708, -0.0005182564868559123, 0.0014328308314521215, -0.0010599895694246456,
            0.007407235558047596, -0.00773211956443252, -0.0018825825685254518, 0.0038647573872415833,
            0.007930552894137435, -0.0063558403048870026, -0.0005705751022913553, 0.002333654624238199,
            -0.001262649573046027, -0.0008770471516129216, -0.0012919847325498484, 0.0005251616379380083,
            -0.0022751283139952473, -0.0017500713980321684, -0.0022760178602616063, 0.0008976262901824238,
            6.151792700399812e-06, 0.003989203579181069, 0.004527827751092987, -0.0032007140019022244,
            0.0028686337257964466, 0.006341406732352989, 0.007210122852235301, -0.004725729742847036,
            -0.014916214868686519, -0.0024660138309304225, -0.018229589526593707, -0.03324904623282894,
            0.017368170231123938, 0.007630105405278929, 0.014864804523945056, 0.03622430499019939,
            0.0013069364748310342, -0.0003070451714093771, -0.00117151744226107, -0.0011661289005676792,
            -0.003020079445342568, -0.011467583673460176, -0.010150329792714984, -0.03998204911689139,
        ),
        "E": (
            7.603554081803185, 5.9538918032071875, 5.161856951125338, 5.3884656919879665,
        ),
    },
    "weighted": {
        "d_p1": (
            -0.024438238028487526, 0.09726757081262462, -0.005855202022429053, -0.018987736803726937,
            -0.0016294546064753975, -0.20060567951978514, -0.019664655825507468, 0.012378828384261875,
            -0.012643578412692305, 0.08237595517746418, -0.0074605718820933455, -0.0159016255595401,
        ),
        "d_b4": (-0.01125931757339016, -0.29776964697216013, 0.3090289645455503),
        "E": (1.4046958816089625, 1.135003695690193, 0.9686537475127824, 0.8496522371160403),
    },
    "smoothed": {
        "d_p1": (
            -0.02382037510955312, 0.0880519559279894, -0.006390003913841176, -0.01792435675562905,
            -0.002503863487103245, -0.18218239655165716, -0.018714791704270005, 0.010617767698362169,
            -0.012288914265862547, 0.0727952611712982, -0.0076535375086014155, -0.015022542149742723,
        ),
        "d_b4": (-0.010972300947769971, -0.29750941298210265, 0.30848171392987256),
        "E": (1.3877257312295175, 1.1426994099057575, 0.9921696427891096, 0.8883244496986765),
    },
}  # fmt: skip


NETWORKS = {"decoder": DECODER, "encoder": ENCODER, "weighted": WEIGHTED, "smoothed": SMOOTHED}
every_digit = pytest.mark.parametrize(
    ("network", "name"), [(network, name) for network, found in TORCH.items() for name in found]
)


@every_digit
def test_both_sides_compute_what_pytorch_does(network: str, name: str) -> None:
    spec = spec_of(NETWORKS[network])
    found, rows = by_reference(spec)[name], rows_of(spec)
    wanted = TORCH[network][name]
    if name == "E":
        assert found == pytest.approx(wanted, rel=1e-12)
        assert [row["E"] for row in rows] == pytest.approx(wanted, rel=1e-12)
    else:
        assert found[0].ravel() == pytest.approx(wanted, rel=1e-11, abs=1e-16)
        assert array_of(rows[0], spec, name) == pytest.approx(wanted, rel=1e-11, abs=1e-16)


def network(inputs: list[int], *layers: Document, outputs: int, **training: Any) -> Document:
    """Return a network of drawn weights over three drawn samples: of tokens where an embedding is first."""
    random = np.random.default_rng(5)
    entries = layers[0].get("entries")
    size = (3, int(np.prod(inputs)))
    x = random.integers(0, entries, size) if entries else random.normal(size=size)
    t = random.random((3, outputs))
    if training.get("loss") in ("cross_entropy", "kl_div"):
        classes = layers[-1]["units"]
        shares = t.reshape(3, -1, classes)
        t = (shares / shares.sum(-1, keepdims=True)).reshape(3, outputs)
    return {
        "network": {"inputs": inputs, "layers": list(layers)},
        "data": {"x": x.tolist(), "t": t.tolist()},
        "training": {"iters": 3, "seed": 3, **training},
    }


TABLE: Document = {"type": "embedding", "entries": 3, "size": 2}
SOFTMAX: Document = {"units": 2, "activation": "softmax"}
SEQUENCES = {
    "decoder": DECODER,
    "encoder": ENCODER,
    "table alone": network([2], TABLE, outputs=4),
    "users and films": network([2], {**TABLE, "positions": True}, {"type": "flatten"}, {"units": 1}, outputs=1),
    "shuffled": network([3], TABLE, SOFTMAX, outputs=6, loss="cross_entropy", batch=2, order="shuffled"),
    "one of a batch": network([3], TABLE, SOFTMAX, outputs=6, loss="cross_entropy", batch=1),
    "weighted": network(
        [3], TABLE, SOFTMAX, outputs=6, loss="cross_entropy", class_weights=[0.5, 2], batch=2, order="shuffled"
    ),
    "weighted and alone": network(
        [3], TABLE, SOFTMAX, outputs=6, loss="cross_entropy", class_weights=[0.5, 2], label_smoothing=0.1, batch=1
    ),
    "weighted sum": network(
        [3], TABLE, SOFTMAX, outputs=6, loss="cross_entropy", class_weights=[0.5, 2], reduction="sum"
    ),
    "kl_div": network([3], TABLE, SOFTMAX, outputs=6, loss="kl_div"),
    "sigmoid": network([3], TABLE, {"units": 2, "activation": "sigmoid"}, outputs=6, loss="binary_cross_entropy"),
    "softmax and mse": network([3], TABLE, SOFTMAX, outputs=6, loss="mse"),
    "last step": network([3], TABLE, {**SOFTMAX, "return": "last"}, outputs=2, loss="cross_entropy"),
    "frozen table": network([3], {**TABLE, "frozen": True}, {"type": "attention"}, outputs=6),
    "no bias": network([3, 2], {"type": "attention", "heads": 2, "bias": False}, {"units": 1}, outputs=3),
    "of hidden units": network(
        [2, 2], {"units": 4, "activation": "tanh"}, {"type": "attention", "heads": 2, "causal": True}, outputs=8
    ),
}
every_sequence = pytest.mark.parametrize("document", SEQUENCES.values(), ids=SEQUENCES.keys())


@every_sequence
def test_gradients_of_sequences_by_central_differences(document: Document) -> None:
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


@every_sequence
def test_sequences_are_counted_and_written_back(document: Document) -> None:
    spec = spec_of(document)
    assert columns_needed(spec) == len(iteration(spec).nodes)
    assert spec_of(tomllib.loads(serialize(spec))) == spec


def test_workbooks_of_sequences_agree(tmp_path: Path, engine: str) -> None:
    paths: dict[Path, str] = {}
    for name, document in list(SEQUENCES.items())[:: 4 if engine == "libreoffice" else 1]:
        path = tmp_path / f"{name}.xlsx"
        xlnet.build(spec_of(document), path, plain=True, language="zh" if len(paths) % 2 else "en")
        paths[path] = name
    for name, report in zip(paths.values(), kept.check_all(list(paths), engine=engine), strict=True):
        assert report.agrees, f"{name}\n{report.to_text()}"


def test_a_sequence_in_rows_agrees(tmp_path: Path, require: Callable[[str], str]) -> None:
    path = tmp_path / "rows.xlsx"
    xlnet.build(spec_of({**DECODER, "layout": "rows"}), path, plain=True)
    report = kept.check(path, engine=require("ironcalc"))
    assert report.agrees, report.to_text()


def blocks_of(spec: Spec) -> Layout:
    return layout_of(iteration(spec), spec.training.iters, arrangement=spec.layout)


def test_a_damaged_formula_of_every_letter_is_named(tmp_path: Path, require: Callable[[str], str]) -> None:
    spec = spec_of(DECODER)
    graph = iteration(spec)
    layout = blocks_of(spec)
    firsts = [next(iter(tensor.places)) for tensor in tensors(graph.nodes)]
    assert len(firsts) > 40
    places = [layout.cell(key, 3) for key in (*firsts, "s3_1_1_2@1", "e3_1_1_2@1", "alpha3_1_1_2@1", "d_s3_2_1_3@2")]
    cells = [cell(place.row, place.column) for place in places]
    path = tmp_path / "damaged.xlsx"
    xlnet.build(spec, path, plain=True)
    for each in cells:
        change_cell(path, each, DAMAGES["other formula"])
    report = kept.check(path, engine=require("ironcalc"))
    assert {difference.cell for difference in report.differences} == set(cells), report.to_text()


def test_a_one_hot_cell_that_asks_for_another_token_is_named(tmp_path: Path, engine: str) -> None:
    """No token of the sample is 2 nor 3, so that the wrong formula gives the right 0 as the workbook was saved."""
    spec = spec_of(network([2], {**TABLE, "entries": 9}, outputs=4))
    path = tmp_path / "one-hot.xlsx"
    xlnet.build(spec, path, plain=True)
    place = blocks_of(spec).cell("o1_1_8@1", 2)
    address = cell(place.row, place.column)
    change_cell(
        path, address, lambda formula, v: f"{{start}}><f>{(formula or '').replace('=7', '=6')}</f><v>{v}</v></c>"
    )
    assert [difference.cell for difference in kept.check(path, engine=engine).differences] == [address]


GOES_ON = network([3], TABLE, {**SOFTMAX, "units": 3}, outputs=9, loss="cross_entropy")


def test_the_sheet_predict_goes_on_with_its_own_tokens(tmp_path: Path, engine: str) -> None:
    """Every row below the one that is typed drops the first token and ends with the likeliest of the row above."""
    path = tmp_path / "goes-on.xlsx"
    xlnet.build(spec_of(GOES_ON), path)
    assert kept.check(path, engine=engine).agrees
    sheet = kept.looked_at(path, data_only=True)["Predict"]
    top = next(row for row in range(1, 60) if sheet.cell(row, 2).value == "the input above")
    outputs = next(column for column in range(1, 60) if sheet.cell(top - 1, column).value == "y₁₁")
    rows = [[sheet.cell(row, column).value for column in range(3, outputs + 9)] for row in range(top, top + 5)]
    for before, after in pairwise(rows):
        assert after[:2] == before[1:3]
        assert after[2] == np.argmax(np.array(before[-3:], dtype=float))
    place = f"E{top + 2}"
    part = f"xl/worksheets/sheet{sheet_names(path).index('Predict') + 1}.xml"
    change_cell(path, place, lambda _, v: f"{{start}}><v>{v}</v></c>", part=part)
    assert [each.cell.split("!")[-1] for each in kept.check(path, engine=engine).differences] == [place]


def test_a_causal_step_does_not_see_what_comes_later() -> None:
    spec = spec_of(DECODER)
    rows = rows_of(spec)[0]
    other = copy.deepcopy(DECODER)
    other["data"]["x"][0][2] = 2
    changed = rows_of(spec_of(other))[0]
    assert rows["alpha3_1_1_2@1"] == rows["e3_2_1_3@1"] == rows["d_s3_1_2_3@1"] == rows["d_alpha3_1_2_3@1"] == 0
    assert sum(rows[f"alpha3_2_3_{j}@1"] for j in (1, 2, 3)) == pytest.approx(1)
    for step in (1, 2):
        assert [rows[f"a4_{step}_{u}@1"] for u in (1, 2, 3)] == [changed[f"a4_{step}_{u}@1"] for u in (1, 2, 3)]
    assert rows["a4_3_1@1"] != changed["a4_3_1@1"]


def test_rules_of_a_sequence_read_like_a_textbooks() -> None:
    spec = spec_of(DECODER)
    symbols = model_of(spec).symbols
    rules = {node.key: symbols.rule(node) for node in passes(spec).nodes}
    assert rules["o1_2_4"] == "o₂₄ = (1 if x₂ = 3, else 0)"
    assert rules["s3_2_1_3"] == "s⁽³⁾₂₁₃ = (q⁽³⁾₁₃·k⁽³⁾₃₃ + q⁽³⁾₁₄·k⁽³⁾₃₄) / √(2)"
    assert rules["alpha3_1_2_1"] == "α⁽³⁾₁₂₁ = e⁽³⁾₁₂₁ / Σe⁽³⁾₁₂"
    assert rules["alpha3_1_1_2"] == "α⁽³⁾₁₁₂ = 0"
    logarithms = " + ".join(f"ln(Σe⁽⁴⁾{step}) + z max⁽⁴⁾{step}" for step in "₁₂₃")
    assert rules["E"] == f"E = ({logarithms} − (t₁·z⁽⁴⁾₁₁ + t₂·z⁽⁴⁾₁₂ + … + t₉·z⁽⁴⁾₃₃)) / 3"
    assert rules["d_z4_2_1"] == "∂E/∂z⁽⁴⁾₂₁ = (y₂₁ − t₄) / 6"
    lesson = xlnet.load("transformer")
    loss = next(node for node in passes(lesson).nodes if node.key == "E")
    assert "z max⁽⁹⁾₁ + … − (t₁·z" in model_of(lesson).symbols.rule(loss)


def test_large_scores_do_not_overflow() -> None:
    document = copy.deepcopy(DECODER)
    inner = document["network"]["layers"][1]["layers"][0]
    inner["in_proj_weight"] = (np.array(inner["in_proj_weight"]) * 1e3).tolist()
    spec = spec_of(document)
    row = rows_of(spec)[0]
    assert max(abs(row[f"s3_{h}_3_{j}@1"]) for h in (1, 2) for j in (1, 2, 3)) > 1e4
    assert all(np.isfinite(value).all() for value in by_reference(spec).values())
    assert row["E"] == pytest.approx(by_reference(spec)["E"][0])


def test_tokens_are_whole_numbers_of_entries() -> None:
    assert tokens(spec_of(DECODER)) == range(4)
    assert not tokens(spec_of(SEQUENCES["no bias"]))


MISTAKES = {
    "token too large": ({"data.x": [[0, 3, 4], [0, 0, 0]]}, "data.x: sample 1 has the token 4, but tokens are whole"),
    "token of a half": ({"data.x": [[0, 3, 1], [0.5, 0, 0]]}, "sample 2 has the token 0.5"),
    "held-out token": (
        {"data.held_x": [[0, 1, 1], [0, 9, 1]], "data.held_t": DECODER["data"]["t"]},
        "data.held_x: sample 2 has the token 9",
    ),
    "standardised": ({"data.standardize": True}, "data.standardize: is not possible for token numbers"),
    "no steps": ({"network.inputs": [3, 2]}, "embedding takes one token number a step, not 3 × 2"),
    "heads": (
        {"network.layers[2].layers[1].heads": 3},
        "network.layers[2].layers[1].heads: must divide 4, the size of each step, among the heads: 3 does not",
    ),
    "many pairs": (
        {"network.inputs": [300], "network.layers[1].position_weights": pattern(300, 4, step=5)},
        "heads: and 300 steps are 180,000 pairs of steps",
    ),
    "many entries": (
        {"network.inputs": [9], "network.layers[1].entries": 9999},
        "network.layers[1].entries: times 9 steps are 89,991 cells of every iteration",
    ),
    "class weights": ({"training.class_weights": [1, 2]}, "class_weights: must have length 3 (one a class"),
    "shares": ({"data.t": [[1, 1, 0, 0, 1, 0, 0, 0, 0], [0] * 9]}, "needs targets that sum to 1 at every step"),
    "table": ({"network.layers[1].position_weights": [[1, 2]]}, "position_weights: must have 3 rows (steps × size)"),
}


@pytest.mark.parametrize(("changes", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_sequence_is_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(DECODER), encoding="utf-8")
    with pytest.raises(xlnet.UserError) as error:
        xlnet.load(path, **changes)
    assert message in str(error.value).replace("--set ", "")
    assert "\n" not in str(error.value)


def test_what_takes_no_sequence_is_refused() -> None:
    with pytest.raises(xlnet.UserError, match=r"embedding takes token numbers, not what a layer gives: put it first"):
        spec_of(network([2, 2], {"units": 2, "return": "last"}, TABLE, outputs=4))
    with pytest.raises(xlnet.UserError, match=r"attention takes steps of a sequence, not 2: set network.inputs"):
        spec_of(network([2], {"units": 2}, {"type": "attention"}, outputs=2))


def test_the_lesson_attention_finds_the_letter() -> None:
    """The last step's attention to the place of the letter asked for: 1/4 at first, 0.9 and more in the end."""
    spec = xlnet.load("attention")
    shares = []
    for row in reference.steps(spec, reference.initial(spec), reference.constants(spec), 200):
        x = spec.data.x[int(row["sample"][0, 0]) - 1]
        asked = x[12:15].index(-1)
        place = next(step for step in range(3) if x[4 * step + asked] == 1)
        shares.append(row["alpha1"][0, 0, 0, 3, place])
    assert shares[0] == 0.25
    assert min(shares[-18:]) > 0.85
    assert np.mean(shares[20:38]) < np.mean(shares[50:68]) < np.mean(shares[-18:])
    assert np.mean(shares[-18:]) > 0.9


def test_the_lesson_transformer_goes_on_from_any_letter() -> None:
    spec = xlnet.load("transformer")
    *_, last = reference.steps(spec, reference.initial(spec), reference.constants(spec), 300)
    learned = {name: last[name] for name in reference.initial(spec)}
    whole = xlnet.load("transformer", batch="full")
    outputs = reference.train(whole, learned, reference.constants(whole), 1)[f"a{spec.last}"][0]
    letters = [0, 1, 2, 0, 1, 2, 0]
    assert outputs.argmax(-1).tolist() == [letters[start + 1 : start + 5] for start in range(3)]
    assert outputs.max(-1).min() > 0.99

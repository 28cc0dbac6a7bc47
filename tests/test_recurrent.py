"""Recurrent layers train as PyTorch's do, keep what they start from, and no damage in any of their cells passes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from math import prod
from pathlib import Path

import kept
import numpy as np
import pytest
from drawn import Document
from numpy.typing import ArrayLike
from openpyxl.utils import get_column_letter
from test_layers import array_of, by_reference, rows_of, spec_of
from workbook_xml import DAMAGES, change_cell, sheet_names

import xlnet
from xlnet import reference
from xlnet.book.model import model_of
from xlnet.book.sheets.dashboard.plan import points
from xlnet.book.sheets.dashboard.through_time import cells
from xlnet.spec import Spec

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
# The kind, the activation of an rnn, units, bias, return = "all", a start that is given, two layers.
Case = tuple[str, str, int, bool, bool, bool, bool]
# Computed once by PyTorch 2.13 in float64: nn.RNN, nn.LSTM or nn.GRU, then nn.Linear, with the numbers of `network`;
# E = (½·(y − t)²).sum(1).mean(), three steps of SGD with lr=0.1. E of each iteration, then weight_ih, weight_hh and
# bias_hh of the first layer behind the third step.
TORCH: dict[Case, tuple[tuple[float, ...], ...]] = {
    ('rnn', 'tanh', 2, True, False, True, False): (
        (0.4460060559151738, 0.27939278458691325, 0.1798220839149759, 0.11842721650706085),
        (-0.4769636426510525, -0.7174407636128758, 0.8580427681989369, 0.49973947878866576),
        (-0.3027513591987496, -0.419650316900711, -0.6072419644328477, -0.7713619091561308),
        (0.40353476589808124, 0.18713827984841555),
    ),
    ('rnn', 'relu', 2, False, True, False, False): (
        (0.821179349376, 0.8087520485236457, 0.7985436479599353, 0.7900059823312251),
        (-0.5117441578886652, -0.6311603078869582, 0.8055297494264867, 0.6473986065878715),
        (-0.24, -0.4, -0.572252683832368, -0.72),
        (),
    ),
    ('rnn', 'tanh', 2, True, True, False, True): (
        (5.03925649034961, 1.1801393008563967, 0.8237144328696309, 0.7275124126787907),
        (-0.45728978225346895, -0.6633096894721611, 0.8421887521903969, 0.5774680879081036),
        (-0.2814152578223219, -0.3696896128209653, -0.5846965917702633, -0.7161021764291576),
        (0.45003262461919163, 0.2205588745503822),
    ),
    ('lstm', '', 2, True, False, True, False): (
        (1.1068769116956034, 0.9112712553611771, 0.7623784551634545, 0.6483789199302998),
        (
            -0.5184197623265533, -0.6881883474672139, 0.8008311192918011, 0.6375130490839743, 0.48091857752761463,
            0.31740915198826664, 0.16079789445344908, -0.0014057203990294456, -0.15851685105690702,
            -0.3240524503920496, -0.4790907622918607, -0.641842231122106, -0.8027669072655034, 0.6879480717191314,
            0.520297777525621, 0.36173177617368607,
        ),
        (
            -0.2349463129589275, -0.3938479976252691, -0.5578594638442337, -0.7176912163303478, 0.7630321840117124,
            0.6032223145056028, 0.44221899159219435, 0.2821872970654526, 0.10985763020686094, -0.04963595464940393,
            -0.20331148121001755, -0.36276402684635406, -0.5106078239225653, -0.6725895016252926,
            0.8069280433276934, 0.6464349668785758,
        ),
        (
            0.30129493497917686, 0.1529042829711978, -0.00994863434662411, -0.166783999939144, -0.2899794334409754,
            -0.47106240138464733, -0.6638296899064702, -0.8195146365500656,
        ),
    ),
    ('lstm', '', 1, False, True, False, False): (
        (0.8676965917926519, 0.8671732918968476, 0.8666424092259535, 0.8661037562251018),
        (
            -0.509593643220131, -0.6778020862351672, 0.8001417130544267, 0.6366868839118062, 0.49016418216631696,
            0.31488727115217263, 0.16756373604075803, -0.0071559544284385,
        ),
        (-0.24049309089076853, -0.39999211562750553, -0.5603405216790632, -0.7202905306764947),
        (),
    ),
    ('lstm', '', 2, True, False, False, True): (
        (0.6991406459326254, 0.6126104112409076, 0.5439359818347822, 0.4894964678280325),
        (
            -0.5199042514747155, -0.6808585746806268, 0.7998776077536198, 0.6401607148758783, 0.48017793943024106,
            0.3196423132981465, 0.15999456531031278, 6.033147525628764e-06, -0.16029867079590326,
            -0.3190394311666429, -0.48023039572034176, -0.6395115031220916, -0.7997119970867416, 0.6789120791867624,
            0.520400551414351, 0.35859267443799653,
        ),
        (
            -0.2402308756875849, -0.4000938042859902, -0.56034769797791, -0.7203160775132814, 0.7598230557023551,
            0.5999009545111924, 0.4396252552041055, 0.2796857295904446, 0.12061985862055014, -0.0396076923897535,
            -0.1994140081095515, -0.35958030989667616, -0.5206953601764863, -0.6804393905737876, 0.7988224758399608,
            0.6391925332560471,
        ),
        (
            0.32012443140268276, 0.16097020563535816, 0.0003651496805377539, -0.15897939053195084,
            -0.3212371367665983, -0.4814180643345226, -0.6386463948507796, -0.7974533721492498,
        ),
    ),
    ('gru', '', 2, True, False, True, False): (
        (1.7416418656854917, 1.1677364028181083, 0.843914218258784, 0.650163784808078),
        (
            -0.5202018786154012, -0.6795474910539955, 0.8001979306130375, 0.6398251510269684, 0.47955527437731943,
            0.3275904243154574, 0.15947380125923885, 0.005578867365647944, -0.15275219702749596,
            -0.3366332079763427, -0.47190635349769117, -0.6627453986188832,
        ),
        (
            -0.2353265622216637, -0.39427963430478735, -0.5600780575910218, -0.7200749245805689, 0.759976227600554,
            0.5997743261502209, 0.44514423846230794, 0.286376554583085, 0.06594282348723185, -0.10620373438554287,
            -0.23866844944136353, -0.40679428151423486,
        ),
        (
            0.31282457119327906, 0.15993951371244347, 0.0028289906879805293, -0.16624502089522167,
            -0.23872076671627684, -0.4245066938010452,
        ),
    ),
    ('gru', '', 1, False, True, False, False): (
        (0.8797389730411524, 0.8772423213447997, 0.8748047942183821, 0.8724263538235391),
        (
            -0.5206693752467026, -0.678421431634453, 0.7853616656181129, 0.6305427941450478, 0.49917497757783763,
            0.28104895167597366,
        ),
        (-0.24000680235700703, -0.3982986711189213, -0.5607469032962585),
        (),
    ),
    ('gru', '', 2, True, True, False, True): (
        (1.2830056564999213, 0.9196909534962064, 0.8302663850954408, 0.8083815649923907),
        (
            -0.5200031443792893, -0.6794488675255642, 0.8000459556597511, 0.6410565715308802, 0.48003239094162214,
            0.3180413120893919, 0.15745894718741602, -0.0019610335596096586, -0.1599709132243629,
            -0.3295154166310628, -0.4805829595283789, -0.6492063706906323,
        ),
        (
            -0.23991441248387224, -0.39990633284855287, -0.5600169261263999, -0.7200200698772814,
            0.7595899962743804, 0.5996554678417333, 0.43980088262690653, 0.27974271444819954, 0.11941394490814398,
            -0.04068395221868983, -0.19902466229785257, -0.35879039613961056,
        ),
        (
            0.3192202216259513, 0.15903562215341766, 0.0022991799657428986, -0.16116563189622052,
            -0.3112374742739053, -0.4785417370296345,
        ),
    ),
}  # fmt: skip


def some(shape: tuple[int, ...], seed: int) -> list[object]:
    """Return small numbers that are all over the place, the same ones for a seed."""
    flat = [((seed * 7 + index * 37) % 41 - 20) / 25 for index in range(prod(shape))]
    found: list[object] = np.reshape(flat, shape).tolist()
    return found


def recurrent(kind: str, units: int, takes: int, bias: bool, seed: int = 0) -> Document:
    rows = GATES[kind] * units
    layer: Document = {"type": kind, "units": units, "bias": bias}
    layer |= {"weight_ih": some((rows, takes), 1 + seed), "weight_hh": some((rows, units), 2 + seed)}
    return layer | ({"bias_ih": some((rows,), 3 + seed), "bias_hh": some((rows,), 4 + seed)} if bias else {})


def network(case: Case, iters: int = 4) -> Document:
    kind, activation, units, bias, every, given, stacked = case
    first = recurrent(kind, units, 2, bias) | ({"activation": activation} if activation else {})
    if given:
        first["initial_hidden"] = some((units,), 8)
        if kind == "lstm":
            first["initial_cell"] = some((units,), 9)
    layers = [first, *([recurrent(kind, 2, units, bias, 10)] if stacked else [])]
    for layer in layers[:-1]:
        layer["return"] = "all"
    layers[-1]["return"] = "all" if every else "last"
    takes = 2 if stacked else units
    last: Document = {"units": 1, "weights": some((1, takes), 5), "bias": bias, "return": "all"}
    if bias:
        last["biases"] = some((1,), 6)
    return {
        "network": {"inputs": [3, 2], "layers": [*layers, last]},
        "data": {
            "x": [[1, 0.5, -1, 2, 0.25, -0.5], [0, -1, 1.5, 0.5, -0.75, 1]],
            "t": [[1, -1, 0.5], [-0.5, 0.25, 1]] if every else [[1], [-0.5]],
        },
        "training": {"iters": iters, "loss": "half_squared_error", "optimizer": {"lr": 0.1}},
    }


@pytest.mark.parametrize("case", TORCH, ids=repr)
def test_layers_train_as_in_pytorch(case: Case) -> None:
    losses, *expected = TORCH[case]
    spec = spec_of(network(case))
    rows, own = rows_of(spec), by_reference(spec)
    np.testing.assert_allclose([row["E"] for row in rows], losses, rtol=1e-13)
    np.testing.assert_allclose(np.ravel(own["E"]), losses, rtol=1e-13)
    for letter, digits in zip(("wih", "whh", "bhh"), expected, strict=True):
        if digits:
            np.testing.assert_allclose(array_of(rows[-1], spec, f"{letter}1"), digits, rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(np.ravel(own[f"{letter}1"][3]), digits, rtol=1e-12, atol=1e-14)


def cells_of(path: Path) -> dict[str, str]:
    """Return a cell of the second iteration for each quantity of a step of layer 1, and for its gradient."""
    (run,) = kept.opened(path)
    found = {}
    for node in run.model.graph.nodes:
        match = re.fullmatch(r"((?:d_)?[a-z]+)1_\d_1", node.key)
        if match and node.formula is not None:
            place = run.layout.cell(node.key, 2)
            found[match[1]] = f"{get_column_letter(place.column)}{place.row}"
    return found


LETTERS = {"rnn": "z h", "lstm": "zi zf zg zo i f g o c tc h", "gru": "zr zz zn r z n hn h"}


@pytest.mark.parametrize("kind", GATES)
def test_damage_of_every_quantity_is_blamed_alone(tmp_path: Path, require: Callable[[str], str], kind: str) -> None:
    engine = require("ironcalc")
    document = network((kind, "", 1, True, False, True, False), iters=3)
    document["data"] = {name: rows[:1] for name, rows in document["data"].items()}
    whole = tmp_path / "whole.xlsx"
    kept.build(spec_of(document), whole, plain=True)
    found = cells_of(whole)
    letters = LETTERS[kind].split()
    assert set(found) >= {*letters, *(f"d_{letter}" for letter in letters)}
    # All in one workbook: each cell is judged by what it cites, damaged or not.
    path = tmp_path / "damaged.xlsx"
    shutil.copy(whole, path)
    for cell in found.values():
        change_cell(path, cell, DAMAGES["other formula"])
    report = kept.check(path, engine=engine)
    assert {difference.cell for difference in report.differences} == set(found.values()), report.to_text()


@pytest.mark.parametrize("kind", GATES)
def test_gradients_are_finite_differences(kind: str) -> None:
    spec = spec_of(network((kind, "", 2, True, True, True, False), iters=1))
    start, constants = reference.initial(spec), reference.constants(spec)
    run = reference.train(spec, start, constants, 1)
    h = 1e-6
    for letter in ("wih1", "whh1", "bih1", "bhh1"):
        for place in np.ndindex(*start[letter].shape):
            losses = []
            for step in (h, -h):
                moved = {name: values.copy() for name, values in start.items()}
                moved[letter][place] += step
                losses.append(float(np.ravel(reference.train(spec, moved, constants, 1)["E"])[0]))
            gradient = run[f"d_{letter}"].reshape(start[letter].shape)[place]
            assert gradient == pytest.approx((losses[0] - losses[1]) / (2 * h), rel=1e-6, abs=1e-9)


def test_both_engines_compute_what_numpy_does(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "lstm.xlsx"
    kept.build(spec_of(network(("lstm", "", 2, True, False, True, False), iters=2)), path)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()


def test_rnn_gives_the_numbers_of_ai_by_hand() -> None:
    """RNN.xlsx of Tom Yeh's "AI by Hand" (MIT licence), sheet small: hidden states, and what it makes of them."""
    layers: list[Document] = [
        {
            "type": "rnn",
            "units": 3,
            "return": "all",
            "weight_ih": [[1, 0, -1, 1], [0, 2, 1, 0], [1, 2, 1, 0]],
            "weight_hh": [[1, 0, 1], [0, 1, 1], [0, 1, 0]],
            "bias_ih": [1, -1, -1],
            "bias_hh": [0, 0, 0],
        },
        {"units": 1, "weights": [[3, 0, -1]], "biases": [3], "activation": "sigmoid", "return": "all"},
    ]
    x = [[2, -1, 0, 1], [1, 0, 1, 0], [1, 1, 0, 0], [1, 2, -1, 2]]
    hidden = [
        [0.9993292997390669, -0.9950547536867306, -0.7615941559557649],
        [0.8448084096333945, -0.9421275468438982, 0.004945206000904266],
        [0.9933271089659353, 0.06273516198820585, 0.7848482159821072],
        [0.9999974083213511, 0.9932981797633572, 0.995636615315987],
    ]
    outputs = [0.9988416296090908, 0.9960476313548632, 0.9944870823712249, 0.9933360432861683]
    spec = spec_of(by_hand(layers, x, 4))
    assert_both(spec, "a1", hidden)
    assert_both(spec, "a2", np.reshape(outputs, (4, 1)))


def test_lstm_gives_the_numbers_of_ai_by_hand() -> None:
    """LSTM.xlsx of the same, sheet small; it has the forget gate first, then g, the input and the output gate.

    Its sheet seq2seq is not right in AA205: unit 5 takes AA196, which is unit 4's input gate; its own is AA197.
    """
    forget, new, given, out = (
        [[0, -1, 0, 0, -2, 0], [-2, 0, -2, -2, 0, 0]],
        [[0, 1, 0, 0, -1, 0], [-1, 0, -1, -4, 0, 1]],
        [[2, 0, 3, 1, 0, 1], [0, 1, 0, 0, 2, 0]],
        [[1, 1, 0, 4, 1, 0], [0, 0, -1, -1, -2, 4]],
    )
    rows = np.array([*given, *forget, *new, *out])
    layers: list[Document] = [
        {
            "type": "lstm",
            "units": 2,
            "return": "all",
            "weight_ih": rows[:, :3].tolist(),
            "weight_hh": rows[:, 3:5].tolist(),
            "bias_ih": rows[:, 5].tolist(),
            "bias_hh": [0] * 8,
        },
    ]
    x = [[1, 2, 1], [2, 1, 0], [0, -1, 3], [-1, 0, 2]]
    hidden = [
        [0.7096765232522558, -0.5577439500538847],
        [0.8852178787005631, -0.4358497557370462],
        [0.5499723682852948, -0.0966960739486653],
        [0.34152263323683246, -0.3512039712223869],
    ]
    memories = [
        [0.9616439031576871, -0.6708099071708693],
        [1.4205876599685843, -0.47368240709445214],
        [0.7201184436568482, -0.13354091636976148],
        [0.4907899563366368, -0.44659727716476666],
    ]
    spec = spec_of(by_hand(layers, x, 8))
    assert_both(spec, "a1", hidden)
    for step, cell in enumerate(memories, 1):
        assert_both(spec, f"c1_{step}", cell)


def by_hand(layers: list[Document], x: list[list[int]], outputs: int) -> Document:
    flat = [number for step in x for number in step]
    return {
        "network": {"inputs": [len(x), len(x[0])], "layers": layers},
        "data": {"x": [flat], "t": [[0] * outputs]},
        "training": {"iters": 1},
    }


def assert_both(spec: Spec, name: str, expected: ArrayLike) -> None:
    """Compare with what the reference and the graph have of an array."""
    own, digits = by_reference(spec)[name][0], np.asarray(expected, dtype=float)
    np.testing.assert_allclose(own[0], digits, rtol=1e-14)
    row = rows_of(spec)[0]
    every = [f"{name}{''.join(f'_{i + 1}' for i in place)}" for place in np.ndindex(*digits.shape)]
    np.testing.assert_allclose([row[key] for key in every], digits.ravel(), rtol=1e-14)


def test_the_dashboard_has_the_length_of_each_steps_gradient(tmp_path: Path, require: Callable[[str], str]) -> None:
    engine = require("ironcalc")
    path = tmp_path / "lstm.xlsx"
    spec = spec_of(network(("lstm", "", 2, True, False, False, False), iters=3))
    kept.build(spec, path)
    (run,) = kept.opened(path)
    table = run.model.once(points).through_time
    assert table is not None
    shown = [(series.state.letter, series.iteration) for series in table.series]
    assert shown == [("h", 1), ("h", 3), ("c", 1), ("c", 3)]
    own = by_reference(spec)
    sheet = kept.looked_at(path, data_only=True)["Dashboard"]
    lengths: dict[int, list[float]] = {}
    for cell, step, series in cells(table):
        expected = float(step)
        if series is not None:
            expected = float(np.linalg.norm(own[f"d_{series.state.letter}1_{step}"][series.iteration - 1]))
            lengths.setdefault(cell.column, []).append(expected)
        assert sheet.cell(cell.row, cell.column).value == pytest.approx(expected, rel=1e-13)
    for column, each in lengths.items():
        shares = [sheet.cell(table.first_row + i, table.share_column(column)).value for i in range(len(each))]
        assert shares == pytest.approx([length / max(each) for length in each], rel=1e-13)
    damaged = f"{get_column_letter(table.column + 2)}{table.first_row + 1}"
    part = f"xl/worksheets/sheet{sheet_names(path).index('Dashboard') + 1}.xml"
    change_cell(path, damaged, DAMAGES["other formula"], part)
    (difference,) = kept.check(path, engine=engine).differences
    assert (difference.sheet, difference.cell) == ("Dashboard", damaged)


def test_no_table_of_steps_where_nothing_is_recurrent() -> None:
    assert model_of(xlnet.load("xor")).once(points).through_time is None

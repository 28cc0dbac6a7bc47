"""Recurrent layers train as PyTorch's do, keep what they start from, and no damage in any of their cells passes."""

from __future__ import annotations

from itertools import product
from math import prod
from pathlib import Path

import kept
import numpy as np
import pytest
from drawn import Document
from test_layers import array_of, by_reference, rows_of, spec_of
from workbook_xml import DAMAGES, change_cell

from xlnet.checking.open.opened import Opened
from xlnet.model.layers import KINDS
from xlnet.template.serialize import serialize

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
        (-0.5184197623265533, -0.6881883474672139, 0.8008311192918011, 0.6375130490839743, 0.48091857752761463, 0.31740915198826664, 0.16079789445344908, -0.0014057203990294456, -0.15851685105690702, -0.3240524503920496, -0.4790907622918607, -0.641842231122106, -0.8027669072655034, 0.6879480717191314, 0.520297777525621, 0.36173177617368607),
        (-0.2349463129589275, -0.3938479976252691, -0.5578594638442337, -0.7176912163303478, 0.7630321840117124, 0.6032223145056028, 0.44221899159219435, 0.2821872970654526, 0.10985763020686094, -0.04963595464940393, -0.20331148121001755, -0.36276402684635406, -0.5106078239225653, -0.6725895016252926, 0.8069280433276934, 0.6464349668785758),
        (0.30129493497917686, 0.1529042829711978, -0.00994863434662411, -0.166783999939144, -0.2899794334409754, -0.47106240138464733, -0.6638296899064702, -0.8195146365500656),
    ),
    ('lstm', '', 1, False, True, False, False): (
        (0.8676965917926519, 0.8671732918968476, 0.8666424092259535, 0.8661037562251018),
        (-0.509593643220131, -0.6778020862351672, 0.8001417130544267, 0.6366868839118062, 0.49016418216631696, 0.31488727115217263, 0.16756373604075803, -0.0071559544284385),
        (-0.24049309089076853, -0.39999211562750553, -0.5603405216790632, -0.7202905306764947),
        (),
    ),
    ('lstm', '', 2, True, False, False, True): (
        (0.6991406459326254, 0.6126104112409076, 0.5439359818347822, 0.4894964678280325),
        (-0.5199042514747155, -0.6808585746806268, 0.7998776077536198, 0.6401607148758783, 0.48017793943024106, 0.3196423132981465, 0.15999456531031278, 6.033147525628764e-06, -0.16029867079590326, -0.3190394311666429, -0.48023039572034176, -0.6395115031220916, -0.7997119970867416, 0.6789120791867624, 0.520400551414351, 0.35859267443799653),
        (-0.2402308756875849, -0.4000938042859902, -0.56034769797791, -0.7203160775132814, 0.7598230557023551, 0.5999009545111924, 0.4396252552041055, 0.2796857295904446, 0.12061985862055014, -0.0396076923897535, -0.1994140081095515, -0.35958030989667616, -0.5206953601764863, -0.6804393905737876, 0.7988224758399608, 0.6391925332560471),
        (0.32012443140268276, 0.16097020563535816, 0.0003651496805377539, -0.15897939053195084, -0.3212371367665983, -0.4814180643345226, -0.6386463948507796, -0.7974533721492498),
    ),
    ('gru', '', 2, True, False, True, False): (
        (1.7416418656854917, 1.1677364028181083, 0.843914218258784, 0.650163784808078),
        (-0.5202018786154012, -0.6795474910539955, 0.8001979306130375, 0.6398251510269684, 0.47955527437731943, 0.3275904243154574, 0.15947380125923885, 0.005578867365647944, -0.15275219702749596, -0.3366332079763427, -0.47190635349769117, -0.6627453986188832),
        (-0.2353265622216637, -0.39427963430478735, -0.5600780575910218, -0.7200749245805689, 0.759976227600554, 0.5997743261502209, 0.44514423846230794, 0.286376554583085, 0.06594282348723185, -0.10620373438554287, -0.23866844944136353, -0.40679428151423486),
        (0.31282457119327906, 0.15993951371244347, 0.0028289906879805293, -0.16624502089522167, -0.23872076671627684, -0.4245066938010452),
    ),
    ('gru', '', 1, False, True, False, False): (
        (0.8797389730411524, 0.8772423213447997, 0.8748047942183821, 0.8724263538235391),
        (-0.5206693752467026, -0.678421431634453, 0.7853616656181129, 0.6305427941450478, 0.49917497757783763, 0.28104895167597366),
        (-0.24000680235700703, -0.3982986711189213, -0.5607469032962585),
        (),
    ),
    ('gru', '', 2, True, True, False, True): (
        (1.2830056564999213, 0.9196909534962064, 0.8302663850954408, 0.8083815649923907),
        (-0.5200031443792893, -0.6794488675255642, 0.8000459556597511, 0.6410565715308802, 0.48003239094162214, 0.3180413120893919, 0.15745894718741602, -0.0019610335596096586, -0.1599709132243629, -0.3295154166310628, -0.4805829595283789, -0.6492063706906323),
        (-0.23991441248387224, -0.39990633284855287, -0.5600169261263999, -0.7200200698772814, 0.7595899962743804, 0.5996554678417333, 0.43980088262690653, 0.27974271444819954, 0.11941394490814398, -0.04068395221868983, -0.19902466229785257, -0.35879039613961056),
        (0.3192202216259513, 0.15903562215341766, 0.0022991799657428986, -0.16116563189622052, -0.3112374742739053, -0.4785417370296345),
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



"""Layers that normalise: what they learn, and how they are used once they have learned, against PyTorch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from drawn import Document
from test_layers import by_reference
from workbook_xml import DAMAGES, change_cell

import xlnet
from xlnet import reference
from xlnet.errors import UserError
from xlnet.model.iteration import iteration
from xlnet.render.excel import cell
from xlnet.render.layout import layout_of
from xlnet.render.tensors import tensors
from xlnet.spec import Matrix, Spec
from xlnet.template.parse import parse

DENSE: Document = {
    "units": 3,
    "weights": [[0.5, -0.25, 0.125], [1, 0.5, -0.5], [-0.25, 0.75, 1]],
    "biases": [0.1, -0.2, 0.3],
}
VECTORS: Document = {
    "x": [[1, 2, -1], [0, 1, 2], [2, -1, 0.5], [-1, 0.5, 3]],
    "t": [[0.5], [-1], [1], [0.25]],
}


def of_vectors(norm: Document, **training: Any) -> Document:
    """Return a network of three units, their normalisation and one output."""
    return {
        "network": {"inputs": 3, "layers": [DENSE, norm, {"units": 1, "weights": [[0.5, -0.25, 1]], "biases": [0.25]}]},
        "data": VECTORS,
        "training": {"iters": 6, "loss": "mse", "optimizer": {"name": "sgd", "lr": 0.1}} | training,
    }


def of_images(convolution: Document) -> Document:
    """Return two channels of a convolution, their normalisation and one output."""
    weights = [[[[0.5, -0.25], [0.125, 1]]], [[[1, 0.5], [-0.5, -0.25]]]]
    last = {"units": 1, "weights": [[0.5, -0.25, 1, 0.125, -0.5, 0.25, 0.75, -1]], "biases": [0.25]}
    return {
        "network": {
            "inputs": [1, 3, 3],
            "layers": [
                {"type": "conv2d", "channels": 2, "kernel": 2, "weights": weights} | convolution,
                {"type": "batch_norm"},
                {"type": "flatten"},
                last,
            ],
        },
        "data": {
            "x": [[1, 2, -1, 0, 1, 1, 2, -1, 0.5], [-1, 0.5, 3, 1, 0, 2, -2, 1, 0]],
            "t": [[0.5], [-1]],
        },
        "training": {"iters": 6, "loss": "mse", "optimizer": {"name": "sgd", "lr": 0.1}},
    }


DOCUMENTS: dict[str, Document] = {
    "layer_norm": of_vectors({"type": "layer_norm"}),
    "layer_norm plain": of_vectors({"type": "layer_norm", "affine": False}),
    "rms_norm": of_vectors({"type": "rms_norm"}),
    "batch_norm": of_vectors({"type": "batch_norm"}),
    "batch_norm plain": of_vectors({"type": "batch_norm", "affine": False}),
    "batch_norm of two": of_vectors({"type": "batch_norm"}, batch=2),
    "images": of_images({"biases": [0.1, -0.2]}),
    "images without biases": of_images({"bias": False}),
}
# Computed once by PyTorch 2.14 in float64 on these numbers: Linear or Conv2d, LayerNorm(3), RMSNorm(3), BatchNorm1d(3)
# or BatchNorm2d(2), "plain" with elementwise_affine=False or affine=False, Linear, MSELoss, after five steps of
# SGD(lr=0.1): the parameters, the running mean and variance, and after eval() the loss of the samples held out.
TORCH: dict[str, dict[str, tuple[float, ...]]] = {
 'layer_norm': {'w1': (0.59561757769659, -0.3750842954798148, 0.051947941135940125, 0.860703893031863,
                       0.6117161402169299, -0.4453272776518382, -0.20632147072845303, 0.763368155262885,
                       1.018379336515898),
                'w2': (1.0518825866051913, 0.9806063617920991, 0.3944230899114281),
                'b2': (0.007203147803578621, 0.022782924983295105, -0.02011153907681474),
                'w3': (0.6011942854176279, 0.40376175546634957, 0.3926358469384728),
                'held': (0.6304873278504342,)},
 'layer_norm plain': {'w1': (0.5978399112462076, -0.3944488765539595, 0.05761979636330842, 0.8398445491834914,
                             0.611828323393242, -0.44298542713239497, -0.18768446042969902, 0.7826205531607173,
                             1.0103656307690865),
                      'w3': (0.6517064171591822, 0.45070804161905315, 0.14758554122176484),
                      'held': (0.7497747620289201,)},
 'rms_norm': {'w1': (0.5870321318159726, -0.3427682319102137, -0.17347692567746748, 0.9712727126676941,
                     0.4912727321537929, -0.5411615361500601, -0.13716237863442357, 0.7306387543153413,
                     0.9679786191815948),
              'w2': (1.0711896125897244, 0.9532992723492749, 0.41801761212414784),
              'w3': (0.6329231591233271, 0.13707431451118773, 0.41801761212414784),
              'held': (0.5751430722016864,)},
 'batch_norm': {'w1': (0.5795120722599726, -0.23195158007026362, -0.17422733968007018, 0.9957905289418044,
                       0.5093315235178267, -0.49912952818299305, -0.2877667284779351, 0.7623014418600463,
                       0.9814461578592987),
                'w2': (1.1292473075480018, 0.9367303078284364, 0.6364759980667666),
                'b2': (-0.01756285999895581, 0.0027087639302503298, -0.023938634705155688),
                'rm2': (0.057591574785725456, 0.02272263107000079, 0.7159588531118108),
                'rv2': (1.021024899064137, 2.34037082863619, 2.333131160376032),
                'w3': (0.7376337897620779, 0.03815476069368023, 0.6367575471144352),
                'held': (0.3618039091236739,)},
 'batch_norm plain': {'w1': (0.579351933847897, -0.23812974947837467, -0.16695411200010335, 0.9973710814345415,
                             0.5042695155460237, -0.5011280891302398, -0.29395712604977314, 0.7498245739509246,
                             0.9893375974776104),
                      'rm2': (0.05786310224661266, 0.0223173405448749, 0.7155678715927867),
                      'rv2': (1.0208520376215606, 2.341789439571742, 2.342634196436093),
                      'w3': (0.8319168219674111, 0.11841505042556, 0.49625197506479457),
                      'held': (0.3634717666826055,)},
 'batch_norm of two': {'w1': (0.5055137732482743, -0.24448618844740677, 0.10845862492671658, 1.00000001491671,
                              0.49999989015758517, -0.49999986454250545, -0.24999857968783876,
                              0.7500013672211536, 0.9999958157505274),
                       'w2': (0.743595492263267, 0.9935563694912775, 0.35394274223719474),
                       'b2': (-0.056963611909428315, 0.01411999440561352, -0.09207494267473346),
                       'rm2': (0.10809648241111973, 0.08325809774796934, 0.7269357874445528),
                       'rv2': (0.8030328350135314, 2.6979960198116753, 2.920134996203085),
                       'w3': (-0.08430531627811942, 0.5474230404840355, 0.34168273117604103),
                       'held': (0.9497453629370645,)},
 'images': {'w1': (0.8910145271472032, 0.4241111444701572, 0.7096456595475333, 0.92305509286442,
                   1.1480743288032036, 0.8280286331357672, 0.11665989842393673, -0.29084700202091146),
            'w2': (0.6584059558410857, -0.32453621430664004),
            'b2': (-0.12352945112716084, -0.07114906930728697),
            'rm2': (0.6434132310942272, 0.44706032022184694),
            'rv2': (1.2388571718253287, 1.0258641952314969),
            'w4': (1.0786975012925522, 0.049004255112048235, 0.22329046112651896, 0.3524646222211983,
                   0.19630882661991553, 0.16100156203638039, -0.05892945008903634, -0.42941427789115333),
            'held': (0.07727164724109876,)},
 'images without biases': {'w1': (0.8910145271472032, 0.4241111444701572, 0.7096456595475334, 0.92305509286442,
                                  1.1480743288032036, 0.8280286331357672, 0.11665989842393676,
                                  -0.29084700202091146),
                           'w2': (0.6584059558410857, -0.32453621430664015),
                           'b2': (-0.12352945112716078, -0.07114906930728693),
                           'rm2': (0.6024622310942273, 0.528962320221847),
                           'rv2': (1.2388571718253287, 1.0258641952314969),
                           'w4': (1.0786975012925522, 0.04900425511204821, 0.22329046112651899,
                                  0.3524646222211983, 0.19630882661991542, 0.16100156203638036,
                                  -0.05892945008903632, -0.42941427789115333),
                           'held': (0.04992322625405783,)}}  # fmt: skip


def spec_of(name: str) -> Spec:
    """Return the network of that name, with its samples that are held out."""
    spec = parse(DOCUMENTS[name], name=name, label=name)
    x: Matrix = ((0.5, -1, 2), (1.5, 0, -0.5))
    t: Matrix = ((1,), (0,))
    if name.startswith("images"):
        x, t = ((0.5, -1, 2, 0, 1, 0, 1, 2, 1),), ((1,),)
    return replace(spec, data=replace(spec.data, held_x=x, held_t=t))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_norms_learn_and_judge_as_those_of_pytorch(name: str) -> None:
    spec = spec_of(name)
    row = {key: values[-1:] for key, values in by_reference(spec).items()}
    parameters = {key: row[key] for key in reference.initial(spec) if key in row}
    held = reference.held_out_loss(spec, parameters)
    for key, values in TORCH[name].items():
        found = held if key == "held" else row[key]
        assert np.ravel(found) == pytest.approx(values, rel=1e-9, abs=1e-12), key


@pytest.mark.parametrize("name", ["batch_norm", "images"])
def test_a_workbook_judges_by_the_running_mean_and_variance(tmp_path: Path, name: str) -> None:
    path = tmp_path / "norms.xlsx"
    xlnet.build(spec_of(name), path)
    assert {"Predict", "Validation"} <= set(kept.looked_at(path).sheetnames)
    report = kept.check(path, engine="ironcalc")
    assert report.agrees, report.to_text()


def test_a_batch_of_one_sample_is_refused() -> None:
    document = of_vectors({"type": "batch_norm"}, batch=1)
    with pytest.raises(UserError, match=r"training\.batch: batch_norm averages over a batch, .*: use more samples"):
        parse(document, name="one", label="one")


def test_the_steps_of_a_sequence_are_refused() -> None:
    layers = [{"type": "rnn", "units": 2, "return": "all"}, {"type": "batch_norm"}, {"units": 1}]
    document = of_vectors({}) | {"network": {"inputs": [3, 1], "layers": layers}}
    with pytest.raises(UserError, match=r"layers\[2\]\.type: batch_norm takes units or channels.*: use layer_norm"):
        parse(document, name="steps", label="steps")


def test_a_damaged_formula_of_every_letter_is_named(tmp_path: Path) -> None:
    spec = parse(DOCUMENTS["batch_norm"], name="norm", label="norm")
    layout = layout_of(iteration(spec), spec.training.iters, arrangement=spec.layout)
    firsts = [next(iter(tensor.places)) for tensor in tensors(iteration(spec).nodes)]
    assert {"mean2_1", "var2_1", "sd2_1"} <= set(firsts)
    places = [layout.cell(key, 3) for key in firsts]
    cells = [cell(place.row, place.column) for place in places]
    path = tmp_path / "damaged.xlsx"
    xlnet.build(spec, path, plain=True)
    for each in cells:
        change_cell(path, each, DAMAGES["other formula"])
    report = kept.check(path, engine="ironcalc")
    assert {difference.cell for difference in report.differences} == set(cells), report.to_text()

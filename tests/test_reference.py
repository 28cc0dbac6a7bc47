"""The reference is right by finite differences and by published numbers, and independent of the graph."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from drawn import Document
from steps import steps_of

import xlnet
from xlnet import reference
from xlnet.reference import Array, Quantities, functions
from xlnet.spec import Spec
from xlnet.template.parse import parse


def network(loss: str, hidden: str, last: str, reduction: str = "mean") -> Document:
    t = [[0.2, 0.8], [1.0, 0.0], [0.5, 0.5]] if "hinge" not in loss else [[1.0, -1.0], [-1.0, -1.0], [1.0, 1.0]]
    layers = [{"units": 3, "activation": hidden}, {"units": 2, "activation": last}]
    return {
        "network": {"inputs": 2, "layers": layers},
        "data": {"x": [[0.5, -1.2], [2.0, 0.3], [-0.7, 0.9]], "t": t},
        "training": {"iters": 1, "loss": loss, "reduction": reduction, "seed": 7},
    }


NETWORKS = {
    **{f"tanh, {loss}": network(loss, "tanh", "identity") for loss in functions.LOSSES},
    **{f"{name}, mse": network("mse", name, "sigmoid", "sum") for name in functions.ACTIVATIONS},
    **{f"softmax, {loss}": network(loss, "tanh", "softmax") for loss in functions.LOSSES},
    "sigmoid, binary_cross_entropy": network("binary_cross_entropy", "elu", "sigmoid"),
    "softmax, cross_entropy": network("cross_entropy", "softplus", "softmax", "sum"),
    "softmax, kl_div": network("kl_div", "gelu", "softmax"),
}


def test_it_imports_numpy_and_the_spec_alone() -> None:
    folder = Path(reference.__file__).parent
    imported = set()
    files = sorted(folder.rglob("*.py"))
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                imported.add(str(node.module))
    others = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    own = {f"xlnet.reference.{'.'.join(path.relative_to(folder).with_suffix('').parts)}" for path in files}
    own |= {"xlnet.reference.layers", "xlnet.reference.optimizers"}
    assert others - own == {"numpy", "numpy.typing", "xlnet.spec"}
    spec_source = (folder.parent / "spec.py").read_text(encoding="utf-8")
    assert "import xlnet" not in spec_source
    assert "from xlnet" not in spec_source


def first_row(spec: Spec, start: Quantities) -> Quantities:
    return reference.train(spec, start, reference.constants(spec), 1)


def moved(start: Quantities, name: str, index: tuple[int, ...], by: float) -> Quantities:
    array = start[name].copy()
    array[(0, *index)] += by
    return start | {name: array}


@pytest.mark.parametrize("document", NETWORKS.values(), ids=NETWORKS.keys())
def test_gradients_by_central_differences(document: Document) -> None:
    spec = parse(document, name="drawn", label="drawn")
    start = reference.initial(spec)
    row = first_row(spec, start)
    h = 1e-6
    for name in reference.trained(spec):
        for index in np.ndindex(*reference.axes(spec)[name].shape):
            above, below = (first_row(spec, moved(start, name, index, sign * h))["E"][0] for sign in (1, -1))
            gradient = row[f"d_{name}"][(0, *index)]
            assert gradient == pytest.approx((above - below) / (2 * h), rel=1e-7, abs=1e-9), (name, index)


def activation_points() -> Iterator[tuple[str, float]]:
    for name in functions.ACTIVATIONS:
        for z in (-30.0, -2.5, -0.3, 0.2, 0.9, 4.0):
            yield name, z


@pytest.mark.parametrize(("name", "z"), list(activation_points()))
def test_derivatives_of_activations(name: str, z: float) -> None:
    function, derivative = functions.ACTIVATIONS[name]
    at = np.array([z])
    h = 1e-6
    above, below = (function(moved, *steps_of(name, moved)) for moved in (at + h, at - h))
    slope = (above - below) / (2 * h)
    steps = steps_of(name, at)
    assert derivative(at, function(at, *steps), *steps) == pytest.approx(slope, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", list(functions.ACTIVATIONS))
def test_nothing_known_gives_nothing_known(name: str) -> None:
    """The check relies on it: what depends on a cell without a number is not judged."""
    function, derivative = functions.ACTIVATIONS[name]
    unknown = np.array([np.nan])
    with np.errstate(invalid="ignore"):
        steps = steps_of(name, unknown)
        assert all(np.isnan(step).all() for step in steps)
        assert np.isnan(function(unknown, *steps)).all()
        assert np.isnan(derivative(unknown, unknown, *steps)).all() or name == "identity"


def test_sigmoid_does_not_overflow() -> None:
    with np.errstate(all="raise", under="ignore"):
        assert functions.sigmoid(np.array([-800.0, 0.0, 800.0])).tolist() == [0.0, 0.5, 1.0]


def mazur(iters: int, **changes: object) -> tuple[Spec, Quantities]:
    from dataclasses import replace

    spec = xlnet.load("mazur", iters=iters)
    spec = replace(spec, training=replace(spec.training, **changes))  # type: ignore[arg-type]
    return spec, reference.train(spec, reference.initial(spec), reference.constants(spec), iters)


def close(array: Array, values: list[float]) -> None:
    assert array.ravel() == pytest.approx(values, rel=1e-12, abs=1e-13)


def test_matt_mazurs_example() -> None:
    """Matt Mazur, "A Step by Step Backpropagation Example" (2015), recomputed in float64 with simultaneous updates."""
    _, run = mazur(10_001)
    close(run["z1"][0], [0.3775, 0.3925])
    close(run["a1"][0], [0.5932699921071872, 0.596884378259767])
    close(run["a2"][0], [0.7513650695523157, 0.7729284653214625])
    close(run["E"][:2], [0.2983711087600027, 0.29102777369359933])
    close(run["d_w2"][0, 0, :1], [0.0821670405642308])
    close(run["d_w1"][0, 0, :1], [0.0004385677344743])
    close(run["w2"][1], [0.3589164797178847, 0.4086661860762334, 0.5113012702387375, 0.5613701211079891])
    close(run["w1"][1], [0.1497807161327628, 0.1995614322655257, 0.2497511436323696, 0.2995022872647392])
    close(run["E"][[10, 100, 1000]], [0.22091859205390402, 0.0200468282494252, 0.001114349453733746])
    close(run["E"][[9999, 10000]], [3.510854812251261e-05, 3.510187782978859e-05])


def test_matt_mazurs_example_with_trained_biases() -> None:
    _, run = mazur(101, train_biases=True)
    close(run["E"][[1, 10, 100]], [0.28047144679143016, 0.12552703804413207, 0.006083131061206281])


def test_the_template_seed_converges_and_stays() -> None:
    spec = xlnet.load("seed", iters=200, lr=0.01)
    run = reference.train(spec, reference.initial(spec), reference.constants(spec), 200)
    assert run["a2"][-1, 0, 0] == pytest.approx(4, abs=1e-6)
    perfect = xlnet.load("seed", init="constant")
    run = reference.train(perfect, reference.initial(perfect), reference.constants(perfect), 5)
    assert (run["a2"] == 4).all()
    assert (run["d_w1"] == 0).all()


def test_a_widely_copied_program_is_wrong_and_this_is_not(tmp_path: Path) -> None:
    """A 2-2-2 sigmoid program on the net prints 0.01 for all four; these are the recomputed gradients."""
    path = tmp_path / "warning.toml"
    layer = '[[network.layers]]\nunits = 2\nactivation = "sigmoid"\nbias = false\nweights = {}\n'
    path.write_text(
        "[network]\ninputs = 2\n"
        + layer.format("[[0.2, 0.5], [-0.4, 0.6]]")
        + layer.format("[[0.1, -0.3], [-0.5, 0.8]]")
        + "[data]\nx = [[0.5, 0.3]]\nt = [[0.23, -0.07]]\n",
        encoding="utf-8",
    )
    spec = xlnet.load(path)
    row = first_row(spec, reference.initial(spec))
    close(row["E"], [0.2097097937078311])
    gradients = [-0.00842148046150221, 0.012606653078458003, -0.005052888276901326, 0.007563991847074802]
    # In the source's order: x1→h1, x1→h2, x2→h1, x2→h2.
    close(row["d_w1"][0].T, gradients)


def test_local_expectations_are_those_of_the_run() -> None:
    spec, run = mazur(50)
    found = run | reference.constants(spec)
    expected = reference.expected(spec, found)
    for name, array in expected.items():
        known = ~np.isnan(array)
        assert array[known] == pytest.approx(run[name][known], rel=1e-14), name
    assert np.isnan(expected["w1"][0]).all()

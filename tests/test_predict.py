"""Sheet Predict computes what the trained network makes of any inputs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import kept
import numpy as np
import pytest
from conftest import Build
from openpyxl import load_workbook
from recalculated import Cells, labelled, recalculated, recalculated_copy, where
from workbook_xml import cached_values

import xlnet
from xlnet.spec import Spec
from xlnet.template.parse import parse
from xlnet.xlsx.package import sheet_part


def parameters(path: Path, cells: Cells, shape: dict[str, tuple[int, ...]], row: int) -> dict[str, np.ndarray]:
    return {
        name: np.array(
            [
                cells(f"Training!{where(path, '_'.join((name, *(str(i + 1) for i in index))))}{row}")
                for index in np.ndindex(*size)
            ]
        ).reshape(size)
        for name, size in shape.items()
    }


XOR = {"w1": (4, 2), "b1": (4,), "w2": (1, 4), "b2": (1,)}


def xor(p: dict[str, np.ndarray], x: tuple[float, float]) -> float:
    return float(1 / (1 + np.exp(-(p["w2"] @ np.tanh(p["w1"] @ x + p["b1"]) + p["b2"])))[0])


def test_typed_inputs_go_through_the_last_and_the_chosen_iteration(built: Build, engine: str) -> None:
    path = built("xor", iters=40)
    row = labelled(path, "Predict", "your inputs, row 1", 2)
    typed: dict[str, float | str] = {f"Predict!C{row}": 0.3, f"Predict!D{row}": -1.7}
    chosen: dict[str, float | str] = {"Predict!C4": "chosen", "Explore!D4": 9.0}
    _, last, ninth = recalculated(path, engine, typed, typed | chosen)
    assert last(f"Predict!F{row}") == pytest.approx(xor(parameters(path, last, XOR, 43), (0.3, -1.7)), rel=1e-12)
    assert ninth(f"Predict!F{row}") == pytest.approx(xor(parameters(path, ninth, XOR, 12), (0.3, -1.7)), rel=1e-12)
    assert (last("Predict!C5"), ninth("Predict!C5")) == (40, 9)


def test_the_picture_shows_the_plane(built: Build, engine: str) -> None:
    path = built("xor", iters=40)
    ends = {name: f"Predict!C{labelled(path, 'Predict', name, 2)}" for name in ("x₁ from", "x₁ to", "x₂ from", "x₂ to")}
    wide = dict(zip(ends.values(), (-2.0, 4.0, 10.0, 30.0), strict=True))
    saved, moved = recalculated(path, engine, wide)
    p = parameters(path, saved, XOR, 43)
    for cells, (left, right, bottom, top) in ((saved, (-0.3, 1.3, -0.3, 1.3)), (moved, (-2.0, 4.0, 10.0, 30.0))):
        # Columns L to AF, rows 4 to 24: the second axis goes up.
        assert cells("Predict!L24") == pytest.approx(xor(p, (left, bottom)))
        assert cells("Predict!AF24") == pytest.approx(xor(p, (right, bottom)))
        assert cells("Predict!L4") == pytest.approx(xor(p, (left, top)))
        assert cells("Predict!V14") == pytest.approx(xor(p, ((left + right) / 2, (bottom + top) / 2)))


def test_inputs_are_standardised_and_classes_named(built: Build, engine: str) -> None:
    path = built("iris", iters=60)
    row = labelled(path, "Predict", "your inputs, row 1", 2)
    measured = dict(zip([f"Predict!{letter}{row}" for letter in "CDEF"], (6.3, 2.5, 5.0, 1.9), strict=True))
    saved, other = recalculated(path, engine, measured)
    data = np.array(xlnet.load("iris").data.x)
    p = parameters(path, saved, {"w1": (8, 4), "b1": (8,), "w2": (3, 8), "b2": (3,)}, 63)

    def outputs(x: np.ndarray) -> np.ndarray:
        z = p["w2"] @ np.tanh(p["w1"] @ ((x - data.mean(0)) / data.std(0)) + p["b1"]) + p["b2"]
        return np.asarray(np.exp(z) / np.exp(z).sum())

    expected = outputs(np.array([6.3, 2.5, 5.0, 1.9]))
    found = [other(f"Predict!{letter}{row}") for letter in "JKL"]
    assert found == pytest.approx(expected, rel=1e-10)
    names = ("setosa", "versicolor", "virginica")
    assert other(f"Predict!N{row}") == names[int(expected.argmax())]
    right = sum(outputs(x).argmax() == t.index(1.0) for x, t in zip(data, xlnet.load("iris").data.t, strict=True))
    assert saved("Predict!C6") == right
    assert saved("Predict!C7") == pytest.approx(right / 150)
    accuracy = labelled(path, "Dashboard", "accuracy on all samples (see Predict)", 2)
    assert saved(f"Dashboard!C{accuracy}") == pytest.approx(right / 150)


def test_the_accuracy_of_a_batch(built: Build, engine: str) -> None:
    """At the iterations that the chart shows, from the outputs on the Training sheet."""
    path = built("iris", iters=30)
    (cells,) = recalculated(path, engine)
    sheet = kept.looked_at(path)["Dashboard"]
    first = next(
        number for number, c in enumerate(sheet[1], 1) if str(c.value).startswith("Correctly classified samples")
    )
    for row in (3, 17, 32):
        iteration, accuracy = (cells(f"Dashboard!{sheet.cell(row, first + offset).coordinate}") for offset in (0, 1))
        right = 0
        for sample in range(1, 11):
            names = [[f"{letter}_{number}@{sample}" for number in (1, 2, 3)] for letter in ("a2", "t")]
            y, t = ([cells(f"Training!{where(path, key)}{int(iteration) + 3}") for key in keys] for keys in names)
            right += y.index(max(y)) == t.index(1.0)
        assert accuracy == pytest.approx(right / 10)


def test_one_input_has_a_curve(built: Build) -> None:
    import zipfile

    path = built("logistic", iters=20)
    with zipfile.ZipFile(path) as package:
        links = package.read(sheet_part(package, "Predict").replace("sheets/", "sheets/_rels/") + ".rels").decode()
        drawing = links.split("drawings/")[1].split(".xml")[0]
        chart = package.read(f"xl/drawings/_rels/{drawing}.xml.rels").decode().split("charts/")[1].split(".xml")[0]
        xml = package.read(f"xl/charts/{chart}.xml").decode()
    assert xml.count("<c:ser>") + xml.count("<ser>") == 2
    assert "circle" in xml


def test_few_samples_are_no_reason_for_an_empty_table(built: Build, engine: str) -> None:
    path = built("seed", iters=200)
    (cells,) = recalculated(path, engine)
    row = labelled(path, "Predict", "your inputs, row 1", 2)
    found = [[cells(f"Predict!{letter}{row + offset}") for letter in "CDF"] for offset in range(5)]
    assert found[0] == [1, 1, pytest.approx(4, abs=1e-6)]
    assert [x for x, _, _ in found] == [1, 0, 0.5, 2, -1]
    # Without biases and activations the network is linear.
    assert [y for _, _, y in found] == pytest.approx([4 * x for x, _, _ in found], abs=1e-5)


def sorted_samples(classes: int, inputs: int, outputs: int) -> dict[str, object]:
    """Samples sorted by class, the first class alone more than the sheet lists, and another measure an input."""
    random = np.random.Generator(np.random.PCG64(12))
    labels = np.repeat(np.arange(classes), [510, *[70] * (classes - 1)])
    x = (random.normal(size=(classes, inputs))[labels] + random.normal(size=(len(labels), inputs))) * 40 + 7
    t = labels[:, None] if outputs == 1 else np.eye(classes)[labels]
    return {"x": x.round(3).tolist(), "t": t.astype(float).tolist()}


def network(case: str) -> Spec:
    """A network of a case's name: "softmax, standardized, shuffled"."""
    classes, outputs = (3, 3) if "softmax" in case else (2, 1)
    # Biases that let the first class win nearly always: what is listed is right, and much of the rest is not.
    last = {"units": outputs, "activation": "sigmoid", "init": "xavier_uniform", "biases": [-9.0]}
    if "softmax" in case:
        last |= {"activation": "softmax", "biases": [9.0, 0.0, 0.0]}
    hidden = {"units": 6, "activation": "relu" if "relu" in case else "tanh", "init": "normal"}
    document = {
        "network": {"inputs": 5, "layers": [hidden, last]},
        "data": sorted_samples(classes, 5, outputs) | {"standardize": "standardized" in case},
        "training": {
            "iters": 3,
            "batch": 4,
            "order": "shuffled" if "shuffled" in case else "sequential",
            "loss": "cross_entropy" if "softmax" in case else "binary_cross_entropy",
            "optimizer": {"lr": 0.001},
        },
    }
    return parse(document, name="sorted", label="sorted")


COUNTED = ["sigmoid", "sigmoid, standardized, shuffled, relu", "softmax, shuffled", "softmax, standardized"]


@pytest.mark.parametrize("case", COUNTED)
def test_the_accuracy_counts_every_sample(tmp_path: Path, engines: list[str], case: str) -> None:
    """Not only those that the sheet lists: of data sorted by class they are all of one class."""
    spec, path = network(case), tmp_path / "sorted.xlsx"
    kept.build(spec, path)
    assert labelled(path, "Predict", f"correctly classified, of {len(spec.data.x)}", 2)
    # The last layer's biases in row 4, of an earlier run or typed: then other samples are right.
    bias = where(path, "b2_1")
    for engine in engines:
        saved, moved = recalculated_copy(path, engine, {f"Training!{bias}4": 0.5})
        assert [right(path, cells, spec) for cells in (saved, moved)] == [
            pytest.approx(shown_accuracy(path, cells), abs=1e-12) for cells in (saved, moved)
        ], engine
        assert right(path, saved, spec, 500) == 1
        assert right(path, saved, spec) < 0.95
        assert right(path, moved, spec) != right(path, saved, spec)
        row = labelled(path, "Dashboard", "accuracy on all samples (see Predict)", 2)
        _, cached = cached_values(path, "Dashboard")[f"C{row}"]
        assert float(cached) == pytest.approx(right(path, saved, spec), abs=1e-12)
    for engine, (report,) in kept.checked_by(engines, [path]).items():
        assert report.agrees, f"{engine}\n{report.to_text()}"


def shown_accuracy(path: Path, cells: Cells) -> float | str:
    return cells(f"Dashboard!C{labelled(path, 'Dashboard', 'accuracy on all samples (see Predict)', 2)}")


def right(path: Path, cells: Cells, spec: Spec, count: int | None = None) -> float:
    """Return the share of samples that numpy classifies right by the weights in the last row."""
    outputs = spec.outputs
    p = parameters(path, cells, {"w1": (6, 5), "b1": (6,), "w2": (outputs, 6), "b2": (outputs,)}, 6)
    x, t = np.array(spec.data.x), np.array(spec.data.t)
    if spec.data.standardize:
        x = (x - x.mean(0)) / x.std(0)
    z = x @ p["w1"].T + p["b1"]
    h = np.tanh(z) if spec.layers[0].activation == "tanh" else np.maximum(z, 0)
    y = h @ p["w2"].T + p["b2"]
    found, wanted = (y[:, 0] > 0, t[:, 0] > 0.5) if outputs == 1 else (y.argmax(1), t.argmax(1))
    return float(np.mean((found == wanted)[:count]))


def test_a_damaged_pass_of_a_sample_that_is_not_listed_is_named(tmp_path: Path, require: Callable[[str], str]) -> None:
    path = tmp_path / "sorted.xlsx"
    kept.build(network("softmax, standardized"), path)
    workbook = load_workbook(path)
    sheet = workbook["Predict"]
    last = max(column for column in range(1, sheet.max_column + 1) if sheet.cell(601, column).value is not None)
    for column in (last - 1, last):
        changed = sheet.cell(601, column)
        changed.value = str(changed.value).replace("601", "600", 1)
    workbook.save(path)
    report = kept.check(path, engine=require("ironcalc"))
    found = {difference.cell for difference in report.differences if difference.sheet == "Predict"}
    assert sheet.cell(601, last - 1).coordinate in found


def test_what_shows_a_part_of_the_samples_says_so(tmp_path: Path) -> None:
    for inputs, text in ((2, "The first 500 of 580 samples are marked"), (5, "The first 500 of 580 samples")):
        path = tmp_path / f"{inputs}.xlsx"
        document = {
            "network": {"inputs": inputs, "layers": [{"units": 1, "activation": "sigmoid"}]},
            "data": sorted_samples(2, inputs, 1),
            "training": {"iters": 2, "batch": 4},
        }
        xlnet.build(parse(document, name="part", label="part"), path)
        words = [str(cell.value) for row in kept.looked_at(path)["Predict"].iter_rows() for cell in row]
        assert any(word.startswith(text) for word in words)

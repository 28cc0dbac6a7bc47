"""Sheet Predict tells which classes are taken for which, and how much of the targets' variance is explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import kept
import numpy as np
import pytest
from conftest import Build
from numpy.typing import NDArray
from openpyxl import load_workbook
from recalculated import Cells, checked_and_recalculated, labelled, recalculated_together

import xlnet
from xlnet.spec import Spec
from xlnet.template.parse import parse

# By scikit-learn 1.9.1 (confusion_matrix, precision_score, recall_score), of the outputs that numpy computes with the
# weights in the last row.
MATRICES = {
    "iris": [[50, 0, 0], [0, 45, 5], [0, 4, 46]],
    "logistic": [[8, 2], [2, 8]],
}
PRECISIONS = {"iris": [1.0, 0.9183673469387755, 0.9019607843137255], "logistic": [0.8, 0.8]}
RECALLS = {"iris": [1.0, 0.9, 0.92], "logistic": [0.8, 0.8]}
# By its r2_score.
R_SQUARED = 0.9682500457195445


def matrix(
    path: Path, cells: Cells, count: int
) -> tuple[list[list[float | str]], list[float | str], list[float | str]]:
    """Return the counts, the precisions and the recalls that the sheet shows."""
    top = labelled(path, "Predict", "target ↓   predicted →", 2) + 1
    letters = "CDEFGHIJ"[: count + 2]
    rows = [[cells(f"Predict!{letter}{top + row}") for letter in letters[:count]] for row in range(count)]
    precisions = [cells(f"Predict!{letter}{top + count + 1}") for letter in letters[:count]]
    recalls = [cells(f"Predict!{letters[-1]}{top + row}") for row in range(count)]
    return rows, precisions, recalls


def test_the_scores_are_those_of_scikit_learn(tmp_path: Path, engines: list[str]) -> None:
    paths = [tmp_path / f"{name}.xlsx" for name in ("iris", "logistic", "regression")]
    for path, iters in zip(paths, (60, 20, 40), strict=True):
        kept.build(xlnet.load(path.stem, iters=iters), path)
    for engine in engines:
        *classified, (fitted,) = recalculated_together(paths, engine)
        for name, path, (cells,) in zip(MATRICES, paths, classified, strict=False):
            rows, precisions, recalls = matrix(path, cells, len(MATRICES[name]))
            assert rows == MATRICES[name], engine
            assert precisions == pytest.approx(PRECISIONS[name])
            assert recalls == pytest.approx(RECALLS[name])
        row = labelled(paths[-1], "Predict", "R² of y weight_lb", 2)
        assert fitted(f"Predict!C{row}") == pytest.approx(R_SQUARED, rel=1e-12)


def measured() -> Spec:
    """More samples than the sheet lists, sorted, and a second target that is always the same."""
    random = np.random.Generator(np.random.PCG64(5))
    x = np.sort(random.normal(size=(620, 2)), axis=0)
    t = np.column_stack([1000 + x @ [3.0, -1.0], np.full(620, 7.0)])
    document = {
        "network": {"inputs": 2, "layers": [{"units": 2, "weights": [[3.0, -1.1], [0, 0]], "biases": [1000.05, 7]}]},
        "data": {"x": x.tolist(), "t": t.tolist()},
        "training": {"iters": 2, "batch": 5},
    }
    return parse(document, name="measured", label="measured")


def test_what_cannot_be_told_is_a_dash_and_every_sample_counts(tmp_path: Path, engines: list[str]) -> None:
    path, spec = tmp_path / "measured.xlsx", measured()
    kept.build(spec, path)
    first, second = (labelled(path, "Predict", f"R² of {symbol}", 2) for symbol in ("y₁", "y₂"))
    for engine, ((report, cells),) in checked_and_recalculated(engines, [path]).items():
        w, b = (np.array([cells(f"Predict!{letter}5") for letter in letters]) for letters in parameter_letters(path))
        x, t = np.array(spec.data.x), np.array(spec.data.t)[:, 0]
        y = x @ w + b[0]
        assert cells(f"Predict!C{first}") == pytest.approx(1 - ((t - y) ** 2).sum() / ((t - t.mean()) ** 2).sum())
        assert cells(f"Predict!C{second}") == "–", engine
        assert report.agrees, f"{engine}\n{report.to_text()}"


def parameter_letters(path: Path) -> tuple[list[str], list[str]]:
    """Return the columns of the first unit's weights and bias, among the parameters in use on sheet Predict."""
    row = {str(cell.value): cell.column_letter for cell in kept.looked_at(path)["Predict"][4] if cell.value}
    return [row["w₁₁"], row["w₁₂"]], [row["b₁"]]


def test_the_samples_held_out_have_scores_of_their_own(tmp_path: Path) -> None:
    """By the last weights on the Training sheet and a pass by hand."""
    spec = xlnet.load("iris", validation=30, iters=60)
    path = tmp_path / "held.xlsx"
    kept.build(spec, path)
    workbook = kept.looked_at(path, data_only=True)
    training, sheet = workbook["Training"], workbook["Validation"]
    last_row = list(
        training.iter_rows(min_row=3 + spec.training.iters, max_row=3 + spec.training.iters, values_only=True)
    )
    ends = dict(zip((str(cell.value) for cell in training[3]), last_row[0], strict=True))

    def last(layer: str, units: int, sources: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        def at(symbol: str) -> float:
            return float(str(ends[symbol]))

        digits = "₀₁₂₃₄₅₆₇₈₉"
        w = [[at(f"w{layer}{digits[u]}{digits[s]}") for s in range(1, sources + 1)] for u in range(1, units + 1)]
        return np.array(w), np.array([at(f"b{layer}{digits[u]}") for u in range(1, units + 1)])

    x = np.array(spec.data.x)
    h = (np.array(spec.data.held_x) - x.mean(0)) / x.std(0) if spec.data.standardize else np.array(spec.data.held_x)
    for number, layer in enumerate(spec.layers, 1):
        w, b = last(f"⁽{'⁰¹²³⁴'[number]}⁾" if number > 1 else "", layer.units, layer.inputs)
        h = h @ w.T + b
        h = np.tanh(h) if layer.activation == "tanh" else h
    counted = np.zeros((3, 3))
    np.add.at(counted, (np.array(spec.data.held_t).argmax(1), h.argmax(1)), 1)
    top = labelled(path, "Validation", "target ↓   predicted →", 2) + 1
    assert [[sheet.cell(top + t, 3 + p).value for p in range(3)] for t in range(3)] == counted.tolist()
    assert counted.sum() == 30


def test_a_damaged_score_is_named(built: Build, require: Callable[[str], str]) -> None:
    path = built("logistic", iters=20)
    top = labelled(path, "Predict", "target ↓   predicted →", 2) + 1
    workbook = load_workbook(path)
    sheet = workbook["Predict"]
    # One that counts another pair, a recall by the predictions, and a sample's pair.
    header = next(c for row in sheet.iter_rows() for c in row if c.value == "cell of the confusion matrix")
    pair = sheet.cell(header.row + 9, header.column)
    damage = {
        f"D{top}": sheet[f"D{top + 1}"].value,
        f"F{top}": f'=IF(C{top + 2}=0,"–",C{top}/(C{top + 2}+1))',
        pair.coordinate: str(pair.value).replace(">0.5", ">0.9"),
    }
    for address, formula in damage.items():
        assert sheet[address].value != formula
        sheet[address] = formula
    workbook.save(path)
    report = kept.check(path, engine=require("ironcalc"))
    assert set(damage) <= {difference.cell for difference in report.differences if difference.sheet == "Predict"}

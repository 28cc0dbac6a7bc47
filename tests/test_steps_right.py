"""Networks that name a class at every step of a sequence: each step is right or wrong, and all count alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from drawn import Document
from workbook_xml import change_cell

import xlnet
from xlnet.book.model import model_of
from xlnet.book.sheets.dashboard.plan import points
from xlnet.book.sheets.predict import plan as predict
from xlnet.book.sheets.predict.others import others_of
from xlnet.book.sheets.predict.plan import PredictPlan
from xlnet.book.sheets.start.plan import StartPlan
from xlnet.book.sheets.validation import NAME as VALIDATION
from xlnet.book.sheets.validation.plan import END, ValidationPlan
from xlnet.model import classification
from xlnet.render.excel import cell
from xlnet.spec import Spec
from xlnet.template.parse import parse

STEPS, CLASSES = 3, 2
TOKENS = [[0, 1, 2], [2, 2, 1], [1, 0, 0], [0, 0, 2]]
NAMED = [[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 1]]


def tagger(**training: Any) -> Document:
    """Return a network that names one of two classes at each of three steps, of four samples, one of them held out."""
    t = np.eye(CLASSES)[NAMED].reshape(len(NAMED), -1).tolist()
    return {
        "network": {
            "inputs": [STEPS],
            "layers": [
                {"type": "embedding", "entries": 3, "size": 2, "weights": [[0.5, -0.25], [0.125, 1], [-0.5, 0.75]]},
                {"units": CLASSES, "activation": "softmax", "weights": [[1, -0.5], [-0.25, 0.75]]},
            ],
        },
        "data": {"x": TOKENS[:3], "t": t[:3], "held_x": TOKENS[3:], "held_t": t[3:]},
        "training": {"iters": 4, "loss": "cross_entropy", "optimizer": {"lr": 0.5}, **training},
    }


def yes_or_no() -> Document:
    """Return the network with one output a step, above a half for one class and below for the other."""
    document = tagger(loss="binary_cross_entropy")
    document["network"]["layers"][1] = {"units": 1, "activation": "sigmoid", "weights": [[-1, 1]]}
    document["data"] |= {"t": NAMED[:3], "held_t": NAMED[3:]}
    return document


DOCUMENTS = {"of two": tagger(), "one by one": tagger(batch=1), "yes or no": yes_or_no() | {"layout": "rows"}}


def spec_of(document: Document) -> Spec:
    return parse(document, name="tagger", label="tagger")


def share_right(values: list[Any], samples: slice) -> float:
    """Return the share of the steps of some samples that a table, weights and biases name right."""
    table, weights, biases = values
    scores = table[np.array(TOKENS[samples])] @ weights.T + biases
    named = scores.argmax(-1) if scores.shape[-1] > 1 else scores[..., 0] > 0
    return float((named == np.array(NAMED[samples])).mean())


def parameters(sheet: Any, plan: PredictPlan) -> list[Any]:
    """Return the table, the weights and the biases that the Predict sheet uses."""

    def of(letter: str, *shape: int) -> Any:
        every = [key for key in plan.parameters if key.startswith(f"{letter}_")]
        cells = [plan.layout.cells[key] for key in every]
        return np.reshape([sheet.cell(place.row, place.column).value for place in cells], shape)

    units = plan.model.spec.layers[1].gives[-1]
    return [of("w1", 3, 2), of("w2", units, 2), of("b2", units)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_step_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    # One sample is not listed: its steps count, too.
    monkeypatch.setattr(predict, "MOST_SAMPLES", 2)
    spec, path = spec_of(DOCUMENTS[name]), tmp_path / "tagger.xlsx"
    xlnet.build(spec, path, language="zh" if name == "yes or no" else "en")
    model = model_of(spec)
    plan = PredictPlan(model)
    sheets = kept.looked_at(path, data_only=True)
    values = parameters(sheets["Predict"], plan)
    right = share_right(values, slice(3))
    assert 0 < right < 1
    shown = [sheets["Predict"].cell(plan.controls[control], 3).value for control in ("right", "accuracy")]
    assert shown == pytest.approx([round(9 * right), right])
    place = ValidationPlan(model).summary_cell(END, "validation accuracy")
    held = share_right(values, slice(3, 4))
    assert sheets[VALIDATION].cell(place.row, place.column).value == pytest.approx(held)
    # Start and Dashboard have the accuracy of a batch of several samples.
    assert StartPlan(model).has_accuracy == (points(model).marks is not None) == (name != "one by one")
    report = kept.check(path, engine="ironcalc")
    assert report.agrees, report.to_text()


def test_a_miscounted_step_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict, "MOST_SAMPLES", 2)
    spec, path = spec_of(tagger()), tmp_path / "tagger.xlsx"
    xlnet.build(spec, path)
    plan = PredictPlan(model_of(spec))
    others = others_of(plan.model)
    assert others is not None
    places = [(plan.sample_row, plan.columns["steps right"]), (others.first_row, others.mark_column)]
    part = f"xl/worksheets/sheet{kept.looked_at(path).sheetnames.index('Predict') + 1}.xml"
    for place in places:
        change_cell(path, cell(*place), without_its_last_step, part)
    report = kept.check(path, engine="ironcalc")
    assert {each.cell for each in report.differences} == {cell(*place) for place in places}, report.to_text()


def without_its_last_step(formula: str | None, value: str) -> str:
    return f"{{start}}><f>{(formula or '').rpartition('+')[0]}</f><v>{value}</v></c>"


def test_what_names_no_class_at_every_step_is_not_counted() -> None:
    document = tagger()
    document["data"]["t"] = [[0.5, 0.5, *row[2:]] for row in document["data"]["t"]]
    assert classification.groups(spec_of(document)) == []
    assert classification.groups(spec_of(tagger())) == [range(0, 2), range(2, 4), range(4, 6)]
    assert classification.groups(xlnet.load("xor")) == [range(0, 1)]
    # A picture has no steps.
    image = {"inputs": [1, 2, 2], "layers": [{"type": "conv2d", "channels": 1, "kernel": 1, "activation": "sigmoid"}]}
    pixels = {"network": image, "data": {"x": [[0, 1, 1, 0]], "t": [[0, 1, 1, 0]]}}
    assert classification.groups(spec_of(pixels)) == []

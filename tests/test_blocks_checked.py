"""Blocks of matrices under the check: an encoder, and a product in it that is turned round."""

from __future__ import annotations

import re
from pathlib import Path

import kept
from drawn import Document
from workbook_xml import change_cell

import xlnet
from xlnet.spec import MATRIX
from xlnet.template.parse import parse

# A block of an encoder as in the transformer: each step sees all others, and every sum is normalised.
ENCODER: Document = {
    "network": {
        "inputs": [2, 6],
        "layers": [
            {"type": "residual", "layers": [{"type": "attention", "heads": 2}]},
            {"type": "layer_norm"},
            {"type": "residual", "layers": [{"units": 2, "activation": "relu"}, {"units": 6}]},
            {"type": "layer_norm"},
            {"units": 2, "activation": "softmax", "return": "last"},
        ],
    },
    "data": {"x": [[((7 * n + s) % 9 - 4) / 4 for n in range(12)] for s in range(2)], "t": [[1, 0], [0, 1]]},
    "training": {"iters": 2, "seed": 4, "loss": "cross_entropy", "optimizer": {"name": "adam", "lr": 0.05}},
}


def test_an_encoder_agrees_and_a_product_turned_round_is_named(tmp_path: Path) -> None:
    whole, turned = tmp_path / "encoder.xlsx", tmp_path / "turned.xlsx"
    spec = parse(ENCODER, name="encoder", label="encoder")
    assert spec.layout == MATRIX
    xlnet.build(spec, whole, plain=True)
    kept_sheet = kept.looked_at(whole)["Training"]
    products = [c for row in kept_sheet.iter_rows() for c in row if "MMULT(" in str(c.value)]
    # One of the last iteration: nothing takes what it makes.
    last = products[-1].coordinate
    xlnet.build(spec, turned, plain=True)
    change_cell(turned, last, swapped)
    report, damaged = kept.check_all([whole, turned], engine="ironcalc")
    assert report.agrees, report.to_text()
    assert [each.cell for each in damaged.differences] == [last], damaged.to_text()


def swapped(formula: str | None, value: str) -> str:
    """A row times a column become a column times a row."""
    turned = re.sub(r"MMULT\(([^,()]+),([^,()]+)\)", r"MMULT(\2,\1)", formula or "", count=1)
    assert turned != formula
    return f"{{start}}><f>{turned}</f><v>{value}</v></c>"

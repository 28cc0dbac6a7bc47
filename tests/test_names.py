"""Names of columns and classes that a formula, a format or a line of TOML could take for its own."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import kept
import pytest
from conftest import Build
from recalculated import labelled, recalculated

import xlnet
from xlnet.book.texts import LANGUAGES

INPUTS = ["{x}", 'a "quoted", name', "=1+1", "输入 <3> & 'more'", "x" * 180, "{", "mean of the non-smooth-ness, in all"]
CLASSES = ["yes", "Yes", '{0} "no", =A1', "no-" * 30, "类"]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A template whose data has such names."""
    rows = [[row % 7 / 7, row % 5 / 5, *[row * column % 11 / 11 for column in range(1, 6)]] for row in range(20)]
    with (tmp_path / "odd.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow([*INPUTS, "{class}"])
        lines.writerows([*row, CLASSES[number % 5]] for number, row in enumerate(rows))
    template = tmp_path / "odd.toml"
    template.write_text(
        f"""title = "{{y}} = %s"
[network]
inputs = 7
[[network.layers]]
units = 5
activation = "softmax"
init = "xavier_uniform"
[data]
csv = "odd.csv"
inputs = {json.dumps(INPUTS)}
targets = ["{{class}}"]
standardize = true
[training]
iters = 5
loss = "cross_entropy"
""",
        encoding="utf-8",
    )
    return template


@pytest.mark.parametrize("language", LANGUAGES)
def test_odd_names_are_shown_and_checked(odd: Path, tmp_path: Path, engine: str, language: str) -> None:
    path = tmp_path / "odd.xlsx"
    kept.build(xlnet.load(odd), path, language=language)
    (report,) = kept.check_all([path], engine=engine)
    assert report.agrees, report.to_text()
    words = [cell.value for row in kept.looked_at(path)["Predict"].iter_rows() for cell in row]
    assert all(any(name in str(word) for word in words) for name in (*INPUTS, *CLASSES))


def test_classes_are_told_apart_by_case(odd: Path, built: Build, engine: str) -> None:
    # Without weights every class is as likely as the others, and the first is named: a fifth of the samples are right.
    path = built(odd, init="zeros", iters=1)
    (cells,) = recalculated(path, engine)
    assert cells(f"Predict!C{labelled(path, 'Predict', 'correctly classified, of 20', 2)}") == 4


@pytest.mark.parametrize("name", ["{b}", "{", "{count}", "{0}"])
def test_two_inputs_have_axes_with_their_names(tmp_path: Path, built: Build, name: str) -> None:
    template = tmp_path / "axes.toml"
    names = json.dumps([name, "c"])
    template.write_text(
        f"[network]\ninputs = 2\n[[network.layers]]\nunits = 1\n[data]\nx = [[1, 2]]\nt = [[1]]\nx_names = {names}\n",
        encoding="utf-8",
    )
    path = built(template, iters=2)
    assert labelled(path, "Predict", f"x₁ {name} from", 2)

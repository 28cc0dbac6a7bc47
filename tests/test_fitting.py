"""What nobody chose fits the data, and is said in one line: a loss for classes (of a batch: see test_limits)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import xlnet
from xlnet.cli import cli
from xlnet.spec import Spec

BOTH = "the targets are classes: the last layer is {} and the loss {} (--output-activation and --loss choose others)"
CHOSEN = {
    "three classes": ({}, "softmax", "cross_entropy", BOTH.format("softmax", "cross_entropy")),
    "softmax": (
        {"output_activation": "softmax"},
        "softmax",
        "cross_entropy",
        "the targets are classes: the loss is cross_entropy (--loss chooses another)",
    ),
    "sigmoid": (
        {"output_activation": "sigmoid"},
        "sigmoid",
        "binary_cross_entropy",
        "the targets are classes: the loss is binary_cross_entropy (--loss chooses another)",
    ),
    "a loss": (
        {"loss": "cross_entropy"},
        "softmax",
        "cross_entropy",
        "cross_entropy goes with softmax: the activation of the last layer is softmax",
    ),
    "a loss of numbers": ({"loss": "mse"}, "identity", "mse", ""),
    "another activation": ({"output_activation": "tanh"}, "tanh", "half_squared_error", ""),
    "both": ({"loss": "mse", "output_activation": "sigmoid"}, "sigmoid", "mse", ""),
    "two classes": ({"targets": "twofold", "layers": "1-1"}, "sigmoid", "binary_cross_entropy", BOTH),
    "numbers": ({"targets": "x", "layers": "1-1"}, "identity", "half_squared_error", ""),
    "a class and a number": ({"targets": "kind,x", "layers": "1-4"}, "identity", "half_squared_error", ""),
    "numbers and a loss": ({"targets": "p", "layers": "1-1", "loss": "binary_cross_entropy"}, "sigmoid", "", "goes"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kinds.csv"
    path.write_text("x,kind,twofold,p\n1,a,k,0\n2,b,k,1\n3,c,l,1\n4,a,k,0\n", encoding="utf-8")
    return path


def loaded(file: Path, **overrides: Any) -> Spec:
    given: dict[str, Any] = {"inputs": "x", "targets": "kind", "layers": "1-3"} | overrides
    return xlnet.load(data=file, **given)


@pytest.mark.parametrize(("overrides", "activation", "loss", "note"), CHOSEN.values(), ids=CHOSEN.keys())
def test_what_was_left_unsaid_fits_the_targets(
    file: Path, overrides: dict[str, Any], activation: str, loss: str, note: str
) -> None:
    spec = loaded(file, **overrides)
    loss = loss or overrides["loss"]
    assert (spec.layers[-1].activation, spec.training.loss) == (activation, loss)
    # Which class is 0 is said, too.
    notes = [said for said in spec.notes if "0 is" not in said]
    assert len(notes) == bool(note)
    assert all(note.format(activation, loss) in said and said.startswith("kinds.csv: ") for said in notes)
    # As if it had been said.
    assert spec == loaded(file, **overrides | {"loss": loss, "output_activation": activation})


def test_a_template_that_says_nothing_of_classes_keeps_its_loss(tmp_path: Path) -> None:
    path = tmp_path / "plain.toml"
    path.write_text(
        "[network]\ninputs = 1\n[[network.layers]]\nunits = 2\n[data]\nx = [[1], [2]]\nt = [[0, 1], [1, 0]]\n",
        encoding="utf-8",
    )
    spec = xlnet.load(path)
    assert (spec.layers[0].activation, spec.training.loss) == ("identity", "half_squared_error")
    assert spec.notes == ()


def build(file: Path, *more: str) -> Result:
    words = ["--data", str(file), "--inputs", "x", "--targets", "kind", "--layers", "1-3", "--iters", "2", *more]
    return CliRunner().invoke(cli, ["build", *words, "-o", str(file.parent / "out.xlsx")])


def test_the_command_line_says_it_once(file: Path) -> None:
    ran = build(file)
    assert (ran.exit_code, ran.stdout) == (0, f"{file.parent / 'out.xlsx'}\n")
    assert ran.stderr == f"xlnet: note: kinds.csv: {BOTH.format('softmax', 'cross_entropy')}\n"
    assert build(file, "--quiet").stderr == ""
    # A mistake is one line, and nothing else.
    assert build(file, "--lr", "nan").stderr.count("\n") <= 1
    words = ["--data", str(file), "--inputs", "x", "--targets", "kind", "--layers", "1-3", "--iters", "2"]
    compared = CliRunner().invoke(cli, ["compare", *words, "--lr", "0.1,0.2", "--csv"])
    assert compared.stderr == ran.stderr

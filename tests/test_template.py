"""Templates: every mistake is named with its file, its key and how to fix it; every spec survives a round trip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from drawn import Document, documents
from hypothesis import given
from hypothesis import strategies as st

import xlnet
from xlnet.model.optimizers import OPTIMIZERS
from xlnet.spec import Optimizer, Training
from xlnet.template.parse import parse
from xlnet.template.serialize import serialize
from xlnet.template.sources import bundled_names, open_template

SEED = open_template("seed").text

MISTAKES = {
    "no TOML": ("[network]", "[network", "not valid TOML"),
    "unknown key": ("iters = 200", "itres = 200", "training.itres: unknown key: did you mean iters?"),
    "unknown table": ("[data]", "[date]", "date: unknown key: did you mean data?"),
    "missing key": ("inputs = 2", "", "network.inputs: is missing: add this key"),
    "missing table": ("[data]\nx = [[1, 1]]\nt = [[4]]\n", "", "data: is missing: add this key"),
    "word for a number": ("lr = 0.01", 'lr = "fast"', "training.optimizer.lr: must be a number, not 'fast'"),
    "nan": ("lr = 0.01", "lr = nan", "training.optimizer.lr: must be a finite number, not nan"),
    "huge integer": ("lr = 0.01", "lr = 1" + "0" * 400, "training.optimizer.lr: must be a finite number"),
    "flag for a number": ("lr = 0.01", "lr = true", "training.optimizer.lr: must be a number, not True"),
    "fraction of an iteration": ("iters = 200", "iters = 1.5", "training.iters: must be a whole number, not 1.5"),
    "no iteration": ("iters = 200", "iters = 0", "training.iters: must be from 1 to 1,048,573, not 0"),
    "past the sheet": ("iters = 200", "iters = 1048574", "training.iters: must be from 1 to 1,048,573"),
    "wrong rows": ("[[0.1, 0.2], [0.3, 0.4]]", "[[0.1, 0.2]]", "network.layers[1].weights: must have 2 rows"),
    "wrong columns": ("[[0.5, 0.6]]", "[[0.5]]", "network.layers[2].weights: must have rows of length 2"),
    "no matrix": ("[[0.5, 0.6]]", "[0.5, 0.6]", "network.layers[2].weights: must be a list of lists"),
    "infinite weight": ("0.6", "inf", "network.layers[2].weights: must be a finite number, not inf"),
    "wrong inputs": ("x = [[1, 1]]", "x = [[1, 1, 1]]", "data.x: must have rows of length 2"),
    "wrong targets": ("t = [[4]]", "t = [[4, 4]]", "data.t: must have rows of length 1"),
    "unknown activation": ('activation = "identity"', 'activation = "sigmoyd"', "did you mean sigmoid?"),
    "unknown loss": ("half_squared_error", "squared", "training.loss: must be one of"),
    "no flag": ("bias = false", "bias = 0", "bias: must be true or false, not 0"),
    "biases without bias": (
        "bias = false",
        "bias = false\nbiases = [1, 2]",
        "biases: cannot be combined with bias = false: remove one",
    ),
    "weights and init": ("bias = false", 'bias = false\ninit = "zeros"', "init: cannot be combined with weights"),
    "layers as one table": ("[[network.layers]]", "[network.layers]", ""),
    "negative seed": ("iters = 200", "iters = 200\nseed = -1", "training.seed: must be from 0"),
    "control character": ('title = "Two', 'title = "\\u0001Two', "title: contains a control character"),
}


@pytest.mark.parametrize(("before", "after", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named(tmp_path: Path, before: str, after: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    assert before in SEED
    path.write_text(SEED.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(xlnet.UserError) as error:
        xlnet.load(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "least.toml"
    path.write_text(
        "[network]\ninputs = 2\n[[network.layers]]\nunits = 3\n[data]\nx = [[1, 2]]\nt = [[1, 2, 3]]\n",
        encoding="utf-8-sig",
    )
    spec = xlnet.load(path)
    assert spec.name == spec.title == "least"
    assert spec.training == Training(optimizer=Optimizer(settings=OPTIMIZERS["sgd"].defaults))
    (layer,) = spec.layers
    assert (layer.activation, layer.biases) == ("identity", (0.0, 0.0, 0.0))
    bound = (6 / 5) ** 0.5
    assert all(-bound <= weight <= bound for row in layer.weights for weight in row)
    assert len({weight for row in layer.weights for weight in row}) == 6


def test_drawing_follows_the_seed() -> None:
    first, again, other = (xlnet.load("seed", layers="2-3-1", seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.layers != other.layers


def test_a_seed_in_a_template_may_draw_nothing(tmp_path: Path) -> None:
    """Sheet Template says a seed always."""
    path = tmp_path / "mine.toml"
    path.write_text(SEED.replace("iters = 200", "iters = 200\nseed = 7"), encoding="utf-8")
    assert xlnet.load(path).training.seed == 7


def test_overrides_have_the_templates_meaning() -> None:
    spec = xlnet.load("mazur", layers="2-3-2", activation="identity", bias=False, init="zeros", iters=9, lr=0.25)
    assert [layer.activation for layer in spec.layers] == ["identity", "sigmoid"]
    assert [layer.biases for layer in spec.layers] == [None, None]
    assert {weight for layer in spec.layers for row in layer.weights for weight in row} == {0.0}
    assert (spec.training.iters, spec.training.optimizer.lr) == (9, 0.25)
    assert xlnet.load("seed", bias=True).layers[0].biases == (0.0, 0.0)
    assert xlnet.load("seed", output_activation="sigmoid").layers[1].activation == "sigmoid"


OVERRIDE_MISTAKES: list[tuple[dict[str, object], str]] = [
    ({"iters": 0}, "--iters: must be from 1"),
    ({"lr": float("nan")}, "--lr: must be a finite number"),
    ({"seed": 3}, "--seed: nothing is drawn"),
    ({"training.seed": 3}, "--set training.seed: nothing is drawn"),
    ({"seed": 3, "init": "zeros"}, "--seed: nothing is drawn"),
    # An order of samples that no row asks for.
    ({"seed": 3, "order": "shuffled"}, "--seed: nothing is drawn"),
    ({"layers": "2"}, "--layers: must be the inputs"),
    ({"layers": "2-x-1"}, "--layers: must be the inputs"),
    ({"layers": "2-0-1"}, "--layers: must be from 1"),
    ({"layers": "3-2-1"}, "data.x: must have rows of length 3"),
    ({"layers": "2-9999-9999-1"}, "with 99,980,001 terms in all: make it smaller"),
    ({"activation": "foo"}, "--activation: must be one of"),
    ({"layers": "2-1", "activation": "sigmoid"}, "--activation: this network has no hidden layer"),
    ({"layers": "2-3-1", "init": "zeros", "seed": 1}, "--seed: nothing is drawn"),
    ({"momentum": 1}, "unknown setting momentum"),
    ({"batch": 2}, '--batch: must be "full" or at most 1'),
    ({"batch": "some"}, '--batch: must be "full" or a number of samples'),
    ({"order": "random"}, "--order: must be one of sequential, shuffled"),
    ({"loss": "cross_entropy"}, '--loss: cross_entropy needs "softmax" as the activation of the last layer'),
    ({"output_activation": "softmax", "loss": "cross_entropy"}, "needs targets from 0 to 1"),
    ({"output_activation": "sigmoid", "loss": "binary_cross_entropy"}, "needs targets from 0 to 1"),
    ({"activation": "softmax"}, "--activation: softmax is only possible on the last layer"),
    ({"optimizer": "adem"}, "--optimizer: must be one of sgd, adagrad, rmsprop, adam, adamw, adadelta,"),
    ({"inputs": "a"}, "--inputs: is about a CSV file"),
]


@pytest.mark.parametrize(("overrides", "message"), OVERRIDE_MISTAKES)
def test_a_mistake_in_an_override_names_the_option(overrides: dict[str, object], message: str) -> None:
    with pytest.raises(xlnet.UserError, match=re.escape(message)):
        xlnet.load("seed", **overrides)


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_templates_are_complete(name: str) -> None:
    spec = xlnet.load(name)
    assert spec.title
    assert spec.title != name
    assert spec.description


def test_the_default_template_comes_first() -> None:
    assert bundled_names()[0] == "seed"


def test_no_template_of_that_name() -> None:
    with pytest.raises(xlnet.UserError, match=r"no such template: use a \.toml file or one of seed"):
        xlnet.load("nope")


numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from('\n\t"\\\x7f'), max_size=40)


@given(documents(), texts, texts, st.lists(texts, min_size=9, max_size=9), numbers)
def test_a_spec_survives_being_written(
    document: Document, title: str, description: str, names: list[str], number: float
) -> None:
    document["title"], document["description"] = title, description
    document["data"]["x_names"] = [f"x{name}" for name in names][: document["network"]["inputs"]]
    document["training"]["optimizer"]["lr"] = number
    spec = parse(document, name="drawn", label="drawn")
    text = serialize(spec)
    assert parse(tomllib.loads(text), name="drawn", label="drawn") == spec
    # A line is a cell of the Template sheet, which holds no more than 32,767 characters.
    assert max(map(len, text.splitlines())) < 400 + len(title) + 6 * len(description)

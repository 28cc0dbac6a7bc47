"""Names and keys as people know them from Keras and PyTorch: taken where they mean one thing, answered where not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import kept
import pytest
from click.testing import CliRunner

import xlnet
from xlnet import names
from xlnet.cli import cli
from xlnet.cli.messages import unknown_option
from xlnet.hints import KEY_HINTS, NAME_HINTS
from xlnet.model.layers import KINDS

TAKEN = {
    ("activation", "nn.ReLU()"): "relu",
    ("activation", "swish"): "silu",
    ("activation", "torch.nn.CELU"): "elu",
    ("activation", "logistic"): "sigmoid",
    ("activation", "none"): "identity",
    ("optimizer", "torch.optim.Adam"): "adam",
    ("optimizer", "adam_w"): "adamw",
    ("loss", "keras.losses.MeanSquaredError"): "mse",
    ("loss", "mean_squared_error"): "mse",
    ("loss", "F.cross_entropy"): "cross_entropy",
    ("loss", "MSE"): "mse",
    ("schedule", "CosineDecay"): "cosine",
    ("order", "shuffle"): "shuffled",
    ("reduction", "batchmean"): "mean",
}


@pytest.mark.parametrize(("kind", "other"), TAKEN)
def test_a_name_that_means_one_thing_is_taken(kind: str, other: str) -> None:
    assert names.known(other, names.NAMES[kind]) == TAKEN[kind, other]


# Names that mean several things, or almost one of ours.
HINTED = {
    ("init", "glorot"): "did you mean xavier_uniform or xavier_normal?",
    ("init", "Kaiming"): "did you mean he_uniform or he_normal?",
    ("init", "glorot_normal"): "did you mean xavier_normal? Keras's glorot_normal is cut off at two deviations",
    ("init", "keras.initializers.RandomNormal"): "did you mean normal? its deviation is 1, and Keras's 0.05",
    (
        "loss",
        "sparse_categorical_crossentropy",
    ): "did you mean cross_entropy? its targets have an output for",
    ("loss", "torch.nn.NLLLoss"): "did you mean cross_entropy?",
    ("loss", "l2"): "did you mean mse or squared_error or half_squared_error?",
    ("optimizer", "momentum"): "did you mean sgd? set training.optimizer.momentum",
    ("schedule", "ConstantLR"): "did you mean constant? PyTorch's ConstantLR starts at a third of η",
    ("order", "random"): "(did you mean shuffled?)",
    ("activation", "sigmoyd"): "(did you mean sigmoid?)",
}


@pytest.mark.parametrize(("kind", "other"), HINTED)
def test_a_name_that_means_something_else_is_answered(kind: str, other: str) -> None:
    assert names.known(other, names.NAMES[kind]) is None
    assert HINTED[kind, other] in names.refusal(other, names.NAMES[kind], repr(other))


def test_no_hint_is_for_a_name_that_is_taken() -> None:
    for hinted, (meant, _) in NAME_HINTS.items():
        assert hinted == names.fold(hinted)
        kinds = [known for known in names.NAMES.values() if any(name in known for name in meant)]
        assert all(names.known(hinted, known) is None for known in kinds), hinted


# The optimisers that have a setting which sgd has not.
OWNERS = {"alpha": "rmsprop", "eps": "adam", "beta1": "adam", "beta2": "adam", "amsgrad": "adam"}


# The templates whose first layer has a key that a dense one has not.
TEMPLATES_WITH = {
    **dict.fromkeys(("channels", "kernel", "stride"), "conv"),
    **dict.fromkeys(("entries", "size"), "taste"),
    **dict.fromkeys(("heads", "causal"), "attention"),
}


@pytest.mark.parametrize("hinted", KEY_HINTS)
def test_a_hint_leads_to_a_key(hinted: str) -> None:
    """A value that no key takes is refused, and not the key."""
    assert hinted == names.fold(hinted)
    key, _ = KEY_HINTS[hinted]
    last = key.rpartition(".")[2]
    template = TEMPLATES_WITH.get(last, "seed")
    given = {"optimizer": OWNERS[last]} if last in OWNERS else {}
    with pytest.raises(xlnet.UserError) as error:
        xlnet.load(template, **given, **{key: -0.5 if key != "training.optimizer.lr" else "?"})
    assert f"{key}: " in str(error.value) or key == "data.csv"
    assert "unknown" not in str(error.value)


KEYS: dict[str, tuple[dict[str, Any], str]] = {
    "epochs": ({"training.epochs": 5}, "unknown key: did you mean iters? an iteration is one batch, a row"),
    "learning rate": ({"training.learning_rate": 1}, "unknown key: did you mean training.optimizer.lr?"),
    "in the optimiser": ({"training.optimizer.learning_rate": 1}, "unknown key: did you mean lr?"),
    "at the wrong place": ({"training.momentum": 0.9}, "unknown key: did you mean training.optimizer.momentum?"),
    "of another optimiser": ({"optimizer": "adam", "training.optimizer.momentum": 0.9}, "unknown key: use one of name"),
    "neurons": ({"network.layers[1].neurons": 3}, "unknown key: did you mean units?"),
    "hidden": ({"network.hidden": 3}, "unknown key: did you mean network.layers[1].units?"),
    "by case": ({"training.trainBiases": False}, "unknown key: did you mean train_biases?"),
    "a setting": ({"epochs": 5}, "unknown setting epochs: did you mean iters?"),
    "a dotted setting": ({"momentum": 5}, "unknown setting momentum: did you mean training.optimizer.momentum?"),
}


@pytest.mark.parametrize(("overrides", "message"), KEYS.values(), ids=KEYS.keys())
def test_a_key_that_people_know_is_answered(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(xlnet.UserError, match=re.escape(message)):
        xlnet.load("seed", **overrides)


OPTIONS = {
    ("build", "--epochs"): "--iters? an iteration is one batch, a row",
    ("build", "--learning-rate"): "--lr?",
    ("build", "--batch-size"): "--batch?",
    ("build", "--neurons"): "--layers?",
    ("compare", "--momentum"): "--set training.optimizer.momentum=…?",
}


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_that_people_know_is_answered(command: str, option: str) -> None:
    with pytest.raises(click.NoSuchOption) as error:
        cli.main([command, option, "1"], standalone_mode=False)
    assert unknown_option(error.value) == f"{option}: no such option: did you mean {OPTIONS[command, option]}"


SET = {
    "no value": (["training.optimizer.lr"], "--set: must be a key and its value, like training.optimizer.momentum=0.9"),
    "several": (["training.optimizer.lr=1,2"], "--set training.optimizer.lr: takes one value, not 1,2: for a run of "),
    "twice": (["data.standardize=true", "data.standardize=false"], "--set data.standardize: is given twice"),
    "also an option": (["training.iters=4"], "--iters and --set training.iters set the same key: use one of the two"),
    "unknown": (["training.itres=4"], "--set training.itres: unknown key: did you mean iters?"),
}


@pytest.mark.parametrize(("settings", "message"), SET.values(), ids=SET.keys())
def test_a_mistake_in_set(settings: list[str], message: str) -> None:
    given = [word for setting in settings for word in ("--set", setting)]
    failed = CliRunner().invoke(cli, ["build", "seed", "--iters", "3", *given], standalone_mode=False)
    assert isinstance(failed.exception, xlnet.UserError)
    assert message in str(failed.exception)


def test_set_takes_any_key(tmp_path: Path) -> None:
    path = tmp_path / "set.xlsx"
    settings = ["training.optimizer.name=Adam", "training.optimizer.amsgrad=true", "network.layers[2].weights=[[1, 2]]"]
    given = [word for setting in settings for word in ("--set", setting)]
    built = CliRunner().invoke(cli, ["build", "seed", "--iters", "3", *given, "-o", str(path)], catch_exceptions=False)
    assert built.output == f"{path}\n"
    lines = [row[0].value for row in kept.looked_at(path)["Template"].iter_rows()]
    assert {'name = "adam"', "amsgrad = true", "weights = [[1, 2]]"} <= set(lines)


@pytest.mark.parametrize("values", [["--lr", "0.1,0.01"], ["--layers", "2-3-1,2-4-1"], ["--optimizer", "sgd,adam"]])
def test_a_list_for_build_names_compare(values: list[str]) -> None:
    failed = CliRunner().invoke(cli, ["build", *values])
    assert f"{values[0]}: takes one value, not {values[1]}: for a run of each, use xlnet compare" in failed.output
    assert CliRunner().invoke(cli, ["compare", "xor", *values, "--iters", "2", "--csv"]).exit_code == 0


TEMPLATES = {
    "xro": "no such template: did you mean xor?",
    "XOR": "no such template: did you mean xor?",
    "xor.tml": "no such template: did you mean xor?",
    "xor.toml": "no such file: check the path, or did you mean xor?",
    "mine.txt": "the name of a template must end in .toml: rename it",
    "there/xor.toml": "no such file: check the path",
}


@pytest.mark.parametrize(("name", "message"), TEMPLATES.items())
def test_a_template_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.txt").touch()
    with pytest.raises(xlnet.UserError) as error:
        xlnet.load(name)
    assert str(error.value) == f"{name}: {message}"


KINDS_ELSEWHERE = {
    "nn.Linear": "dense",
    "Conv2D": "conv2d",
    "MaxPooling2D": "max_pool2d",
    "torch.nn.AvgPool1d": "avg_pool1d",
    "SimpleRNN": "rnn",
    "LSTM": "lstm",
    "keras.layers.LayerNormalization": "layer_norm",
    "BatchNorm1d": "batch_norm",
    "MultiheadAttention": "attention",
    "UpSampling2D": "upsample",
}


@pytest.mark.parametrize("other", KINDS_ELSEWHERE)
def test_a_kind_of_layer_is_taken_by_the_names_that_others_give_it(other: str) -> None:
    assert names.known(other, KINDS) == KINDS_ELSEWHERE[other]


def test_a_layer_that_is_a_key_here_is_answered() -> None:
    with pytest.raises(xlnet.UserError, match=r"did you mean dense.* dropout is a key of the layer before it"):
        xlnet.load("seed", **{"network.layers[1].type": "Dropout"})

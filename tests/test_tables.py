"""Every entry of every table has its words in each language, its place in documentation and help, and its witness.

An entry that lacks one of these is found here, by its name, and not by a user.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, combinations
from pathlib import Path

import click
import drawn
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, seed, settings

import xlnet
from xlnet import keys, names, reference
from xlnet.book.texts import LANGUAGES, load
from xlnet.cli import cli
from xlnet.cli.check import ENGINES as OFFERED
from xlnet.engines.choose import AUTO, ENGINES
from xlnet.graph.node import Graph
from xlnet.graph.operations import ACTIVATION_SETTINGS, ACTIVATIONS, KINKED, LOSSES, SOFTMAX
from xlnet.model.initializers import INITIALIZERS
from xlnet.model.iteration import iteration
from xlnet.model.optimizers import OPTIMIZERS
from xlnet.model.schedules import CONSTANT, SCHEDULES
from xlnet.reference import functions, schedules
from xlnet.reference.rules import kept_rules
from xlnet.render.mathematics import Symbols
from xlnet.spec import ORDERS, REDUCTIONS, Optimizer, Schedule, Spec
from xlnet.template.rules import read_loss_settings, read_optimizer, read_schedule, read_settings
from xlnet.template.toml_table import TomlTable

ROOT = Path(__file__).parent.parent
DOCUMENTATION = "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])

# name of the table: its entries, as a template or an option names them
TABLES: dict[str, list[str]] = {
    "activation": [*ACTIVATIONS, SOFTMAX],
    "loss": [*LOSSES],
    "optimizer": [*OPTIMIZERS],
    "schedule": [*SCHEDULES],
    "initializer": [*INITIALIZERS],
    "reduction": [*REDUCTIONS],
    "order": [*ORDERS],
    "engine": [AUTO, *ENGINES],
    "language": [*LANGUAGES],
}
ENTRIES = [(table, name) for table, entries in TABLES.items() for name in entries]
# owner, setting, default
SETTINGS = [
    *((f"optimizer {name}", key, value) for name, rule in OPTIMIZERS.items() for key, value in rule.defaults.items()),
    *((f"activation {name}", key, value) for name, rule in ACTIVATIONS.items() for key, value in rule.settings.items()),
    *((f"loss {name}", key, value) for name, rule in LOSSES.items() for key, value in rule.settings.items()),
    *(("loss " + name, "label_smoothing", 0.0) for name, rule in LOSSES.items() if rule.has_classes),
    *((f"schedule {name}", key, value) for name, rule in SCHEDULES.items() for key, value in rule.defaults.items()),
]
# Rounds of examples, of which one is nearly always enough.
_MOST_ROUNDS = 5
FLAGS = {key for rule in OPTIMIZERS.values() for key in rule.flags}
# Settings that take a word: they have no cell.
WORDS = {key for rule in SCHEDULES.values() for key in rule.choices}
# Options that take a name of a table, by command.
CHOICES = {
    ("build", "--activation"): [*ACTIVATIONS],
    ("build", "--output-activation"): TABLES["activation"],
    ("build", "--loss"): TABLES["loss"],
    ("build", "--optimizer"): TABLES["optimizer"],
    ("build", "--order"): TABLES["order"],
    ("build", "--init"): TABLES["initializer"],
    ("build", "--lang"): TABLES["language"],
    ("check", "--engine"): TABLES["engine"],
}
CHOICES |= {("compare", option): known for (command, option), known in CHOICES.items() if command == "build"}


def is_word(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


@pytest.mark.parametrize(("table", "name"), ENTRIES, ids=[" ".join(entry) for entry in ENTRIES])
def test_every_entry_is_documented(table: str, name: str) -> None:
    assert is_word(name, DOCUMENTATION), f"{table} {name} stands neither in README.md nor in docs/*.md"


@pytest.mark.parametrize("key", dict.fromkeys(key for _, key, _ in SETTINGS))
def test_every_setting_is_documented(key: str) -> None:
    assert is_word(key, DOCUMENTATION), f"setting {key} stands neither in README.md nor in docs/*.md"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_has_its_sentence(name: str, language: str) -> None:
    assert load(language).of_loss(name), f"[loss] {name} is missing in {language}.toml"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", dict.fromkeys(key for _, key, _ in SETTINGS if key not in FLAGS | WORDS))
def test_every_setting_has_a_meaning_and_a_symbol(key: str, language: str) -> None:
    sections = load(language).sections
    owners = (
        [f"{owner.split()[1]} {key}" for owner, own, _ in SETTINGS if own == key]
        if key in ACTIVATION_SETTINGS
        else [key]
    )
    for name in owners:
        assert name in sections["meaning"], f"[meaning] {name} is missing in {language}.toml"
    # Without one the symbol is the key itself.
    symbols = Symbols(xlnet.load().layers, 1, {k: f"<{v}>" for k, v in sections["symbols"].items()})
    assert symbols(keys.of_layer(key, 1) if key in ACTIVATION_SETTINGS else key) != key, f"{key} has no symbol"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*OPTIMIZERS, *(name for name in SCHEDULES if name != CONSTANT)])
def test_every_column_has_a_meaning(name: str, language: str) -> None:
    """Whatever settings are on: the state that an optimiser keeps, and the numbers that it shares."""
    texts = load(language)
    for spec in specs(name):
        graph = iteration(spec)
        for key in [node.key for node in graph.nodes] + [constant.key for constant in graph.settings]:
            assert texts.meaning(key, spec.layers) != key.replace("_", " "), key


def specs(name: str) -> Iterator[Spec]:
    """Specs of an optimiser or a schedule, each setting in use and left out."""
    spec = xlnet.load("seed", iters=5)
    if name in SCHEDULES:
        for value in (0.0, 1.0, 2.0):
            # The last word of a setting that takes one.
            last = {key: min(value, len(words) - 1.0) for key, words in SCHEDULES[name].choices.items()}
            schedule = Schedule(name, dict.fromkeys(SCHEDULES[name].defaults, value) | last)
            yield replace(spec, training=replace(spec.training, schedule=schedule))
        return
    yield replace(spec, training=replace(spec.training, l1=0.1, clip_value=1.0))
    yield replace(spec, training=replace(spec.training, l1=0.1, clip_norm=1.0))
    defaults = OPTIMIZERS[name].defaults
    for chosen in chain.from_iterable(combinations(defaults, count) for count in range(len(defaults) + 1)):
        # Nesterov's momentum is one.
        if "nesterov" not in chosen or "momentum" in chosen:
            used = {**dict.fromkeys(defaults, 0.0), **dict.fromkeys(chosen, 0.5)}
            yield replace(spec, training=replace(spec.training, optimizer=Optimizer(name, 0.01, used)))


@pytest.mark.parametrize(("command", "option"), CHOICES, ids=[" ".join(key) for key in CHOICES])
def test_the_help_lists_the_names(command: str, option: str) -> None:
    helped = CliRunner().invoke(cli, [command, "--help"], terminal_width=400, max_content_width=400).output
    line = next(line for line in helped.splitlines() if re.match(rf"\s+(-\w, )?{option}\b", line))
    following = helped.split(line, 1)[1].splitlines()[1] if line.rstrip().endswith("]") else ""
    assert [name for name in CHOICES[command, option] if not is_word(name, line + following)] == []


# In `xlnet compare` an option takes a list, whose names the template looks up.
SINGLE = [key for key in CHOICES if key[0] != "compare"]


@pytest.mark.parametrize(("command", "option"), SINGLE, ids=[" ".join(key) for key in SINGLE])
def test_an_option_takes_its_names_in_any_case_and_refuses_others(command: str, option: str) -> None:
    (parameter,) = (parameter for parameter in cli.commands[command].params if option in parameter.opts)
    assert isinstance(parameter.type, click.Choice)
    assert list(parameter.type.choices) == CHOICES[command, option]
    for name in CHOICES[command, option]:
        for spelling in (name.upper(), name.title().replace("_", "")):
            # Some names of losses are left for the template to look up, once it knows the outputs.
            assert names.known(parameter.type.convert(spelling, parameter, None), CHOICES[command, option]) == name
    with pytest.raises(click.UsageError, match=rf"{option}: must be one of .*, not 'nothing like it'"):
        parameter.type.convert("nothing like it", parameter, None)


@pytest.mark.parametrize("command", [[], *([name] for name in cli.commands)], ids=str)
def test_help_does_not_wait_for_numpy(command: list[str]) -> None:
    """It takes longer to import than all that help needs."""
    code = f"""
import sys
from xlnet.cli import cli
cli.main([*{command}, "--help"], standalone_mode=False)
assert "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)


def test_the_options_name_the_engines_that_there_are() -> None:
    assert list(OFFERED) == [AUTO, *ENGINES]


def test_the_reference_knows_every_entry() -> None:
    assert set(functions.ACTIVATIONS) == set(ACTIVATIONS)
    assert set(functions.LOSSES) | set(functions.FUSED_LOSSES) == set(LOSSES)
    assert set(functions.FUSED_LOSSES) == {name for name, loss in LOSSES.items() if loss.fused}
    assert set(schedules.SCHEDULES) == set(SCHEDULES) - {CONSTANT}
    assert set(ACTIVATIONS) | set(LOSSES) >= KINKED


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_reference_knows_every_optimiser_and_setting(name: str) -> None:
    """It keeps what the graph keeps in columns, takes the settings that the graph cites, and does more than descend."""
    for spec in specs(name):
        graph = iteration(spec)
        state = {re.sub(r"_\d+_\d+$", "", node.key) for node in graph.nodes if node.group == "state"}
        kept = {name for name, _ in kept_rules(spec)}
        assert state == kept & set(reference.axes(spec)) == kept, spec.training.optimizer
        assert settings_of(graph) == {n for n in reference.constants(spec) if n not in ("x", "t")}
    used = dict.fromkeys(OPTIMIZERS[name].defaults, 0.5)
    plain = weights("sgd", dict.fromkeys(OPTIMIZERS["sgd"].defaults, 0.0))
    assert not np.array_equal(weights(name, used), plain)


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != CONSTANT])
def test_the_reference_knows_every_column_and_setting_of_a_schedule(name: str) -> None:
    for spec in specs(name):
        graph = iteration(spec)
        assert settings_of(graph) == {n for n in reference.constants(spec) if n not in ("x", "t")}
        assert {node.key for node in graph.nodes if node.group == "schedule"} <= set(reference.axes(spec))


def settings_of(graph: Graph) -> set[str]:
    return {constant.key for constant in graph.settings if constant.group == "settings"}


def weights(optimizer: str, used: Mapping[str, float]) -> reference.Array:
    spec = xlnet.load("seed", iters=5)
    spec = replace(spec, training=replace(spec.training, optimizer=Optimizer(optimizer, 0.01, used)))
    return reference.train(spec, reference.initial(spec), reference.constants(spec), 5)["w1"]


@pytest.mark.parametrize(("owner", "key", "default"), SETTINGS, ids=[f"{owner} {key}" for owner, key, _ in SETTINGS])
def test_every_setting_has_bounds(owner: str, key: str, default: float | str | None) -> None:
    """A setting of a new name is not taken as it comes: -1 is refused, but where any number has a meaning."""
    kind, name = owner.split()
    if kind in ("activation", "loss"):
        read = partial(read_settings, every={name: rule.settings for name, rule in ACTIVATIONS.items()}, name=name)
        with pytest.raises(xlnet.UserError, match=rf"{key}: must"):
            (read if kind == "activation" else partial(read_loss_settings, loss=name))(
                TomlTable("drawn", "", {key: -1}, {})
            )
        return
    required = {k: 1 for k, v in (SCHEDULES if kind == "schedule" else OPTIMIZERS)[name].defaults.items() if v is None}
    table = TomlTable("drawn", kind, required | {"name": name, key: "x" if key in FLAGS else -1}, {})
    if key in ("eta_min", "end_lr"):
        assert default in (None, 0.0)
        return
    with pytest.raises(xlnet.UserError, match=rf"{key}: must"):
        read_schedule(table, 5) if kind == "schedule" else read_optimizer(table)


def test_the_tests_draw_every_entry_and_every_setting() -> None:
    """So that an entry that is added is drawn without a word: tests/drawn.py draws from the tables themselves."""
    seen: set[tuple[str, str]] = set()
    expected = {(table, name) for table, name in ENTRIES if table not in ("engine", "language")}
    expected |= {(owner, key) for owner, key, _ in SETTINGS}

    @settings(
        max_examples=800, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(drawn.documents())
    def each(document: drawn.Document) -> None:
        seen.update(drawn.things(document))

    # What is drawn depends on the modules that other tests have imported, too: Hypothesis takes constants out of them.
    for number in range(_MOST_ROUNDS):
        seed(number)(each)()
        if expected <= seen:
            break
    assert sorted(expected - seen) == []


def test_names_of_a_kind_differ_by_more_than_case() -> None:
    for kind, known in names.NAMES.items():
        assert len({names.fold(name) for name in known}) == len(known), kind


def test_other_names_lead_to_entries_and_stand_in_no_table_themselves() -> None:
    every = {name for known in names.NAMES.values() for name in known}
    for other, name in names.OTHER_NAMES.items():
        assert other == names.fold(other)
        assert name in every
        kinds = [kind for kind, known in names.NAMES.items() if name in known]
        assert not any(names.fold(own) == other for kind in kinds for own in names.NAMES[kind])


KERAS_AND_PYTORCH = {
    "linear": "identity",
    "Identity": "identity",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "Softplus": "softplus",
    "MeanSquaredError": "mse",
    "mean_squared_error": "mse",
    "MSELoss": "mse",
    "L1Loss": "mae",
    "mean_absolute_error": "mae",
    "HuberLoss": "huber",
    "SmoothL1Loss": "huber",
    "categorical_crossentropy": "cross_entropy",
    "CrossEntropyLoss": "cross_entropy",
    "binary_crossentropy": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy",
    "SGD": "sgd",
    "AdamW": "adamw",
    "RMSprop": "rmsprop",
    "StepLR": "step",
    "ExponentialLR": "exponential",
    "CosineAnnealingLR": "cosine",
    "CosineAnnealingWarmRestarts": "cosine_restarts",
    "LinearLR": "warmup",
    "NAdam": "nadam",
    "Adadelta": "adadelta",
    "GlorotUniform": "xavier_uniform",
    "xavier_normal_": "xavier_normal",
    "kaiming_uniform_": "he_uniform",
}


@pytest.mark.parametrize(("other", "name"), KERAS_AND_PYTORCH.items())
def test_the_names_of_keras_and_pytorch(other: str, name: str) -> None:
    kinds = [kind for kind, known in names.NAMES.items() if name in known]
    assert {names.known(other, names.NAMES[kind]) for kind in kinds} == {name}


# By default these mean something else there: Keras cuts glorot_normal off, PyTorch's OneCycleLR moves the momentum …
@pytest.mark.parametrize("other", ["glorot_normal", "RandomUniform", "ConstantLR", "OneCycleLR", "ExponentialDecay"])
def test_a_name_that_means_two_things_is_none(other: str) -> None:
    assert not any(names.known(other, known) for known in names.NAMES.values())


@pytest.mark.parametrize("loss", ["BCEWithLogitsLoss", "BCELoss", "binary_crossentropy", "BinaryCrossentropy"])
def test_a_mean_over_outputs_is_not_taken_for_their_sum(loss: str) -> None:
    """Of one output the two are the same."""
    assert xlnet.load("logistic", loss=loss).training.loss == "binary_cross_entropy"
    with pytest.raises(xlnet.UserError, match=f"--loss: {loss} is the mean over the outputs"):
        xlnet.load("mazur", loss=loss)
    assert xlnet.load("mazur", loss="Binary_Cross_Entropy").training.loss == "binary_cross_entropy"


def test_names_in_a_template_are_taken_in_any_case(tmp_path: Path) -> None:
    text = (ROOT / "templates" / "xor.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    changes = {
        "training.loss": "MSE",
        "training.optimizer.name": "RMSprop",
        "training.schedule.name": "Cosine",
        "training.order": "Shuffled",
        "training.reduction": "SUM",
        "training.batch": "Full",
        "network.layers[1].activation": "Tanh",
        "network.layers[1].init": "Glorot_Uniform",
    }
    path.write_text(text, encoding="utf-8")
    spec = xlnet.load(path, **changes)
    training = spec.training
    found = (training.loss, training.optimizer.name, training.order, training.reduction, training.batch)
    assert found == ("mse", "rmsprop", "shuffled", "sum", None)
    assert training.schedule is not None
    assert training.schedule.name == "cosine"
    plain = {key: value.lower() for key, value in changes.items()} | {"network.layers[1].init": "xavier_uniform"}
    assert spec.layers == xlnet.load(path, **plain).layers


def test_a_seed_draws_by_an_initialiser_in_any_case() -> None:
    assert xlnet.load("seed", init="Normal", seed=3) == xlnet.load("seed", init="normal", seed=3)
    with pytest.raises(xlnet.UserError, match="nothing is drawn"):
        xlnet.load("seed", init="Zeros", seed=3)


def test_runs_show_the_tables_spelling(tmp_path: Path) -> None:
    comparison = xlnet.load_comparison("xor", optimizer=["SGD", "Adam"], settings={"training.loss": ["MSE", "L1Loss"]})
    assert [dict(run.settings) for run in comparison.runs] == [
        {"optimizer": optimizer, "loss": loss} for optimizer in ("sgd", "adam") for loss in ("mse", "mae")
    ]
    with pytest.raises(xlnet.UserError, match="--loss: mse "):
        xlnet.load_comparison("xor", loss=["mse", "MSELoss"])
    path = tmp_path / "mine.toml"
    runs = '\n[[compare.runs]]\nactivation = "ReLU"\n[[compare.runs]]\n"network.layers[1].activation" = "Tanh"\n'
    path.write_text((ROOT / "templates" / "xor.toml").read_text(encoding="utf-8") + runs, encoding="utf-8")
    comparison = xlnet.load_comparison(path)
    assert [list(run.settings.values()) for run in comparison.runs] == [["relu"], ["tanh"]]


def test_a_wrong_name_in_a_list_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        xlnet.UserError, match=r"--optimizer: must be one of .*, not 'adm' \(did you mean adam or radam"
    ):
        xlnet.load_comparison("xor", optimizer=["sgd", "adm"])

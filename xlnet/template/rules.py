"""Reads how a network is trained: loss, optimiser and schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlnet import keys
from xlnet.graph.operations import LOSSES
from xlnet.model.layers import KINDS
from xlnet.model.loss import steps_of
from xlnet.model.optimizers import OPTIMIZERS
from xlnet.model.optimizers.taken import SETTINGS as TAKEN
from xlnet.model.schedules import CONSTANT, SCHEDULES
from xlnet.names import is_of_one_output
from xlnet.spec import Optimizer, Schedule, Settings, Spec, Vector
from xlnet.template.toml_table import TomlTable

# Settings that are shares of what is kept: from 0 to below 1.
_SHARES = ("momentum", "alpha", "beta1", "beta2", "rho", "pct_start", "label_smoothing")
# A denominator is made of it, or it is what something is multiplied with.
_POSITIVE = (
    *("step_size", "t_max", "steps", "gamma", "t_0", "total_iters", "total_steps", "div_factor", "final_div_factor"),
    *("etaminus", "step_size_min", "step_size_max", "delta"),
)
_NOT_NEGATIVE = (
    *("eps", "weight_decay", "initial_accumulator_value", "lr_decay", "dampening", "decay", "momentum_decay"),
    *("start_factor", "end_factor", "slope", *TAKEN),
)
_AT_LEAST_ONE = ("t_mult", "etaplus")
_AT_MOST_ONE = ("start_factor", "end_factor", "etaminus")


# What a loss of classes may have beside its own settings.
_OF_CLASSES = {keys.LABEL_SMOOTHING: 0.0}
LOSS_KEYS = (*dict.fromkeys(key for rule in LOSSES.values() for key in rule.settings), *_OF_CLASSES, "class_weights")


def read_loss(table: TomlTable) -> str:
    """Return the name of the loss."""
    return table.choice("loss", LOSSES, "half_squared_error")


def read_loss_settings(table: TomlTable, loss: str) -> Settings:
    """Return the settings of a loss that are given. Raises UserError."""
    every = {name: {**rule.settings, **(_OF_CLASSES if rule.has_classes else {})} for name, rule in LOSSES.items()}
    return read_settings(table, every, loss)


def read_class_weights(table: TomlTable, loss: str) -> Vector:
    """Return how much each class counts, nothing where all count alike. Raises UserError."""
    key = "class_weights"
    if key not in table.content:
        return ()
    _require_own(table, key, [name for name, rule in LOSSES.items() if rule.has_classes], loss)
    given = table.content[key]
    weights = table.vector(key, len(given) if isinstance(given, list) else 1, "one a class")
    if not weights or min(weights) <= 0:
        table.fail(key, "must be numbers above 0, one a class, like [1, 2, 0.5]")
    return weights


def read_settings(table: TomlTable, every: Mapping[str, Mapping[str, float]], name: str) -> Settings:
    """Return the settings that a table gives the activation or loss of that name; `every` has those of all, by name."""
    for key in {key for settings in every.values() for key in settings if key in table.content}:
        _require_own(table, key, [owner for owner, settings in every.items() if key in settings], name)
    return {key: _number(table, key, default) for key, default in every[name].items() if key in table.content}


def _require_own(table: TomlTable, key: str, owners: Sequence[str], name: str) -> None:
    if name not in owners:
        table.fail(key, f"is a setting of {' and '.join(owners)}, not of {name}: remove it")


def read_optimizer(table: TomlTable) -> Optimizer:
    """Return the optimiser with all its settings, by PyTorch's names and defaults. Raises UserError."""
    name = table.choice("name", OPTIMIZERS, "sgd")
    rule = OPTIMIZERS[name]
    table.require_known("name", "lr", *rule.defaults)
    settings = {
        key: float(table.flag(key, bool(default))) if key in rule.flags else _number(table, key, default)
        for key, default in rule.defaults.items()
    }
    if settings.get("step_size_max", 1) < settings.get("step_size_min", 0):
        table.fail("step_size_max", "must be at least step_size_min: change one of the two")
    if settings.get("nesterov") and (not settings["momentum"] or settings["dampening"]):
        table.fail("nesterov", "needs momentum above 0 and dampening of 0: set momentum, for example to 0.9")
    return Optimizer(name, table.number("lr", 0.01), settings)


def read_schedule(table: TomlTable, iters: int) -> Schedule | None:
    """Return the schedule, None where the learning rate is constant. Raises UserError."""
    name = table.choice("name", SCHEDULES, CONSTANT)
    defaults = SCHEDULES[name].defaults
    table.require_known("name", *defaults)
    if name == CONSTANT:
        return None
    choices = SCHEDULES[name].choices
    settings = {
        key: float(choices[key].index(table.choice(key, choices[key], choices[key][0])))
        if key in choices
        else _number(table, key, iters if value == "iters" else value)
        for key, value in defaults.items()
    }
    return Schedule(name, settings)


def read_taken(table: TomlTable) -> dict[str, float]:
    """Return how gradients are clipped, and the L1 penalty. Raises UserError."""
    settings = {key: _number(table, key, 0.0) for key in TAKEN}
    if settings["clip_value"] and settings["clip_norm"]:
        table.fail("clip_norm", "cannot be combined with clip_value: keep one of the two")
    return settings


def require_fitting_loss(table: TomlTable, spec: Spec, data_table: TomlTable) -> None:
    """Raise UserError where a loss does not fit the last layer's activation or the targets."""
    loss, activation, data = spec.training.loss, spec.layers[spec.last - 1].activation, spec.data
    steps = steps_of(spec)
    classes = spec.outputs // steps
    if is_of_one_output(table.content.get("loss")) and len(data.t[0]) > 1:
        table.fail(
            "loss",
            f"{table.content['loss']} is the mean over the outputs in Keras and PyTorch, and {loss} their sum: "
            f"with several outputs write {loss} if the sum is what you want",
        )
    rule = LOSSES[loss]
    _require_a_weight_for_each_class(table, classes)
    for number, row in enumerate(data.t if rule.signed else (), 1):
        if not {*row} <= {-1.0, 1.0}:
            data_table.fail(
                "t",
                f"{loss} needs targets of -1 and 1, but sample {number} has others: "
                "write -1 in place of 0, or use another loss",
            )
    if rule.fused is None:
        return
    last = spec.layers[spec.last - 1].type
    if rule.fused not in KINDS[last].activations:
        table.fail(
            "loss",
            f'{loss} needs "{rule.fused}" as the activation of the last layer, which {last} cannot have: '
            "add a dense layer after it, or change the loss",
        )
    if activation != rule.fused:
        table.fail(
            "loss",
            f'{loss} needs "{rule.fused}" as the activation of the last layer, not "{activation}": '
            "change one of the two (--output-activation, --loss)",
        )
    if data.standardize_targets:
        data_table.fail("standardize_targets", f"{loss} needs targets from 0 to 1: leave it out, or change the loss")
    for number, row in enumerate((*data.t, *data.held_t), 1):
        if min(row) < 0 or max(row) > 1:
            data_table.fail(
                "t",
                f"{loss} needs targets from 0 to 1, but {data.called(number)} has others: change them or the loss"
                + (", or name the column in --classes if it holds classes" if data.lines else ""),
            )
        if rule.normalized and any(abs(sum(row[at : at + classes]) - 1) > 1e-9 for at in range(0, len(row), classes)):
            data_table.fail(
                "t",
                f"{loss} needs targets that sum to 1{' at every step' if steps > 1 else ''}, but those of "
                f"{data.called(number)} do not: change them or the loss",
            )


def _require_a_weight_for_each_class(table: TomlTable, classes: int) -> None:
    given = len(table.content.get("class_weights", ()))
    if given not in (0, classes):
        table.fail(
            "class_weights", f"must have length {classes} (one a class, in the order of the outputs), not {given}"
        )


def _number(table: TomlTable, key: str, default: float | str | None) -> float:
    assert not isinstance(default, str)
    value = table.number(key, default)
    if key in _SHARES and not 0 <= value < 1:
        table.fail(key, f"must be at least 0 and below 1, not {value:g}")
    if key in _POSITIVE and value <= 0:
        table.fail(key, f"must be above 0, not {value:g}")
    if key in _NOT_NEGATIVE and value < 0:
        table.fail(key, f"must be at least 0, not {value:g}")
    if key in _AT_LEAST_ONE and value < 1:
        table.fail(key, f"must be at least 1, not {value:g}")
    if key in _AT_MOST_ONE and value > 1:
        table.fail(key, f"must be at most 1, not {value:g}")
    return value

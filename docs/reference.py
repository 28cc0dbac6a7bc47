"""Writes docs/reference.md from the program's own tables and commands: `python docs/reference.py`."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import click

from xlnet.book.limits import _MOST_CELLS, _MOST_COLUMNS, _MOST_SHEETS
from xlnet.book.sheets.validation.plan import MOST_IN_ALL
from xlnet.book.texts import LANGUAGES, load
from xlnet.cli import cli
from xlnet.engines.choose import ENGINES
from xlnet.errors import UserError
from xlnet.graph.expression import Quantity
from xlnet.graph.node import Node
from xlnet.graph.operations import ACTIVATIONS, LOSSES, SOFTMAX
from xlnet.model.initializers import INITIALIZERS
from xlnet.model.iteration import iteration
from xlnet.model.layers import DENSE, KINDS, Array, Choice
from xlnet.model.optimizers import OPTIMIZERS
from xlnet.model.schedules import CONSTANT, SCHEDULES
from xlnet.render.mathematics import Symbols
from xlnet.sheet_size import LAST_SHEET_COLUMN, MOST_ITERATIONS, MOST_SAMPLES
from xlnet.template.parse import ORDERS, REDUCTIONS, parse
from xlnet.template.runs import MOST_RUNS, parse_comparison
from xlnet.template.sources import open_template
from xlnet.template.topics import TOPICS

PAGE = Path(__file__).parent / "reference.md"

Document = dict[str, Any]

# What each key of a template means, by table. The tables' keys are asked of the program: one without a meaning here is
# a KeyError.
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "the top level": {
        "title": "title of the workbook; default: the template's file name",
        "description": "what the workbook is about, shown on its Guide sheet",
        "layout": "how an iteration is laid out on the Training sheet: `rows`, a row each, the default of networks "
        "whose layers "
        "are all dense; or `matrix`, a block of rows in which every tensor is a matrix, the default of all others",
        "network": "the table `[network]`; required",
        "data": "the table `[data]`; required",
        "training": "the table `[training]`",
        "compare": "the table `[compare]`: the runs of `xlnet compare`",
        "exercise": "the table `[exercise]` of an exercise's sheet Template: what is practised, and which quantities "
        "are blank; `xlnet exercise` writes it, and `xlnet build` leaves it aside",
    },
    "[network]": {
        "inputs": "number of inputs, or their shape: `[channels, length]` or `[channels, height, width]`, `[steps, "
        "features]` of "
        "a sequence, `[steps]` of token numbers; `x` stays a flat list a sample, the last axis fastest; required",
        "layers": "one `[[network.layers]]` table per [layer](#layers), from the first to the last; required",
    },
    "[data]": {
        "x": "inputs: one row per sample, one number per input",
        "t": "targets: one row per sample, one number per output",
        "x_names": "names of the inputs; optional",
        "t_names": "names of the targets; optional",
        "class_names": "names of 0 and 1, where there is one target that is a class; optional",
        "csv": "instead of `x` and `t`: a CSV file beside the template",
        "separator": 'what separates its cells, `","`, `";"`, `"tab"`, `"space"` (as many blanks as there are) or any '
        "one or two characters; found out where it is not given, and a first line `sep=;` says it, too",
        "decimal": 'its decimal sign, `"."` or `","`; found out where it is not given',
        "encoding": "its encoding, like `cp1252`; default UTF-8, or what a byte order mark says",
        "header": "`true`: its first line has the names of the columns; `false`: they are called c1, c2, …; a first "
        "line with numbers needs one of the two",
        "inputs": 'columns to use as inputs: a list of names and of patterns like `"pixel_*"`, or `"all"`, or '
        '`"all-but:a,b"`; `"c3"` is the third column, where none has that name',
        "targets": "columns to use as targets; a text column becomes one target per class, in order of appearance, or "
        "of two classes a single one of 0 and 1, where the network has one output for each column",
        "classes": "targets whose whole numbers are classes, in their order",
        "categorical": "inputs that are categories: an input of 0 and 1 for each, called `sex=female`",
        "missing": "what becomes of a row that misses a value (blank, NA, ?, nan, null, None) in a column that is "
        "used: `error`; `drop`, it is left out; `mean`, a number among the inputs becomes the mean of its column, and "
        "rows that miss something else are left out; default `error`",
        "standardize": "`true`: the network sees (x − mean) / standard deviation of the population; default `false`",
        "standardize_targets": "`true`: it learns the targets so, and sheet Predict undoes it; default `false`",
        "constant": "what becomes of a column that is the same in every sample, where columns are standardised: "
        "`error`, or `zero`, as in scikit-learn; default `error`",
        "validation": "samples held out from training: a share above 0 and below 1, or a number; drawn with "
        "`training.seed`, of classes the same share of each; default 0",
        "split": "instead: a column of the CSV file that says `train` or `validation`, in any case (also `training`, "
        "`valid`, `val`, `test`)",
        "validation_csv": "instead: a second CSV file with the same columns, all of whose samples are held out",
        "held_x": "instead: the inputs of the samples held out, as numbers; the Template sheet has them so",
        "held_t": "their targets",
    },
    "[training]": {
        "iters": f"number of rows, one forward and backward pass each: 1 to {MOST_ITERATIONS:,}; default 200",
        "loss": "name of the [loss](#losses); default `half_squared_error`, of classes in a CSV file `cross_entropy`, "
        "with a `sigmoid` `binary_cross_entropy`",
        "delta": "of `huber`: the error above which the loss is linear; default 1",
        "label_smoothing": "of `cross_entropy`: the share of each target that is spread evenly over all classes; "
        "default 0",
        "class_weights": "of `cross_entropy`: how much each class counts, a number above 0 each, in the order of the "
        "outputs, or of those of a step; by default all count alike",
        "reduction": "how the losses of a batch are combined: "
        + " or ".join(f"`{r}`" for r in REDUCTIONS)
        + "; default `mean`",
        "batch": '`"full"`, or the number of samples per row; 1 is online learning; default `"full"`, or 32 '
        "and less where a sheet has no room for all",
        "order": " or ".join(f"`{order}`" for order in ORDERS)
        + ": a new permutation of the samples every epoch; default `sequential`",
        "seed": "seed for whatever is drawn: weights, a shuffled order; default 0",
        "train_biases": "`false` keeps the biases as they are; default `true`",
        "decay_biases": "`false`: weight decay and the L1 penalty leave the biases alone; default `true`",
        "clip_value": "each ∂E/∂w is clipped to between −c and c before the optimiser uses it; default 0: not at all",
        "clip_norm": "all ∂E/∂w are scaled down, by one factor, to this norm at most, as by PyTorch's "
        "`clip_grad_norm_`; default 0: not at all; not together with `clip_value`",
        "l1": "L1 penalty: λ₁·sign(w) is added to the gradient that the optimiser uses, after clipping, as "
        "`weight_decay` is; E and ∂E/∂w do not contain it; default 0",
        "optimizer": "the table `[training.optimizer]`: `name`, `lr` and the settings of that "
        "[optimiser](#optimisers); default plain `sgd` with `lr = 0.01`",
        "schedule": "the table `[training.schedule]`: `name` and the settings of that [schedule](#schedules)",
    },
    "[compare]": {
        "runs": "one `[[compare.runs]]` table per run: `name` (it names the run's sheet), `note` (shown on the Guide "
        "sheet), and what sets the run apart, by option names (`lr`) or dotted keys",
        "bound": "a loss below it counts as small; default 0.01",
        "questions": "`[[compare.questions]]` tables, shown on a sheet of their own: each asks which of some runs ends "
        "lowest, and shows what happens once a prediction is made; at most 10; dropped where options list other runs",
    },
    "[[compare.questions]]": {
        "title": "the heading",
        "text": "the question",
        "runs": "names of two or three runs; required",
        "choices": "what these are called there, and in the list to choose from: words without commas",
        "measure": "`loss`, at the end, or `validation_loss`, of the samples held out; default `loss`",
        "why": "the reason, shown after the prediction",
    },
}

# What the keys of a kind of layer mean; "KIND KEY" first, then "KEY".
LAYER_KEYS: Mapping[str, str] = {
    "layers": "the layers inside, `[[network.layers.layers]]`; they are numbered on; required",
    "units": "number of units; required",
    "channels": "number of output channels; required",
    "kernel": "size of the window; required",
    "stride": "how far the window moves from one position to the next; default 1",
    **dict.fromkeys(
        (f"{kind}_pool{axes}d stride" for kind in ("max", "avg") for axes in (1, 2)),
        "how far the window moves; default: the kernel, so that windows do not overlap",
    ),
    "padding": "zeros around what comes in, below the kernel; default 0",
    **dict.fromkeys(
        (f"max_pool{axes}d padding" for axes in (1, 2)),
        "places around what comes in, at most half a kernel, which are never the largest; default 0",
    ),
    **dict.fromkeys(
        (f"avg_pool{axes}d padding" for axes in (1, 2)), "zeros around what comes in, at most half a kernel; default 0"
    ),
    "count_include_pad": "`false`: padding is not counted among the numbers that the mean is of; default `true`",
    "scale": "how often each number is repeated along each axis; default 2",
    "entries": "number of tokens; they are numbered from 0; required",
    "size": "numbers that a token becomes; required",
    "positions": "`true`: each step adds numbers of its own, learned too; default `false`",
    "heads": "number of heads, which divides the size of a step; default 1",
    "causal": "`true`: a step sees itself and the steps before; default `false`",
    "eps": "what is added below the root, so that nothing is divided by 0",
    "affine": "`false`: without weights and biases; default `true`",
    "momentum": "share of the newest batch in the running mean and variance",
    "return": "of a sequence: `all` steps or the `last` alone",
    "rnn activation": "`tanh` or `relu`; default `tanh`",
}
# Keys of many kinds: "KEY", and which layers have it.
MANY: Mapping[str, tuple[str, str]] = {
    "type": ("all", "kind of the layer; `dense` where it is left out"),
    "name": ("all", "a name, by which later layers share its weights"),
    "activation": (
        "dense layers and convolutions",
        "name of the [activation](#activations); default `identity`, and on a last dense layer what fits the loss, or "
        "targets that are classes: `softmax`, with one output `sigmoid`; `softmax` is for a last dense layer alone",
    ),
    "slope": ("dense layers and convolutions", "of `leaky_relu`: its slope below 0; default 0.01"),
    "dropout": (
        "dense layers and convolutions",
        "probability that a unit of a hidden layer is left out, as PyTorch's `Dropout`; default 0",
    ),
    "bias": ("with biases", "`true` or `false`; default `true`"),
    "init": (
        "with weights",
        "instead of weights: the [initialiser](#initialisers) that draws them; default `xavier_uniform`",
    ),
    "frozen": (
        "with weights",
        "`true` keeps the layer's parameters as they are; layers before it still learn; default `false`",
    ),
    "share": (
        "with weights",
        "`name` of a layer before, whose weights this one uses too, and which may be `frozen`; biases and running "
        "means stay its own",
    ),
    "transpose": ("with weights", "`true`: they are used transposed, as in a tied decoder; default `false`"),
}

# What each kind is, what it takes, and its limits.
KINDS_SAID: Mapping[str, str] = {
    "dense": "PyTorch's `Linear`: every unit sees every input. Of a sequence it takes each step by itself, with the "
    "same "
    "weights, or the last step alone; anything else with several axes is flattened.",
    "attention": "PyTorch's `MultiheadAttention` of a sequence with itself: each step asks (q), all are asked (k), "
    "and what "
    "they have (v) is mixed by the softmax of q·k / √d, a row of α a step. It takes steps of a sequence.",
    "avg_pool1d": "PyTorch's `AvgPool1d`: of each channel's window the mean.",
    "avg_pool2d": "PyTorch's `AvgPool2d`: of each channel's window the mean.",
    "batch_norm": "PyTorch's `BatchNorm1d` and `BatchNorm2d`: each unit, or each channel at all its positions, minus "
    "its mean "
    "over the batch, divided by its standard deviation there. Once the network has learned, as on sheet Predict, a "
    "running "
    "mean and variance take the place of the batch's. It takes batches of two samples or more, and no steps of a "
    "sequence.",
    "conv1d": "PyTorch's `Conv1d`: every channel slides its weights along all positions. It takes channels and a "
    "length.",
    "conv2d": "PyTorch's `Conv2d`: every channel slides its weights over all rows and columns. It takes channels, a "
    "height "
    "and a width.",
    "embedding": "PyTorch's `Embedding`: each token's row of a table. It stands first, and takes one token number a "
    "step; "
    "these are cells that you can change.",
    "flatten": "PyTorch's `Flatten`: all axes become one, the last axis fastest.",
    "gru": "PyTorch's `GRU`: the gates r and z, the candidate n. It takes steps of a sequence, and starts from 0.",
    "layer_norm": "PyTorch's `LayerNorm`: each vector, of a sequence each step, minus its mean, divided by its "
    "standard "
    "deviation.",
    "lstm": "PyTorch's `LSTM`: the gates i, f, g and o, and the cell state c. It takes steps of a sequence, and "
    "starts from 0.",
    "max_pool1d": "PyTorch's `MaxPool1d`: of each channel's window the largest. The gradient goes to it alone, of "
    "several "
    "that are equal to the first; s is the number of its place in the window.",
    "max_pool2d": "PyTorch's `MaxPool2d`: of each channel's window the largest. The gradient goes to it alone, of "
    "several "
    "that are equal to the first; s is the number of its place in the window, row by row.",
    "residual": "A skip connection around other layers (He et al. 2016): what comes in, added to what these make of "
    "it. "
    "Both have the same shape.",
    "rms_norm": "PyTorch's `RMSNorm`: each vector, of a sequence each step, divided by the root of its mean square.",
    "rnn": "PyTorch's `RNN`: each step's units see its inputs and the units of the step before, with the same weights "
    "at "
    "every step. It takes steps of a sequence, and starts from 0.",
    "upsample": "PyTorch's `Upsample` of the mode nearest: each number is repeated along the axes behind the channels.",
}

# A network in which each kind is shown: its inputs, and the keys of its layer.
_SEQUENCE = [2, 2]
SHOWN: Mapping[str, tuple[Any, Document]] = {
    "dense": (2, {"units": 2, "activation": "tanh"}),
    "attention": (_SEQUENCE, {}),
    "avg_pool1d": ([1, 4], {"kernel": 2}),
    "avg_pool2d": ([1, 2, 4], {"kernel": 2}),
    "batch_norm": (2, {}),
    "conv1d": ([1, 3], {"channels": 1, "kernel": 2, "activation": "tanh"}),
    "conv2d": ([1, 2, 3], {"channels": 1, "kernel": 2, "activation": "tanh"}),
    "embedding": ([2], {"entries": 2, "size": 2, "positions": True}),
    "flatten": ([1, 2], {}),
    "gru": (_SEQUENCE, {"units": 2}),
    "layer_norm": (2, {}),
    "lstm": (_SEQUENCE, {"units": 2}),
    "max_pool1d": ([1, 4], {"kernel": 2}),
    "max_pool2d": ([1, 2, 4], {"kernel": 2}),
    "residual": (2, {"layers": [{"units": 2, "activation": "tanh"}]}),
    "rms_norm": (2, {}),
    "rnn": (_SEQUENCE, {"units": 2}),
    "upsample": ([1, 2], {}),
}

# How weights are drawn; n is the number of inputs of the layer, m the number of its units.
DRAWN = {
    "zeros": "0",
    "constant": "1",
    "uniform": "uniform from −1 to 1",
    "normal": "normal with mean 0 and standard deviation 1",
    "xavier_uniform": "uniform from −√(6 / (n + m)) to √(6 / (n + m))",
    "xavier_normal": "normal with mean 0 and standard deviation √(2 / (n + m))",
    "he_uniform": "uniform from −√(6 / n) to √(6 / n)",
    "he_normal": "normal with mean 0 and standard deviation √(2 / n)",
}

# Settings that shape an optimiser's rules; the first entry is the optimiser as it is without any.
VARIANTS: Mapping[str, Sequence[Mapping[str, float | bool]]] = {
    "sgd": ({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "dampening": 0.5}),
    "adagrad": ({}, {"lr_decay": 0.1}),
    "rmsprop": ({}, {"momentum": 0.9}, {"centered": True}),
    "adam": ({}, {"amsgrad": True}),
    "adamw": ({},),
    "adadelta": ({},),
    "adamax": ({},),
    "nadam": ({}, {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    "radam": ({},),
    "rprop": ({},),
    "lion": ({}, {"weight_decay": 0.1}),
}

STATUSES = (
    (0, "done; for `check`: everything agrees; for `audit`: all is right, and something was judged in every file"),
    (1, "`check` found a difference, `audit` a wrong gradient or update"),
    (
        2,
        "the input is at fault: one line says what is wrong, where, and how to fix it; nothing is written; for `audit` "
        "also where nothing in a file could be judged",
    ),
    (3, "no recalculation engine, or it failed or ran out of time"),
    (70, "an internal error in xlnet"),
    (130, "interrupted"),
)


def page() -> str:
    """Return the text of the page."""
    parts = (_head(), _commands(), _statuses(), _templates(), _keys(), _layers(), _functions(), _rules(), _limits())
    return "\n".join(line for part in parts for line in part)


def _head() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "Every command, template key and formula. This page is generated from the program's own tables by"
    yield "`python docs/reference.py`; to learn xlnet, start with the [tutorial](tutorial.md). `xlnet audit` has a"
    yield "[page of its own](audit.md), and so do [exercises](exercise.md)."
    yield ""


def _commands() -> Iterator[str]:
    yield "## Commands"
    yield ""
    yield "`python -m xlnet` does the same as `xlnet`. Every command has `--help`, with examples."
    yield ""
    for name, command in cli.commands.items():
        yield from _command(f"xlnet {name}", command)
        for inner, subcommand in getattr(command, "commands", {}).items():
            yield from _command(f"xlnet {name} {inner}", subcommand)


def _command(name: str, command: click.Command) -> Iterator[str]:
    about = (command.help or "").split("\b")[0].strip()
    arguments = [p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument)]
    yield f"### `{' '.join([name, *arguments])}`"
    yield ""
    yield from (" ".join(paragraph.split()) + "\n" for paragraph in about.split("\n\n"))
    options = [p for p in command.params if isinstance(p, click.Option)]
    if not options:
        return
    yield from _table(("option", "meaning"), ((_option(o), _help(o)) for o in options))


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if option.is_flag:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} " + " or ".join(f"`{choice}`" for choice in option.type.choices)
    return f"{names} {option.metavar or option.type.name.upper()}".replace("|", " or ")


def _help(option: click.Option) -> str:
    said = (option.help or "").replace("  [default: ", " Default: ").replace("]", "")
    return f"{said} Default: {option.default}." if option.show_default else said


def _statuses() -> Iterator[str]:
    yield "### Exit status"
    yield ""
    yield from _table(("status", "meaning"), ((str(number), meaning) for number, meaning in STATUSES))
    yield "Results go to standard output, messages and progress to standard error."
    yield ""
    yield "### Engines and languages"
    yield ""
    engines = " and ".join(f"`{name}`" for name in ENGINES)
    yield f"Engines: {engines}; `auto` takes the first one that is installed and starts. The environment variable"
    yield "`XLNET_SOFFICE` names the LibreOffice program where it is not found by itself. Languages of a workbook:"
    yield " and ".join(f"`{name}` ({load(name).tag})" for name in LANGUAGES) + "."
    yield ""


def _templates() -> Iterator[str]:
    yield "## Bundled templates"
    yield ""
    yield "By topic, in the order in which they are taught."
    yield ""
    for topic, names in TOPICS.items():
        yield f"### {topic}"
        yield ""
        documents = ((name, open_template(name).document) for name in names)
        yield from _table(("name", "title", "about"), ((f"`{n}`", d["title"], d["description"]) for n, d in documents))


def _keys() -> Iterator[str]:
    yield "## Template keys"
    yield ""
    yield "A template is a TOML file; an unknown key is an error that suggests the nearest known one. Options of the"
    yield "command line set the same keys; `--set` takes any key, dotted: `training.optimizer.beta1`,"
    yield "`network.layers[1].units`."
    yield ""
    for table, known in _known_keys().items():
        yield f"### {table[0].upper() + table[1:] if table[0] != '[' else f'`{table}`'}"
        yield ""
        yield from _table(("key", "meaning"), ((f"`{key}`", MEANINGS[table][key]) for key in known))


def _known_keys() -> dict[str, list[str]]:
    """Return the keys of each table, from the message on an unknown one."""
    return {
        "the top level": _asked(_document(), ()),
        "[network]": _asked(_document(), ("network",)),
        "[data]": _asked(_document(), ("data",)),
        "[training]": _asked(_document(training={}), ("training",)),
        "[compare]": _asked(_document(compare=_compared()), ("compare",)),
        "[[compare.questions]]": _asked(
            _document(compare=_compared() | {"questions": [{"runs": ["run1", "run2"]}]}), ("compare", "questions", 0)
        ),
    }


def _compared() -> Document:
    """Return the table of a comparison of two runs."""
    return {"runs": [{"lr": 1}, {"lr": 2}]}


def _asked(document: Document, path: Sequence[str | int]) -> list[str]:
    table: Any = document
    for step in path:
        table = table[step]
    table["?"] = 0
    try:
        parse_comparison(document, "reference", "reference") if "compare" in document else _spec(document)
    except UserError as error:
        found = re.search(r"unknown key: use one of (.*)", str(error))
        if found:
            return found[1].split(", ")
        raise
    raise AssertionError(f"no error for an unknown key in {path}")


def _layers() -> Iterator[str]:
    yield "## Layers"
    yield ""
    yield "A `[[network.layers]]` table has the kind of the layer, `type`, and the keys of that kind. Layers are"
    yield "numbered as"
    yield "they stand, those without parameters too, and those inside a `residual` layer after it."
    yield ""
    yield from _table(("key", "layers", "meaning"), ((f"`{key}`", *said) for key, said in MANY.items()))
    yield "Each kind has further keys, and its parameters as keys, in PyTorch's shapes. The rules below are those of"
    yield "a small"
    yield "network, each of the last unit or step; the sheet has them all."
    yield ""
    for kind in sorted(KINDS, key=lambda name: (name != DENSE, name)):
        yield from _kind(kind)


def _kind(name: str) -> Iterator[str]:
    arrays = {array.name: array for array in KINDS[name].arrays}
    asked = _asked(_document_of_kind(name), ("network", "layers", 0))
    yield f"### `{name}`"
    yield ""
    yield KINDS_SAID[name]
    yield ""
    said = {key: LAYER_KEYS.get(f"{name} {key}") or LAYER_KEYS.get(key) for key in asked if key not in arrays}
    unsaid = said.keys() - MANY
    own = {
        key: _with_default(name, key, meaning or LAYER_KEYS[key])
        for key, meaning in said.items()
        if meaning or key in unsaid
    }
    if own:
        yield from _table(("key", "meaning"), ((f"`{key}`", meaning) for key, meaning in own.items()))
    if arrays:
        yield from _table(("parameter", "shape", "starts from"), map(_parameter, arrays.values()))
    yield "```text"
    yield from _kind_rules(_spec(_document_of_kind(name)))
    yield "```"
    yield ""


def _with_default(kind: str, key: str, meaning: str) -> str:
    if any(number.name == key and number.axes > 1 for number in KINDS[kind].numbers):
        said, semicolon, default = meaning.rpartition(";")
        return f"{said}, a number or two like `[2, 1]`, one for each axis{semicolon}{default}"
    option = {option.name: option for option in KINDS[kind].options}.get(key)
    if isinstance(option, Choice):
        return f"{meaning}; default `{option.words[0]}`"
    return f"{meaning}; default {KINDS[kind].settings[key]:g}" if key in KINDS[kind].settings else meaning


def _parameter(array: Array) -> tuple[str, str, str]:
    start = "0" if array.is_bias else "random numbers" if array.start is None else f"{array.start:g}"
    return f"`{array.name}`", array.called, start


def _kind_rules(spec: Any) -> Iterator[str]:
    """Yield a rule of each quantity of the first layer as it is computed, and of each gradient."""
    found = {}
    for node in iteration(spec).nodes:
        match = re.fullmatch(r"(d_)?([a-z]+)1(_\d+)*(@\d+)?", node.key)
        # A parameter's own rule is that of the optimiser.
        if match and (match[1] or match[2] not in spec.layers[0].arrays):
            found[match[1], match[2]] = node
    symbols = _symbols_of(spec)
    yield from (symbols.rule(node) for node in found.values())


def _document_of_kind(name: str) -> Document:
    inputs, keys = SHOWN[name]
    layer = {"type": name} | copy.deepcopy(keys)
    samples = 2 if name == "batch_norm" else 1
    return {
        "network": {"inputs": inputs, "layers": [layer, {"units": 1, "return": "last"}]},
        "data": {
            "x": [[0.0] * prod(inputs if isinstance(inputs, list) else [inputs])] * samples,
            "t": [[0.0]] * samples,
        },
    }


def _functions() -> Iterator[str]:
    yield "## Activations"
    yield ""
    yield "z is a unit's weighted sum, a its activation; Φ is the share of the standard normal distribution below its"
    yield "argument, φ that distribution's density. At a kink the derivative is PyTorch's."
    yield ""
    yield from _table(("name", "a", "derivative da/dz"), (_activation(name) for name in ACTIVATIONS))
    softmax = _node(_spec(_document(activation=SOFTMAX, units=2)), "a1_1")
    yield f"`{SOFTMAX}`, on the last layer only, is computed for the whole layer: {_code(softmax)}, where e₁ is the"
    yield "exponential of z₁ minus the largest z, and Σe the sum of these exponentials."
    yield ""
    yield "## Losses"
    yield ""
    yield "Of one sample with two outputs y and targets t. `binary_cross_entropy` needs `sigmoid`, and `cross_entropy`"
    yield "and `kl_div` need `softmax` on the last layer; they are computed from the weighted sums z, so that log(0)"
    yield "never occurs. The targets of `hinge` and `squared_hinge` are −1 and 1; those of `kl_div` sum to 1, and one"
    yield "of 0 adds nothing. `log_cosh` is ln cosh(y − t), written so that nothing overflows."
    yield ""
    yield from _table(("name", "loss E", "gradient"), (_loss(name) for name in LOSSES))
    yield "The loss of a batch is the mean or the sum of the losses of its samples (`reduction`)."
    yield ""
    yield "A setting that a template gives, `slope`, `delta`, `label_smoothing` or `class_weights`, stands in a cell of"
    yield "its own; one that it leaves out is a number in the formulas. With `label_smoothing` s and n classes the"
    yield "targets of `cross_entropy` are q = (1 − s)·t + s / n. With `class_weights` ω a sample's loss is −Σ ω·t·ln y,"
    yield "or −Σ ω·q·ln y, and under `mean` the sum over a batch is divided by Σ ω·t over its samples: where each"
    yield "target is one class, that is the sum of their weights, as in PyTorch's `CrossEntropyLoss`. So with one"
    yield "sample a row and no smoothing, class weights change nothing. Where a sequence has an output at every step,"
    yield "the sums are over samples and steps."
    yield ""


def _activation(name: str) -> tuple[str, str, str]:
    rule = ACTIVATIONS[name]
    if rule.derivative is None:
        return f"`{name}`", "`z`", "`1`"
    spec = _spec(_document(activation=name))
    letters = [step.letter for step in rule.steps]
    value = ", ".join(_code(_bare(_node(spec, f"{letter}1_1"), letters)) for letter in letters)
    value += (", " if value else "") + _code(_bare(_node(spec, "a1_1").split(" = ", 1)[1], letters))
    cited = (Quantity(f"{letter}1_1") for letter in ("a", "z", *letters))
    derivative = _symbols_of(spec).written(rule.derivative(*cited, **rule.settings))
    return f"`{name}`", value, _code(_bare(derivative, letters).replace("y", "a"))


def _bare(rule: str, letters: Sequence[str]) -> str:
    """Return a rule of the only unit without its indices."""
    for letter in ("z", *letters):
        rule = rule.replace(f"{letter}₁", letter)
    return rule


def _loss(name: str) -> tuple[str, str, str]:
    rule = LOSSES[name]
    t = [[1, -1]] if rule.signed else [[0.5, 0.5]]
    spec = _spec(_document(activation=rule.fused or "tanh", units=2, loss=name, t=t))
    value = _node(spec, "E").split(" = ", 1)[1]
    return f"`{name}`", _code(value), _code(_node(spec, "d_z1_1" if rule.fused else "d_a1_1"))


def _rules() -> Iterator[str]:
    yield "## Optimisers"
    yield ""
    yield "Names, defaults and formulas are PyTorch's, shown here for one weight, but for `lr`, whose default"
    yield "is 0.01 throughout (PyTorch's is 1 for `adadelta`, 0.002 for `adamax` and `nadam`, 0.001 for most"
    yield "others), and `lion`, which PyTorch does not have: Chen et al. 2023, with a tenth of Adam's `lr` or"
    yield "less. The state of an optimiser is carried from row to row. It starts from 0, but the first momentum"
    yield "step is the gradient itself, and a step size of `rprop` starts from η. It takes in the gradient of"
    yield "each row; the weight of the next row uses it. `weight_decay` adds λ·w to the gradient, except in"
    yield "`adamw` and `lion`, and with `decoupled_weight_decay`, which shrink w instead."
    yield ""
    yield "With `clip_value`, `clip_norm` or `l1` (see [`[training]`](#training)) an optimiser uses a changed"
    yield "gradient in place of ∂E/∂w, in a column of its own:"
    yield ""
    yield from _taken(clip_value=1.0)
    yield from _taken(clip_norm=1.0)
    yield from _taken(l1=0.1)
    yield ""
    for name, rule in OPTIMIZERS.items():
        yield f"### `{name}`"
        yield ""
        settings = {"lr": 0.01, **rule.defaults}
        shown = (f"`{key} = {_toml(value, key in rule.flags)}`" for key, value in settings.items())
        yield f"Settings and defaults: {', '.join(shown)}."
        yield ""
        for variant in VARIANTS.get(name, ({},)):
            yield from _variant(name, variant)
    yield "## Schedules"
    yield ""
    yield "η as a function of the iteration number k, from the `lr` of the optimiser, η₀. Without a schedule η"
    yield "is a single cell; with one it is a column. `warmup` is PyTorch's `LinearLR`, `one_cycle` its"
    yield "`OneCycleLR` without the cycle of the momentum (η₀ is its `max_lr`), and `cosine_restarts` its"
    yield "`CosineAnnealingWarmRestarts`; with a `t_mult` above 1 the iterations since the last restart and"
    yield "those until the next have columns. A cycle or a warm-up that is over stays where it ended."
    yield ""
    yield from _table(("name", "η", "settings"), (_schedule(name) for name in SCHEDULES))
    yield "## Initialisers"
    yield ""
    yield "Names and formulas are those of `torch.nn.init`; n is the number of inputs of the layer, m the number of its"
    yield "units. Numbers are drawn by numpy's PCG64 with `training.seed` and written into the workbook."
    yield ""
    yield from _table(("name", "weights"), ((f"`{name}`", DRAWN[name]) for name in INITIALIZERS))


def _taken(**settings: float) -> Iterator[str]:
    spec = _spec(_document(bias=False, training=settings))
    nodes = iteration(spec).nodes
    ((name, value),) = settings.items()
    yield f"With `{name} = {value:g}`:"
    yield ""
    yield "```text"
    yield from (_symbols_of(spec).rule(node) for node in nodes if node.group == "state")
    yield "```"
    yield ""


def _variant(name: str, variant: Mapping[str, float | bool]) -> Iterator[str]:
    spec = _spec(_document(bias=False, optimizer={"name": name, **variant}))
    symbols = _symbols_of(spec)
    rules = [symbols.rule(node) for node in iteration(spec).nodes if node.key == "w1_1_1" or node.group == "state"]
    if variant:
        settings = ", ".join(f"`{key} = {_toml(float(v), isinstance(v, bool))}`" for key, v in variant.items())
        yield f"With {settings}:"
        yield ""
    yield "```text"
    # The update comes last, as it is computed last.
    yield from (*rules[1:], rules[0])
    yield "```"
    yield ""


def _schedule(name: str) -> tuple[str, str, str]:
    rule = SCHEDULES[name]
    if name == CONSTANT:
        return f"`{name}`", "`η₀`", ""
    schedule = {"name": name} | {key: 2.0 for key, value in rule.defaults.items() if value is None}
    eta = _node(_spec(_document(schedule=schedule)), "eta").split(" = ", 1)[1]
    settings = (
        f"`{key}`" + (f": {' or '.join(rule.choices[key])}" if key in rule.choices else _default(value))
        for key, value in rule.defaults.items()
    )
    return f"`{name}`", _code(eta), ", ".join(settings)


def _default(value: float | str | None) -> str:
    return " (required)" if value is None else f" (default {value if isinstance(value, str) else f'{value:g}'})"


def _limits() -> Iterator[str]:
    yield "## Limits"
    yield ""
    limits = (
        ("iterations", f"{MOST_ITERATIONS:,}", "rows of a sheet"),
        ("columns of the Training sheet", f"{LAST_SHEET_COLUMN:,}", "columns of a sheet"),
        ("samples", f"{MOST_SAMPLES:,}", "rows of a sheet"),
        ("cells of the passes on the Validation sheet", f"{MOST_IN_ALL:,}", "without that sheet (`--plain`): no limit"),
        ("runs in a workbook", f"{_MOST_SHEETS}", f"{_MOST_CELLS:,} cells and {_MOST_COLUMNS:,} columns in all"),
        ("runs in a summary (`--csv`)", f"{MOST_RUNS:,}", ""),
        ("characters of a formula", "8,192", "Excel's limit; the message says what would fit"),
    )
    yield from _table(("what", "at most", "why"), limits)


def _document(
    activation: str = "identity", units: int = 1, loss: str = "half_squared_error", bias: bool = True, **more: Any
) -> Document:
    layer = {"units": units, "activation": activation, "bias": bias}
    rows = {key: more[key] for key in ("optimizer", "schedule") if key in more}
    document: Document = {
        "network": {"inputs": 1, "layers": [layer]},
        "data": {"x": [[1.0]], "t": more.get("t", [[0.5] * units])},
        "training": {"loss": loss, **rows},
    }
    return document | {key: more[key] for key in ("compare", "training") if key in more}


def _spec(document: Document) -> Any:
    return parse(document, name="reference", label="reference")


def _node(spec: Any, key: str) -> str:
    node: Node = next(n for n in iteration(spec).nodes if key in (n.key, *n.aliases))
    return _symbols_of(spec).rule(node)


def _symbols_of(spec: Any) -> Symbols:
    return Symbols.of(spec, load().sections["symbols"])


def _toml(value: float, is_flag: bool) -> str:
    return str(bool(value)).lower() if is_flag else f"{value:g}"


def _code(text: str) -> str:
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`"


def _table(header: Sequence[str], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")

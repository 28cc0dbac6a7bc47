"""How the runs of a comparison end, by numpy alone: runs of one structure are trained together."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnet import keys, reference
from xlnet.comparison import Comparison, Run
from xlnet.model import network
from xlnet.model.dropout import masks
from xlnet.model.optimizers import OPTIMIZERS, taken
from xlnet.model.samples import order
from xlnet.model.schedules import shaping
from xlnet.reference import Quantities
from xlnet.spec import Spec
from xlnet.template.overrides import short_name

_VALIDATION_LOSS = "validation_loss"

Progress = Callable[[Iterable[int], int], Iterable[int]]


@dataclass(frozen=True)
class Summary:
    """How a run ends: the quantities of its last iteration, by key, and when its loss became small, or it diverged.

    After a divergence a quantity may be inf or NaN; None is an event that does not happen. `validation_loss` is the
    mean loss of the samples held out, by the parameters of the last iteration; None where there are none.
    """

    run: Run
    loss: float
    outputs: dict[str, float]
    parameters: dict[str, float]
    first_below: int | None
    diverged_at: int | None
    validation_loss: float | None = None


def summaries(comparison: Comparison, progress: Progress = lambda steps, _: steps) -> list[Summary]:
    """Return the summary of each run. `progress` wraps the iterations, of which it is told the number."""
    groups: defaultdict[object, list[int]] = defaultdict(list)
    for index, run in enumerate(comparison.runs):
        groups[_structure(run.spec)].append(index)
    total = sum(comparison.runs[members[0]].spec.training.iters for members in groups.values())
    found: dict[int, Summary] = {}
    for _ in progress(_trained(comparison, list(groups.values()), found), total):
        pass
    return [found[index] for index in range(len(comparison.runs))]


Value = str | float


@dataclass(frozen=True)
class Endings:
    """How the runs end, as a table: a row a run, empty texts where a run has no such thing.

    `outputs` and `parameters` are the columns of these.
    """

    header: list[str]
    rows: list[list[Value]]
    outputs: range
    parameters: range


def endings(comparison: Comparison, every_summary: Sequence[Summary]) -> Endings:
    """Return the table of the summaries."""
    named = [short_name(name) for run in comparison.runs for name in run.settings]
    names = ["lr", "iters", *dict.fromkeys(name for name in named if name not in ("lr", "iters"))]
    ends = list(dict.fromkeys(key for summary in every_summary for key in summary.outputs))
    parameters = list(dict.fromkeys(key for summary in every_summary for key in summary.parameters))
    validated = [_VALIDATION_LOSS] if any(each.validation_loss is not None for each in every_summary) else []
    settings = ["run", *names, keys.LOSS, *validated]
    header = [*settings, *ends, "first_below", "diverged_at", *parameters]
    rows: list[list[Value]] = []
    for summary in every_summary:
        run = summary.run
        chosen = {short_name(name): value for name, value in run.settings.items()}
        chosen |= {"lr": run.spec.training.optimizer.lr, "iters": run.spec.training.iters}
        typed = [str(v).lower() if isinstance(v, bool) else v for v in (chosen.get(name, "") for name in names)]
        final = [summary.outputs.get(key, "") for key in ends]
        events = ["" if event is None else event for event in (summary.first_below, summary.diverged_at)]
        weights = [summary.parameters.get(key, "") for key in parameters]
        held_out = ["" if summary.validation_loss is None else summary.validation_loss] if validated else []
        rows.append([run.name, *typed, summary.loss, *held_out, *final, *events, *weights])
    first = len(header) - len(parameters)
    return Endings(header, rows, range(len(settings), len(settings) + len(ends)), range(first, len(header)))


def to_csv(comparison: Comparison, every_summary: Sequence[Summary]) -> str:
    """Return the summaries as CSV, one row per run."""
    table = endings(comparison, every_summary)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([table.header, *table.rows])
    return text.getvalue()


def _outputs(spec: Spec) -> list[str]:
    """Return the outputs of every sample; none where the last iteration has only some of them."""
    if spec.draws_samples:
        return []
    samples = range(1, spec.batch_size + 1) if spec.batch_size > 1 else [None]
    return [key for sample in samples for key in network.outputs(spec, sample)]


def _structure(spec: Spec) -> object:
    """Return what runs must have in common to be trained together: all but the numbers in the rules."""
    training = spec.training
    layers = [
        (
            layer.type,
            layer.takes,
            layer.gives,
            layer.activation,
            layer.frozen,
            layer.inside,
            (layer.share, layer.transpose),
            tuple((letter, np.shape(array)) for letter, array in layer.arrays.items()),
            tuple(layer.numbers.items()),
            tuple(layer.along.items()),
            tuple(layer.options.items()),
            bool(layer.dropout),
        )
        for layer in spec.layers
    ]
    given = [
        *(tuple(layer.settings) for layer in spec.layers),
        tuple(training.loss_settings),
        bool(training.class_weights),
    ]
    flags = OPTIMIZERS[training.optimizer.name].flags
    settings = [(key, value if key in flags else bool(value)) for key, value in training.optimizer.settings.items()]
    rules = (
        *(training.loss, training.reduction, training.batch, training.order, training.train_biases),
        *(training.decay_biases, *taken.active(training)),
    )
    schedule = training.schedule and (training.schedule.name, *shaping(training.schedule).items())
    return (*layers, *given, *rules, training.iters, training.optimizer.name, *settings, schedule, spec.data)


def _trained(comparison: Comparison, groups: Sequence[Sequence[int]], found: dict[int, Summary]) -> Iterator[int]:
    """Train the runs of each group together; yield after each iteration, and fill in what was found, by run."""
    for members in groups:
        runs = [comparison.runs[index] for index in members]
        below, diverged = np.zeros(len(runs), dtype=int), np.zeros(len(runs), dtype=int)
        row: Quantities = {}
        for number, row in enumerate(_steps([run.spec for run in runs]), 1):
            finite = np.ones(len(runs), dtype=bool)
            for values in row.values():
                finite &= np.isfinite(values.reshape(len(values), -1)).all(axis=1)
            below[(below == 0) & (row[keys.LOSS] < comparison.bound)] = number
            diverged[(diverged == 0) & ~finite] = number
            yield number
        held_out = None
        if runs[0].spec.held_out:
            parameters = {name: row[name] for name in reference.initial(runs[0].spec) if name != keys.ITERATION}
            held_out = reference.held_out_loss(runs[0].spec, parameters | _settings([run.spec for run in runs]))
        for place, (index, run) in enumerate(zip(members, runs, strict=True)):
            found[index] = _summary(run, row, place, int(below[place]), int(diverged[place]))
            if held_out is not None:
                found[index] = replace(found[index], validation_loss=float(held_out[place]))


def _steps(specs: Sequence[Spec]) -> Iterator[Quantities]:
    """Return the iterations of runs of one structure."""
    spec = specs[0]
    start = _stacked([reference.initial(each) for each in specs])
    # The samples are the same in all; settings are a run's own.
    fixed = reference.constants(spec)
    every_drawn = [drawn(each) for each in specs]
    given = {name: np.stack([each[name] for each in every_drawn], axis=1) for name in reference.drawn(spec)}
    return reference.steps(spec, start, fixed | _settings(specs), spec.training.iters, given)


def _settings(specs: Sequence[Spec]) -> Quantities:
    """Return the settings of every run: all constants that are not samples."""
    every = [reference.constants(each) for each in specs]
    return _stacked([{name: values for name, values in each.items() if values.ndim < 3} for each in every])


def drawn(spec: Spec) -> Quantities:
    """Return what the seed has drawn for every row (see `reference.drawn`)."""
    found: Quantities = dict(masks(spec))
    if spec.draws_samples:
        found["sample"] = order(spec).astype(float)
    return found


def _stacked(every: Sequence[Quantities]) -> Quantities:
    return {name: np.concatenate([each[name] for each in every]) for name in every[0]}


def _summary(run: Run, row: Quantities, index: int, below: int, diverged: int) -> Summary:
    def at(name: str, *place: int) -> float:
        values = row[name]
        return float(values[(index if len(values) > 1 else 0, *place)])

    parameters = {
        keys.element(name, *(i + 1 for i in place)): at(name, *place)
        for name, values in reference.initial(run.spec).items()
        if name != keys.ITERATION
        for place in np.ndindex(*values.shape[1:])
    }
    ends = {}
    for key in _outputs(run.spec):
        parts = keys.parts(key)
        place = ((parts.sample or 1) - 1, *(index - 1 for index in parts.indices))
        ends[key] = at(f"{parts.letter}{parts.layer}", *place)
    return Summary(run, at(keys.LOSS), ends, parameters, below or None, diverged or None)

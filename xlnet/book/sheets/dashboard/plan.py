"""What the Dashboard sheet has, and where it stands: headline numbers, and the table behind the charts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard.accuracy import Marks, marks
from xlnet.book.sheets.dashboard.diagnosis import recent
from xlnet.book.sheets.dashboard.through_time import ThroughTime, through_time
from xlnet.book.spread import spread
from xlnet.model import classification as classes
from xlnet.model import network
from xlnet.spec import Spec

# A longer run is thinned: its charts show this many iterations, evenly spaced.
MOST_POINTS = 200
MOST_LINES = 12
# A logarithmic chart has no place for 0, where a run arrives at a perfect fit.
SMALLEST_LOSS = 1e-16

# A loss that ends above so many times its first one, which counts as at least this, has run away: then charts draw
# nothing beyond these multiples of a run's beginnings. Otherwise their limit is out of reach.
RUNAWAY, LEAST_LOSS, NO_LIMIT = 1000, 0.001, 1e300
LOSS_TIMES, OUTPUT_TIMES, WEIGHT_TIMES = 2, 2, 3

LABEL_COLUMN, VALUE_COLUMN, CHART_COLUMN, POINTS_COLUMN = 2, 3, 5, 27
TITLE_ROW, FIRST_HEADLINE_ROW = 2, 4
POINTS_HEADER_ROW, FIRST_POINT_ROW = 2, 3


@dataclass(frozen=True)
class Points:
    """The table behind the charts: one column per quantity, by key, and how many iterations it shows of the run.

    `marks` is the table beside it, for the accuracy of a network that classifies, and `through_time` that of the
    gradients of recurrent layers. `recent` are the last iterations, which tell what is wrong with the network.
    """

    keys: tuple[str, ...]
    targets: tuple[str, ...]
    count: int
    iterations: int
    marks: Marks | None
    through_time: ThroughTime | None
    recent: range

    @property
    def every_key(self) -> tuple[str, ...]:
        """The quantities, then the targets."""
        return (*self.keys, *self.targets)

    @property
    def limit_row(self) -> int:
        """The row below the table with the limits beyond which charts draw nothing."""
        return FIRST_POINT_ROW + self.count + 1

    @property
    def last_column(self) -> int:
        """The last column of the tables."""
        last = self.through_time or self.marks
        return last.last_column if last else self.column(self.every_key[-1])

    @property
    def wanted(self) -> set[int]:
        """The iterations that the sheet shows."""
        marked = [] if self.marks is None else self.marks.iterations
        return {1, self.iterations, *spread(self.count, self.iterations), *marked, *self.recent}

    def column(self, key: str) -> int:
        """Return the column of a quantity; before it stand the iterations, and the loss for a logarithmic scale."""
        return POINTS_COLUMN + 2 + self.every_key.index(key)


def points(model: Model) -> Points:
    """Return what the charts of a run show."""
    wanted = [keys.LOSS, *outputs(model.spec), *weights(model)]
    if model.spec.training.schedule:
        wanted.append(keys.LEARNING_RATE)
    iters = model.spec.training.iters
    count = min(iters, MOST_POINTS)
    own_targets = tuple(targets(model.spec))
    column = POINTS_COLUMN + 2 + len(wanted) + len(own_targets) + 1
    own_marks = marks(model, column, FIRST_POINT_ROW, count)
    if own_marks is not None:
        column = own_marks.last_column + 2
    own_steps = through_time(model, column, FIRST_POINT_ROW)
    return Points(tuple(wanted), own_targets, count, iters, own_marks, own_steps, recent.window(model))


def outputs(spec: Spec) -> list[str]:
    """Return the outputs that are drawn: of the first samples, where every row uses the same ones."""
    if spec.draws_samples:
        return []
    samples = range(1, spec.batch_size + 1) if spec.batch_size > 1 else [None]
    every = [key for sample in samples for key in network.outputs(spec, sample)]
    return spaced(every, MOST_LINES // 2)


def spaced(every: list[str], most: int) -> list[str]:
    """Return at most that many of a list, evenly spaced, with its first and last."""
    if len(every) <= most:
        return every
    return [every[math.floor(index * (len(every) - 1) / (most - 1) + 0.5)] for index in range(most)]


def targets(spec: Spec) -> list[str]:
    """Return the targets of these outputs."""
    own = dict(zip(network.outputs(spec), network.targets(spec), strict=True))
    shown = ((keys.without_sample(key), keys.parts(key).sample) for key in outputs(spec))
    return [keys.of_sample(own[output], sample) for output, sample in shown]


def weights(model: Model) -> list[str]:
    """Return the parameters that are drawn."""
    return spaced(model.parameters, MOST_LINES)


# The headlines of samples that are held out.
VALIDATED = ("validation loss", "validation accuracy", "validation best")


class Headline(NamedTuple):
    """A headline number: its name, and of an output the key."""

    name: str
    key: str = ""


def headlines(spec: Spec) -> list[Headline]:
    """Return the headline numbers, from the top; `bound` is the one that is typed."""
    single = [Headline("output", key) for key in outputs(spec)] if spec.batch_size == 1 else []
    classified = [Headline("accuracy")] if classes.groups(spec) else []
    first, last = ("iterations", "first loss", "final loss"), ("bound", "first below", "diverged")
    loss, accuracy, best = ([Headline(name)] if spec.held_out else [] for name in VALIDATED)
    classified += accuracy if classified else []
    return [*map(Headline, first), *loss, *single, *classified, *best, *map(Headline, last)]


def headline_row(spec: Spec, name: str, key: str = "") -> int:
    """Return the row of a headline number."""
    return FIRST_HEADLINE_ROW + headlines(spec).index(Headline(name, key))

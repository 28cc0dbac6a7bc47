"""The last iterations of a run: those that together look at all samples, or at many of them."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.book.model import Model
from xlnet.cell import Area
from xlnet.render.layout import Layout
from xlnet.spec import Spec

# So many iterations are looked at, and so many cells of them, as a workbook is built from what is noted of them.
MOST_ITERATIONS, MOST_CELLS = 100, 200_000
# Batches that are all of a run's last iterations must hold so many samples to tell anything of a unit.
FEWEST_SAMPLES = 300
# A shorter run has no trend.
FEWEST_OF_TREND = 10


def epoch(spec: Spec) -> int:
    """Return the number of iterations that look at all samples once."""
    return -(-spec.samples // spec.batch_size) if spec.draws_samples else 1


def window(model: Model) -> range:
    """Return the last iterations that tell what units do: an epoch, or a part of a long one; none where too few fit."""
    spec, iters = model.spec, model.spec.training.iters
    most = max(MOST_CELLS // len(model.graph.nodes), 1)
    count = min(epoch(spec), iters, MOST_ITERATIONS, most)
    if count * spec.batch_size < min(spec.samples, FEWEST_SAMPLES):
        return range(0)
    return range(iters - count + 1, iters + 1)


def has_trend(spec: Spec) -> bool:
    """Return whether a run tells if its loss falls: it has two epochs, ten iterations, and no dropout that moves it."""
    if any(layer.dropout for layer in spec.layers):
        return False
    return spec.training.iters >= max(2 * epoch(spec), FEWEST_OF_TREND)


def tenth(spec: Spec) -> int:
    """Return how far before the end a loss is compared with the last one: a tenth of the run, at least an epoch."""
    return max(spec.training.iters // 10, epoch(spec))


def areas(layout: Layout, keys: Sequence[str], iterations: range) -> list[Area]:
    """Return the cells of some quantities in some iterations, neighbours in one area.

    Between two iterations of several rows each other quantities stand: such ones are not joined.
    """
    whole = [iterations] if layout.stride == 1 else [range(each, each + 1) for each in iterations]
    found: list[Area] = []
    for part in whole:
        for key in keys:
            first, last = layout.cell(key, part[0]), layout.cell(key, part[-1])
            before = found[-1] if found else None
            if before and (before.sheet, before.top, before.right + 1) == (first.sheet, first.row, first.column):
                found[-1] = before._replace(right=first.column)
            else:
                found.append(Area.between(first, last))
    return found

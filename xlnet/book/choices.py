"""The cells with the iteration that is chosen, and the sample of its batch: typed on sheet Start, shown on Explore.

Other sheets cite those of Explore, which shows the same iteration.
"""

from __future__ import annotations

from xlnet.book.shown import Choice, Shown
from xlnet.cell import Cell
from xlnet.spec import Spec

START, EXPLORE = "Start", "Explore"
# Where they are typed, on Start.
TYPED_ITERATION, TYPED_SAMPLE = Cell(START, 4, 3), Cell(START, 5, 3)
ITERATION = Choice(Cell(EXPLORE, 4, 4), first=1)


def sample_of(spec: Spec) -> Choice:
    """Return the cell in which a sample of the batch is chosen: at first one whose inputs are not all 0."""
    telling = [number for number, x in enumerate(spec.data.x, 1) if any(x)]
    first = 1 if spec.draws_samples or not telling else telling[0]
    return Choice(Cell(EXPLORE, 6, 4), first)


def of_sample(key: str, spec: Spec) -> Shown:
    """Return a quantity that each sample of a batch has, in the chosen iteration and of the chosen sample."""
    if spec.batch_size == 1:
        return Shown(key, ITERATION)
    return Shown(key, ITERATION, sample_of(spec), spec.batch_size)

"""The cells of sheet Explore in which an iteration, and a sample of its batch, are chosen: other sheets cite them."""

from __future__ import annotations

from xlnet.sheets.shown import Choice, Shown
from xlnet.spec import Spec

EXPLORE = "Explore"
ITERATION = Choice(EXPLORE, column=4, row=4, first=1)
SAMPLE = Choice(EXPLORE, column=4, row=6, first=1)


def of_sample(key: str, spec: Spec) -> Shown:
    """Return a quantity that each sample of a batch has, in the chosen iteration and of the chosen sample."""
    if spec.batch_size == 1:
        return Shown(key, ITERATION)
    return Shown(key, ITERATION, SAMPLE, spec.batch_size)

"""What a user says about a workbook whose structure does not show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Which sheet to audit, and which cells are what; each None where it is to be found.

    `weights` and `gradients` (or `steps`, which are added to the weights) are one or several ranges, parted by commas,
    of the same shape; `loss` and `rate` are cells. What has no sheet is on that of the range before it, gradients and
    steps on that of the weights, all else on `sheet`, or on the first one.
    """

    sheet: str | None = None
    loss: str | None = None
    weights: str | None = None
    gradients: str | None = None
    steps: str | None = None
    rate: str | None = None


NOTHING_TOLD = Options()

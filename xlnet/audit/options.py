"""What a user says about a workbook whose structure does not show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Which sheet to audit, and which cells are what; each None where it is to be found.

    `weights` and `gradients` (or `steps`, which are added to the weights) are ranges of the same shape, `loss` and
    `rate` cells. A range without a sheet is on `sheet`, or on the first one.
    """

    sheet: str | None = None
    loss: str | None = None
    weights: str | None = None
    gradients: str | None = None
    steps: str | None = None
    rate: str | None = None


NOTHING_TOLD = Options()

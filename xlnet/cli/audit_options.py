"""What a user of `xlnet audit` says of the cells, refused where it cannot be meant."""

from __future__ import annotations

import re

import click

from xlnet.audit.options import Options
from xlnet.audit.report.ranges import column_number

_END = r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
_RANGE = re.compile(rf"(?:(?:'(?:[^']|'')+'|[^'!:]+)!)?{_END}(?::{_END})?")


def options_of(
    sheet: str | None,
    loss: str | None,
    *,
    weights: str | None,
    gradients: str | None,
    steps: str | None,
    rate: str | None,
) -> Options:
    """Return the options of an audit. Raises click.UsageError where they contradict each other."""
    for option, cell in (("--loss", loss), ("--rate", rate)):
        if cell is not None and _shape(option, cell) != (1, 1):
            raise click.UsageError(f"{option}: must be one cell, like B4 or Sheet1!B4, not {cell}")
    if gradients is not None and steps is not None:
        raise click.UsageError("--gradients and --steps: cannot be combined: remove one of the two")
    option, given = ("--steps", steps) if gradients is None else ("--gradients", gradients)
    if given is None:
        if weights is not None:
            raise click.UsageError(
                "--weights: add --gradients RANGE, or --steps RANGE for what is added to the weights"
            )
    elif weights is None:
        raise click.UsageError(f"{option}: add --weights RANGE, the weights that these cells belong to")
    elif _shape("--weights", weights) != _shape(option, given):
        one, other = (_in_words(_shape(*each)) for each in (("--weights", weights), (option, given)))
        raise click.UsageError(
            f"{option}: must have the shape of --weights, cell for cell: {given} has {other}, {weights} has {one}"
        )
    return Options(sheet, loss, weights, gradients, steps, rate)


def _shape(option: str, text: str) -> tuple[int, int]:
    """Return how many rows and columns a range has."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or match[2] == "0" or match[4] == "0":
        raise click.UsageError(f"{option}: must be cells, like B4:E9 or 'My sheet'!B4:E9, not {text}")
    column, row = column_number(match[1]), int(match[2])
    last_column, last_row = (column_number(match[3]), int(match[4])) if match[3] else (column, row)
    return abs(last_row - row) + 1, abs(last_column - column) + 1


def _in_words(shape: tuple[int, int]) -> str:
    return f"{shape[0]:,} × {shape[1]:,} cells"

"""What a user of `xlnet audit` says of the cells, refused where it cannot be meant."""

from __future__ import annotations

import click

from xlnet.audit.finding.pairing import counterparts
from xlnet.audit.formula.areas import NamedArea, read_areas
from xlnet.audit.options import Options
from xlnet.errors import UserError


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
        if cell is not None and [area.shape for area in _areas(option, cell)] != [(1, 1)]:
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
    else:
        try:
            counterparts(_areas("--weights", weights), _areas(option, given), option)
        except UserError as error:
            raise click.UsageError(str(error)) from None
    return Options(sheet, loss, weights, gradients, steps, rate)


def _areas(option: str, text: str) -> list[NamedArea]:
    try:
        return read_areas(text)
    except ValueError:
        raise click.UsageError(f"{option}: must be cells, like B4:E9 or 'My sheet'!B4:E9, not {text}") from None

"""Options that several commands have: the overrides of a template, and how a workbook is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

Command = Callable[..., Any]


@dataclass(frozen=True)
class _Override:
    """An option that overrides a setting of the template: its name, type, what stands for its value, and its help."""

    name: str
    type: type
    metavar: str
    help: str


_OVERRIDES = (
    _Override("--iters", int, "N", "Number of rows: one forward and backward pass each."),
    _Override("--lr", float, "F", "Learning rate η."),
    _Override("--layers", str, "N-N-…", "Inputs and units of each layer, like 2-3-1; draws new weights."),
    _Override("--activation", str, "NAME", "Activation of the hidden layers."),
    _Override("--output-activation", str, "NAME", "Activation of the last layer."),
    _Override("--loss", str, "NAME", "Loss function."),
    _Override("--optimizer", str, "NAME", "Optimiser."),
    _Override("--batch", str, "full|N", "Samples per row: all of them, or N; 1 is online learning."),
    _Override("--order", str, "NAME", "Order of the samples: sequential or shuffled."),
    _Override("--init", str, "NAME", "Draw new weights with this initialiser."),
    _Override("--seed", int, "N", "Seed for whatever is drawn: weights, a shuffled order."),
)
_SINGLE = (
    click.option("--bias/--no-bias", default=None, help="Give every layer a bias, or no layer."),
    click.option("--data", metavar="CSV", help="Take the samples from a CSV file."),
    click.option("--inputs", metavar="A,B,…", help="Columns of the CSV file to use as inputs."),
    click.option(
        "--targets", metavar="Y,…", help="Columns to use as targets; a text column becomes one class per name."
    ),
    click.option("--standardize/--no-standardize", default=None, help="Standardise the inputs."),
)


def overrides(command: Command) -> Command:
    """Give a command an option for each override, of one value."""
    ones = [click.option(o.name, type=o.type, metavar=o.metavar, help=o.help) for o in _OVERRIDES]
    return _with(command, (*ones, *_SINGLE))


def listed_overrides(command: Command) -> Command:
    """Give a command an option for each override, of a list of values."""
    lists = [click.option(o.name, metavar=f"{o.metavar},…", help=o.help) for o in _OVERRIDES]
    return _with(command, (*lists, *_SINGLE))


def workbook(command: Command) -> Command:
    """Give a command the options of how a workbook is written."""
    small = click.option(
        "--small",
        is_flag=True,
        help="Write a smaller file, for long runs; slower to write, and to open outside Excel.",
    )
    language = click.option(
        "--lang",
        "language",
        type=click.Choice(["en", "zh"]),
        default="en",
        show_default=True,
        help="Language of the workbook: English or Simplified Chinese.",
    )
    return _with(command, (small, language))


def quiet(command: Command) -> Command:
    """Give a command the option to say little."""
    return click.option("-q", "--quiet", is_flag=True, help="Print only results and errors.")(command)


def _with(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    # The last option to be applied is the first one in the help.
    for option in reversed(options):
        command = option(command)
    return command

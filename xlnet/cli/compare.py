"""`xlnet compare`: several runs in one workbook, or their summary as CSV."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from xlnet.cli.messages import tell
from xlnet.cli.options import NameChoice, listed_overrides, quiet, workbook
from xlnet.cli.table import aligned

FORMATS = TABLE, CSV = ("table", "csv")


@click.command(short_help="Build a workbook of several runs side by side.")
@click.argument("template", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The workbook to write.  [default: output/TEMPLATE-compare.xlsx]",
)
@listed_overrides
@click.option(
    "--set",
    "settings",
    metavar="KEY=A,B,…",
    multiple=True,
    help="Values of any template key, like training.optimizer.beta1=0.9,0.99; repeatable.",
)
@click.option("--bound", type=float, metavar="F", help="A loss below F counts as small.  [default: 0.01]")
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Print how each run ends, computed by numpy, instead of writing a workbook: as CSV, on a terminal as a table.",
)
@click.option(
    "--format",
    "format",
    type=NameChoice(lambda: FORMATS),
    metavar="table|csv",
    help="Print this summary as a table or as CSV, wherever it goes.",
)
@workbook
@quiet
def compare(
    template: str | None,
    output: Path | None,
    settings: tuple[str, ...],
    bound: float | None,
    as_csv: bool,
    format: str | None,
    small: bool,
    language: str,
    quiet: bool,
    **given: Any,
) -> None:
    """Build one workbook with several runs of TEMPLATE side by side (default: seed).

    An option with several values, separated by commas, makes one run per value; several such options make all
    combinations. Without any, the runs are the [[compare.runs]] tables of the template.

    \b
    Examples
      xlnet compare lesson
      xlnet compare seed --lr 0.001,0.01,0.1
      xlnet compare xor --seed 1,2,3 --set training.optimizer.name=sgd,adam
      xlnet compare xor --seed 1,2,3 --csv
    """
    from xlnet.cli.progress import with_progress
    from xlnet.template.lists import read_lists
    from xlnet.template.runs import load_comparison

    as_summary = as_csv or format is not None
    if as_summary and output is not None:
        option = "--csv" if as_csv else "--format"
        raise click.UsageError(
            f"--output: cannot be combined with {option}, which writes no workbook: remove one of the two"
        )
    comparison = load_comparison(template, read_lists(given, settings), bound)
    notes = [note for run in comparison.runs for note in run.spec.notes]

    def shown(label: str) -> Any:
        def progress(steps: Iterable[int], count: int) -> Iterable[int]:
            return steps if quiet else with_progress(label, steps, count)

        return progress

    if as_summary:
        from xlnet.summary import endings, summaries, to_csv

        every_summary = summaries(comparison, shown("training"))
        if any(run.spec.draws_samples for run in comparison.runs):
            notes.append("a run in mini-batches has no outputs here: its last iteration is of some samples alone")
        tell(notes, quiet=quiet)
        if (format or (TABLE if sys.stdout.isatty() else CSV)) == TABLE:
            table = endings(comparison, every_summary)
            optional = [*table.outputs, *table.parameters]
            width = shutil.get_terminal_size().columns
            click.echo(aligned(table.header, table.rows, optional, width), nl=False)
        else:
            click.echo(to_csv(comparison, every_summary), nl=False)
        return
    path = output or Path("output") / f"{comparison.name}-compare.xlsx"
    # Not sooner: a mistake in the template is told at once.
    from xlnet.builder import build_comparison

    built = build_comparison(comparison, path, small=small, language=language, progress=shown("writing rows"))
    ends = built.diverged_at.items()
    notes += [f"{run} diverges: from iteration {number} on it has no finite numbers" for run, number in ends]
    tell(notes, quiet=quiet)
    click.echo(str(built.path))

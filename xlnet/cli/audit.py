"""`xlnet audit`: finds the network in anybody's workbook, and proves its gradients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlnet.cli.messages import printable
from xlnet.cli.options import quiet
from xlnet.errors import UserError

if TYPE_CHECKING:
    from xlnet.audit.findings import Audit
    from xlnet.audit.options import Options
    from xlnet.audit.running.found import Found
    from xlnet.audit.running.handed import Outcome
    from xlnet.audit.running.several import Task

LONGEST_TIMEOUT = 1_000_000
_USER_FAULT = 2


@click.command(short_help="Find the network in anybody's workbook, and prove its gradients.")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--sheet", metavar="NAME", help="Audit this sheet alone.")
@click.option("--loss", metavar="CELL", help="The cell of the loss, in any step.")
@click.option(
    "--weights",
    metavar="RANGE",
    help="The weights, ranges such as B4:E5,H4:I5, with --gradients or --steps.",
)
@click.option("--gradients", metavar="RANGE", help="The gradients of these weights, ranges of the same shape.")
@click.option("--steps", metavar="RANGE", help="What is added to these weights, in place of gradients.")
@click.option("--rate", metavar="CELL", help="The cell of the learning rate.")
@click.option(
    "--annotate",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT.xlsx",
    help="Write a copy with a note on each wrong cell and a sheet Audit; of several files, copies in the folder OUT.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print a line for each finding, as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option("--timeout", type=float, default=60.0, show_default=True, help="Time limit for a workbook, in seconds.")
@quiet
def audit(
    files: tuple[Path, ...],
    sheet: str | None,
    loss: str | None,
    weights: str | None,
    gradients: str | None,
    steps: str | None,
    rate: str | None,
    out: Path | None,
    as_csv: bool,
    as_json: bool,
    timeout: float,
    quiet: bool,
) -> int:
    """Find the neural network in each FILE, whoever made it, and prove its gradients.

    FILE is a workbook (.xlsx, .xlsm), or a folder that is searched for workbooks. Weights, gradients, learning rate and
    loss are found by what the formulas do, not by names; each gradient is compared with what the loss does when its
    weight is nudged.

    Exit status: 0 if something was judged in every file and all of it is right, 1 if a gradient or an update is wrong,
    2 if a file cannot be read or nothing in it could be judged.

    \b
    Examples
      xlnet audit output/seed.xlsx
      xlnet audit output/seed.xlsx --annotate output/annotated.xlsx
      xlnet audit output --csv
      xlnet audit output/seed.xlsx --loss Training!K4 --json
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json: cannot be combined: remove one of the two")
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise click.UsageError(f"--timeout: must be above 0 and at most {LONGEST_TIMEOUT:,} seconds, not {timeout}")
    from xlnet.audit.running.found import workbooks
    from xlnet.cli.audit_options import options_of
    from xlnet.cli.audit_targets import tasks

    options = options_of(sheet, loss, weights=weights, gradients=gradients, steps=steps, rate=rate)
    found = workbooks(files, left_out=out)
    to_do = tasks(found, out, is_alone=len(found) == 1 and not any(path.is_dir() for path in files))
    outcomes = _outcomes(found, to_do, options, timeout, quiet=quiet)
    for traceback in dict.fromkeys(outcome.traceback for outcome in outcomes):
        for line in traceback.splitlines():
            click.echo(printable(line), err=True)
    audits = [outcome.audit for outcome in outcomes]
    for line in _report(audits, as_csv=as_csv, as_json=as_json, quiet=quiet):
        click.echo(line)
    return _status(audits, has_all_copies=_tell_of_copies(outcomes, quiet=quiet))


def _outcomes(
    found: Sequence[Found], to_do: Sequence[Task], options: Options, timeout: float, *, quiet: bool
) -> list[Outcome]:
    """Return what came of all that was found."""
    from xlnet.audit.findings import Audit
    from xlnet.audit.running.handed import Outcome
    from xlnet.audit.running.several import outcomes
    from xlnet.cli.progress import status_line, with_progress

    count = len(to_do)
    with (
        closing(outcomes(to_do, options, timeout)) as each,
        nullcontext(lambda _: None) if quiet or count > 1 else status_line() as say,
    ):
        say("auditing")
        audited = iter(list(each if quiet or count <= 1 else with_progress("auditing", each, count, every=1)))
    return [next(audited) if one.problem is None else Outcome(Audit(str(one.path), error=one.problem)) for one in found]


def _report(audits: Sequence[Audit], *, as_csv: bool, as_json: bool, quiet: bool) -> Iterator[str]:
    """Yield the lines of the report; texts of strangers' files do not steer the terminal."""
    from xlnet.audit.report import as_csv as csv_report
    from xlnet.audit.report import as_json as json_report
    from xlnet.audit.report import overview, text

    if as_json:
        yield json_report.text(audits)
    elif as_csv:
        yield from map(printable, csv_report.lines(audits))
    elif len(audits) > 1:
        yield from map(printable, overview.lines(audits, quiet=quiet))
    elif audits[0].error is not None:
        raise UserError(f"{audits[0].path}: {audits[0].error}")
    elif not (quiet and audits[0].is_right):
        yield from map(printable, text.lines(audits[0]))


def _tell_of_copies(outcomes: Sequence[Outcome], *, quiet: bool) -> bool:
    """Say what became of the annotated copies, and return whether all that were asked for are there."""
    written = [outcome.annotated for outcome in outcomes if outcome.annotated is not None]
    if written and not quiet:
        what = str(written[0]) if len(written) == 1 else f"{len(written):,} copies"
        click.echo(f"xlnet: annotated: {printable(what)}", err=True)
    failed = [outcome for outcome in outcomes if outcome.unannotated is not None]
    for outcome in failed:
        click.echo(f"xlnet: {printable(f'{outcome.audit.path}: not annotated: {outcome.unannotated}')}", err=True)
    return not failed


def _status(audits: Sequence[Audit], *, has_all_copies: bool) -> int:
    from xlnet.audit.report.verdict import RIGHT, status

    found = status(audits)
    return _USER_FAULT if found == RIGHT and not has_all_copies else found

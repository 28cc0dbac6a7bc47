"""`xlnet check`: recalculates a workbook and compares every cell with numpy."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from xlnet.cli.options import NameChoice, quiet

LONGEST_TIMEOUT = 1_000_000
DIFFERENCE = 1
# Those of engines/choose.py, which takes long to import; a test compares the two.
ENGINES = (
    "auto",
    "libreoffice",
    "ironcalc",
)


@click.command(short_help="Recalculate a workbook and compare every cell with numpy.")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    type=NameChoice(lambda: ENGINES),
    default="auto",
    show_default=True,
    help="Program that recalculates; auto is LibreOffice if it is installed, else IronCalc.",
)
@click.option("--rtol", type=float, default=1e-9, show_default=True, help="Relative tolerance.")
@click.option("--atol", type=float, default=1e-12, show_default=True, help="Absolute tolerance.")
@click.option("--strict", is_flag=True, help="Report every rewritten formula as a difference, even if it agrees.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Time limit for the engine, in seconds.")
@quiet
def check(
    workbook: Path,
    engine: str,
    rtol: float,
    atol: float,
    strict: bool,
    as_json: bool,
    timeout: float,
    quiet: bool,
) -> int:
    """Recalculate every formula of WORKBOOK and compare every cell with numpy.

    Exit status: 0 if everything agrees, 1 if a cell differs (the report names it).

    \b
    Examples
      xlnet check output/seed.xlsx
      xlnet check output/seed.xlsx --engine ironcalc --json
      xlnet check output/seed.xlsx --strict
    """
    for name, value in (("--rtol", rtol), ("--atol", atol)):
        if not 0 <= value < float("inf"):
            raise click.UsageError(f"{name}: must be a finite number, 0 or more, not {value}")
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise click.UsageError(f"--timeout: must be above 0 and at most {LONGEST_TIMEOUT:,} seconds, not {timeout}")
    from xlnet.checking import check as check_workbook
    from xlnet.cli.progress import status_line

    with nullcontext(lambda _: None) if quiet else status_line() as say:
        report = check_workbook(workbook, engine, rtol, atol, timeout, say, _warn, strict=strict)
    if as_json:
        click.echo(report.to_json())
    elif not (quiet and report.agrees):
        click.echo(report.to_text())
    return 0 if report.agrees else DIFFERENCE


def _warn(message: str) -> None:
    # Printed even with --quiet: which program did the check is part of the verdict.
    click.echo(f"xlnet: warning: {message}", err=True)

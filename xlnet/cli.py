"""The command line: options, messages and exit statuses."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NoReturn

import click

from xlnet.errors import XlnetError
from xlnet.version import VERSION

LONGEST_TIMEOUT = 1_000_000
DIFFERENCE, USER_FAULT, OWN_FAULT, INTERRUPTED = 1, 2, 70, 130

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main() -> NoReturn:
    """Run the command line and exit with its status."""
    # A termination from outside cleans up as Ctrl-C does: engines end, temporary files go.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # On Windows a pipe has the local code page, which has no η. A closed stream is None.
        if stream is not None:
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(_run())


def _run() -> int:
    try:
        status = cli.main(prog_name="xlnet", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return USER_FAULT
    except click.ClickException as error:
        return _fail(error.format_message(), USER_FAULT)
    except XlnetError as error:
        return _fail(str(error), error.exit_status)
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted", INTERRUPTED)
    except SystemExit:
        # click's way out when the reader of our output has gone, as with `xlnet templates | head -1`.
        return 0
    except OSError as error:
        return _fail(f"cannot write the output: {error.strerror}", USER_FAULT)
    except Exception as error:
        if _was_interrupted(error):
            return _fail("interrupted", INTERRUPTED)
        import traceback

        traceback.print_exc()
        return _fail(
            f"a fault of xlnet {VERSION} itself ({type(error).__name__}): please report the lines above",
            OWN_FAULT,
        )


def _was_interrupted(error: BaseException | None) -> bool:
    """Return whether an error came up while an interrupt was on its way out, as when a zip file is closed halfway."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__context__
    return False


def _fail(message: str, status: int) -> int:
    click.echo("xlnet: " + " ".join(message.splitlines()), err=True)
    return status


@click.group(context_settings=_SETTINGS)
@click.version_option(VERSION, prog_name="xlnet")
def cli() -> None:
    """Excel workbooks in which a neural network learns by live formulas, proved against numpy.

    \b
    Start with
      xlnet build --iters 200 --lr 0.01
      xlnet check output/seed.xlsx
    """


_Command = Callable[..., Any]


def _quiet(command: _Command) -> _Command:
    return click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")(command)


@cli.command(short_help="Write the workbook of a template.")
@click.argument("template", required=False)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The workbook to write.  [default: output/TEMPLATE.xlsx]"
)
@click.option("--iters", type=int, help="Rows to write: one forward and backward pass each.")
@click.option("--lr", type=float, help="Learning rate η.")
@click.option(
    "--layers", metavar="N-N-…", help="Inputs and units of each layer, like 2-3-1; the weights are drawn anew."
)
@click.option("--activation", metavar="NAME", help="Activation of the hidden layers.")
@click.option("--output-activation", metavar="NAME", help="Activation of the last layer.")
@click.option("--bias/--no-bias", default=None, help="Give every layer a bias, or none.")
@click.option("--loss", metavar="NAME", help="Loss.")
@click.option("--optimizer", metavar="NAME", help="Optimiser.")
@click.option("--batch", metavar="full|N", help="Samples of a row: all of them, or N; 1 is online learning.")
@click.option("--order", metavar="NAME", help="Order of the samples: sequential or shuffled.")
@click.option("--data", metavar="CSV", help="Take the samples from a CSV file.")
@click.option("--inputs", metavar="A,B,…", help="Columns of the CSV file that are inputs.")
@click.option("--targets", metavar="Y,…", help="Columns that are targets; one of text becomes a class a name.")
@click.option("--standardize/--no-standardize", default=None, help="Standardise the inputs.")
@click.option("--init", metavar="NAME", help="Draw the weights anew with this initialiser.")
@click.option("--seed", type=int, help="Seed of what is drawn: weights, a shuffled order.")
@click.option(
    "--small", is_flag=True, help="Write a smaller file: slower to write, and to open outside Excel; for long runs."
)
@click.option("--plain", is_flag=True, help="Write sheets Training, Data, Formulas and Template alone.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the workbook: English or Simplified Chinese.",
)
@_quiet
def build(
    template: str | None,
    output: Path | None,
    small: bool,
    plain: bool,
    language: str,
    quiet: bool,
    **overrides: Any,
) -> None:
    """Write the workbook of TEMPLATE, a bundled template's name or a .toml file (default: seed).

    \b
    Examples
      xlnet build --iters 200 --lr 0.01
      xlnet build mazur -o lesson.xlsx
      xlnet build --layers 2-3-1 --activation sigmoid --seed 7
      xlnet build xor --lang zh
      xlnet build iris --optimizer sgd --lr 0.1 --batch 10
    """
    from xlnet.template import load
    from xlnet.workbook import build as build_workbook

    given = {name: value for name, value in overrides.items() if value is not None}
    if str(given.get("batch", "")).isdigit():
        given["batch"] = int(given["batch"])
    spec = load(template, given)
    path = output or Path("output") / f"{spec.name}.xlsx"

    def shown(blocks: Iterable[Any], count: int) -> Iterable[Any]:
        from xlnet.progress import with_progress

        return blocks if quiet else with_progress("writing rows", blocks, count)

    built = build_workbook(spec, path, small=small, plain=plain, language=language, progress=shown)
    if built.diverged_at is not None and not quiet:
        click.echo(
            f"xlnet: warning: the run diverges: from iteration {built.diverged_at} on it has no finite "
            "numbers (#NUM!): a smaller --lr may help",
            err=True,
        )
    click.echo(str(built.path))


@cli.command(short_help="Recalculate a workbook and compare every cell with numpy.")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    type=click.Choice(["auto", "libreoffice", "ironcalc"]),
    default="auto",
    show_default=True,
    help="What recalculates: auto takes LibreOffice where it is found.",
)
@click.option("--rtol", type=float, default=1e-9, show_default=True, help="Relative tolerance.")
@click.option("--atol", type=float, default=1e-12, show_default=True, help="Absolute tolerance.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds that the engine may take.")
@_quiet
def check(
    workbook: Path,
    engine: str,
    rtol: float,
    atol: float,
    as_json: bool,
    timeout: float,
    quiet: bool,
) -> int:
    """Recalculate WORKBOOK from its formulas' text and compare every cell with numpy.

    Exit status 0: everything agrees; 1: a cell differs, and the report names it.

    \b
    Examples
      xlnet check output/seed.xlsx
      xlnet check output/seed.xlsx --engine ironcalc --json
    """
    for name, value in (("--rtol", rtol), ("--atol", atol)):
        if not 0 <= value < float("inf"):
            raise click.UsageError(f"{name}: must be a finite number of at least 0, not {value}")
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise click.UsageError(f"--timeout: must be above 0 and up to {LONGEST_TIMEOUT:,} seconds, not {timeout}")
    from xlnet.checking import check as check_workbook
    from xlnet.progress import status_line

    with nullcontext(lambda _: None) if quiet else status_line() as say:
        report = check_workbook(workbook, engine, rtol, atol, timeout, say)
    if as_json:
        click.echo(report.to_json())
    elif not (quiet and report.agrees):
        click.echo(report.to_text())
    return 0 if report.agrees else DIFFERENCE


@cli.group(invoke_without_command=True, short_help="List the bundled templates, or print one.")
@click.pass_context
def templates(context: click.Context) -> None:
    """List the bundled templates, a line each.

    \b
    Examples
      xlnet templates
      xlnet templates show seed > my.toml
    """
    if context.invoked_subcommand is not None:
        return
    from xlnet.template.sources import bundled_names, open_template

    names = bundled_names()
    width = max(map(len, names))
    for name in names:
        title = open_template(name).document.get("title", "")
        click.echo(f"{name:<{width}}  {title}")


@templates.command(short_help="Print a template, ready to be edited.")
@click.argument("name")
def show(name: str) -> None:
    """Print the template NAME, ready to be edited.

    \b
    Example
      xlnet templates show seed > my.toml
    """
    from xlnet.template.sources import open_template

    click.echo(open_template(name).text, nl=False)

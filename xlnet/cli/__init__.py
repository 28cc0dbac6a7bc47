"""The command line: its commands, messages and exit statuses."""

from __future__ import annotations

import gc
import signal
import sys
from typing import Any, NoReturn

import click

from xlnet.cli.audit import audit
from xlnet.cli.build import build
from xlnet.cli.check import check
from xlnet.cli.compare import compare
from xlnet.cli.exercise import exercise
from xlnet.cli.mark import mark
from xlnet.cli.messages import printable, unknown_option
from xlnet.cli.templates import templates
from xlnet.errors import XlnetError
from xlnet.version import VERSION

USER_FAULT, OWN_FAULT, INTERRUPTED = 2, 70, 130

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main() -> NoReturn:
    """Run the command line and exit with its status."""
    # A termination from outside cleans up as Ctrl-C does: engines end, temporary files go. What the parent has ignored
    # stays ignored: nohup means that a hangup is no termination.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
            signal.signal(getattr(signal, name), signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # On Windows a pipe has the local code page, which has no η. A closed stream is None.
        if stream is not None:
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    # What a command makes is kept to its end, and holds few cycles: Python's own pace of looking for them takes a third
    # of a build's time.
    gc.set_threshold(200_000, 20, 100)
    status = _run()
    # At its end Python looks for cycles once more, among all that is left: a tenth of a build's time, for nothing.
    gc.freeze()
    sys.exit(status)


def _run() -> int:
    try:
        status = cli.main(prog_name="xlnet", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return USER_FAULT
    except click.NoSuchOption as error:
        return _fail(unknown_option(error), USER_FAULT)
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
            f"internal error in xlnet {VERSION} ({type(error).__name__}): please report the lines above",
            OWN_FAULT,
        )


def _was_interrupted(error: BaseException | None) -> bool:
    """Return whether an error was raised while handling an interrupt, as when a zip file is closed halfway."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__context__
    return False


def _fail(message: str, status: int) -> int:
    click.echo(f"xlnet: {printable(message)}", err=True)
    return status


@click.group(context_settings=_SETTINGS)
@click.version_option(VERSION, prog_name="xlnet")
def cli() -> None:
    """Excel workbooks in which a neural network learns by live formulas, verified against numpy.

    \b
    Start with
      xlnet build --iters 200 --lr 0.01
      xlnet check output/seed.xlsx
    """


for command in (build, compare, check, audit, exercise, mark, templates):
    cli.add_command(command)

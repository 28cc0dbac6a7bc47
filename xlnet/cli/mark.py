"""`xlnet mark`: reads the exercises that students filled in, and prints how many blanks of each are right."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from xlnet.cli.messages import printable
from xlnet.cli.options import quiet

HEADER = ("student", "file", "right", "blanks", "score", "slips")
UNREADABLE = 2
# A spreadsheet program takes a text that starts with one of these for a formula, and would compute it.
_LIKE_A_FORMULA = ("=", "+", "-", "@")


@click.command(short_help="Mark the exercises in a folder.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    metavar="F",
    help="Share of the true value within which a number is right.  [default: as in each file]",
)
@click.option(
    "--decimals",
    type=click.IntRange(0, 15),
    metavar="N",
    help="A number is right within half a unit of its Nth decimal, too.  [default: as in each file]",
)
@quiet
def mark(folder: Path, tolerance: float | None, decimals: int | None, quiet: bool) -> int:
    """Mark the exercises in FOLDER that students filled in, and print a table as CSV.

    Every .xlsx file in FOLDER and in folders inside it is read. The true values are computed by numpy from the numbers
    that a file gives; what it says of its answers is not looked at. Exit status: 0 if all were marked, 2 if a file is
    no exercise or cannot be read (a message names it, and the others are marked).

    \b
    Examples
      xlnet exercise mazur --students 3 -o class
      xlnet mark class > marks.csv
    """
    from xlnet.checking.returned import is_answer_key, read_returned
    from xlnet.cli.progress import with_progress
    from xlnet.errors import UserError

    files = list(_files(folder))
    click.echo(_line(HEADER))
    status = 0
    steps = range(len(files))
    for number in steps if quiet else with_progress("marking", steps, len(files)):
        path = files[number]
        try:
            if is_answer_key(path):
                continue
            returned = read_returned(path, tolerance, decimals)
        except UserError as error:
            click.echo(f"xlnet: {printable(str(error))}", err=True)
            status = UNREADABLE
            continue
        for note in () if quiet else returned.notes:
            click.echo(f"xlnet: note: {printable(f'{path}: {note}')}", err=True)
        blanks = len(returned.marks)
        name, file = returned.student or path.stem, path.relative_to(folder).as_posix()
        score = f"{returned.right / blanks:.3f}"
        click.echo(_line((name, file, str(returned.right), str(blanks), score, "; ".join(returned.problems))))
    return status


def _files(folder: Path) -> Iterator[Path]:
    """Yield the workbooks of a folder, in the order of their names. Raises UserError where there is none."""
    from xlnet.errors import UserError

    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise UserError(f"{folder}: {what}: give the folder that holds the exercises")
    # Excel keeps a file "~$…" beside one that is open.
    every = (path for path in folder.rglob("*") if path.suffix.lower() == ".xlsx" and path.is_file())
    found = sorted(path for path in every if not path.name.startswith(("~$", ".")))
    if not found:
        raise UserError(f"{folder}: no .xlsx file in it: give the folder that holds the exercises")
    yield from found


def _line(fields: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([_field(field) for field in fields])
    return text.getvalue()


def _field(text: str) -> str:
    line = printable(text)
    return f"'{line}" if line.startswith(_LIKE_A_FORMULA) else line

"""`xlnet exercise`: writes a workbook with blanks that mark themselves, one or many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlnet.cli.messages import tell
from xlnet.cli.options import quiet, workbook

if TYPE_CHECKING:
    from xlnet.exercise.exercise import Exercise

MOST_STUDENTS = 1_000


@click.command(short_help="Write an exercise: an iteration with blanks that mark themselves.")
@click.argument("template", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The workbook to write, with --students the folder.  [default: output/TEMPLATE-exercise.xlsx]",
)
@click.option(
    "--blank",
    default="forward,backward,update",
    show_default=True,
    metavar="A,B,…",
    help="What is practised: some of forward, backward, update.",
)
@click.option(
    "--share",
    type=float,
    default=0.5,
    show_default=True,
    metavar="F",
    help="Share of what is practised that is left blank.",
)
@click.option(
    "--seed", type=int, metavar="N", help="Draw other numbers and other blanks.  [default: the template's numbers]"
)
@click.option("--students", type=int, metavar="N", help="Write N workbooks with different numbers, and an answer key.")
@click.option("--handout", is_flag=True, help="Write pages to print: two with blanks and a third with the answers.")
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Value of any template key, like training.optimizer.lr=0.1; repeatable.",
)
@workbook
@quiet
def exercise(
    template: str | None,
    output: Path | None,
    blank: str,
    share: float,
    seed: int | None,
    students: int | None,
    handout: bool,
    settings: tuple[str, ...],
    small: bool,
    language: str,
    quiet: bool,
) -> None:
    """Write an exercise of TEMPLATE, the name of a bundled template or a .toml file (default: seed).

    A student computes an iteration and fills in the yellow boxes; each marks itself, says what the slip may be, and
    counts. Of a large batch two samples are computed. xlnet mark reads the workbooks that students return.

    \b
    Examples
      xlnet exercise mazur
      xlnet exercise seed --blank forward --share 1 --seed 7
      xlnet exercise xor --students 3 -o class
      xlnet exercise byhand --handout --lang zh
    """
    from xlnet.errors import UserError
    from xlnet.exercise.making import FEW_SAMPLES, MOST_SAMPLES, make
    from xlnet.template import load
    from xlnet.template.lists import read_settings

    practised = _practised(blank)
    if not 0 < share <= 1:
        raise click.UsageError(f"--share: must be above 0 and at most 1, not {share}")
    if seed is not None and not 0 <= seed < 2**63:
        raise click.UsageError(f"--seed: must be from 0 to {2**63 - 1:,}, not {seed}")
    if students is not None and not 1 <= students <= MOST_STUDENTS:
        raise click.UsageError(f"--students: must be from 1 to {MOST_STUDENTS:,}, not {students}")
    spec = load(template, read_settings(settings))
    kind = "handout" if handout else "exercise"
    if students is not None:
        path = output or Path("output") / f"{spec.name}-{kind}s"
        if path.suffix.lower() == ".xlsx":
            raise UserError(f"{path}: --students writes a folder of workbooks: give the name of a folder by -o")
        seed = 1 if seed is None else seed
    else:
        path = output or Path("output") / f"{spec.name}-{kind}.xlsx"
    numbers = [0] if students is None else range(1, students + 1)

    def made(student: int) -> Exercise:
        return make(spec, practised=practised, share=share, seed=seed, student=student, is_handout=handout)

    # Not sooner: a mistake in the template is told at once.
    from xlnet.cli.progress import with_progress
    from xlnet.exercise_builder import build_class, build_exercise

    if students is None:
        build_exercise(made(0), path, small=small, language=language)
    else:
        steps = numbers if quiet else with_progress("writing exercises", numbers, students)
        build_class(map(made, steps), students, path, small=small, language=language)
    notes = [*spec.notes]
    if spec.batch_size > MOST_SAMPLES:
        notes.append(f"{spec.name}: an exercise computes {FEW_SAMPLES} samples of each batch of {spec.batch_size:,}")
    tell(notes, quiet=quiet)
    click.echo(str(path))


def _practised(blank: str) -> tuple[str, ...]:
    """Return what is practised. Raises UsageError where one of the words is unknown."""
    from xlnet.exercise.exercise import PRACTISED
    from xlnet.names import refusal

    words = tuple(word.strip().lower() for word in blank.split(",") if word.strip())
    unknown = next((word for word in words if word not in PRACTISED), None)
    if unknown is not None or not words:
        raise click.UsageError(f"--blank: {refusal(unknown or '', PRACTISED, repr(unknown or ''))}")
    return words

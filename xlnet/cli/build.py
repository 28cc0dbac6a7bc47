"""`xlnet build`: writes the workbook of a template."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlnet.cli.messages import tell
from xlnet.cli.options import overrides, quiet, workbook

if TYPE_CHECKING:
    from xlnet.spec import Spec

# By the names of the findings on the Dashboard.
_STOPPED = {
    "gradients": "all gradients are 0 at the end, and the loss is not small",
    "dead layer": "no ReLU unit of a layer is above 0 for any sample at the end",
}


# Targets beyond this are better standardised.
_LARGE = 10


@click.command(short_help="Build the workbook of a template.")
@click.argument("template", required=False)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The workbook to write.  [default: output/TEMPLATE.xlsx]"
)
@overrides
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Value of any template key, like training.optimizer.momentum=0.9; repeatable.",
)
@workbook
@click.option("--plain", is_flag=True, help="Write only the sheets Training, Data, Formulas and Template.")
@quiet
def build(
    template: str | None,
    output: Path | None,
    settings: tuple[str, ...],
    small: bool,
    plain: bool,
    language: str,
    quiet: bool,
    **given: Any,
) -> None:
    """Build the workbook of TEMPLATE, the name of a bundled template or a .toml file (default: seed).

    \b
    Examples
      xlnet build --iters 200 --lr 0.01
      xlnet build mazur -o lesson.xlsx
      xlnet build --layers 2-3-1 --activation sigmoid --seed 7
      xlnet build xor --lang zh
      xlnet build iris --optimizer sgd --lr 0.1 --batch 10
      xlnet build xor --set training.optimizer.momentum=0.9
    """
    from xlnet.template import load
    from xlnet.template.lists import read_settings

    chosen = {name: value for name, value in given.items() if value is not None}
    if str(chosen.get("batch", "")).isdigit():
        chosen["batch"] = int(chosen["batch"])
    spec = load(template, chosen | read_settings(settings))
    path = output or Path("output") / f"{spec.name}.xlsx"
    # Not sooner: a mistake in the template is told at once.
    _import_openpyxl_alone()
    from xlnet.builder import build as build_workbook

    def shown(steps: Iterable[int], count: int) -> Iterable[int]:
        from xlnet.cli.progress import with_progress

        return steps if quiet else with_progress("writing rows", steps, count)

    built = build_workbook(spec, path, small=small, plain=plain, language=language, progress=shown)
    # Not sooner: a build that fails says why in one line.
    tell(spec.notes, quiet=quiet)
    if built.diverged_at is not None and not quiet:
        click.echo(
            f"xlnet: warning: the run diverges: from iteration {built.diverged_at} on it has no finite "
            f"numbers (#NUM!): a smaller --lr{_or_standardised(spec)} may help",
            err=True,
        )
    if built.stopped is not None and not quiet:
        click.echo(f"xlnet: warning: {_STOPPED[built.stopped]}: another --seed or a smaller --lr may help", err=True)
    click.echo(str(built.path))


def _or_standardised(spec: Spec) -> str:
    """Return what else may help a run that diverges: standardised inputs, or targets that are no classes."""
    if not spec.has_data_sheet:
        return ""
    inputs = "" if spec.data.standardize else " or --standardize"
    is_large = max(abs(value) for row in spec.data.t for value in row) > _LARGE and not spec.data.standardize_targets
    return inputs + (" or --standardize-targets" if is_large else "")


def _import_openpyxl_alone() -> None:
    """Import openpyxl without numpy, which it loads to take numpy's numbers: a build gives it none.

    numpy is a fifth of the time of a small build. It is as if not installed for this one import, and is there for
    whoever asks next; where it is loaded already, as by weights that were drawn, nothing is gained.
    """
    if "numpy" in sys.modules:
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        import openpyxl  # noqa: F401
    finally:
        del sys.modules["numpy"]

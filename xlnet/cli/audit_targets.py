"""Where the annotated copies of audited workbooks go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from xlnet.audit.running.found import SUFFIXES, Found
from xlnet.audit.running.several import Task


def tasks(found: Sequence[Found], out: Path | None, *, is_alone: bool) -> list[Task]:
    """Return the audits to do: of all that was found, with the copy that each makes.

    `out` is the copy of a workbook that is alone, or a folder, in which copies lie as the workbooks do in theirs.
    Raises click.UsageError where a copy would take the place of a workbook.
    """
    paths = [each.path for each in found if each.problem is None]
    if out is None:
        return [Task(path) for path in paths]
    is_file_name = out.suffix.casefold() in SUFFIXES and not out.is_dir()
    if is_alone and not out.is_dir():
        for path in paths:
            # A copy of another format than its name says is opened by no program.
            ending = path.suffix.casefold() if path.suffix.casefold() in SUFFIXES else SUFFIXES[0]
            if out.suffix.casefold() != ending:
                raise click.UsageError(f"--annotate: the copy of {path} must end with {ending}, not be {out}")
        targets = [out] * len(paths)
    elif is_file_name:
        raise click.UsageError(f"--annotate: several workbooks need a folder for their copies, not {out}")
    else:
        targets = _in_folder([each.within for each in found if each.problem is None], out)
    own = {_key(path) for path in paths}
    for target in targets:
        if _key(target) in own:
            raise click.UsageError(f"--annotate: {target} is a workbook that is audited: choose another name")
    return [Task(path, target) for path, target in zip(paths, targets, strict=True)]


def _in_folder(within: Sequence[Path], out: Path) -> list[Path]:
    """Return a place in the folder for each workbook; of those that share a name, the later ones are numbered."""
    taken: set[str] = set()
    targets = []
    for path in within:
        target, number = out / path, 1
        while _key(target) in taken:
            number += 1
            target = out / path.with_stem(f"{path.stem}-{number}")
        taken.add(_key(target))
        targets.append(target)
    return targets


def _key(path: Path) -> str:
    # Not every file system tells small letters from capitals.
    return os.path.realpath(path).casefold()

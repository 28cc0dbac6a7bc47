"""Which workbooks are meant by the files, folders and patterns that a user names."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".xlsx", ".xlsm")
_LOCK = "~$"
# What macOS packs beside the files of an archive.
_NOT_SEARCHED = "__MACOSX"


@dataclass(frozen=True)
class Found:
    """A workbook, by its path and by its path within the folder that was named; or why there is none."""

    path: Path
    within: Path
    problem: str | None = None


def workbooks(named: Iterable[Path], left_out: Path | None = None) -> list[Found]:
    """Return the workbooks that are meant, each once, those of a folder in the order of their names.

    Folders are searched with all that is in them, but for `left_out`; patterns such as *.xlsx are expanded where no
    shell has done so. Lock files, which a spreadsheet program puts beside a workbook that is open, are left out.
    """
    arguments = [path for argument in named for path in _expanded(argument)]
    if len(arguments) > 1:
        arguments = [path for path in arguments if not path.name.startswith(_LOCK)]
    found: dict[str, Found] = {}
    for argument in arguments:
        for each in _in_folder(argument, left_out) if argument.is_dir() else [Found(argument, Path(argument.name))]:
            found.setdefault(os.path.realpath(each.path), each)
    return list(found.values())


def _expanded(argument: Path) -> list[Path]:
    if not os.path.lexists(argument):
        matches = sorted(map(Path, glob.glob(str(argument), recursive=True)), key=_order)
        if matches:
            return matches
    return [argument]


def _in_folder(folder: Path, left_out: Path | None) -> Iterator[Found]:
    paths = [path for path in _files(folder, left_out) if _is_workbook(path)]
    for path in sorted(paths, key=_order):
        yield Found(path, path.relative_to(folder))
    if not paths:
        yield Found(folder, Path(folder.name), f"no workbook ({' or '.join(SUFFIXES)}) in this folder")


def _files(folder: Path, left_out: Path | None) -> Iterator[Path]:
    away = None if left_out is None else os.path.realpath(left_out)
    for name, folders, files in os.walk(folder):
        folders[:] = [
            each
            for each in folders
            if each != _NOT_SEARCHED and not each.startswith(".") and os.path.realpath(Path(name) / each) != away
        ]
        yield from (Path(name) / file for file in files)


def _is_workbook(path: Path) -> bool:
    return path.suffix.casefold() in SUFFIXES and not path.name.startswith((_LOCK, "."))


def _order(path: Path) -> tuple[str, str]:
    return str(path).casefold(), str(path)

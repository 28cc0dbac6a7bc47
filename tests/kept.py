"""Workbooks that are built once in a run of the tests and copied from then on, and read once while they are the same.

A workbook is a function of its spec and options alone: `test_the_same_input_gives_the_same_bytes` holds that, and
builds for itself, as do those tests that are about building.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.merge import MergedCellRange

import xlnet
from xlnet.checking import prove
from xlnet.checking.open.opened import Opened
from xlnet.checking.open.reading import Known, open_workbook
from xlnet.checking.report.report import Report
from xlnet.comparison import Comparison
from xlnet.render.room import columns_needed
from xlnet.spec import MATRIX, Spec
from xlnet.template.sources import bundled_names

# The bundled templates whose every cell a test may look at. The digits have 180,000 cells beside Training alone: what
# they are made of is tested small, in test_images and with edge, and the template itself in test_templates_check.
BUNDLED = [name for name in bundled_names() if name != "digits"]
# An engine is given about so many cells of a lesson that is laid out as blocks, and of one in rows: they are alike from
# block to block, and from row to row.
_CELLS_OF_BLOCKS, _CELLS_OF_ROWS = 3_000, 40_000

_MOST_READ, _MOST_OPENED, _MOST_KNOWN = 6, 24, 12
_read: dict[tuple[str, bool], Workbook] = {}
_opened: dict[str, list[Opened]] = {}
_known: dict[tuple[str, str], Known] = {}
_folders: list[Path] = []


def some_iterations(name: str) -> Spec:
    """Return a bundled template, with some of its iterations where these are large blocks or many long rows."""
    spec = xlnet.load(name)
    cells = _CELLS_OF_BLOCKS if spec.layout == MATRIX else _CELLS_OF_ROWS
    return xlnet.load(name, iters=min(spec.training.iters, max(3, cells // columns_needed(spec))))


def few(template: str, most: int = 6) -> int:
    """Return as many iterations as show all of a template: of blocks, whose rows are not alike, three.

    Tests that look at all templates have the same workbooks in common where they ask for no other number.
    """
    return most if xlnet.load(template).layout != MATRIX else 3


def keep_in(folder: Path) -> None:
    """Keep workbooks in `folder`, which all processes of a run share."""
    folder.mkdir(exist_ok=True)
    _folders.append(folder)


def build(spec: Spec, path: Path, **options: Any) -> None:
    """Do what `xlnet.build` does, once for all who ask for the same."""
    _copy(xlnet.build, spec, path, options)


def build_comparison(comparison: Comparison, path: Path, **options: Any) -> None:
    """Do what `xlnet.build_comparison` does, once for all who ask for the same."""
    _copy(xlnet.build_comparison, comparison, path, options)


def _copy(build: Callable[..., object], asked: Spec | Comparison, path: Path, options: dict[str, Any]) -> None:
    text = repr((asked, sorted(options.items()), os.environ.get("SOURCE_DATE_EPOCH")))
    kept = _folders[-1] / f"{hashlib.sha256(text.encode()).hexdigest()}.xlsx"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=kept.parent) as own:
            new = Path(own) / kept.name
            build(asked, new, **options)
            # Two processes may build the same at once: each file is whole.
            new.replace(kept)
    shutil.copyfile(kept, path)


def looked_at(path: Path, *, data_only: bool = False) -> Workbook:
    """Return what openpyxl reads of a workbook, to be looked at alone: the next who asks gets the same object."""
    key = hashlib.sha256(path.read_bytes()).hexdigest(), data_only
    if key not in _read:
        while len(_read) >= _MOST_READ:
            del _read[next(iter(_read))]
        # The borders of merged cells, which nobody looks at, would take half of the time.
        with patch.object(MergedCellRange, "format", lambda _: None):
            _read[key] = load_workbook(path, data_only=data_only)
    return _read[key]


def opened(path: Path) -> list[Opened]:
    """Return the runs of a workbook as a check reads them."""
    key = hashlib.sha256(path.read_bytes()).hexdigest()
    if key not in _opened:
        while len(_known) > _MOST_KNOWN:
            del _known[next(iter(_known))]
        _opened[key] = open_workbook(path, Path(tempfile.mkdtemp(dir=_folders[-1])), _known)
    return _opened[key]


def check(path: Path, engine: str, **options: Any) -> Report:
    """Do what `xlnet.check` does; a workbook that has been read before, as for the other engine, is not read again."""
    (report,) = check_all([path], engine, **options)
    return report


def check_all(paths: Sequence[Path], engine: str, **options: Any) -> list[Report]:
    """Do with many workbooks what `check` does, with one start of the engine."""
    return checked_by([engine], paths, **options)[engine]


def checked_by(engines: Sequence[str], paths: Sequence[Path], **options: Any) -> dict[str, list[Report]]:
    """Do what `check_all` does with each of some engines; the workbooks are read once."""
    every_runs = [opened(path) for path in paths]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        reports = {engine: prove(every_runs, Path(folder), engine, **options) for engine in engines}
    for forgotten in list(_opened)[:-_MOST_OPENED]:
        shutil.rmtree(_opened.pop(forgotten)[0].copy.path.parent)
    return reports

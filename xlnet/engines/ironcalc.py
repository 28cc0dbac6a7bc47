"""IronCalc, the embedded engine: a Python package, so that a workbook can be checked where there is no LibreOffice."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from xlnet.engines.grid import Recalculation, read_results
from xlnet.engines.job import Job, write_jobs
from xlnet.engines.process import run, worker
from xlnet.errors import EngineError

NAME = "IronCalc"
_ROOTED = b'Target="/xl/'


def is_available() -> bool:
    """Return whether IronCalc is installed."""
    return find_spec("ironcalc") is not None


def recalculate(jobs: Sequence[Job], folder: Path, seconds: float) -> list[Recalculation]:
    """Do the jobs in one start; `folder` is for what passes between.

    Raises EngineError. IronCalc runs in a process of its own: a crash or a limit of time cannot take xlnet with it.
    """
    if not is_available():
        raise EngineError(f"{NAME} is not installed: pip install 'ironcalc>=0.9'")
    for job in jobs:
        _make_links_relative(job.workbook)
    file = write_jobs(jobs, folder, {})
    run(
        [sys.executable, worker("ironcalc_worker"), str(file)],
        engine=NAME,
        seconds=seconds,
        environment={},
    )
    return [read_results(NAME, job.workbook.parent, job.extents, len(job.points)) for job in jobs]


def _make_links_relative(workbook: Path) -> None:
    """Rewrite the links of a workbook's sheets: IronCalc takes one from the package's root for one beside the sheet.

    openpyxl writes such links to notes, and saves them so in any workbook that has some.
    """
    with zipfile.ZipFile(workbook) as package:
        links = {name: package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/_rels/")}
        if not any(_ROOTED in content for content in links.values()):
            return
        rewritten = workbook.with_suffix(".relative.xlsx")
        with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for name in package.namelist():
                with package.open(name) as source, copy.open(name, "w", force_zip64=True) as target:
                    if name in links:
                        target.write(links[name].replace(_ROOTED, b'Target="../'))
                    else:
                        shutil.copyfileobj(source, target)
    rewritten.replace(workbook)

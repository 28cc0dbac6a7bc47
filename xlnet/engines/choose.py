"""The engine table, and how one is chosen."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlnet.engines import ironcalc, libreoffice
from xlnet.engines.grid import Recalculation
from xlnet.engines.job import Job
from xlnet.errors import EngineError

Recalculate = Callable[[Sequence[Job], Path, float], list[Recalculation]]


@dataclass(frozen=True)
class Engine:
    """An engine: whether it is there, and how it recalculates."""

    is_available: Callable[[], bool]
    recalculate: Recalculate


# The authority first: "auto" takes the first one that is there.
ENGINES = {
    "libreoffice": Engine(libreoffice.is_available, libreoffice.recalculate),
    "ironcalc": Engine(ironcalc.is_available, ironcalc.recalculate),
}
AUTO = "auto"


def recalculate(engine: str, jobs: Sequence[Job], seconds: float) -> list[Recalculation]:
    """Do the jobs with one start of the engine of that name, or of the best one that is there for "auto".

    At each point every formula of the workbook is recomputed. Raises EngineError.
    """
    name = _best() if engine == AUTO else engine
    # LibreOffice may still be writing as it ends, which must not fail the clean-up.
    with tempfile.TemporaryDirectory(prefix="xlnet-", ignore_cleanup_errors=True) as folder:
        copied = [_copied(job, Path(folder) / str(number)) for number, job in enumerate(jobs)]
        return ENGINES[name].recalculate(copied, Path(folder), seconds)


def _copied(job: Job, folder: Path) -> Job:
    """Return the job on a copy: LibreOffice puts a lock beside a workbook, and refuses one that is open elsewhere."""
    folder.mkdir()
    copy = folder / "workbook.xlsx"
    shutil.copyfile(job.workbook, copy)
    return replace(job, workbook=copy)


def _best() -> str:
    for name, engine in ENGINES.items():
        if engine.is_available():
            return name
    raise EngineError("no recalculation engine is there: install LibreOffice, or pip install 'ironcalc>=0.9'")

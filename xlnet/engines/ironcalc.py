"""IronCalc, the embedded engine: a Python package, so that a workbook can be checked where there is no LibreOffice."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from xlnet.engines.grid import Recalculation, read_results
from xlnet.engines.job import Job, results, write_jobs
from xlnet.engines.process import run, worker
from xlnet.errors import EngineError

NAME = "IronCalc"


def is_available() -> bool:
    """Return whether IronCalc is installed."""
    return find_spec("ironcalc") is not None


def recalculate(jobs: Sequence[Job], folder: Path, seconds: float) -> list[Recalculation]:
    """Do the jobs in one start; `folder` is for files that are exchanged.

    Raises EngineError. IronCalc runs in a process of its own: a crash or a limit of time cannot take xlnet with it.
    """
    if not is_available():
        raise EngineError(f"{NAME} is not installed: pip install 'ironcalc>=0.9'")
    file = write_jobs(jobs, folder, {})
    run(
        [sys.executable, worker("ironcalc_worker"), str(file)],
        engine=NAME,
        seconds=seconds,
        environment={},
    )
    return [
        read_results(NAME, results(folder, number), job.extents, len(job.points)) for number, job in enumerate(jobs)
    ]

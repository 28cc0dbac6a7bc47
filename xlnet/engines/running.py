"""An engine that has been started, and does jobs until it is closed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from xlnet.engines.grid import Recalculation, read_results
from xlnet.engines.job import Job, results, write_jobs
from xlnet.engines.process import Worker, worker
from xlnet.engines.sockets import remove


class Running(Protocol):
    """What has been started."""

    def do(self, jobs: Sequence[Job], folder: Path, seconds: float) -> list[Recalculation]:
        """Do the jobs; `folder` is for files that are exchanged. Raises EngineError."""

    def close(self) -> None:
        """End it; nothing is left behind."""


@dataclass(frozen=True)
class RunningWorker:
    """An engine in a process of its own: neither a crash nor a limit of time can take xlnet with it."""

    engine: str
    worker: Worker
    folder: Path
    sockets: Sequence[str]

    def do(self, jobs: Sequence[Job], folder: Path, seconds: float) -> list[Recalculation]:
        """Do the jobs; `folder` is for files that are exchanged. Raises EngineError."""
        self.worker.do(write_jobs(jobs, folder), seconds)
        return [
            read_results(self.engine, results(folder, number), job.extents, len(job.points))
            for number, job in enumerate(jobs)
        ]

    def close(self) -> None:
        """End the worker, and remove what it leaves."""
        self.worker.close()
        remove(self.sockets)
        shutil.rmtree(self.folder, ignore_errors=True)


def start_worker(
    engine: str, python: str, script: str, details: Callable[[Path], Mapping[str, Any]] = lambda _: {}
) -> RunningWorker:
    """Start the worker script of an engine; `details` are what it must know, given a folder that goes with it.

    Raises EngineStartError.
    """
    folder = Path(tempfile.mkdtemp(prefix="xlnet-"))
    try:
        start = {"folder": str(folder), "sockets": [], **details(folder)}
        file = folder / "start.json"
        file.write_text(json.dumps(start), encoding="utf-8")
        # Its temporary files go with the folder.
        environment = {"TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        process = Worker([python, worker(script), str(file)], engine=engine, environment=environment)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return RunningWorker(engine, process, folder, start["sockets"])

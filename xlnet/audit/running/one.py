"""A worker of the audit, started when it is needed and replaced when it has failed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from xlnet.audit.findings import Audit
from xlnet.audit.options import Options
from xlnet.audit.running.handed import Outcome, read_outcome, write_task
from xlnet.audit.running.limits import OUT_OF_MEMORY
from xlnet.engines.process import Worker
from xlnet.errors import EngineError, EngineStartError, UserError
from xlnet.xlsx.whole_file import written_whole

_NAME = "the audit"
_MODULE = "xlnet.audit.running.worker"
_PACKAGES = Path(__file__).parents[3]
# What Rust says before it gives up.
_NO_MEMORY = "memory allocation of"


class Auditor:
    """Audits workbook after workbook in one process, until it is closed, which another thread may do at any moment."""

    def __init__(self, options: Options, seconds: float) -> None:
        self._options = options
        self._seconds = seconds
        self._lock = threading.Lock()
        self._is_closed = False
        self._running: tuple[Worker, Path] | None = None

    def audit(self, path: Path, annotated: Path | None) -> Outcome:
        """Return what came of a workbook; a copy is written to `annotated`, if that is given.

        Raises EngineStartError when no worker can be started.
        """
        worker = self._worker()
        # On Windows what a worker that was ended had open is closed a little later.
        with tempfile.TemporaryDirectory(prefix="xlnet-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            failure = None
            try:
                worker.do(write_task(folder, path, self._options, annotated), self._seconds)
            except EngineStartError:
                raise
            except EngineError as error:
                failure = str(error)
            except OSError as error:
                failure = f"no temporary file can be written: {error.strerror}"
            outcome = read_outcome(folder)
            if failure or outcome is None:
                # It may be in the midst of anything.
                self._end()
                why = _in_words(failure or f"{_NAME} failed: it left no findings")
                # With an outcome there, it was the copy that took too long, or too much.
                outcome = Outcome(Audit(str(path), error=why)) if outcome is None else replace(outcome, unannotated=why)
            return outcome if annotated is None else _moved(outcome, annotated)

    def close(self) -> None:
        """End the worker; from now on none is started."""
        with self._lock:
            self._is_closed = True
        self._end()

    def _worker(self) -> Worker:
        with self._lock:
            if self._is_closed:
                raise EngineError(f"{_NAME} was ended")
            if self._running is None:
                self._running = _started()
            return self._running[0]

    def _end(self) -> None:
        # Once alone: the number of a process that is gone may be another's.
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running[0].close()
            shutil.rmtree(running[1], ignore_errors=True)


def _started() -> tuple[Worker, Path]:
    """Start a worker, and return it with the folder of its temporary files."""
    folder = Path(tempfile.mkdtemp(prefix="xlnet-"))
    try:
        start = folder / "start.json"
        start.write_text(json.dumps({"folder": str(folder), "sockets": []}), encoding="utf-8")
        environment = {
            "TMPDIR": str(folder),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(_PACKAGES), os.environ.get("PYTHONPATH")))),
            # Several workers share the processor, and each thread takes its part of the memory.
            "OPENBLAS_NUM_THREADS": "1",
        }
        # With -P nothing is imported from the folder that we are in, which may be full of strangers' files.
        command = [sys.executable, "-P", "-m", _MODULE, str(start)]
        return Worker(command, engine=_NAME, environment=environment), folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _in_words(failure: str) -> str:
    if _NO_MEMORY in failure or "MemoryError" in failure:
        return f"{_NAME} failed: {OUT_OF_MEMORY}"
    return failure.replace("failed: status", "crashed with status")


def _moved(outcome: Outcome, target: Path) -> Outcome:
    """Write the annotated copy to where it was asked for."""
    if outcome.annotated is None:
        return outcome
    try:
        with outcome.annotated.open("rb") as copy, written_whole(target, "--annotate") as file:
            shutil.copyfileobj(copy, file)
    except UserError as error:
        return replace(outcome, annotated=None, unannotated=str(error))
    return replace(outcome, annotated=target)

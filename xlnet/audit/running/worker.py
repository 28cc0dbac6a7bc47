"""The process in which workbooks are audited, run as a module: task after task, whose outcomes it leaves as files."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlnet.audit.audited import audit_workbook
from xlnet.audit.findings import Audit
from xlnet.audit.options import Options
from xlnet.audit.running.handed import Outcome, write_outcome
from xlnet.audit.running.limits import MOST_MEMORY_GIB, OUT_OF_MEMORY
from xlnet.engines.workers import handover
from xlnet.errors import XlnetError
from xlnet.version import VERSION

if sys.platform != "win32":
    import resource


def main() -> None:
    """Audit the workbook of task after task."""
    start = handover.read_start()
    _keep_stdout_clean()
    _bound_memory()
    # As in the command line: what an audit makes holds few cycles.
    gc.set_threshold(200_000, 20, 100)
    try:
        import ironcalc  # noqa: F401
    except ImportError as error:
        handover.cannot_start(str(error))
    for task in handover.tasks(start):
        try:
            # The one line that says that a task is done is not mistaken.
            with Path(os.devnull).open("w", encoding="utf-8") as nothing, redirect_stdout(nothing):
                _do(task)
        except MemoryError:
            # Whatever else is in this process may be half done.
            sys.exit(OUT_OF_MEMORY)


def _keep_stdout_clean() -> None:
    """Have all vanish that IronCalc prints: the parent listens to what Python prints alone."""
    kept = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
    sys.stdout = os.fdopen(kept, "w", encoding="utf-8")


def _bound_memory() -> None:
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = MOST_MEMORY_GIB << 30
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        except (OSError, ValueError):
            # macOS refuses it at times; the limit of time is left.
            return


def _do(task: Mapping[str, Any]) -> None:
    folder, path = Path(task["folder"]), Path(task["path"])
    outcome = _audited(path, Options(**task["options"]))
    # Not later: a copy that cannot be written, or not in time, does not take the audit with it.
    write_outcome(folder, outcome)
    if task["annotated"] is not None and outcome.audit.error is None:
        write_outcome(folder, _annotated(path, outcome, Path(task["annotated"])))


def _audited(path: Path, options: Options) -> Outcome:
    try:
        audit = audit_workbook(path, options)
        return Outcome(replace(audit, error=_without_path(audit.error, path)))
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except XlnetError as error:
        return Outcome(Audit(str(path), error=_without_path(str(error), path)))
    # A panic of IronCalc, which is written in Rust, is no Exception.
    except BaseException as error:
        return Outcome(Audit(str(path), error=_own_fault(error)), traceback=traceback.format_exc())


def _without_path(error: str | None, path: Path) -> str | None:
    """Return what is wrong with a file without the path that messages begin with: who tells it says which file."""
    return error and error.removeprefix(f"{path}: ")


def _annotated(path: Path, outcome: Outcome, copy: Path) -> Outcome:
    from xlnet.audit.annotate import annotate

    try:
        annotate(path, outcome.audit, copy)
    except XlnetError as error:
        return replace(outcome, unannotated=_without_path(str(error), copy))
    except Exception as error:
        return replace(outcome, unannotated=_own_fault(error), traceback=traceback.format_exc())
    return replace(outcome, annotated=copy)


def _own_fault(error: BaseException) -> str:
    if not isinstance(error, Exception):
        return f"IronCalc failed at it ({type(error).__name__})"
    return f"internal error in xlnet {VERSION} ({type(error).__name__}): please report it"


if __name__ == "__main__":
    main()

"""What a worker is told of a workbook to audit, and what it leaves: files in the task's folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xlnet.audit.findings import Audit, from_dict
from xlnet.audit.options import Options

_TASK, _OUTCOME = "task.json", "outcome.json"
_ANNOTATED = "annotated"


@dataclass(frozen=True)
class Outcome:
    """What came of a workbook: the audit, and where the annotated copy is, if one was asked for and could be made.

    `unannotated` says why it could not, `traceback` what went wrong within xlnet itself.
    """

    audit: Audit
    annotated: Path | None = None
    unannotated: str | None = None
    traceback: str = ""


def write_task(folder: Path, path: Path, options: Options, annotated: Path | None) -> Path:
    """Write the file that tells a worker what to do, and return its path; `folder` goes should it be abandoned."""
    copy = None if annotated is None else str(copy_in(folder, annotated))
    task = {"folder": str(folder), "path": str(path), "options": asdict(options), "annotated": copy}
    file = folder / _TASK
    file.write_text(json.dumps(task), encoding="utf-8")
    return file


def copy_in(folder: Path, annotated: Path) -> Path:
    """Return where a worker writes the annotated copy; what it is called in the end decides on its format."""
    return folder / f"{_ANNOTATED}{annotated.suffix}"


def write_outcome(folder: Path, outcome: Outcome) -> None:
    """Write what came of a workbook; whole or not at all, as a worker may be ended at any moment."""
    content = {
        "audit": outcome.audit.to_dict(),
        "annotated": None if outcome.annotated is None else str(outcome.annotated),
        "unannotated": outcome.unannotated,
        "traceback": outcome.traceback,
    }
    new = folder / f"{_OUTCOME}.new"
    new.write_text(json.dumps(content), encoding="utf-8")
    new.replace(folder / _OUTCOME)


def read_outcome(folder: Path) -> Outcome | None:
    """Return what a worker has left of a workbook; None where it is nothing."""
    file = folder / _OUTCOME
    if not file.exists():
        return None
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    annotated = content["annotated"]
    return Outcome(
        audit=from_dict(content["audit"]),
        annotated=None if annotated is None else Path(annotated),
        unannotated=content["unannotated"],
        traceback=content["traceback"],
    )

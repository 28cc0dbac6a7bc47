"""What an engine is asked to do with a workbook, and the file in which a worker is told (see `workers.handover`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from xlnet.engines.grid import Extent, Point


@dataclass(frozen=True)
class Job:
    """Recalculate a workbook at each of `points`, and read `extents` there.

    The workbook is a clean copy, or one of our own making: an engine never sees a stranger's file.
    """

    workbook: Path
    extents: Sequence[Extent]
    points: Sequence[Point]


def results(folder: Path, number: int) -> Path:
    """Return the folder for the results of a job, which is made where it is missing."""
    own = folder / f"results{number}"
    own.mkdir(exist_ok=True)
    return own


def write_jobs(jobs: Sequence[Job], folder: Path) -> Path:
    """Write the file for a worker that does all `jobs`, and removes `folder` should it be abandoned meanwhile."""
    file = folder / "jobs.json"
    entries = [
        {
            "workbook": str(job.workbook.resolve()),
            "results": str(results(folder, number)),
            "sheets": [asdict(extent) for extent in job.extents],
            "points": [asdict(point) for point in job.points],
        }
        for number, job in enumerate(jobs)
    ]
    file.write_text(json.dumps({"folder": str(folder), "jobs": entries}), encoding="utf-8")
    return file

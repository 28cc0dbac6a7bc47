"""The job that a worker is given (see `workers.handover`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xlnet.engines.grid import Extent, Point


def job(workbook: Path, extents: Sequence[Extent], points: Sequence[Point], folder: Path) -> dict[str, Any]:
    """Return the job: recalculate `workbook` at each point and read `extents` into `folder`."""
    return {
        "workbook": str(workbook.resolve()),
        "results": str(folder),
        "sheets": [asdict(extent) for extent in extents],
        "points": [asdict(point) for point in points],
    }

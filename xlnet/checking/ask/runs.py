"""One recalculation for all runs of a workbook: what is asked of the engine, and each run's share of the answer."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.checking.ask.probes import Probe
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Edit, Extent, Point
from xlnet.engines.job import Job


def job_of(runs: Sequence[Opened], every_probes: Sequence[Sequence[Probe]]) -> Job:
    """Return what the engine has to do with the workbook of these runs, each with its probes."""
    extents: dict[str, Extent] = {}
    for run in runs:
        for extent in run.extents:
            known = extents.get(extent.name, extent)
            rows, columns = max(known.rows, extent.rows), max(known.columns, extent.columns)
            extents[extent.name] = Extent(extent.name, rows, columns)
    count = max(map(len, every_probes))
    points = [_point([probes[number : number + 1] for probes in every_probes]) for number in range(count)]
    return Job(runs[0].copy.path, list(extents.values()), points)


def _point(probes: Sequence[Sequence[Probe]]) -> Point:
    """Return the point at which every run is at its probe, if it has one; what runs share the first of them moves."""
    edits: dict[tuple[str, int, int], Edit] = {}
    for probe in (probe for its_probes in probes for probe in its_probes):
        for edit in probe.point.edits:
            edits.setdefault((edit.sheet, edit.row, edit.column), edit)
    return Point(tuple(edits.values()))

"""One recalculation for all runs of a workbook: what is asked of the engine, and each run's share of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xlnet.checking.ask.probes import Probe
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Edit, Extent, Grid, Point
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
    points = [_point(runs, [probes[number : number + 1] for probes in every_probes]) for number in range(count)]
    return Job(runs[0].copy.path, list(extents.values()), points)


def own_points(run: Opened, points: Sequence[Mapping[str, Grid]], probes: Sequence[Probe]) -> list[dict[str, Grid]]:
    """Return the sheets of a run at its probes, by the names of an ordinary workbook."""
    return [{sheet: grids[title] for sheet, title in run.titles.items()} for grids in points[: len(probes)]]


def _point(runs: Sequence[Opened], probes: Sequence[Sequence[Probe]]) -> Point:
    """Return the point at which every run is at its probe, if it has one; what runs share the first of them moves."""
    edits: dict[tuple[str, int, int], Edit] = {}
    for run, its_probes in zip(runs, probes, strict=True):
        for probe in its_probes:
            for edit in probe.point.edits:
                title = run.layout.title(edit.sheet)
                edits.setdefault((title, edit.row, edit.column), replace(edit, sheet=title))
    return Point(tuple(edits.values()))

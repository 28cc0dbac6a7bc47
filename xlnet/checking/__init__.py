"""The proof: a workbook is recalculated from its formulas' text and every cell compared with the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xlnet.checking.compare import compare
from xlnet.checking.file import formula_texts
from xlnet.checking.probes import probes
from xlnet.checking.reading import open_workbook
from xlnet.checking.report import Report, report
from xlnet.checking.runs import job_of, own_points
from xlnet.engines.choose import AUTO, recalculate

RTOL, ATOL, SECONDS = 1e-9, 1e-12, 600.0

Say = Callable[[str], None]


def check(
    workbook: str | Path,
    engine: str = AUTO,
    rtol: float = RTOL,
    atol: float = ATOL,
    timeout: float = SECONDS,
    say: Say = lambda _: None,
) -> Report:
    """Recalculate every formula of `workbook` and compare it with numpy.

    A cell agrees within atol + rtol·|expected|. Raises UserError when the file is not an xlnet workbook, EngineError
    when no engine recalculates it within `timeout` seconds. `say` is told what is being done.
    """
    return check_all([workbook], engine, rtol, atol, timeout, say)[0]


def check_all(
    workbooks: Sequence[str | Path],
    engine: str = AUTO,
    rtol: float = RTOL,
    atol: float = ATOL,
    timeout: float = SECONDS,
    say: Say = lambda _: None,
) -> list[Report]:
    """Check many workbooks with one start of the engine, which has `timeout` seconds for all of them; see `check`."""
    say("reading")
    every_runs = [open_workbook(Path(workbook)) for workbook in workbooks]
    every_probes = [[probes(run) for run in runs] for runs in every_runs]
    jobs = [job_of(runs, its_probes) for runs, its_probes in zip(every_runs, every_probes, strict=True)]
    cells = sum(run.is_formula.size for runs in every_runs for run in runs)
    say(f"recalculating {cells:,} cells")
    recalculations = recalculate(engine, jobs, timeout)
    say("comparing with numpy")
    reports = []
    for runs, its_probes, recalculation in zip(every_runs, every_probes, recalculations, strict=True):
        findings = [
            compare(run, own, own_points(run, recalculation.points, own), rtol, atol)
            for run, own in zip(runs, its_probes, strict=True)
        ]
        wrong = [run.in_file(cell.position) for run, found in zip(runs, findings, strict=True) for cell in found.wrong]
        reports.append(report(runs, recalculation, findings, formula_texts(runs[0].path, wrong)))
    return reports

"""The proof: a workbook is recalculated from its formulas' text and every cell compared with the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xlnet.checking.compare import compare
from xlnet.checking.opened import formula_texts, open_workbook
from xlnet.checking.probes import probes
from xlnet.checking.report import Report, report
from xlnet.engines.choose import AUTO, recalculate
from xlnet.engines.job import Job

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
    every_opened = [open_workbook(Path(workbook)) for workbook in workbooks]
    every_probes = [probes(opened) for opened in every_opened]
    jobs = [
        Job(opened.path, opened.extents, [probe.point for probe in its_probes])
        for opened, its_probes in zip(every_opened, every_probes, strict=True)
    ]
    cells = sum(opened.is_formula.size for opened in every_opened)
    say(f"recalculating {cells:,} cells")
    recalculations = recalculate(engine, jobs, timeout)
    say("comparing with numpy")
    reports = []
    for opened, its_probes, recalculation in zip(every_opened, every_probes, recalculations, strict=True):
        findings = compare(opened, its_probes, recalculation.points, rtol, atol)
        wrong = [cell.position for cell in findings.wrong]
        reports.append(report(opened, recalculation, findings, formula_texts(opened.path, wrong)))
    return reports

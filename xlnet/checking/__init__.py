"""The proof: a workbook is recalculated from its formulas' text and every cell compared with the reference."""

from __future__ import annotations

from pathlib import Path

from xlnet.checking.compare import compare
from xlnet.checking.opened import formula_texts, open_workbook
from xlnet.checking.probes import probes
from xlnet.checking.report import Report, report
from xlnet.engines.choose import AUTO, recalculate

RTOL, ATOL, SECONDS = 1e-9, 1e-12, 600.0


def check(
    workbook: str | Path,
    engine: str = AUTO,
    rtol: float = RTOL,
    atol: float = ATOL,
    timeout: float = SECONDS,
) -> Report:
    """Recalculate every formula of `workbook` and compare it with numpy.

    A cell agrees within atol + rtol·|expected|. Raises UserError when the file is not an xlnet workbook, EngineError
    when no engine recalculates it within `timeout` seconds.
    """
    opened = open_workbook(Path(workbook))
    every_probe = probes(opened)
    recalculation = recalculate(engine, opened.path, opened.extents, [probe.point for probe in every_probe], timeout)
    findings = compare(opened, every_probe, recalculation.points, rtol, atol)
    wrong = [cell.position for cell in findings.wrong]
    return report(opened, recalculation, findings, formula_texts(opened.path, wrong))

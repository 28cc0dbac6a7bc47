"""The proof: a workbook is recalculated from its formulas' text and every cell compared with the reference."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from xlnet.checking.ask.probes import probes
from xlnet.checking.ask.runs import job_of
from xlnet.checking.judge.compare import Findings, compare
from xlnet.checking.judge.rewritten.asking import with_rewritten
from xlnet.checking.open.contents import contents
from xlnet.checking.open.opened import Opened
from xlnet.checking.open.reading import Known, open_workbook
from xlnet.checking.report.report import Report, report
from xlnet.engines.choose import AUTO, kept_running, recalculate
from xlnet.engines.grid import Recalculation
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
    warn: Say = lambda _: None,
    *,
    strict: bool = False,
) -> Report:
    """Recalculate every formula of `workbook` and compare it with numpy.

    A cell agrees within atol + rtol·|expected|. A formula that differs from xlnet's own text agrees if it gives the
    same at many points; it is listed, and with `strict` it is a difference. Raises UserError when the file is not an
    xlnet workbook, EngineError when no engine recalculates it within `timeout` seconds. `say` is told what is
    being done, `warn` of an engine that is installed but does not start.
    """
    return check_all([workbook], engine, rtol, atol, timeout, say, warn, strict=strict)[0]


def check_all(
    workbooks: Sequence[str | Path],
    engine: str = AUTO,
    rtol: float = RTOL,
    atol: float = ATOL,
    timeout: float = SECONDS,
    say: Say = lambda _: None,
    warn: Say = lambda _: None,
    *,
    strict: bool = False,
) -> list[Report]:
    """Check many workbooks with one start of the engine, which has `timeout` seconds for all of them; see `check`."""
    # LibreOffice may still be writing as it ends, which must not fail the clean-up.
    with tempfile.TemporaryDirectory(prefix="xlnet-", ignore_cleanup_errors=True) as temporary, kept_running():
        folder = Path(temporary)
        say("reading")
        return prove(read(workbooks, folder), folder, engine, rtol, atol, timeout, say, warn, strict=strict)


def read(workbooks: Sequence[str | Path], folder: Path) -> list[list[Opened]]:
    """Return the runs of each workbook; clean copies are put into `folder`. Raises UserError."""
    known: dict[tuple[str, str], Known] = {}
    return [open_workbook(Path(path), _made(folder / str(n)), known) for n, path in enumerate(workbooks)]


def prove(
    every_runs: Sequence[Sequence[Opened]],
    folder: Path,
    engine: str = AUTO,
    rtol: float = RTOL,
    atol: float = ATOL,
    timeout: float = SECONDS,
    say: Say = lambda _: None,
    warn: Say = lambda _: None,
    *,
    strict: bool = False,
) -> list[Report]:
    """Have an engine recalculate workbooks that have been read, and compare them with numpy; see `check_all`.

    `folder` is for what is needed on the way. Raises EngineError.
    """
    own = Path(tempfile.mkdtemp(dir=folder))
    every_probes = [[probes(run) for run in runs] for runs in every_runs]
    jobs = [job_of(runs, its_probes) for runs, its_probes in zip(every_runs, every_probes, strict=True)]
    cells = sum(run.is_formula.size for runs in every_runs for run in runs)
    say(f"recalculating {cells:,} cells")
    deadline = time.monotonic() + timeout
    recalculations = recalculate(engine, jobs, timeout, own, warn)
    say("comparing with numpy")
    every_findings = [
        [
            compare(run, probes_of_run, recalculation.points[: len(probes_of_run)], rtol, atol)
            for run, probes_of_run in zip(runs, its_probes, strict=True)
        ]
        for runs, its_probes, recalculation in zip(every_runs, every_probes, recalculations, strict=True)
    ]

    def ask(further: Sequence[Job]) -> list[Recalculation]:
        say("checking formulas that were rewritten")
        same = recalculations[0].engine.lower()
        return recalculate(same, further, max(deadline - time.monotonic(), 0.0), own)

    every_findings = with_rewritten(every_runs, recalculations, every_findings, ask, rtol, atol, own)
    return [_report(*each, strict=strict) for each in zip(every_runs, recalculations, every_findings, strict=True)]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _report(runs: Sequence[Opened], recalculation: Recalculation, findings: Sequence[Findings], strict: bool) -> Report:
    copy = runs[0].copy
    wrong = [cell.position for run, found in zip(runs, findings, strict=True) for cell in found.wrong]
    found = contents(copy, wrong) | {position: copy.refused[position] for position in wrong if position in copy.refused}
    return report(runs, recalculation, findings, found, strict=strict)

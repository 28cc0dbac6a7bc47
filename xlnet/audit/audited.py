"""The audit of a workbook, from the file to the findings."""

from __future__ import annotations

from pathlib import Path

from xlnet.audit.findings import Audit
from xlnet.audit.finding.network import find_network
from xlnet.audit.judging.table import judge_tables
from xlnet.audit.options import Options
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import open_workbook
from xlnet.errors import UserError

NOTHING_FOUND = (
    "no update found: looked for formulas that add something to a weight, such as =B4-$D$2*N4, where N4 depends on B4"
)


def audit_workbook(path: Path, options: Options = Options()) -> Audit:
    """Return what is found in a workbook; a file that cannot be read gives an Audit with `error`.

    Raises EngineError where IronCalc is missing.
    """
    try:
        with open_workbook(path) as workbook:
            citations = Citations(workbook)
            network = find_network(workbook, citations, options)
            if not network.tables:
                return Audit(str(path), error=NOTHING_FOUND)
            tables, notes = judge_tables(workbook, citations, network)
            return Audit(str(path), tables=tuple(tables), breaks=tuple(notes.breaks), not_judged=tuple(notes.not_judged), remarks=tuple(notes.remarks))
    except UserError as error:
        return Audit(str(path), error=str(error).removeprefix(f"{path}: "))

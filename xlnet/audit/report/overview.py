"""What was found in many workbooks: a line each, then the mistakes that several of them share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlnet.audit.findings import Audit
from xlnet.audit.report.verdict import verdict
from xlnet.audit.report.words import counted, listed, local, plain

_LONGEST_LINE = 1_000
_MOST_FILES = 40


def lines(audits: Sequence[Audit], *, quiet: bool = False) -> Iterator[str]:
    """Yield the lines of the report on many workbooks; those that are right are left out where it is to be `quiet`."""
    for audit in audits:
        if not (quiet and audit.is_right):
            yield f"{audit.path}: {plain(verdict(audit), _LONGEST_LINE)}"
    for fault, files in sorted(_shared(audits).items(), key=lambda entry: -len(entry[1])):
        if len(files) > 1:
            yield ""
            yield f"{len(files):,} files share this mistake: {plain(fault, _LONGEST_LINE)}"
            yield f"  {_example(files[0], fault)}"
            yield f"  {listed([audit.path for audit in files], _MOST_FILES)}"
    if not quiet:
        yield ""
        yield _counts(audits)


def _shared(audits: Sequence[Audit]) -> dict[str, list[Audit]]:
    """Return the workbooks that have each mistake."""
    found: dict[str, list[Audit]] = {}
    for audit in audits:
        for fault in dict.fromkeys(wrong.fault for _, _, wrong in audit.wrong() if wrong.fault):
            found.setdefault(fault, []).append(audit)
    return found


def _example(audit: Audit, fault: str) -> str:
    table, _, wrong = next(each for each in audit.wrong() if each[2].fault == fault)
    cell = wrong.cell if "!" in wrong.cell else f"{plain(table.sheet)}!{local(wrong.cell, table.sheet)}"
    repair = f": {plain(wrong.repair, _LONGEST_LINE)}" if wrong.repair else ""
    return f"as in {audit.path}, {cell}{repair}"


def _counts(audits: Sequence[Audit]) -> str:
    wrong = sum(1 for audit in audits if next(audit.wrong(), None) is not None)
    right = sum(audit.is_right for audit in audits)
    return (
        f"{counted(len(audits), 'file')}: {right:,} right, {wrong:,} with something wrong, "
        f"{len(audits) - right - wrong:,} not judged"
    )

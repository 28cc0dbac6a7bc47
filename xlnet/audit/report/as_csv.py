"""The findings as CSV: a line for each, and one for a workbook that has none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from xlnet.audit.findings import Audit
from xlnet.audit.report.mistakes import Mistake, by_weight
from xlnet.audit.report.ranges import ranges
from xlnet.audit.report.told import is_in_the_update
from xlnet.audit.report.verdict import verdict
from xlnet.audit.report.words import name, plain, unlike

HEADER = ("file", "sheet", "weight", "cell", "what", "found", "expected", "repair")
_LONGEST = 2_000
# A spreadsheet program takes a text that starts with one of these for a formula, and would compute it.
_LIKE_A_FORMULA = ("=", "+", "-", "@")


def lines(audits: Sequence[Audit]) -> Iterator[str]:
    """Yield the lines of the CSV file."""
    yield _line(HEADER)
    for audit in audits:
        rows = list(_rows(audit))
        for row in rows or [("", "", "", verdict(audit), "", "", "")]:
            yield _line((audit.path, *row))


def _rows(audit: Audit) -> Iterator[tuple[str, ...]]:
    if audit.error is not None:
        yield "", "", "", "error", "", "", audit.error
    for table in audit.tables:
        for mistake in by_weight(table):
            yield _mistake(mistake)
    for each in audit.breaks:
        sheet, _, cell = each.cell.rpartition("!")
        yield sheet, "", cell, each.kind, "", each.expected, each.sentence
    for remark in audit.remarks:
        yield "", "", "", "remark", "", "", remark
    for cells in audit.not_judged:
        sheet, _, cell = cells.cells.rpartition("!")
        yield sheet, "", cell, "not judged", "", "", cells.why


def _mistake(mistake: Mistake) -> tuple[str, ...]:
    wrong = mistake.wrong
    kind = "wrong update" if is_in_the_update(wrong) else "wrong gradient"
    what = f"{kind}, right by luck" if wrong.is_probe else kind
    found, expected = unlike(wrong.found, wrong.expected)
    cells = ranges(mistake.places[0].cells)
    return mistake.table.sheet, name(mistake.weight), cells, what, found, expected, wrong.repair or ""


def _line(row: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([_field(field) for field in row])
    return text.getvalue()


def _field(text: str) -> str:
    line = plain(text, _LONGEST)
    if not line.startswith(_LIKE_A_FORMULA) or _is_number(line):
        return line
    return f"'{line}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

"""What an audit found, written on a sheet of its own in the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from xlnet.audit.annotate.marks import corners_of, remedy
from xlnet.audit.annotate.notes import MOST_NOTES
from xlnet.audit.annotate.page import Page
from xlnet.audit.annotate.styles import (
    ALL_RIGHT,
    CELL,
    CODE,
    HEADER,
    LABEL,
    LINKED,
    NUMBER_HEADER,
    QUIET,
    SECTION,
    SOME_WRONG,
    TITLE,
    number_look,
)
from xlnet.audit.findings import Audit, Table, Weight, Wrong
from xlnet.audit.formula.addresses import full_address, quoted

_WIDTHS = {1: 15.0, 2: 18.0, 3: 46.0, 4: 19.0, 5: 19.0, 6: 19.0, 7: 19.0, 8: 24.0}
_LAST = len(_WIDTHS)
_WIDEST_ADDRESS = 40
MOST_LINES = 500
_MOST_WEIGHTS = 24

# Writes the proof from a row on, and returns the row after it.
Prover = Callable[[Page, int], int]


def write_findings(page: Page, source: Path, audit: Audit, sheets: Sequence[str], prove: Prover) -> None:
    """Write all that was found; `prove` is called where something is wrong."""
    page.widths |= _WIDTHS
    page.put(1, 1, f"Audit of {source.name}", TITLE)
    sentence, is_right = _verdict(audit)
    page.put(2, 1, sentence, ALL_RIGHT if is_right else SOME_WRONG)
    for column in range(2, _LAST + 1):
        page.put(2, column, "", ALL_RIGHT if is_right else SOME_WRONG)
    page.put(3, 1, _what_was_done(audit), QUIET)
    row = _write_tables(page, 5, audit, sheets)
    if lines := list(_wrong_lines(audit)):
        row = _write_wrong(page, row, lines, sheets)
        row = prove(page, row) + 1
    breaks = [(each.cell, each.kind, each.sentence or each.expected) for each in audit.breaks]
    row = _write_list(page, row, "Formulas that stand out", ("Cell", "Kind", "What"), breaks, sheets)
    row = _write_list(page, row, "Remarks", (), [("", "", each) for each in audit.remarks], sheets)
    not_judged = [(each.cells, "", each.why) for each in audit.not_judged]
    _write_list(page, row, "Not judged", ("Cells", "", "Why"), not_judged, sheets)
    longest = max((len(page.cells[place].text) for place in page.links), default=0)
    page.widths[1] = min(max(page.widths[1], longest + 2), _WIDEST_ADDRESS)


def _verdict(audit: Audit) -> tuple[str, bool]:
    if audit.error:
        return f"Nothing was judged: {audit.error}", False
    wrong = audit.judged - audit.right
    judged = f"{audit.judged:,} {'gradient' if audit.judged == 1 else 'gradients'} judged"
    if next(audit.wrong(), None) is None:
        return (f"{judged}, all right." if audit.judged else "No gradient was judged."), audit.is_right
    return f"{judged}, {audit.right:,} right, {wrong:,} wrong.", False


def _what_was_done(audit: Audit) -> str:
    noted = len(audit.breaks) + sum(1 for _ in audit.wrong())
    if not noted:
        return "xlnet audit took the derivative of the loss by each weight. Nothing else in this workbook was changed."
    return (
        "xlnet audit took the derivative of the loss by each weight. Nothing else in this workbook was changed: what "
        "is wrong has a note and a red colour, what stands out a note and a yellow one (a conditional format)."
        + (f" Of a sheet's notes the first {MOST_NOTES:,} are there." if noted > MOST_NOTES else "")
    )


def _write_tables(page: Page, row: int, audit: Audit, sheets: Sequence[str]) -> int:
    """Write what was taken for what."""
    if not audit.tables:
        return row
    page.put(row, 1, "What was taken for what", SECTION)
    row += 1
    for table in audit.tables[:MOST_LINES]:
        steps = f"{table.steps:,} {'step' if table.steps == 1 else 'steps'}"
        page.put(row, 1, table.sheet, HEADER)
        weights = f"{len(table.weights):,} {'weight' if len(table.weights) == 1 else 'weights'}"
        page.put(row, 2, f"{weights} over {steps}: {table.right:,} of {table.judged:,} gradients right", HEADER)
        for column in range(3, _LAST + 1):
            page.put(row, column, "", HEADER)
        weights = ", ".join(_of_weight(each) for each in table.weights[:_MOST_WEIGHTS])
        if len(table.weights) > _MOST_WEIGHTS:
            weights += f" and {len(table.weights) - _MOST_WEIGHTS:,} more"
        gradients = ", ".join(
            f"of {each.header or each.first} {each.gradients}"
            for each in table.weights[:_MOST_WEIGHTS]
            if each.gradients
        )
        loss = table.loss
        implied = f"none in a cell; implied by the gradients: {loss.header}" if loss.header else "none"
        where = f"{loss.cell} ({loss.header})" if loss.cell and loss.header else loss.cell or implied
        if table.factor != 1:
            where += f". All gradients are {table.factor:.6g} times its derivative."
        rate = ", ".join(table.rate[:_MOST_WEIGHTS]) or "none found"
        facts = [("Weights", weights), ("Gradients", gradients), ("Learning rate", rate), ("Loss", where)]
        for name, words in facts:
            row += 1
            target = {"Weights": table.weights[0].first if table.weights else "", "Loss": loss.cell or ""}.get(name, "")
            _put_cell(page, row, name, target, sheets, table.sheet)
            page.put(row, 2, words or "none in cells of their own", CELL, over=_LAST - 1)
        row += 2
    return row


def _of_weight(weight: Weight) -> str:
    cells = weight.first if weight.first == weight.last else f"{weight.first} to {weight.last}"
    return f"{weight.header} {cells}".strip()


def _wrong_lines(audit: Audit) -> Iterator[tuple[Table, Weight, list[Wrong]]]:
    """Yield wrong gradients, the same mistake of a weight as one."""
    for table in audit.tables:
        for weight in table.weights:
            kinds = sorted(enumerate(weight.every_wrong), key=lambda pair: (_kind(pair[1]), pair[0]))
            groups = [[each for _, each in group] for _, group in groupby(kinds, key=lambda pair: _kind(pair[1]))]
            for group in sorted(groups, key=lambda group: weight.every_wrong.index(group[0])):
                yield table, weight, group


def _with_sheet(cell: str, title: str, sheets: Sequence[str]) -> str:
    """Return a cell's address with its sheet, where there is more than one."""
    return cell if "!" in cell or len(sheets) == 1 else f"{quoted(title)}!{cell}"


def _kind(wrong: Wrong) -> tuple[str, bool]:
    return wrong.fault, wrong.is_probe


def _write_wrong(page: Page, row: int, lines: list[tuple[Table, Weight, list[Wrong]]], sheets: Sequence[str]) -> int:
    page.put(row, 1, "Wrong gradients", SECTION)
    row += 1
    headers = ("Cell", "Gradient of", "Its formula", "It says", "It should say", "What to do", "", "")
    for column, words in enumerate(headers, 1):
        page.put(row, column, words, NUMBER_HEADER if column in (4, 5) else HEADER)
    for table, weight, group in lines[:MOST_LINES]:
        row += 1
        wrong = group[0]
        _put_cell(page, row, _with_sheet(wrong.cell, table.sheet, sheets), wrong.cell, sheets, table.sheet)
        page.put(row, 2, " ".join(each for each in (weight.header, wrong.weight.rpartition("!")[2]) if each), CELL)
        page.put(row, 3, wrong.formula, CODE)
        page.put_number(row, 4, wrong.found, number_look(wrong.found))
        page.put_number(row, 5, wrong.expected, number_look(wrong.expected))
        words = remedy(wrong)
        if wrong.is_probe:
            words = f"Right by luck: the values here are those with other numbers typed in. {words}"
        if len(group) > 1:
            words += (
                f"\n{'The same' if wrong.fault else 'Wrong, too,'} in {len(group) - 1:,} more, to {group[-1].cell}."
            )
        page.put(row, 6, words, CELL, over=3)
    if len(lines) > MOST_LINES:
        row += 1
        page.put(row, 1, f"and {len(lines) - MOST_LINES:,} more, each with a note or a colour", QUIET)
    return row + 2


def _write_list(
    page: Page, row: int, title: str, headers: tuple[str, ...], lines: list[tuple[str, str, str]], sheets: Sequence[str]
) -> int:
    if not lines:
        return row
    page.put(row, 1, title, SECTION)
    if headers:
        row += 1
        for column in range(1, _LAST + 1):
            page.put(row, column, headers[column - 1] if column <= len(headers) else "", HEADER)
    for cell, kind, words in lines[:MOST_LINES]:
        row += 1
        if not headers:
            page.put(row, 1, words, CELL, over=_LAST)
            continue
        _put_cell(page, row, cell, cell, sheets)
        page.put(row, 2, kind, CELL)
        page.put(row, 3, words, CELL, over=_LAST - 2)
    if len(lines) > MOST_LINES:
        row += 1
        page.put(row, 1, f"and {len(lines) - MOST_LINES:,} more", QUIET)
    return row + 2


def _put_cell(page: Page, row: int, words: str, cell: str, sheets: Sequence[str], title: str = "") -> None:
    """Write words that lead to a cell, where the workbook has it."""
    corners = corners_of(cell, sheets, title) if cell else None
    if corners is None:
        page.put(row, 1, words, LABEL)
        return
    target = full_address(corners[0], sheets)
    if corners[0] != corners[1]:
        target += ":" + full_address(corners[1], sheets).rpartition("!")[2]
    page.put_link(row, 1, words, target, LINKED)

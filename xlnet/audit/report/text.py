"""What was found in one workbook, in words that teach: first what was taken for what, then what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from xlnet.audit.findings import Audit, Break, Table, Weight
from xlnet.audit.report.mistakes import by_mistake
from xlnet.audit.report.ranges import ranges
from xlnet.audit.report.told import told
from xlnet.audit.report.verdict import verdict
from xlnet.audit.report.words import counted, listed, local, plain, title_of

_NO_REPAIR = (
    "Where no repair is named, no small change was found that makes it right: there may be two mistakes in one formula."
)
_MOST_TABLES = 20
_MOST_WEIGHTS = 24
_MOST_FINDINGS = 40
_MOST_SHEETS = 4
_LONGEST_SENTENCE = 1_000

Item = TypeVar("Item")


def lines(audit: Audit) -> Iterator[str]:
    """Yield the lines of the report on a workbook."""
    yield audit.path
    tables = _shown(audit.tables, _MOST_TABLES, [any(w.wrong for w in table.weights) for table in audit.tables])
    for table in tables:
        yield ""
        yield from _taken(table)
    if len(tables) < len(audit.tables):
        yield ""
        yield f"… and {counted(len(audit.tables) - len(tables), 'more table')}: --json has them all"
    mistakes = by_mistake(audit.tables)
    several = len({table.sheet for table in audit.tables}) > 1
    yield from _section("Wrong", [told(mistake, with_sheet=several) for mistake in mistakes])
    if any(mistake.wrong.repair is None for mistake in mistakes):
        yield f"  {_NO_REPAIR}"
    yield from _section("To look at", [[_sentence(text)] for text in _to_look_at(audit)])
    yield from _section("Remarks", [[_sentence(remark)] for remark in audit.remarks])
    yield from _section("Not judged", [[_sentence(f"{each.cells}: {each.why}")] for each in audit.not_judged])
    yield ""
    yield _sentence(verdict(audit))


def _sentence(text: str) -> str:
    return plain(text, _LONGEST_SENTENCE)


def _section(title: str, findings: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of findings, each with its first line further left."""
    if not findings:
        return
    yield ""
    yield title
    for first, *others in findings[:_MOST_FINDINGS]:
        yield f"  {first}"
        yield from (f"    {line}" for line in others)
    if len(findings) > _MOST_FINDINGS:
        yield f"  … and {len(findings) - _MOST_FINDINGS:,} more: --csv or --json has them all"


def _taken(table: Table) -> Iterator[str]:
    """Yield what was taken for what, so that a wrong guess is seen at once."""
    yield f"{plain(table.sheet)}: {counted(len(table.weights), 'weight')}, {counted(table.steps, 'step')}"
    shown = _shown(table.weights, _MOST_WEIGHTS, [bool(weight.wrong) for weight in table.weights])
    rows = [("weight", "cells", "gradients", "right"), *(_row(table, weight) for weight in shown)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells).rstrip()}"
    if len(shown) < len(table.weights):
        yield f"  … and {counted(len(table.weights) - len(shown), 'more weight')}"
    rate = ranges(local(cell, table.sheet) for cell in table.rate)
    yield f"  learning rate: {rate or 'in no cell of its own'}"
    yield f"  loss: {_loss(table)}"


def _shown(items: Sequence[Item], most: int, are_wrong: Sequence[bool]) -> list[Item]:
    """Return what a list shows, in its order: of many, those that are wrong, and the first ones."""
    wrong_first = sorted(range(len(items)), key=lambda index: (not are_wrong[index], index))
    return [items[index] for index in sorted(wrong_first[:most])]


def _row(table: Table, weight: Weight) -> tuple[str, str, str, str]:
    first, last = local(weight.first, table.sheet), local(weight.last, table.sheet)
    return (
        plain(weight.header) or "–",
        first if first == last else f"{first} … {last}",
        local(weight.gradients, table.sheet) or "–",
        f"{weight.right:,} of {weight.judged:,}",
    )


def _loss(table: Table) -> str:
    if table.loss.cell is None or table.loss.form == "implied":
        return f"in no cell; by your gradients it is {plain(table.loss.header)}"
    cell, header = local(table.loss.cell, table.sheet), plain(table.loss.header)
    return f"{header} ({cell})" if header else cell


def _to_look_at(audit: Audit) -> list[str]:
    """Return what is to be said of cells; sheets are told where there are several, all that have the same."""
    sheets: dict[str, list[str]] = {}
    for each in audit.breaks:
        sheets.setdefault(_break(each), []).append(title_of(each.cell))
    if len({table.sheet for table in audit.tables} | {title for on in sheets.values() for title in on}) < 2:
        return list(sheets)
    return [
        f"{listed([plain(each) for each in dict.fromkeys(on)], _MOST_SHEETS)}: {text}" for text, on in sheets.items()
    ]


def _break(each: Break) -> str:
    return each.sentence or f"{each.cell}: {each.kind}: {each.expected}"

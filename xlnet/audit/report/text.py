"""What was found in one workbook, in words that teach: first what was taken for what, then what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlnet.audit.findings import Audit, Break, Table, Weight
from xlnet.audit.report.mistakes import Mistake, by_mistake
from xlnet.audit.report.ranges import ranges
from xlnet.audit.report.verdict import verdict
from xlnet.audit.report.words import counted, derivative, local, name, number, plain, unlike, with_cell

_MOST_WEIGHTS = 24
_MOST_FINDINGS = 40
_MOST_CELLS = 6
_LONGEST_FORMULA = 400
_LONGEST_SENTENCE = 1_000


def lines(audit: Audit) -> Iterator[str]:
    """Yield the lines of the report on a workbook."""
    yield audit.path
    for table in audit.tables:
        yield ""
        yield from _taken(table)
    mistakes = [mistake for table in audit.tables for mistake in by_mistake(table)]
    several = len(audit.tables) > 1
    yield from _section("Wrong", [_mistake(mistake, with_sheet=several) for mistake in mistakes])
    yield from _section("To look at", [[_sentence(_break(each))] for each in audit.breaks])
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
    shown = _shown(table.weights)
    rows = [("weight", "cells", "gradients", "right"), *(_row(table, weight) for weight in shown)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells).rstrip()}"
    if len(shown) < len(table.weights):
        yield f"  … and {counted(len(table.weights) - len(shown), 'weight')} more"
    rate = ranges(local(cell, table.sheet) for cell in table.rate)
    yield f"  learning rate: {rate or 'in no cell of its own'}"
    yield f"  loss: {_loss(table)}"
    if table.factor != 1:
        yield f"  factor: your gradients are {number(table.factor)} × those of this loss"


def _shown(weights: Sequence[Weight]) -> list[Weight]:
    """Return the weights that a list shows, in their order: of many, those that are wrong, and the first ones."""
    wrong_first = sorted(range(len(weights)), key=lambda index: (not weights[index].wrong, index))
    return [weights[index] for index in sorted(wrong_first[:_MOST_WEIGHTS])]


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


def _mistake(mistake: Mistake, *, with_sheet: bool) -> list[str]:
    """Return the lines on a mistake: what is there, what it should be, its repair, and where else it is."""
    wrong, table = mistake.wrong, mistake.table
    found, expected = unlike(wrong.found, wrong.expected)
    cell, nudged = local(wrong.cell, table.sheet), with_cell(table, mistake.weight, wrong)
    place = f"{plain(table.sheet)}!{cell}" if with_sheet and "!" not in cell else cell
    what = derivative(mistake.weight)
    if wrong.cell == wrong.update:
        subject = f"{place} updates {nudged} by a step that makes your {what}"
    else:
        subject = f"{place} is your {what}"
    if wrong.is_probe:
        link = "which is" if wrong.cell == wrong.update else "and"
        says = (
            f"{subject}, {link} right by luck: with other numbers typed it is {found}, and nudging {nudged} "
            f"says {expected}."
        )
    elif wrong.cell == wrong.update:
        says = f"{subject} {found}. Nudging {nudged} says {expected}."
    else:
        says = f"{subject}: {found}. Nudging {nudged} says {expected}."
    repair = wrong.repair or "No small change was found that makes it right: there may be more than one mistake in it."
    result = [_sentence(f"{says} {repair}")]
    if wrong.formula and wrong.repaired:
        result += [f"is:        {plain(wrong.formula, _LONGEST_FORMULA)}"]
        result += [f"should be: {plain(wrong.repaired, _LONGEST_FORMULA)}"]
    return result + _elsewhere(mistake)


def _elsewhere(mistake: Mistake) -> list[str]:
    """Return the line that says in which cells the same mistake stands."""
    (_, own), *others = mistake.cells
    if len(mistake.cells) > _MOST_CELLS:
        cells = [cell for _, each in mistake.cells for cell in each]
        return [f"The same mistake stands in {ranges(cells)}, of {counted(len(mistake.cells), 'weight')}."]
    if not others:
        return [f"The same mistake stands in {ranges(own)}."] if len(own) > 1 else []
    parts = [f"{ranges(cells)} ({name(weight)})" for weight, cells in mistake.cells]
    return [f"The same mistake stands in {' and '.join(parts) if len(parts) == 2 else ', '.join(parts)}."]


def _break(each: Break) -> str:
    return each.sentence or f"{each.cell}: {each.kind}: {each.expected}"

"""Wrong gradients put together by their mistake: the same one in many rows, or of several weights, is told once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from xlnet.audit.findings import Table, Weight, Wrong
from xlnet.audit.report.ranges import column_number
from xlnet.audit.report.words import local, plain

_ADDRESS = re.compile(r"(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})(?![\w.(!])")


@dataclass(frozen=True)
class Cells:
    """The cells of a weight's gradients that have the same mistake, by their addresses on the table's sheet."""

    table: Table
    weight: Weight
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """A mistake: the first gradient that has it, of which weight, and all cells that have it."""

    table: Table
    weight: Weight
    wrong: Wrong
    places: tuple[Cells, ...]


def by_weight(table: Table) -> Iterator[Mistake]:
    """Yield the mistakes of each weight."""
    for weight in table.weights:
        kinds: dict[str, list[Wrong]] = {}
        for wrong in weight.every_wrong:
            kinds.setdefault(wrong.fault or _shape(wrong.formula, wrong.cell), []).append(wrong)
        for same in kinds.values():
            # What is wrong as the sheet stands can be looked up there.
            shown = next((wrong for wrong in same if not wrong.is_probe), same[0])
            cells = tuple(local(wrong.cell, table.sheet) for wrong in same)
            yield Mistake(table, weight, shown, (Cells(table, weight, cells),))


def by_mistake(tables: Iterable[Table]) -> list[Mistake]:
    """Return the mistakes of a workbook, those of several weights or tables as one where the repair is the same."""
    found: list[tuple[set[tuple[str, ...]], Mistake]] = []
    for mistake in (mistake for table in tables for mistake in by_weight(table)):
        own = _signatures(mistake)
        for number, (signatures, first) in enumerate(found):
            if signatures & own and first.wrong.is_probe == mistake.wrong.is_probe:
                found[number] = signatures, replace(first, places=first.places + mistake.places)
                break
        else:
            found.append((own, mistake))
    return [mistake for _, mistake in found]


def _signatures(mistake: Mistake) -> set[tuple[str, ...]]:
    """Return what two weights with the same mistake share: the repair, cell for cell, or seen from their gradients."""
    wrong = mistake.wrong
    shape = _shape(wrong.formula, wrong.cell)
    if wrong.repair is None:
        return {(wrong.fault, shape)}
    header = plain(mistake.weight.header)
    repair = re.sub(rf"(?<!\w){re.escape(header)}(?!\w)", "·", wrong.repair) if header else wrong.repair
    return {(wrong.fault, "exact", repair), (wrong.fault, "relative", _shape(repair, wrong.cell), shape)}


def _shape(text: str, cell: str) -> str:
    """Return a text whose addresses are written relative to a cell: those of cells filled down are the same."""
    host = _ADDRESS.fullmatch(cell.rpartition("!")[2])
    if host is None:
        return text
    row, column = int(host[4]), column_number(host[2])

    def relative(match: re.Match[str]) -> str:
        down = match[4] if match[3] else f"[{int(match[4]) - row}]"
        across = match[2].upper() if match[1] else f"[{column_number(match[2]) - column}]"
        return f"R{down}C{across}"

    return _ADDRESS.sub(relative, text)

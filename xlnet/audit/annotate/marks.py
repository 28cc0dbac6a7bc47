"""What is noted on which cell: the findings as sentences, at places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlnet.audit.findings import Audit, Table, Weight, Wrong
from xlnet.audit.formula.addresses import read_reference
from xlnet.audit.formula.tree import Ref
from xlnet.engines.live import Place

# More are not coloured one by one.
_LARGEST_RANGE = 10_000


@dataclass(frozen=True)
class Mark:
    """Words for the cell `first`, and a colour for all cells from there to `last`."""

    first: Place
    last: Place
    words: str
    is_wrong: bool


def marks(audit: Audit, sheets: Sequence[str]) -> list[Mark]:
    """Return the marks of all findings whose cells are in the workbook."""
    found: list[Mark] = []
    for table, weight, wrong in audit.wrong():
        corners = corners_of(wrong.cell, sheets, table.sheet)
        if corners:
            found.append(Mark(*corners, wrong_in_words(table, weight, wrong), is_wrong=True))
    for each in audit.breaks:
        corners = corners_of(each.cell, sheets)
        if corners:
            found.append(Mark(*corners, each.sentence or each.expected, is_wrong=False))
    return found


def cells(mark: Mark) -> set[tuple[int, int]]:
    """Return the cells (row, column) that a mark colours: of a very large range the first alone."""
    (_, row, column), (_, last_row, last_column) = mark.first, mark.last
    if (last_row - row + 1) * (last_column - column + 1) > _LARGEST_RANGE:
        return {(row, column)}
    return {(r, c) for r in range(row, last_row + 1) for c in range(column, last_column + 1)}


def corners_of(text: str, sheets: Sequence[str], title: str = "") -> tuple[Place, Place] | None:
    """Return the first and last cell of an address or range, on the sheet `title` where it names none."""
    known = [number for number, each in enumerate(sheets) if each == title]
    if not known and "!" not in text:
        return None
    host = (known[0] if known else 0, 1, 1)
    reference = read_reference(text, host, sheets)
    if reference is None:
        return None
    return (reference.at(host), reference.at(host)) if isinstance(reference, Ref) else reference.at(host)


def wrong_in_words(table: Table, weight: Weight, wrong: Wrong) -> str:
    """Return what is wrong with a gradient, the right value and the repair."""
    found, expected = shown(wrong.found, wrong.expected)
    name = name_of(weight, wrong)
    what = (
        f"This update moves {name} by a gradient of"
        if wrong.is_step or wrong.cell == wrong.update
        else f"This gradient of {name} is"
    )
    times = "" if table.factor == 1 else f"{table.factor:.6g} times "
    sentence = f"{what} {found}, but {times}the derivative of the loss is {expected}."
    if wrong.is_probe:
        sentence = f"This is right by luck: with other numbers typed in, {sentence[0].lower()}{sentence[1:]}"
    return f"{sentence}\n{remedy(wrong)}"


def remedy(wrong: Wrong) -> str:
    """Return what to do about a wrong gradient."""
    if not wrong.repair:
        return "No small repair was found: derive this gradient again."
    if wrong.repaired is None or wrong.repaired in wrong.repair:
        return wrong.repair
    return f"{wrong.repair}\nRight: {wrong.repaired}"


def name_of(weight: Weight, wrong: Wrong) -> str:
    """Return a weight's name and cell."""
    cell = wrong.weight.rpartition("!")[2]
    return f"{weight.header} ({cell})" if weight.header and cell else weight.header or cell


def shown(found: float, expected: float) -> tuple[str, str]:
    """Return two numbers with as many digits as tell them apart, at least six."""
    for digits in range(6, 17):
        pair = f"{found:.{digits}g}", f"{expected:.{digits}g}"
        if pair[0] != pair[1]:
            break
    return pair

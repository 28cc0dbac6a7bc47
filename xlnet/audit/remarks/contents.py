"""What cells of a network hold, and should not: numbers that are texts, nothing at all, errors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection

from xlnet.audit.findings import Break
from xlnet.audit.formula.tree import Area, Call, Ref, Text, Tree, Word, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.lines import Patterns, stepped
from xlnet.audit.remarks.ranges import by_sheet, in_words, with_sheet
from xlnet.engines.live import ErrorValue, Place

_NUMBER = re.compile(r"['\s]*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*%?\s*")
_ARITHMETIC = frozenset(
    ("SUM", "SUMPRODUCT", "AVERAGE", "MMULT", "SUMSQ", "SUMXMY2", "PRODUCT", "MAX", "MIN", "TRANSPOSE")
)
# A formula with one of these knows that a cell may be empty.
_ASKING = frozenset(("ISBLANK", "ISNUMBER", "ISTEXT", "IFERROR", "COUNT", "COUNTA", "COUNTBLANK", "N"))
_WHY = {
    "#REF!": "a cell that it cited was deleted",
    "#NAME?": "a name or a function in it is not known",
    "#DIV/0!": "it divides by 0, or by an empty cell",
    "#VALUE!": "it computes with a text, or with areas that do not fit",
    "#NUM!": "a number is out of range, such as the logarithm of 0",
    "#N/A": "what it looks up is not there",
    "#NULL!": "two areas in it have no cell in common",
}


def text_numbers(workbook: Workbook, citations: Citations, cells: Collection[Place]) -> list[Break]:
    """Return the numbers that are texts, and that formulas compute with."""
    texts = {
        place
        for place, value in workbook.stored.items()
        if type(value) is str and place not in workbook.trees and _NUMBER.fullmatch(value)
    }
    if not texts:
        return []
    found: set[Place] = set()
    known: dict[int, list[Ref | Area]] = {}
    for host in cells:
        tree = workbook.trees.get(host)
        if tree is None:
            continue
        if id(tree) not in known:
            known[id(tree)] = _computed_with(tree)
        for each in known[id(tree)]:
            places = [each.at(host)] if isinstance(each, Ref) else citations.cells(*each.at(host))
            found.update(place for place in places if place in texts)
    return [_text_break(workbook, places) for places in by_sheet(found)]


def _text_break(workbook: Workbook, places: list[Place]) -> Break:
    value = workbook.stored[places[0]]
    one = len(places) == 1
    comma = " with the decimal sign of your program" if "," in str(value) else ""
    return Break(
        with_sheet(places, workbook.sheets),
        "text",
        "a number",
        f"{in_words(places)} {'holds a text that looks' if one else 'hold texts that look'} like "
        f"{'a number' if one else 'numbers'} ({workbook.show(places[0], places[0][0])}: '{value}'). SUM and other "
        f"functions skip {'it' if one else 'them'}. Type {'it' if one else 'them'} as "
        f"{'a number' if one else 'numbers'}{comma}.",
    )


def _computed_with(tree: Tree) -> list[Ref | Area]:
    found: list[Ref | Area] = []
    for node in nodes(tree):
        if isinstance(node, Ref):
            found.append(node)
        elif isinstance(node, Call) and node.function in _ARITHMETIC:
            found += [each for each in node.arguments if isinstance(each, Area)]
    return found


def blanks(workbook: Workbook, patterns: Patterns, cells: Collection[Place], aside: Collection[Place]) -> list[Break]:
    """Return the empty cells that the network's formulas cite, but for those of the cells `aside`.

    The first row of a table may cite what is empty above it: a sum or a momentum starts with 0 there.
    """
    asks: dict[int, bool] = {}
    hosts: dict[Place, list[Place]] = defaultdict(list)
    for host in sorted(cells):
        tree = workbook.trees.get(host)
        if tree is None or host in aside or host not in patterns.of:
            continue
        if id(tree) not in asks:
            asks[id(tree)] = _asks(tree)
        if asks[id(tree)]:
            continue
        for node in nodes(tree):
            if isinstance(node, Ref) and _is_blank(workbook, node.at(host)) and not _starts(workbook, node, host):
                hosts[node.at(host)].append(host)
    by_column: dict[tuple[tuple[Place, ...], int, int], list[Place]] = defaultdict(list)
    for target, citing in sorted(hosts.items()):
        columns = tuple(sorted({(each[0], 0, each[2]) for each in citing}))
        by_column[columns, target[0], target[2]].append(target)
    return [_blank_break(workbook, targets, hosts) for targets in by_column.values()]


def _blank_break(workbook: Workbook, targets: list[Place], hosts: dict[Place, list[Place]]) -> Break:
    citing = sorted({host for target in targets for host in hosts[target] if host[0] == hosts[targets[0]][0][0]})
    one = len(targets) == 1
    sheet = targets[0][0]
    named = with_sheet(targets, workbook.sheets) if citing[0][0] != sheet else in_words(targets)
    return Break(
        with_sheet(citing, workbook.sheets),
        "blank",
        f"a number in {named}, or another cell",
        f"{in_words(citing)} {'cites' if len(citing) == 1 else 'cite'} {named}, which {'is' if one else 'are'} empty "
        f"and {'counts' if one else 'count'} as 0. Type the 0 if that is meant; otherwise cite the right "
        f"{'cell' if one else 'cells'}.",
    )


def _asks(tree: Tree) -> bool:
    return any(
        (isinstance(node, Text) and node.value == "") or (isinstance(node, Call) and node.function in _ASKING)
        for node in nodes(tree)
    )


def _is_blank(workbook: Workbook, place: Place) -> bool:
    return place not in workbook.trees and place not in workbook.stored and place not in workbook.frozen


def _starts(workbook: Workbook, reference: Ref, host: Place) -> bool:
    """Whether a reference of the first cell of a column is to the cell above the start, which later ones compute."""
    tree = workbook.trees[host]
    for axis in (1, 2):
        following, before = stepped(host, axis, 1), stepped(host, axis, -1)
        is_first = workbook.trees.get(following) is tree and workbook.trees.get(before) is not tree
        if is_first and not _is_blank(workbook, reference.at(following)):
            return True
    return False


def errors(workbook: Workbook, citations: Citations, cells: Collection[Place]) -> list[Break]:
    """Return the errors that cells show, but not where they inherit them. The workbook must be evaluated."""
    shown = {place: error for place in cells if (error := shown_error(workbook, place)) is not None}
    groups: dict[tuple[int, str], list[Place]] = defaultdict(list)
    for place in sorted(shown):
        if not any(each in shown for each in citations.of(place)):
            groups[place[0], shown[place]].append(place)
    return [_error_break(workbook, places, error) for (_, error), places in groups.items()]


def shown_error(workbook: Workbook, place: Place) -> str | None:
    """Return the error that a cell shows in the program that saved it, and here."""
    tree = workbook.trees.get(place)
    value = workbook.live.value(place)
    if not isinstance(value, ErrorValue) or value == "#CIRC!":
        return None
    stored = workbook.stored.get(place)
    if isinstance(stored, ErrorValue):
        return str(stored)
    # What this engine alone cannot compute is no error of the workbook.
    is_written = tree is not None and any(isinstance(node, Word) and node.text == value for node in nodes(tree))
    return str(value) if is_written or stored == 0 or stored is None else None


def _error_break(workbook: Workbook, places: list[Place], error: str) -> Break:
    first = places[0]
    formula = f" ({workbook.formula(first)})" if first in workbook.trees else ""
    why = _WHY.get(error, "it cannot be computed")
    return Break(
        with_sheet(places, workbook.sheets),
        "error",
        "a number",
        f"{in_words(places)}{formula} {'shows' if len(places) == 1 else 'show'} {error}: {why}. "
        f"Cells computed from {'it' if len(places) == 1 else 'them'} show an error, too.",
    )

"""Functions that not every program, or not every version of it, has."""

from __future__ import annotations

from collections import defaultdict

from xlnet.audit.findings import Break
from xlnet.audit.formula.tree import Call, nodes
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.ranges import by_sheet, in_words, with_sheet
from xlnet.engines.live import Place

_INSTEAD = {
    "POW": "^ or POWER",
    "MULTIPLY": "*",
    "ADD": "+",
    "MINUS": "-",
    "DIVIDE": "/",
    "UMINUS": "a minus sign",
    "ARRAYFORMULA": "the formula alone",
}
_EXCEL_2021 = frozenset(("XLOOKUP", "XMATCH", "FILTER", "SEQUENCE", "SORT", "SORTBY", "UNIQUE", "RANDARRAY", "LET"))
_LATER_NAMES = """
LAMBDA MAP REDUCE SCAN BYROW BYCOL MAKEARRAY VSTACK HSTACK TAKE DROP CHOOSECOLS
CHOOSEROWS TOCOL TOROW WRAPROWS WRAPCOLS EXPAND
"""
_LATER = frozenset(_LATER_NAMES.split())


def functions_of_one_program(workbook: Workbook) -> list[Break]:
    """Return the cells with functions that Google Sheets alone knows."""
    groups: dict[str, list[Place]] = defaultdict(list)
    for place, names in workbook.replaced.items():
        groups[names].append(place)
    return [_break(workbook, names, places) for names, every in sorted(groups.items()) for places in by_sheet(every)]


def _break(workbook: Workbook, names: str, places: list[Place]) -> Break:
    several = names.split(", ")
    instead = ", ".join(_INSTEAD[name] for name in several)
    exists = "exists" if len(several) == 1 else "exist"
    return Break(
        with_sheet(places, workbook.sheets),
        "function",
        f"{instead} instead of {names}",
        f"{' and '.join(several)} {exists} in Google Sheets alone: Excel and LibreOffice show #NAME? in "
        f"{in_words(places)}. Write {instead} instead, which every program knows.",
    )


def newer_functions(workbook: Workbook) -> list[str]:
    """Return a remark for each function that older versions of Excel do not know."""
    known: dict[int, set[str]] = {}
    found: dict[str, Place] = {}
    for place, tree in sorted(workbook.trees.items()):
        if id(tree) not in known:
            names = {node.function for node in nodes(tree) if isinstance(node, Call)}
            known[id(tree)] = names & (_EXCEL_2021 | _LATER)
        for name in known[id(tree)]:
            found.setdefault(name, place)
    return [
        f"{name} (first in {workbook.show(place)}) needs Excel "
        f"{'2021 or newer' if name in _EXCEL_2021 else '365, or one newer than 2021'}: older ones show #NAME?."
        for name, place in sorted(found.items())
    ]

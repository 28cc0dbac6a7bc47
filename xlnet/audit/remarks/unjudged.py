"""What cannot be judged, and why: weights that change without a formula, or formulas without a gradient."""

from __future__ import annotations

from xlnet.audit.findings import NotJudged
from xlnet.audit.formula.tree import Call, Tree, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.ranges import by_sheet, in_words, used_range
from xlnet.engines.live import Place

_SOLVED = "solver_adj"
_ACTIVATIONS = frozenset(("EXP", "TANH", "SINH", "COSH", "MMULT", "SUMPRODUCT"))


def circles(workbook: Workbook, citations: Citations) -> list[NotJudged]:
    """Return the formulas that cite each other in a circle."""
    waiting = _in_circles(workbook, citations)
    iterated = (
        " The program repeats them, so that the weights update themselves in place." * workbook.markup.is_iterated
    )
    return [
        NotJudged(
            used_range(places, workbook.sheets),
            f"circular references: {in_words(places)} {'cites itself' if len(places) == 1 else 'cite each other'}."
            f"{iterated} With a row for each step the gradients could be judged.",
        )
        for places in by_sheet(waiting)
    ]


def _in_circles(workbook: Workbook, citations: Citations) -> set[Place]:
    """Return the formulas that are both computed from, and needed by, what waits for a circle."""
    if workbook.trees.keys() <= citations.levels.keys():
        return set()
    left = set(workbook.trees)
    for onward, back in ((citations.of, citations.citing.get), (citations.citing.get, citations.of)):
        missing = {place: sum(each in left for each in onward(place) or ()) for place in left}
        ready = [place for place, count in missing.items() if count == 0]
        while ready:
            place = ready.pop()
            left.discard(place)
            for each in back(place) or ():
                if each in left:
                    missing[each] -= 1
                    if missing[each] == 0:
                        ready.append(each)
    return left


def data_tables(workbook: Workbook) -> list[NotJudged]:
    """Return the data tables, which are computed by typing into other cells."""
    return [
        NotJudged(
            used_range([(sheet, row, column), (sheet, last_row, last_column)], workbook.sheets),
            "a data table (What-If Analysis): its values are computed outside the formulas, and were left out.",
        )
        for sheet, areas in workbook.markup.data_tables.items()
        for row, column, last_row, last_column in areas
    ]


def macros(workbook: Workbook, network: Network) -> list[NotJudged]:
    """Return the sheets of a workbook with macros, where no update was found in the formulas."""
    if not workbook.markup.has_macros or network.weights or network.is_told:
        return []
    return [
        NotJudged(
            used_range(places, workbook.sheets),
            "macros (VBA) may overwrite these cells: an audit reads formulas alone, and runs no macro.",
        )
        for places in by_sheet(workbook.trees)
    ]


def solver(workbook: Workbook, network: Network) -> list[NotJudged]:
    """Return the cells that the Solver changes, on sheets without updates."""
    names = [(scope, formula.removeprefix("=")) for name, scope, formula in workbook.live.names() if name == _SOLVED]
    judged = {place[0] for place in network.weights}
    return [
        NotJudged(
            cells.replace("$", ""),
            "the Solver looks for these numbers: no formula computes new ones, so there is no gradient to be judged.",
        )
        for cells in dict.fromkeys(formula for scope, formula in names if scope not in judged)
        if "#REF!" not in cells
    ]


def forward_only(workbook: Workbook, network: Network) -> list[NotJudged]:
    """Return the formulas of what looks like a network, but is never updated."""
    if network.weights or network.is_told:
        return []
    known: dict[int, bool] = {}
    found = []
    for place, tree in workbook.trees.items():
        if id(tree) not in known:
            known[id(tree)] = _activates(tree)
        if known[id(tree)]:
            found.append(place)
    return [
        NotJudged(
            used_range(places, workbook.sheets),
            "looks like a network, but no formula computes new weights from old ones: there is only a forward pass, "
            "or gradients that no update uses.",
        )
        for places in by_sheet(found)
    ]


def _activates(tree: Tree) -> bool:
    return any(isinstance(node, Call) and node.function in _ACTIVATIONS for node in nodes(tree))

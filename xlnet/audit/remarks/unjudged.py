"""What cannot be judged, and why: weights that change without a formula, or formulas without a gradient."""

from __future__ import annotations

from xlnet.audit.findings import NotJudged
from xlnet.audit.formula.tree import Call, Tree, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.ranges import by_sheet, in_words, used_range, with_sheet
from xlnet.engines.live import Place

_SOLVED = "solver_adj"
_ACTIVATIONS = frozenset("EXP TANH SINH COSH MMULT SUMPRODUCT".split())
# A sheet of pasted values has numbers where another has formulas, in so many of these cells.
_PASTED, _FEWEST_PASTED = 0.8, 10


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
    if not workbook.markup.has_macros or network.weights:
        return []
    return [
        NotJudged(
            used_range(places, workbook.sheets),
            "macros (VBA) may overwrite these cells: an audit reads formulas alone, and runs no macro.",
        )
        for places in by_sheet(workbook.trees)
    ]


def solver(workbook: Workbook) -> list[NotJudged]:
    """Return the cells that the Solver changes."""
    found = [formula.removeprefix("=") for name, _, formula in workbook.live.names() if name.casefold() == _SOLVED]
    return [
        NotJudged(cells, "the Solver looks for these numbers: there is no gradient in the sheet to be judged.")
        for cells in dict.fromkeys(found)
        if "#REF!" not in cells
    ]


def pasted(workbook: Workbook, network: Network) -> list[NotJudged]:
    """Return the areas with the shape of a network on another sheet, but numbers for formulas."""
    found = []
    for shape in by_sheet(place for place in network.cells if place in workbook.trees):
        headers = [
            place
            for place, value in workbook.stored.items()
            if place[0] == shape[0][0] and isinstance(value, str) and place not in workbook.trees
        ]
        for sheet in range(len(workbook.sheets)):
            there = [(sheet, *place[1:]) for place in shape]
            numbers = [place for place in there if workbook.is_typed_number(place) and place not in workbook.frozen]
            same = [place for place in headers if workbook.stored.get((sheet, *place[1:])) == workbook.stored[place]]
            if len(numbers) < max(_FEWEST_PASTED, _PASTED * _common(there, workbook)) or 2 * len(same) < len(headers):
                continue
            found.append(
                NotJudged(
                    used_range(numbers, workbook.sheets),
                    f"pasted values: numbers stand where sheet {workbook.sheets[shape[0][0]]} has formulas. "
                    "Without formulas no gradient can be judged.",
                )
            )
    return list({each.cells: each for each in found}.values())


def _common(there: list[Place], workbook: Workbook) -> int:
    """Return how many cells count: a pasted table may be shorter, but then the rest is empty."""
    return sum(place in workbook.stored or place in workbook.trees for place in there)


def forward_only(workbook: Workbook, network: Network) -> list[NotJudged]:
    """Return the formulas of what looks like a network, but is never updated."""
    if network.weights:
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
            with_sheet(places, workbook.sheets),
            "a forward pass without a gradient: no formula here computes new weights from old ones.",
        )
        for places in by_sheet(found)
    ]


def _activates(tree: Tree) -> bool:
    return any(isinstance(node, Call) and node.function in _ACTIVATIONS for node in nodes(tree))

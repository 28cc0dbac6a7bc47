"""Why another cell belongs in a gradient, where the forward pass shows it beyond doubt."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.audit.formula.tree import Operation, Ref, bare, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.repairing.problem import Problem
from xlnet.engines.live import Place


def reason(exchanged: Sequence[tuple[Place, Place]], problem: Problem, workbook: Workbook, citations: Citations) -> str:
    """Return why the second of each two cells belongs where the first stands; at least what they are called."""
    sheet = problem.hosts[0][0]
    names = {place: header(workbook, place) for pair in exchanged for place in pair}
    if len(set(names.values())) < len(names):
        # Cells called alike are told apart by their addresses.
        names = dict.fromkeys(names, "")

    def called(place: Place) -> str:
        return names.get(place) or workbook.show(place, sheet)

    old, new = exchanged[0]
    if problem.weights and problem.forward:
        weight = problem.weights[0]
        name = header(workbook, weight)
        if not name or name in names.values():
            name = workbook.show(weight, sheet)
        if len(exchanged) == 1 and weight not in (old, new):
            factors = _times(weight, problem, citations)
            if new in factors and old not in factors:
                return f"{name} is multiplied by {called(new)}, not by {called(old)}"
            if new in problem.forward and old in problem.forward and old in workbook.trees:
                is_fed = [weight in citations.ancestors([place]) for place in (old, new)]
                if is_fed == [False, True]:
                    return f"{name} feeds {called(new)}, not {called(old)}"
        carried = [_carried(each, weight, problem, citations) for pair in exchanged for each in pair]
        if all(carried[1::2]) and not any(carried[0::2]):
            carriers = _listed([called(pair[1]) for pair in exchanged])
            return f"what {name} feeds goes on by {carriers}, not by {_listed([called(pair[0]) for pair in exchanged])}"
    if any(names.values()):
        return "; ".join(
            f"{workbook.show(a, sheet)} is {names[a]}, {workbook.show(b, sheet)} is {names[b]}"
            for a, b in exchanged
            if names[a] and names[b]
        )
    return ""


def _listed(words: Sequence[str]) -> str:
    return " and ".join(words)


def _times(place: Place, problem: Problem, citations: Citations) -> set[Place]:
    """Return the cells that a cell is multiplied by in the forward pass."""
    found: set[Place] = set()
    for citing in citations.citing.get(place, ()):
        if citing in problem.forward:
            for node in nodes(citations.tree(citing)):
                if isinstance(node, Operation) and node.operator == "*":
                    both = [each.at(citing) for each in map(bare, (node.left, node.right)) if isinstance(each, Ref)]
                    if len(both) == 2 and place in both:
                        found.update(each for each in both if each != place)
    return found


def _carried(place: Place, weight: Place, problem: Problem, citations: Citations) -> bool:
    """Whether a cell is multiplied by something that is computed from the weight."""
    return any(weight in citations.ancestors([each]) for each in _times(place, problem, citations))

"""Learning rates that are typed into the updates, not all the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from xlnet.audit.formula.tree import Number, Tree, mapped, nodes
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.ranges import in_words
from xlnet.engines.live import Place


def typed_rates(workbook: Workbook, steps: Collection[Place]) -> list[str]:
    """Return a remark for each sheet whose updates differ in a number that is typed into their formulas."""
    groups: dict[tuple[int, Tree], dict[float, list[Place]]] = defaultdict(lambda: defaultdict(list))
    known: dict[int, tuple[Tree, tuple[float, ...]]] = {}
    for place in sorted(steps):
        tree = workbook.trees.get(place)
        if tree is None:
            continue
        if id(tree) not in known:
            numbers = tuple(node.value for node in nodes(tree) if isinstance(node, Number))
            known[id(tree)] = (mapped(tree, _without_number), numbers)
        form, numbers = known[id(tree)]
        if len(numbers) == 1:
            groups[place[0], form][numbers[0]].append(place)
    remarks = []
    for by_number in groups.values():
        if len(by_number) > 1:
            each = "; ".join(f"{number:g} in {in_words(places)}" for number, places in list(by_number.items())[:3])
            more = " …" if len(by_number) > 3 else ""
            sheet = workbook.sheets[next(iter(by_number.values()))[0][0]]
            remarks.append(
                f"Sheet {sheet}: the learning rate is typed into the formulas, and not the same in all of them: "
                f"{each}{more}. In a cell of its own it could be changed at once."
            )
    return remarks


def _without_number(node: Tree) -> Tree | None:
    return Number(0.0, "0") if isinstance(node, Number) else None

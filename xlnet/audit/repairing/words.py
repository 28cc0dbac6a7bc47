"""A repair in words, and the mistake's short name."""

from __future__ import annotations

import re

from xlnet.audit.formula.printing import printed
from xlnet.audit.formula.tree import Area, Number, Operation, Ref, Tree, bare, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.repairing.arithmetic import is_leaf
from xlnet.audit.repairing.edits import Edit
from xlnet.audit.repairing.problem import Problem, Repair
from xlnet.audit.repairing.reasons import reason
from xlnet.audit.repairing.shape import is_sigmoid, role, shape
from xlnet.audit.repairing.site import Site

_LONGEST = 60


def repair_of(edit: Edit, site: Site, problem: Problem, workbook: Workbook, citations: Citations) -> Repair:
    """Return a change as a person is told of it."""
    writer = _Writer(edit, site, problem, workbook, citations)
    return Repair(writer.sentence(), workbook.formula(site.cell, edit.tree), site.cell, writer.fault())


class _Writer:
    def __init__(self, edit: Edit, site: Site, problem: Problem, workbook: Workbook, citations: Citations) -> None:
        self._edit, self._site, self._problem = edit, site, problem
        self._workbook, self._citations = workbook, citations

    def sentence(self) -> str:
        where = ""
        if self._site.depth:
            cell, sheet = self._site.cell, self._problem.hosts[0][0]
            cites = "which it cites" if self._site.depth == 1 else "from which it is computed"
            name = header(self._workbook, cell)
            where = f" in {self._workbook.show(cell, sheet)}{f' ({name})' if name else ''}, {cites},"
        because = self._because()
        terms = ", and likewise in the other terms," if self._edit.is_repeated else ""
        return f"{self._change()}{terms}{where} it is right{f': {because}' if because else ''}."

    def _change(self) -> str:
        edit = self._edit
        match edit.how:
            case "instead" if (operators := self._operators()) is not None:
                return f"With {operators[1]} instead of {operators[0]} before {operators[2]}"
            case "exchange" | "instead":
                return f"With {self._text(edit.new)} instead of {self._text(edit.old)}"
            case "exchange in part":
                part = "one place" if isinstance(edit.other_old, Ref) else self._text(edit.other_old)
                return f"With {self._text(edit.new)} instead of {self._text(edit.old)} in {part}"
            case "exchange twice":
                first = f"{self._text(edit.new)} instead of {self._text(edit.old)}"
                return f"With {first} and {self._text(edit.other_new)} instead of {self._text(edit.other_old)}"
            case "sign":
                return "With the opposite sign"
            case "without":
                return f"Without {self._text(edit.old)}"
            case "also":
                of = "" if edit.old is self._site.tree else f" at {self._text(edit.old)}"
                return f"With the factor {self._text(edit.new)}{of}"
            case "times":
                return f"Multiplied by {self._text(edit.new)}"
            case "divided":
                return f"Divided by {self._text(edit.new)}"
            case "brackets":
                return f"With brackets around {self._text(edit.new)}"
            case _:
                return f"Without the brackets around {self._text(bare(edit.old)) if edit.old else ''}"

    def _operators(self) -> tuple[str, str, str] | None:
        """Return the operators before and after, and what they stand before, where that says it best."""
        old, new = self._edit.old, self._edit.new
        if isinstance(old, Operation) and isinstance(new, Operation) and not is_leaf(old.left):
            is_all_else_same = (old.left, old.right) == (new.left, new.right)
            return (old.operator, new.operator, self._text(old.right)) if is_all_else_same else None
        return None

    def _because(self) -> str:
        edit = self._edit
        if edit.how.startswith("exchange") and isinstance(edit.old, Ref) and isinstance(edit.new, Ref):
            pairs = [(edit.old, edit.new), (edit.other_old, edit.other_new)]
            places = [
                (a.at(self._site.cell), b.at(self._site.cell))
                for a, b in pairs
                if isinstance(a, Ref) and isinstance(b, Ref)
            ]
            return reason(places, self._problem, self._workbook, self._citations)
        if edit.how == "exchange" and isinstance(edit.old, Area) and isinstance(edit.new, Area):
            firsts = [each.first.at(self._site.cell) for each in (edit.old, edit.new)]
            names = [header(self._workbook, place) for place in firsts]
            if all(names) and names[0] != names[1]:
                return f"there is {names[1]}, not {names[0]}"
        if edit.how == "also" and isinstance(edit.other_old, Ref) and edit.new is not None:
            place = edit.other_old.at(self._site.cell)
            name = header(self._workbook, place)
            is_slope = shape(edit.new) == "x*(1-x)" and is_sigmoid(self._workbook.trees.get(place))
            if is_slope:
                return f"the derivative of the sigmoid {name or self._text(edit.other_old)} is missing"
        return ""

    def _text(self, tree: Tree | None) -> str:
        """Return a part of the formula as it is written there; of a long one its ends."""
        if tree is None:
            return ""
        text = printed(tree, self._site.cell, self._workbook.sheets)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 3 :]}"

    def fault(self) -> str:
        """Return the mistake's name, made of headers where the cells have some, otherwise of what the cells are."""
        edit = self._edit
        match edit.how:
            case "exchange" | "exchange in part":
                is_slope = edit.how == "exchange" and self._is_in_slope(edit.old)
                return self._exchanged(edit.old, edit.new, is_slope=is_slope)
            case "exchange twice":
                return " and ".join(
                    sorted((self._exchanged(edit.old, edit.new), self._exchanged(edit.other_old, edit.other_new)))
                )
            case "instead" if isinstance(edit.old, Operation) and (operators := self._operators()) is not None:
                return f"{operators[0]} for {operators[1]} before {self._shape(edit.old.right)}"
            case "instead" | "without" | "brackets" | "no brackets":
                kept = [f"{word} {self._shape(each)}" for word, each in (("", edit.old), ("for", edit.new)) if each]
                words = " ".join(kept).strip()
                return words if edit.how == "instead" else f"{_FAULTS[edit.how]} {words.removeprefix('for ')}"
            case "also":
                return f"the factor {self._shape(edit.new)} missing"
            case "times":
                return f"{self._shape(edit.new)} times too small"
            case "divided":
                return f"{self._shape(edit.new)} times too large"
            case _:
                return "the opposite sign"

    def _shape(self, tree: Tree | None) -> str:
        return "" if tree is None else shape(bare(tree))

    def _exchanged(self, old: Tree | None, new: Tree | None, *, is_slope: bool = False) -> str:
        names = [self._called(each) for each in (old, new)]
        if names[0] == names[1] or not all(names):
            names = [self._role(each) for each in (old, new)]
        if is_slope:
            # In a derivative it is another mistake than where it carries the delta on.
            names = [f"{name}(1 - {name})" for name in names]
        return f"{names[0]} for {names[1]}"

    def _is_in_slope(self, old: Tree | None) -> bool:
        """Whether the formula has 1 minus this cell."""
        return any(
            isinstance(node, Operation)
            and node.operator == "-"
            and bare(node.right) == old
            and node.left == Number(1.0, "1")
            for node in nodes(self._site.tree)
        )

    def _called(self, tree: Tree | None) -> str:
        first = tree.first if isinstance(tree, Area) else tree
        name = header(self._workbook, first.at(self._site.cell)) if isinstance(first, Ref) else ""
        return re.sub(r"[\s_{}()$\\]", "", name).casefold()

    def _role(self, tree: Tree | None) -> str:
        if isinstance(tree, Ref):
            return role(self._workbook.trees.get(tree.at(self._site.cell)))
        return "an area"


_FAULTS = {"without": "too many:", "brackets": "no brackets around", "no brackets": "brackets around"}

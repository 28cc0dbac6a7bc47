"""Rules by which cells look otherwise where a condition holds."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.formatting.formatting import ConditionalFormatting
from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.cell_range import MultiCellRange

from xlnet.graph.expression import Expression
from xlnet.render.excel import condition
from xlnet.xlsx.page import Page


def add_rule(page: Page, area: str, where: Expression, look: DifferentialStyle) -> None:
    """Give the cells of an area ("B4:T203") another look where a condition holds; it is that of the first cell."""
    page.conditional_formatting.add(area, rule(page.title, where, look))


def add_to_areas(page: Page, areas: Sequence[str], own: Rule) -> None:
    """Give all cells of some areas a rule that cites no cell relative to them."""
    page.conditional_formatting.add(ConditionalFormatting(_Areas(" ".join(areas))), own)


class _Areas(MultiCellRange):
    """Areas as a text: openpyxl would take each one apart, which takes longer than all else of a long run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Areas) and self._text == other._text

    def __str__(self) -> str:
        return self._text


def rule(sheet: str, where: Expression, look: DifferentialStyle) -> Rule:
    """Return a rule on a sheet."""
    return Rule(type="expression", dxf=look, formula=[condition(where, sheet)])

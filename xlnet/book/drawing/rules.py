"""Rules by which cells look otherwise where a condition holds."""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle

from xlnet.graph.expression import Expression
from xlnet.render.excel import condition
from xlnet.xlsx.page import Page


def add_rule(page: Page, area: str, where: Expression, look: DifferentialStyle) -> None:
    """Give the cells of an area ("B4:T203") another look where a condition holds; it is that of the first cell."""
    page.conditional_formatting.add(area, rule(page.title, where, look))


def rule(sheet: str, where: Expression, look: DifferentialStyle) -> Rule:
    """Return a rule on a sheet."""
    return Rule(type="expression", dxf=look, formula=[condition(where, sheet)])

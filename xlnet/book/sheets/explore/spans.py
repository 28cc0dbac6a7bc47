"""Columns of the Explore sheet: their widths, and which of them a rule and its numbers take together."""

from __future__ import annotations

from xlnet.book.model import Model
from xlnet.book.sheets.explore import matrices
from xlnet.book.sheets.explore.picture import ARROW, COLUMNS_OF_A_LAYER, GAP, column_of
from xlnet.book.sheets.explore.plan import RULE_COLUMN, ExplorePlan

MARGIN_WIDTH, NAME_WIDTH, VALUE_WIDTH, ARROW_WIDTH, GAP_WIDTH = 2, 13, 11, 4, 3
# A number of a matrix.
MATRIX_WIDTH = 9
_LEAST_RULE_WIDTH, _LEAST_NUMBERS_WIDTH = 48, 70


def last_column(plan: ExplorePlan) -> int:
    """Return the last column of the sheet."""
    if plan.is_drawn:
        return max(numbers_span(plan)[1], column_of(len(plan.model.spec.layers) + 1) + 1)
    return max(6, *(band.last_column for band in plan.model.once(matrices.Matrices).bands))


def width(plan: ExplorePlan, column: int) -> float:
    """Return the width of a column, in characters."""
    if column == 1:
        return MARGIN_WIDTH
    if not plan.is_drawn:
        return MATRIX_WIDTH
    first = column_of(1)
    if column < first or column >= column_of(len(plan.model.spec.layers) + 1):
        return NAME_WIDTH if column == 2 else VALUE_WIDTH
    offset = (column - first) % COLUMNS_OF_A_LAYER
    return {ARROW: ARROW_WIDTH, GAP: GAP_WIDTH}.get(offset, VALUE_WIDTH if offset % 3 == 1 else NAME_WIDTH)


def rule_span(plan: ExplorePlan) -> tuple[int, int]:
    """Return the first and last column of a rule."""
    return RULE_COLUMN, plan.model.once(_ends)[0]


def numbers_span(plan: ExplorePlan) -> tuple[int, int]:
    """Return the first and last column of a rule's numbers; they go on to the end of the picture."""
    end_of_rule, end = plan.model.once(_ends)
    return end_of_rule + 1, end


def _ends(model: Model) -> tuple[int, int]:
    """Return the last columns of a rule and of its numbers."""
    plan = model.once(ExplorePlan)
    rule = _end(plan, RULE_COLUMN, _LEAST_RULE_WIDTH)
    return rule, max(_end(plan, rule + 1, _LEAST_NUMBERS_WIDTH), column_of(len(model.spec.layers) + 1) + 1)


def characters(plan: ExplorePlan, span: tuple[int, int]) -> float:
    """Return how many characters fit into a line of these columns."""
    return sum(width(plan, column) for column in range(span[0], span[1] + 1))


def _end(plan: ExplorePlan, first: int, least: float) -> int:
    last = first
    while characters(plan, (first, last)) < least:
        last += 1
    return last

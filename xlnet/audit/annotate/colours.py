"""Colours over cells, as conditional formats: the cells keep their own looks, and the colours go with the rules."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from openpyxl.utils import get_column_letter

from xlnet.audit.annotate.markup import Markup

BEFORE_COLOURS = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection"),
    *("protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells"),
    "phoneticPr",
)


def add_colours(sheet: Markup, cells: Iterable[tuple[set[tuple[int, int]], int]]) -> None:
    """Lay colours over cells (row, column); the colours are numbers of differential formats, the first wins.

    The rules that a sheet has come after them, in their order: else a scale of colours would hide what is wrong.
    """
    own = [(area, colour) for each, colour in cells for area in areas(each)]
    if not own:
        return
    xml = "".join(
        f'<conditionalFormatting sqref="{area}"><cfRule type="expression" dxfId="{colour}" priority="{number}">'
        f"<formula>TRUE</formula></cfRule></conditionalFormatting>"
        for number, (area, colour) in enumerate(own, 1)
    )
    newer = ("extLst", "ext", "conditionalFormattings", "conditionalFormatting", "cfRule")
    for rule in [*sheet.root.all("conditionalFormatting", "cfRule"), *sheet.root.all(*newer)]:
        priority = rule.attributes.get("priority", "")
        if priority.isdecimal():
            sheet.set(rule, "priority", str(int(priority) + len(own)))
    sheet.insert(xml, BEFORE_COLOURS)


def areas(cells: Iterable[tuple[int, int]]) -> list[str]:
    """Return cells as areas: what lies below each other as one, and equal ones side by side."""
    columns: dict[tuple[int, int], list[int]] = {}
    for column, group in groupby(sorted({(column, row) for row, column in cells}), key=lambda cell: cell[0]):
        rows = [row for _, row in group]
        for _, run in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
            numbers = [row for _, row in run]
            columns.setdefault((numbers[0], numbers[-1]), []).append(column)
    found = []
    for (first, last), members in sorted(columns.items()):
        for _, run in groupby(enumerate(members), key=lambda pair: pair[1] - pair[0]):
            letters = [get_column_letter(column) for _, column in run]
            start, end = f"{letters[0]}{first}", f"{letters[-1]}{last}"
            found.append(start if start == end else f"{start}:{end}")
    return found

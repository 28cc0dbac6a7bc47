"""Finds one's way on the Explore sheet: links to the parts of the table, or to the layers, which fold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from xlnet.book.drawing.links import put_links
from xlnet.book.drawing.outline import fold_rows
from xlnet.book.sheets.explore import NAME, matrices
from xlnet.book.sheets.explore.plan import CONTROL_LABEL_COLUMN, PICTURE_ROW, SYMBOL_COLUMN, ExplorePlan
from xlnet.book.sheets.explore.words import heading_text, short_name
from xlnet.cell import Area
from xlnet.xlsx.page import Page

_WAYS_ROW = PICTURE_ROW - 2
# A link shows so many rows of a part.
_SHOWN = 20


def draw_ways(page: Page, plan: ExplorePlan) -> None:
    """Draw the links, and let the parts fold; the widths of columns must be known."""
    parts = list(_groups(plan) if plan.is_drawn else _layers(plan))
    put_links(page, _WAYS_ROW, CONTROL_LABEL_COLUMN, [(text, _area(rows)) for text, rows in parts])
    fold_rows(page, [(rows[0], rows[-1]) for _, rows in parts])


def _area(rows: range) -> Area:
    return Area(NAME, rows[0], SYMBOL_COLUMN, min(rows[-1], rows[0] + _SHOWN - 1), SYMBOL_COLUMN)


def _groups(plan: ExplorePlan) -> Iterator[tuple[str, range]]:
    """Yield the groups of the table, each with its rows, the band with its name first."""
    for group, entries in groupby(plan.entries, key=lambda entry: entry.group):
        rows = [plan.rows[entry.key] for entry in entries]
        yield short_name(plan, group), range(min(rows) - 1, max(rows) + 1)


def _layers(plan: ExplorePlan) -> Iterator[tuple[str, range]]:
    """Yield the layers, each with its rows, its heading first."""
    headings = list(matrices.headings(plan))
    ends = [heading.row for heading in headings[1:]] + [_last_row(plan) + 1]
    for heading, end in zip(headings, ends, strict=True):
        yield heading_text(plan, heading), range(heading.row, end)


def _last_row(plan: ExplorePlan) -> int:
    band = plan.model.once(matrices.Matrices).bands[-1]
    return max(each.row + each.tensor.height for each in band.placed) - 1

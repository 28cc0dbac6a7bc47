"""Finds one's way in a wide table: its sections fold, sample by sample, and links lead from each to the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from xlnet import keys
from xlnet.book.drawing.links import column_behind, put_links
from xlnet.book.drawing.outline import fold_columns
from xlnet.book.model import Model
from xlnet.cell import Area
from xlnet.graph.node import Group, Node
from xlnet.sheet_size import HEADER_ROW, NAME_ROW
from xlnet.xlsx.page import Page

# A table that a screen shows whole needs no way; nor has a sample a part of its own below so many columns.
_WIDE, _LEAST_OF_A_SAMPLE = 26, 3
# A link shows so many columns of a section.
_SHOWN = 8
# In points; that of the title in bold letters.
_TITLE_SIZE = 15


class Section(NamedTuple):
    """A section of the table: its group, and its first and last column."""

    group: str
    first: int
    last: int


def sections(model: Model) -> Iterator[Section]:
    """Yield the groups of nodes, with the first and last column of each."""
    for group, members in groupby(model.graph.nodes, key=lambda node: node.group):
        columns = [model.layout.column(node.key) for node in members]
        yield Section(group, min(columns), max(columns))


def draw_ways(page: Page, model: Model) -> None:
    """Let the sections of a wide table fold, and draw the links; the widths of columns must be known."""
    every = [section for section in sections(model) if section.group != Group.ITERATION]
    if every[-1].last <= _WIDE:
        return
    fold_columns(page, [(section.first, section.last) for section in every])
    fold_columns(page, _samples(model), level=2)
    column = column_behind(page, len(model.graph.settings) + 2, model.title, _TITLE_SIZE)
    column = put_links(page, NAME_ROW, column, [(model.group_name(each.group), _area(each, model)) for each in every])
    home = (model.texts.get("links", "start"), _area(Section(Group.ITERATION, 1, 1), model))
    for here, there in zip(every, [*every[1:], None], strict=True):
        if here.first >= column:
            ways = [home] if here.last > here.first or there is None else []
            if there is not None:
                name = model.texts.get("links", "next").format(section=model.group_name(there.group))
                ways.append((name, _area(there, model)))
            put_links(page, NAME_ROW, here.first, ways)


def _area(section: Section, model: Model) -> Area:
    last = min(section.last, section.first + _SHOWN - 1)
    return Area(model.name, HEADER_ROW, section.first, HEADER_ROW, last)


def _samples(model: Model) -> Iterator[tuple[int, int]]:
    """Yield the first and last column of what belongs to a sample, in each section where there are several."""
    for _, members in groupby(model.graph.nodes, key=lambda node: node.group):
        runs = [
            [model.layout.column(node.key) for node in run]
            for sample, run in groupby(members, key=_sample)
            if sample is not None
        ]
        yield from ((run[0], run[-1]) for run in runs if len(runs) > 1 and len(run) >= _LEAST_OF_A_SAMPLE)


def _sample(node: Node) -> int | None:
    belonging = keys.belonging(node.key)
    return keys.parts(belonging[1] if belonging else node.key).sample

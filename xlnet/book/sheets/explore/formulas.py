"""The formulas of the Explore sheet, and the cells that a person fills in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import shown, style
from xlnet.book.choices import ITERATION, TYPED_ITERATION, TYPED_SAMPLE, sample_of
from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.sheets.explore import NAME
from xlnet.book.sheets.explore.faces import Face, ShownQuantity, cells, faces
from xlnet.book.sheets.explore.faces import shown as shown_alone
from xlnet.book.sheets.explore.looks import NUMBER, NUMBERS, look_of
from xlnet.book.sheets.explore.moving import formulas as moving
from xlnet.book.sheets.explore.picture import PictureCell
from xlnet.book.sheets.explore.plan import CONTROL_COLUMN, ROUNDED_COLUMN, VALUE_COLUMN, VIEW_ROW, Entry, ExplorePlan
from xlnet.book.sheets.explore.spans import numbers_span
from xlnet.book.sheets.explore.written import by_numbers, rounded
from xlnet.cell import Cell
from xlnet.graph.expression import Expression
from xlnet.graph.node import Group
from xlnet.graph.references import NEITHER, InCell, Text, choose, compared
from xlnet.render.layout import NOWHERE

_CHOSEN = replace(style.TEXT, bold=True, border="box", horizontal="center")
_ROUNDED = replace(style.QUIET, size=9, horizontal="right", border="below")


def inputs(model: Model) -> list[Typed]:
    """Return the cells that a person fills in."""
    texts = model.texts
    views = [texts.get("explore", name) for name in ("forward", "backward")]
    return [Typed("view", VIEW_ROW, CONTROL_COLUMN, views[0], "choice", tuple(views))]


def lives(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    plan = model.once(ExplorePlan)
    picture = [live for each in cells(plan) for live in _of_picture(plan, each)]
    table = [live for entry in plan.entries for live in _of_table(plan, entry)] if plan.is_drawn else []
    return [*_choices(plan), *picture, *table, *moving.lives(model)]


def _choices(plan: ExplorePlan) -> Iterator[Live]:
    """Yield what is chosen on the Start sheet: here it is shown, and cited by others."""
    chosen = {"iteration": (ITERATION.cell, TYPED_ITERATION)}
    if plan.model.spec.batch_size > 1:
        chosen["sample of the batch"] = (sample_of(plan.model.spec).cell, TYPED_SAMPLE)
    for name, (place, typed) in chosen.items():
        yield Live(f"{name} chosen on Start", NAME, place.column, [place.row], InCell(typed), _CHOSEN, shown=typed)


def _of_picture(plan: ExplorePlan, each: PictureCell) -> Iterator[Live]:
    if each.key is None:
        return
    forward, backward = faces(plan, each)
    if forward == backward and isinstance(forward, str):
        # A name that no view changes is no formula.
        return
    source = _source(plan, forward)
    if forward != backward:
        view = InCell(Cell(NAME, VIEW_ROW, CONTROL_COLUMN))
        is_backward = compared(view, "=", plan.model.texts.get("explore", "backward"))
        source = choose(is_backward, _source(plan, backward), source)
    yield Live(f"{each.key} in the picture", NAME, each.column, [each.row], source, look_of(each))


def _source(plan: ExplorePlan, face: Face) -> Expression:
    """Return a face as it stands in a formula."""
    if not isinstance(face, ShownQuantity):
        return Text(face)
    if plan.is_drawn:
        return InCell(Cell(NAME, plan.rows[face.key], VALUE_COLUMN), NEITHER)
    return shown.expression(shown_alone(plan, face.key), plan.model.layout)


def _of_table(plan: ExplorePlan, entry: Entry) -> Iterator[Live]:
    row = plan.rows[entry.key]
    if entry.shown is not None:
        source, layout = shown.expression(entry.shown, plan.model.layout), NOWHERE
    else:
        assert entry.node is not None
        assert entry.node.formula is not None
        source, layout = entry.node.formula, plan.layout
    look = replace(NUMBER, fill=style.GROUPS[palette_of(entry.group)].tint)
    if keys.parts(entry.key).letter in (keys.EPOCH, keys.SAMPLE):
        look = replace(look, number_format=style.WHOLE_NUMBER)
    yield Live(f"{entry.key} in the table", NAME, VALUE_COLUMN, [row], source, look, layout, entry.shown)
    value = InCell(Cell(NAME, row, VALUE_COLUMN), NEITHER)
    yield Live(f"{entry.key} as a text", NAME, ROUNDED_COLUMN, [row], rounded(value), _ROUNDED)
    if entry.has_numbers:
        column = numbers_span(plan)[0]
        yield Live(f"{entry.key} by its numbers", NAME, column, [row], by_numbers(plan, entry, value), NUMBERS)


def palette_of(group: str) -> str:
    """Return the group of the Training sheet whose colours a group of the table has."""
    return {
        Group.SETTINGS: Group.SCHEDULE,
        "shares": Group.GRADIENTS,
        "batch": Group.GRADIENTS,
        "next": Group.PARAMETERS,
    }.get(group, group)

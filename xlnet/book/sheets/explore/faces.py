"""The two faces of a cell of the picture: what it shows in the forward and in the backward view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlnet import keys
from xlnet.book.choices import ITERATION, of_sample
from xlnet.book.sheets.explore import matrices, picture
from xlnet.book.sheets.explore.picture import CAPTION, PictureCell
from xlnet.book.sheets.explore.plan import ExplorePlan
from xlnet.book.shown import Shown

NOTHING = "–"


@dataclass(frozen=True)
class ShownQuantity:
    """A face that shows the number of a quantity."""

    key: str


# A text, or a quantity's number.
Face = str | ShownQuantity


def cells(plan: ExplorePlan) -> Sequence[PictureCell]:
    """Return the cells of the picture, or of the matrices of a large network."""
    return list(picture.cells(plan) if plan.is_drawn else matrices.cells(plan))


def faces(plan: ExplorePlan, cell: PictureCell) -> tuple[Face, Face]:
    """Return what a cell shows forward and backward."""
    symbols, key = plan.model.symbols, cell.key
    if key is None:
        return "", ""
    if cell.kind == CAPTION:
        return plan.model.once(matrices.captions)[key]
    backward = plan.counterparts.get(key)
    is_fixed = key not in plan.slopes
    if cell.kind == "arrow":
        return "→", "←"
    if cell.kind == "value" or cell.kind == "weight":
        return ShownQuantity(key), ShownQuantity(key) if is_fixed else ShownQuantity(backward) if backward else NOTHING
    name = symbols(key)
    if cell.source is not None:
        name = f"{symbols(cell.source)} · {name}"
    return name, symbols(key) if is_fixed else f"∂E/∂{symbols(key)}"


def shown(plan: ExplorePlan, key: str) -> Shown:
    """Return a quantity of the chosen iteration and sample."""
    layout, sampled = plan.model.layout, keys.of_sample(key, 1)
    has_samples = plan.model.spec.batch_size > 1 and (sampled in layout.spots or sampled in layout.cells)
    return of_sample(key, plan.model.spec) if has_samples else Shown(key, ITERATION)

"""The formulas behind the charts that move."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet.book.live import Live
from xlnet.book.model import Model
from xlnet.book.sheets.explore.moving import by_step, codes_formulas, embeddings
from xlnet.book.sheets.explore.moving.plan import Moving


def lives(model: Model) -> Iterator[Live]:
    """Yield every formula."""
    moving = model.once(Moving)
    if moving.by_steps:
        yield from by_step.lives(moving.by_steps)
    if moving.embedding:
        yield from embeddings.lives(moving.embedding)
    if moving.codes:
        yield from codes_formulas.lives(moving.codes)

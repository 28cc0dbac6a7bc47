"""What stands on a Training sheet beside its table and its constants: the link to a block."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet.book.sheets.training import jump
from xlnet.cell import Cell
from xlnet.checking.judge.view import Expected, View
from xlnet.sheet_size import HEADER_ROW
from xlnet.spec import MATRIX


def expected(view: View) -> Iterator[tuple[Cell, Expected]]:
    """Yield what the link says."""
    model = view.opened.model
    if model.spec.layout == MATRIX:
        yield Cell(model.name, HEADER_ROW, jump.LINK_COLUMN), jump.text(model)

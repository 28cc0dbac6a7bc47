"""Sheet Guide: it repeats what sheet Proof has found."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet.book.sheets import guide
from xlnet.book.sheets.guide import NAME
from xlnet.book.sheets.proof import NAME as PROOF
from xlnet.book.sheets.proof.plan import HEADLINE_ROW, LABEL_COLUMN
from xlnet.checking.judge.view import Expected, View
from xlnet.checking.open.quantities import Position

__all__ = ["NAME", "expected"]


def expected(view: View) -> Iterator[tuple[Position, Expected]]:
    """Yield what each formula of the sheet should show."""
    found = view.text(PROOF, HEADLINE_ROW, LABEL_COLUMN)
    yield Position(NAME, guide.proof_row(view.opened.model), guide.TEXT_COLUMN), found

"""The Guide sheet: it repeats what the Proof sheet has found."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet.book.sheets import guide
from xlnet.book.sheets.guide import NAME
from xlnet.book.sheets.guide_lines import TEXT_COLUMN
from xlnet.book.sheets.proof import NAME as PROOF
from xlnet.book.sheets.proof.plan import HEADLINE_ROW, LABEL_COLUMN
from xlnet.cell import Cell
from xlnet.checking.judge.view import Expected, View

__all__ = ["NAME", "expected"]


def expected(view: View) -> Iterator[tuple[Cell, Expected]]:
    """Yield what each formula of the sheet should show."""
    found = view.text(PROOF, HEADLINE_ROW, LABEL_COLUMN)
    yield Cell(NAME, guide.proof_row(view.opened.model), TEXT_COLUMN), found

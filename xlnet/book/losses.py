"""What headline numbers tell of a run's losses, as formulas; `checking.sheets.losses` is their counterpart."""

from __future__ import annotations

from xlnet.render.excel import text


def first_below(losses: str, bound: str, never: str, stride: int = 1) -> str:
    """Return the formula of the first iteration with a loss below a cell, or a word.

    `losses` are the cells from the first loss to the last, each `stride` rows below the one before.

    It is an array formula: what makes Excel compare a whole column without one, INDEX(…,0), says "never" in Gnumeric,
    OnlyOffice and others. It passes over the errors of a run that diverges.
    """
    first, last = losses.split(":")
    found = f"MATCH(TRUE,{losses}<{bound},0)"
    if first.endswith(last):
        # Of a column of one cell the comparison is no array, and Gnumeric finds nothing in it.
        found = f"IF({first}<{bound},1,NA())"
    elif stride > 1:
        # A blank cell between two losses is below any bound.
        found = f"(MATCH(1,ISNUMBER({losses})*({losses}<{bound}),0)-1)/{stride}+1"
    return f"=IFERROR({found},{text(never)})"


def diverged(losses: str, iterations: str, no: str, since: str) -> str:
    """Return the formula that tells whether a run diverges: a word, or another one and the first iteration without."""
    count = f"COUNT({losses})"
    return f"=IF({count}=COUNT({iterations}),{text(no)},{text(since + ' ')}&{count}+1)"

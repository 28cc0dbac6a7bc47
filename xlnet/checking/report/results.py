"""What a check says of groups of columns, wrong cells, formulas that were rewritten, and runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GroupResult:
    """A group of columns: how many, and their worst error (relative where a value is above 1)."""

    group: str
    columns: int
    worst: float


@dataclass(frozen=True)
class Difference:
    """The first wrong cell of a column; `also_wrong` counts the column's other ones.

    `problem` is one of "wrong value", "typed over", "no number", "does not diverge", "not a permutation", "no choice",
    and under `strict` "rewritten"; `probe` tells at which point it showed.
    """

    sheet: str
    cell: str
    key: str
    problem: str
    probe: str
    formula: str | None
    found: float | str | None
    expected: float | str | None
    also_wrong: int


@dataclass(frozen=True)
class RewrittenFormula:
    """A formula that is not xlnet's own text and gave the same at that many points.

    `cell` names its place with the sheet, "Training!H5", and `also_filled` counts the cells that are filled from it.
    """

    cell: str
    key: str
    formula: str
    points: int
    also_filled: int


@dataclass(frozen=True)
class RunResult:
    """A run of a comparison: its worst error, its drift as in `Report`, and where it diverges."""

    run: str
    iterations: int
    worst: float
    drift: float | None
    drift_cell: str | None
    diverged_at: int | None
    wrong: int

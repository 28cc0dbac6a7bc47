"""A mutation campaign: whatever is done to a formula, on any sheet, the check names the cell.

`pytest tests/test_mutants.py --mutants 60` makes that many of each template, and by either engine.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import kept
import pytest
from mutants import OPERATORS, Mutant, mutants, write_mutant

import xlnet
from xlnet.checking.report.report import Report

ALL = ["Training", "Start", "Dashboard", "Explore", "Proof", "Predict"]
CASES: dict[str, tuple[dict[str, object], list[str]]] = {
    "seed": ({"iters": 30}, [*ALL, "Guide"]),
    "byhand": ({"iters": 8}, ALL),
    "xor": ({"iters": 12}, ALL),
    "regression": ({"iters": 8}, ALL),
    "valley_adam": ({"iters": 12}, ["Training", "Start", "Explore", "Proof"]),
    "iris": ({"iters": 8, "layers": "4-2-3"}, ["Training", "Data", "Dashboard", "Predict"]),
}
# What these do is never another way to say the same; the others may be: |E| is E, as E is never below 0.
HARMFUL = {"negated", "scaled a little", "moved a little", "number typed in", "one row up", "one column back"}


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """The number of mutants of each template."""
    return int(request.config.getoption("--mutants"))


def test_every_mutant_is_named(tmp_path: Path, engine: str, count: int) -> None:
    """All by one start of the engine; LibreOffice takes longer, so it gets fewer."""
    drawn: list[tuple[Mutant, Path]] = []
    for number, (template, (overrides, sheets)) in enumerate(CASES.items()):
        whole = tmp_path / f"{template}.xlsx"
        kept.build(xlnet.load(template, **overrides), whole)
        fewer = count if engine == "ironcalc" else max(1, count // 3)
        for index, mutant in enumerate(mutants(whole, sheets, fewer, seed=number)):
            path = tmp_path / f"{template}-{index}.xlsx"
            shutil.copy(whole, path)
            write_mutant(path, mutant)
            drawn.append((mutant, path))
    reports = kept.check_all([path for _, path in drawn], engine, timeout=3000)
    for (mutant, _), report in zip(drawn, reports, strict=True):
        place = f"{mutant.sheet}!{mutant.cell}"
        different, rewritten = named(report)
        assert place in different | rewritten, mutant
        if mutant.operator in HARMFUL:
            assert place in different, mutant
        # A cell that cites a wrong one may be wrong by itself, as a text that is made of two others.
        assert different <= {place} or place in different, mutant


def named(report: Report) -> tuple[set[str], set[str]]:
    different = {f"{difference.sheet}!{difference.cell}" for difference in report.differences}
    return different, {rewritten.cell for rewritten in report.rewritten}


def test_every_operator_comes_up(tmp_path: Path) -> None:
    whole = tmp_path / "whole.xlsx"
    kept.build(xlnet.load("byhand", iters=8), whole)
    assert {mutant.operator for mutant in mutants(whole, ALL, 200, seed=1)} == set(OPERATORS)

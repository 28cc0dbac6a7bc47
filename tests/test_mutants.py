"""A mutation campaign: whatever is done to a formula, on any sheet, the check names the cell.

`pytest tests/test_mutants.py --mutants 60` makes that many of each template, and by either engine.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import kept
import pytest
from conftest import ENGINES
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


@pytest.fixture(scope="module")
def judged(
    request: pytest.FixtureRequest, engines: list[str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[Mutant, Report]]]:
    """The mutants of each template with the reports on them; LibreOffice takes longer, so it gets fewer."""
    count, folder = int(request.config.getoption("--mutants")), tmp_path_factory.mktemp("mutants")
    drawn: list[list[tuple[Mutant, Path]]] = [[], []]
    for number, (template, (overrides, sheets)) in enumerate(CASES.items()):
        whole = folder / f"{template}.xlsx"
        kept.build(xlnet.load(template, **overrides), whole)
        for index, mutant in enumerate(mutants(whole, sheets, count, seed=number)):
            path = folder / f"{template}-{index}.xlsx"
            shutil.copy(whole, path)
            write_mutant(path, mutant)
            drawn[index >= max(1, count // 3)].append((mutant, path))
    by_each, others = ([path for _, path in some] for some in drawn)
    reports = kept.checked_by(engines, by_each, timeout=3000)
    if "ironcalc" in engines:
        reports["ironcalc"] += kept.check_all(others, "ironcalc", timeout=3000)
    every = [mutant for some in drawn for mutant, _ in some]
    return {engine: list(zip(every, found, strict=False)) for engine, found in reports.items()}


@pytest.mark.parametrize("engine_name", ENGINES)
def test_every_mutant_is_named(
    judged: dict[str, list[tuple[Mutant, Report]]], engine_name: str, require: Callable[[str], str]
) -> None:
    for mutant, report in judged[require(engine_name)]:
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

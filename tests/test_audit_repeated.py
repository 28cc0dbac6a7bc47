"""A large network of many steps: one step of each kind is measured, and copies compute no more than what is nudged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from kinds_by_hand import make
from openpyxl import Workbook

from xlnet.audit.audited import audit_workbook
from xlnet.audit.finding import repeated
from xlnet.audit.findings import Audit
from xlnet.audit.judging import copies, laboratory
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import open_workbook

KINDS = ("the course's", "inline", "momentum", "Adam", "columns", "blocks, by index", "side by side", "batch in blocks")


@pytest.fixture(autouse=True)
def _engine(require: Callable[[str], str]) -> None:
    require("ironcalc")


@pytest.fixture
def _no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "_MOST_COMPUTED", 0)


def repeating(audit: Audit) -> list[str]:
    return [remark for remark in audit.remarks if "cell for cell" in remark]


@pytest.mark.usefixtures("_no_time")
@pytest.mark.parametrize("kind", KINDS)
def test_what_repeats_a_step_is_as_right_as_it_is(kind: str, tmp_path: Path) -> None:
    made = make(kind, tmp_path / "sheet.xlsx")
    audit = audit_workbook(made.path)
    [table] = audit.tables
    assert (audit.error, audit.not_judged, table.steps) == (None, (), 2)
    assert audit.judged == audit.right == 2 * len(made.weights)
    [remark] = repeating(audit)
    count = made.updates - 2
    assert remark.startswith("one step" if count == 1 else f"{count} steps")


@pytest.mark.usefixtures("_no_time")
@pytest.mark.parametrize("source", [3, 1], ids=["another formula", "that of another step"])
def test_a_step_with_a_formula_of_its_own_is_measured(
    source: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeated, "_FEWEST", 3)
    made = make("the course's", tmp_path / "sheet.xlsx")
    text = made.formulas["gw1", source] + ("*2" if source == 3 else "")
    audit = audit_workbook(make("the course's", made.path, {("gw1", 3): text}).path)
    assert [wrong.cell for *_, wrong in audit.wrong()] == [made.address("gw1", 3)]
    assert audit.judged == 3 * len(made.weights)


@pytest.mark.usefixtures("_no_time")
def test_what_there_is_no_time_for_is_told(tmp_path: Path) -> None:
    made = make("the course's", tmp_path / "sheet.xlsx")
    changed = {("gw1", step): made.formulas["gw1", step] + f"*{step + 1}" for step in (1, 2)}
    audit = audit_workbook(make("the course's", made.path, changed).path)
    assert [wrong.cell for *_, wrong in audit.wrong()] == [made.address("gw1", 1)]
    [none] = audit.not_judged
    assert none.cells == f"Sheet1!{made.address('w1', 2)}"


def test_all_is_measured_where_there_is_time(tmp_path: Path) -> None:
    made = make("the course's", tmp_path / "sheet.xlsx")
    audit = audit_workbook(made.path)
    assert (audit.judged, repeating(audit)) == (made.judged, [])


def written(path: Path, cells: Mapping[str, float | str]) -> Path:
    book = Workbook()
    for address, value in cells.items():
        book.worksheets[0][address] = value
    book.save(path)
    return path


def test_a_look_up_by_a_typed_number_cites_one_cell(tmp_path: Path) -> None:
    data: dict[str, float | str] = {f"A{row}": row for row in range(1, 31)}
    formulas = {"D1": "=INDEX($A$1:$A$30,C1)", "D2": "=INDEX($A$1:$A$30,C1+1)", "D3": "=INDEX($A$1:$A$30,C2)"}
    path = written(tmp_path / "sheet.xlsx", {**data, "C1": 7, "C2": "=C1*2", **formulas})
    with open_workbook(path) as workbook:
        citations = Citations(workbook)
        one, next_one, all_ = (set(citations.of((0, row, 4))) for row in (1, 2, 3))
    assert one == {(0, 7, 1), (0, 1, 3)}
    assert next_one == {(0, 8, 1), (0, 1, 3)}
    # What is computed may be computed from weights.
    assert len(all_) == 31


def test_copies_for_late_weights_give_the_same_derivatives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make("batch in blocks", tmp_path / "sheet.xlsx").path
    counts: list[int] = []
    build = copies.for_late_weights

    def counted(*arguments: object) -> object:
        found = build(*arguments)  # type: ignore[arg-type]
        counts.append(len(found))
        return found

    monkeypatch.setattr(laboratory, "for_late_weights", counted)
    with_copies = audit_workbook(path)
    monkeypatch.setattr(laboratory, "for_late_weights", lambda *_: {})
    assert audit_workbook(path) == with_copies
    assert counts[0] > 0

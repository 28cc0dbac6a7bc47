"""What a user tells an audit: weights with gradients or steps, a learning rate, a loss, a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click
import pytest
from kinds_by_hand import make
from openpyxl import Workbook

from xlnet.audit.audited import audit_workbook
from xlnet.audit.findings import Audit
from xlnet.audit.formula.areas import read_areas
from xlnet.audit.options import Options
from xlnet.cli.audit_options import options_of


@pytest.fixture(autouse=True)
def _engine(require: Callable[[str], str]) -> None:
    require("ironcalc")


def written(path: Path, cells: Mapping[str, float | str], title: str = "Net") -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for address, value in cells.items():
        sheet[address] = value
    book.save(path)
    return path


def matrices(**changed: float | str) -> dict[str, float | str]:
    """Two neurons with two inputs (B2:C3), their outputs (B6:B7) and the gradients of their weights (B9:C10).

    No formula updates the weights.
    """
    cells: dict[str, float | str] = {
        "B1": 0.7,
        "C1": -0.4,
        "E6": 1,
        "E7": 0,
        "B2": 0.1,
        "C2": 0.3,
        "B3": -0.2,
        "C3": 0.5,
    }
    for row, neuron in enumerate((2, 3)):
        cells[f"B{6 + row}"] = f"=TANH(B{neuron}*B1+C{neuron}*C1)"
        for column in "BC":
            cells[f"{column}{9 + row}"] = f"=(B{6 + row}-E{6 + row})*(1-B{6 + row}^2)*{column}1"
    return cells | changed


def audited(path: Path, **told: str) -> Audit:
    return audit_workbook(path, Options(**told))


def wrong(audit: Audit) -> list[str]:
    return [each.cell for *_, each in audit.wrong()]


def test_gradients_that_no_update_uses(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", matrices())
    assert "--weights" in (audited(path).error or "")
    audit = audited(path, weights="b2:$C$3", gradients="Net!B9:C10")
    assert (audit.error, audit.judged, audit.right) == (None, 4, 4)
    assert audit.not_judged == ()


def test_a_wrong_one_among_them_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", matrices(C10="=(B7-E7)*(1-B7)*C1"))
    audit = audited(path, weights="B2:C3", gradients="B9:C10")
    assert (audit.judged, audit.right, wrong(audit)) == (4, 3, ["C10"])
    [(_, weight, mistake)] = audit.wrong()
    assert (weight.first, mistake.update, mistake.repaired) == ("C3", "", "=(B7-E7)*(1-B7^2)*C1")


@pytest.mark.parametrize("weights", ["B2:C3", "B2:C2,B3:C3", "B2:B3,C2:C3"])
def test_gradients_may_be_transposed(weights: str, tmp_path: Path) -> None:
    cells = matrices()
    cells["B10"], cells["C9"] = cells["C9"], cells["B10"]
    audit = audited(written(tmp_path / "a.xlsx", cells), weights=weights, gradients="B9:B10,C9:C10")
    assert (audit.judged, audit.right) == (4, 4) if weights != "B2:B3,C2:C3" else (4, 0)


def test_square_matrices_are_paired_as_most_gradients_are_right(tmp_path: Path) -> None:
    cells = matrices(B9="=(B6-E6)*(1-B6)*B1")
    cells["B10"], cells["C9"] = cells["C9"], cells["B10"]
    audit = audited(written(tmp_path / "a.xlsx", cells), weights="B2:C3", gradients="B9:C10")
    assert (audit.judged, audit.right, wrong(audit)) == (4, 3, ["B9"])


def samples(**changed: float | str) -> dict[str, float | str]:
    """A neuron (B1:C1) and three samples, a row for each: inputs, target, output, and what is added to the weights."""
    cells: dict[str, float | str] = {"A1": 2, "B1": 0.4, "C1": -0.3}
    for row, (x, z, t) in enumerate(((0.2, 0.7, 1), (0.9, 0.4, 0), (0.5, 0.1, 1)), 4):
        y = f"$D{row}"
        cells |= {f"A{row}": x, f"B{row}": z, f"C{row}": t, f"D{row}": f"=1/(1+EXP(-(A{row}*B$1+B{row}*C$1)))"}
        # The difference is written in two ways.
        cells |= {f"E{row}": f"=$A$1*(C{row}-D{row})*{y}*(1-{y})*A{row}"}
        cells |= {f"F{row}": f"=$A$1*(C{row}-{y})*{y}*(1-{y})*B{row}"}
    return cells | changed


def test_steps_of_each_sample(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", samples(F5="=$A$1*(C5-D5)*D5*(1-D5)*A5"))
    told = audited(path, weights="B1:C1", steps="E4:F6", rate="A1")
    assert (told.judged, told.right, wrong(told)) == (6, 5, ["F5"])
    assert {table.rate for table in told.tables} == {("A1",)}
    assert {table.factor for table in told.tables} == {1}
    again = audited(path, weights="B1:C1,B1:C1", steps="E4:F4,E6:F6", rate="A1")
    assert (again.judged, again.right) == (4, 4)
    free = audited(path, weights="B1:C1", steps="E4:F4")
    assert (free.judged, free.right) == (2, 2)
    assert free.tables[0].factor == pytest.approx(2)
    assert "up to a common factor, 2" in free.remarks[0]
    half = audited(path, weights="B1:C1", steps="E4:F4", rate="B4")
    assert half.right == 0


def test_a_loss_is_taken_as_told_even_if_all_gradients_are_wrong_by_it(tmp_path: Path) -> None:
    made = make("the course's", tmp_path / "sheet.xlsx")
    total = made.address("E_total")
    right = audited(made.path, loss=total)
    assert right.is_right
    assert right.tables[0].loss.cell is not None
    told = audited(made.path, loss=made.address("y1"))
    assert told.tables[0].loss.form == "cell"
    assert told.right == 0
    assert told.judged > 0


def test_a_loss_in_words_where_an_implied_one_is_wrong(tmp_path: Path) -> None:
    """Gradients of ½ Σ (y − t)² in a sheet whose loss is the fourth power."""
    cells = matrices(B8="=(B6-E6)^4+(B7-E7)^4")
    path = written(tmp_path / "a.xlsx", cells)
    assert audited(path, weights="B2:C3", gradients="B9:C10").is_right
    told = audited(path, weights="B2:C3", gradients="B9:C10", loss="B8")
    assert (told.judged, told.right) == (4, 0)
    assert told.tables[0].loss.cell == "B8"


def test_the_rate_is_what_is_told(tmp_path: Path) -> None:
    made = make("the course's", tmp_path / "sheet.xlsx")
    rate = made.constants["rate"]
    assert audited(made.path, rate=rate).is_right
    refused = audited(made.path, rate=made.address("w1")).error or ""
    assert refused.startswith("--rate: no update multiplies its gradient by ")


REFUSED = {
    "no sheet": ({"sheet": "Nett"}, "--sheet: there is no sheet Nett: name one of Net"),
    "sheet of a range": ({"weights": "X!A1", "gradients": "B9"}, "--weights: there is no sheet X: name one of Net"),
    "empty": ({"weights": "H1", "gradients": "B9"}, "--weights: Net!H1 is empty: name cells that hold numbers"),
    "text": ({"weights": "B2", "gradients": "A1"}, "--gradients: Net!A1 holds a text"),
    "numbers": ({"weights": "B2", "gradients": "B3"}, "--gradients: these cells hold numbers, and no formula"),
    "gradients alone": ({"weights": "B2"}, "--weights: add --gradients RANGE"),
    "shape": ({"weights": "B2:C3", "gradients": "B9:B10"}, "--gradients: must have the shape of --weights"),
    "areas": ({"weights": "B2:C2,B3", "gradients": "B9:C10"}, "B9:C10 has 2 × 2 cells, B2:C2,B3 has"),
    "many": ({"weights": "A1:Z9999", "gradients": "A1:Z9999"}, "--weights: 259,974 cells are too many"),
    "no cells": ({"weights": "B2:C", "gradients": "B9"}, "--weights: must be cells, like B4:E9"),
    "no formula": ({"weights": "B2", "gradients": "B9", "loss": "B3"}, "--loss: Net!B3 holds no formula"),
    "no loss": ({"weights": "B2", "gradients": "B9", "loss": "B7"}, "--loss: Net!B7 depends on none of the weights"),
    "no rate": ({"weights": "B2", "steps": "B9", "rate": "A1"}, "--rate: Net!A1 must hold a number that is not 0"),
    "nothing depends": ({"weights": "G1", "gradients": "B9"}, "no loss was found that depends on the weights"),
}


@pytest.mark.parametrize(("told", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_meant_is_one_line(told: dict[str, str], said: str, tmp_path: Path) -> None:
    error = audited(written(tmp_path / "a.xlsx", matrices(A1="x", G1=1)), **told).error or ""
    assert said in error
    assert "\n" not in error


def test_ranges_on_other_sheets(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", matrices(), "My 'own' net, 2")
    audit = audited(path, weights="'My ''own'' net, 2'!B2:C2,B3:C3", gradients="B9:C9,B10:C10")
    assert (audit.judged, audit.right) == (4, 4)


def test_areas_as_people_write_them() -> None:
    (first, second) = read_areas("'a,b''s'!$C$4:b2 , d9")
    assert (first.title, first.row, first.column, first.last_row, first.last_column) == ("a,b's", 2, 2, 4, 3)
    assert (second.title, second.shape) == ("a,b's", (1, 1))
    for text in ("", "B", "B0", "B2:", "B2,", "B2;C3", "XFE1", "B1048577", "'x!B2"):
        with pytest.raises(ValueError, match=r"^[^ ]*$"):
            read_areas(text)


def test_the_command_refuses_shapes_before_it_reads_a_file() -> None:
    given = {"weights": "B2:C3,B4", "gradients": "D2:E3,F4", "steps": None, "rate": None}
    assert options_of(None, None, **given).weights == given["weights"]
    with pytest.raises(click.UsageError, match="B2:C3 has 2 × 2 cells"):
        options_of(None, None, **given | {"gradients": "D2:F9,F4"})

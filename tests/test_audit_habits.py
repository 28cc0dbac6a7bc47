"""Habits of people who make sheets by hand, by which an audit must not be misled into accusing what is sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from kinds_by_hand import make
from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_from_string

from xlnet.audit.audited import audit_workbook
from xlnet.audit.finding.gradients import Subject
from xlnet.audit.finding.rates import Rate
from xlnet.audit.finding.steps import cone
from xlnet.audit.findings import Audit
from xlnet.audit.formula.tree import Tree
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import open_workbook
from xlnet.engines.live import Place


@pytest.fixture(autouse=True)
def _engine(require: Callable[[str], str]) -> None:
    require("ironcalc")


def audited(path: Path, *rows: Sequence[str | float | None]) -> Audit:
    book = Workbook()
    for row in rows:
        book["Sheet"].append(list(row))
    book.save(path / "sheet.xlsx")
    return audit_workbook(path / "sheet.xlsx")


def one_weight(gradient: str, rate: float, steps: int = 16) -> list[list[str | float | None]]:
    """A row a step: input, target, weight, output, gradient and loss; η is H1."""
    rows: list[list[str | float | None]] = [["x", "t", "w", "y", "dE/dw", "E", "η", rate]]
    for n in range(2, steps + 2):
        weight = f"=C{n - 1}-$H$1*E{n - 1}" if n > 2 else 0.3
        rows.append([0.8, 0.7, weight, f"=A{n}*C{n}", gradient.replace("#", str(n)), f"=(D{n}-B{n})^2/2"])
    return rows


def test_a_dollar_sign_too_many_blames_its_own_weight_alone(tmp_path: Path) -> None:
    sound = make("the course's", tmp_path / "sound.xlsx")
    letters, row = coordinate_from_string(sound.address("gw4"))
    changes = {
        ("w4", step): sound.formulas["w4", step].replace(sound.address("gw4", step - 1), f"{letters}${row}")
        for step in range(1, sound.updates + 1)
    }
    [table] = audit_workbook(make("the course's", tmp_path / "sheet.xlsx", changes).path).tables
    by_name = {weight.header: weight for weight in table.weights}
    assert by_name["w4"].judged == table.steps
    assert by_name["w4"].right == 1
    assert all(weight.right == weight.judged for name, weight in by_name.items() if name != "w4")
    assert table.loss.form == "cell"
    # The cell that all take is the right gradient of the first step: the updates are wrong.
    assert {wrong.cell for wrong in by_name["w4"].wrong} == {
        sound.address("w4", n) for n in range(2, sound.updates + 1)
    }


def test_a_step_that_depends_on_earlier_weights_is_nudged_by_its_own(tmp_path: Path) -> None:
    # From step 2 on, v is copied from what w was before: no update of v, and y depends on weights of two steps.
    rows: list[list[str | float | None]] = [["x", "t", "w", "v", "y", "dE/dw", "η", 0.5]]
    for n in range(2, 12):
        w = f"=C{n - 1}-$H$1*F{n - 1}" if n > 2 else 0.3
        v = f"=0.5*C{n - 1}" if n > 2 else 0.2
        rows.append([0.8, 0.7, w, v, f"=A{n}*C{n}+D{n}^2", f"=(E{n}-B{n})*A{n}"])
    audit = audited(tmp_path, *rows)
    assert audit.judged >= 9
    assert audit.is_right


def test_differences_of_all_samples_may_stand_in_one_sum(tmp_path: Path) -> None:
    rows: list[list[str | float]] = [[target] for target in (2, 2.3, 2.45, 2.6)]
    total = "+".join(f"(C#-$A${n})" for n in range(1, 5))
    for n in range(1, 5):
        rows[n - 1] += [0.3, f"=C{n - 1}-$B$1*D{n - 1}" if n > 1 else 1, f"=2*({total})/4".replace("#", str(n))]
    audit = audited(tmp_path, *rows)
    assert (audit.judged, audit.right) == (3, 3)
    assert audit.tables[0].factor == pytest.approx(0.5)


def test_where_the_rate_is_typed_an_activation_is_none(tmp_path: Path) -> None:
    # x, v, hidden h, w, output y, target, error, delta; v is not trained, and the update has its rate at the end.
    audit = audited(
        tmp_path,
        ["x", "v", "h", "w1", "y", "t", "error", "delta"],
        [0.5, 0.4, "=1/(1+EXP(-A2*B2))", 0.6, "=1/(1+EXP(-C2*D2))", 1, "=F2-E2", "=E2*(1-E2)*G2"],
        [None, None, None, "=D2+C2*H2*0.001"],
    )
    assert audit.tables[0].rate == ()
    assert (audit.judged, audit.right) == (1, 1)


@pytest.mark.parametrize("mean", ["=AVERAGE({0}2:{0}6)", "=SUM({0}2:{0}6)/5"])
def test_a_line_by_least_squares_has_no_updates(mean: str, tmp_path: Path) -> None:
    rows: list[list[str | float]] = [["x", "y", "x-mean", "y-mean", "xy", "xx"]]
    for n, (x, y) in enumerate([(1, 1), (2, 3), (4, 3), (3, 2), (5, 5)], 2):
        rows.append([x, y, f"=A{n}-$H$2", f"=B{n}-$I$2", f"=C{n}*D{n}", f"=C{n}*C{n}"])
    rows[1] += ["", mean.format("A"), mean.format("B"), "=SUM(E2:E6)/SUM(F2:F6)", "=I2-J2*H2"]
    audit = audited(tmp_path, *rows)
    assert audit.tables == ()
    assert "no update" in (audit.error or "")
    assert "threshold" not in (audit.error or "")


def test_the_loss_in_a_cell_is_the_loss_near_its_least_value_too(tmp_path: Path) -> None:
    audit = audited(tmp_path, *one_weight("=(D#-B#)*A#", 1.2))
    assert audit.is_right
    assert audit.tables[0].loss.form == "cell"


def test_a_wrong_gradient_is_not_lucky_where_all_is_nearly_zero(tmp_path: Path) -> None:
    audit = audited(tmp_path, *one_weight("=1.001*(D#-B#)*A#", 1.2))
    assert audit.right == 0
    assert audit.breaks == ()


def test_a_gradient_of_zero_says_nothing_against_the_loss(tmp_path: Path) -> None:
    audit = audited(tmp_path, ["x", "slope", "f", "rate"], [1, "=2*A2-2", "=A2^2-2*A2+1", 0.1], ["=A2-B2*$D$2"])
    assert audit.is_right
    assert audit.breaks == ()
    assert audit.tables[0].loss.form == "cell"


def test_the_sums_of_a_residual_network_are_no_weights(tmp_path: Path) -> None:
    """A row a step, whose hidden values are h₀ = w₁ x, h₁ = h₀ + tanh h₀, h₂ = h₁ + tanh h₁, and y = w₂ h₂."""
    rows: list[list[str | float | None]] = [
        ["x", "t", "w1", "w2", "h0", "h1", "h2", "y", "dE/dw1", "dE/dw2", "E", "η", 0.05]
    ]
    for n in range(2, 8):
        weights = [f"=C{n - 1}-$M$1*I{n - 1}", f"=D{n - 1}-$M$1*J{n - 1}"] if n > 2 else [0.3, -0.6]
        hidden = [f"=C{n}*A{n}", f"=E{n}+TANH(E{n})", f"=F{n}+TANH(F{n})"]
        slope = f"(H{n}-B{n})*D{n}*(2-TANH(F{n})^2)*(2-TANH(E{n})^2)*A{n}"
        rows.append(
            [0.8, 0.7, *weights, *hidden, f"=D{n}*G{n}", f"={slope}", f"=(H{n}-B{n})*G{n}", f"=(H{n}-B{n})^2/2"]
        )
    audit = audited(tmp_path, *rows)
    [table] = audit.tables
    assert [weight.header for weight in table.weights] == ["w1", "w2"]
    assert (audit.judged, audit.right, audit.not_judged) == (10, 10, ())


def test_what_a_recurrent_step_adds_to_its_bias_is_no_update(tmp_path: Path) -> None:
    """A row a step: h₁ = b + w x, h₂ = b + w h₁. In the last row nothing but h₂ adds to b what depends on b."""
    rows: list[list[str | float | None]] = [["x", "t", "w", "b", "h1", "h2", "dE/dw", "dE/db", "E", "η", 0.1]]
    for n in range(2, 8):
        weights = [f"=C{n - 1}-$K$1*G{n - 1}", f"=D{n - 1}-$K$1*H{n - 1}"] if n > 2 else [0.3, 0.2]
        backward = [f"=(F{n}-B{n})*(E{n}+C{n}*A{n})", f"=(F{n}-B{n})*(1+C{n})"]
        rows.append([0.8, 0.7, *weights, f"=D{n}+C{n}*A{n}", f"=D{n}+C{n}*E{n}", *backward, f"=(F{n}-B{n})^2/2"])
    audit = audited(tmp_path, *rows)
    [table] = audit.tables
    assert [weight.header for weight in table.weights] == ["w", "b"]
    assert (audit.judged, audit.right, audit.not_judged, audit.breaks) == (10, 10, (), ())


def test_a_zero_for_a_gradient_that_no_loss_sees_stays_zero(tmp_path: Path) -> None:
    """The state s behind the last step is in no loss: ∂E/∂s of it is the formula =0, and is multiplied by a weight."""
    rows: list[list[str | float | None]] = [
        ["x", "t", "w", "u", "s", "y", "d", "none", "dE/dw", "dE/du", "E", "η", 0.1]
    ]
    for n in range(2, 8):
        weights = [f"=C{n - 1}-$M$1*I{n - 1}", f"=D{n - 1}-$M$1*J{n - 1}"] if n > 2 else [0.3, 0.9]
        forward = [f"=C{n}*A{n}", f"=D{n}*E{n}"]
        backward = [f"=(F{n}-B{n})*D{n}+H{n}*C{n}", "=0", f"=G{n}*A{n}", f"=(F{n}-B{n})*E{n}"]
        rows.append([0.8, 0.7, *weights, *forward, *backward, f"=(F{n}-B{n})^2/2"])
    audit = audited(tmp_path, *rows)
    assert (audit.judged, audit.right, audit.not_judged) == (10, 10, ())
    # Nor right by luck, as it would be if another number were tried for the 0.
    assert audit.breaks == ()


def test_each_cell_behind_a_gradient_is_looked_at_once(tmp_path: Path) -> None:
    """Each of 20 sums in a row cites all of the row above, and what the weight is computed from, as matrices do."""
    book = Workbook()
    sheet = book["Sheet"]
    width, depth = 20, 6
    for column in range(1, width + 1):
        sheet.cell(1, column, 0.1 * column)
        sheet.cell(2, column, f"=2*{sheet.cell(1, column).coordinate}")
    # The weight is computed through four formulas: the first two rows are known before it.
    for row, formula in enumerate(("=A1", "=W1+0", "=W2+0", "=W3+0"), 1):
        sheet[f"W{row}"] = formula
    for row in range(5, 5 + depth):
        above = "A2:T2" if row == 5 else f"A{row - 1}:T{row - 1}"
        for column in range(1, width + 1):
            sheet.cell(row, column, f"=SUM({above})+SUM($A$2:$T$2)*$W$4")
    book.save(tmp_path / "sheet.xlsx")
    looked_at: Counter[Place] = Counter()

    class Counted(Citations):
        def of(self, place: Place) -> tuple[Place, ...]:
            looked_at[place] += 1
            return super().of(place)

        def tree_or_none(self, place: Place) -> Tree | None:
            looked_at[place] += 1
            return super().tree_or_none(place)

    with open_workbook(tmp_path / "sheet.xlsx") as workbook:
        citations = Counted(workbook)
        assert citations.levels
        weight, last = (0, 4, 23), (0, 4 + depth, 1)
        looked_at.clear()
        subject = Subject(weight, weight, None, last, workbook.trees[last], 1, last, Rate((), 1.0), is_plain=True)
        found = cone(subject, citations, {weight})
    assert set(looked_at.values()) == {1}
    # The rows of sums but the last, and the weight.
    assert found == {weight} | {(0, row, column) for row in range(5, 4 + depth) for column in range(1, width + 1)}

"""One mistake in a sound workbook: the weight that it falsifies is named, and no other one.

No mutant is right all the same: each quantity of a step is another function of the weights, a gradient depends on each
cell that it cites, and no gradient is zero. So ReLU is left out, whose derivative may be the same for two units.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from kinds_by_hand import make
from sheets_by_hand import Made

from xlnet.audit.audited import audit_workbook
from xlnet.audit.findings import Audit
from xlnet.audit.options import Options

_KINDS = """
the course's; with biases; tanh; cross-entropy; softmax; no loss; rate behind; as a sum; new weights; online;
batch, averaged; momentum; Adam; columns; blocks; blocks, by index; a sheet a step; deltas; one step, listed
"""
KINDS = [" ".join(kind.split()) for kind in _KINDS.split(";")]
WITH_DELTAS = ("deltas", "one step, listed")
_REFERENCE = re.compile(r"(?<![$A-Z!:])[A-Z]{1,2}\d+(?![\d:])")
_COMPLEMENT = re.compile(r"\*\(1-[A-Z]+\d+(\^2)?\)")


def another_cell(formula: str, made: Made, step: int, chance: random.Random) -> str:
    """Cite another quantity of the same step in one place."""
    here = sorted({made.address(name, step) for name in made.layout.cells if re.fullmatch(r"[xtwahy]\d+(_2)?", name)})
    spot = chance.choice([match for match in _REFERENCE.finditer(formula) if match[0] in here])
    new = chance.choice([address for address in here if address != spot[0]])
    return formula[: spot.start()] + new + formula[spot.end() :]


def no_derivative(formula: str, _made: Made, _step: int, chance: random.Random) -> str:
    spot = chance.choice(list(_COMPLEMENT.finditer(formula)))
    return formula[: spot.start()] + formula[spot.end() :]


Operator = Callable[[str, Made, int, random.Random], str]
OPERATORS: dict[str, Operator] = {
    "another cell": another_cell,
    "no derivative": no_derivative,
    "twice": lambda formula, *_: f"=2*({formula[1:]})",
    "half": lambda formula, *_: f"=({formula[1:]})/2",
    "sign": lambda formula, *_: f"=-({formula[1:]})",
}
Changed = dict[tuple[str, int], str | float]


def bare(address: str) -> str:
    return address.rpartition("!")[2].replace("$", "")


def accused(audit: Audit, made: Made) -> set[str]:
    """Return the weights with something wrong."""
    names = {made.address(weight): weight for weight in made.weights}
    return {names[bare(weight.first)] for _, weight, _ in audit.wrong()}


def named(audit: Audit) -> set[str]:
    """Return the cells in which something is wrong."""
    return {bare(wrong.cell) for *_, wrong in audit.wrong()}


def audited(kind: str, path: Path, changed: Changed) -> Audit:
    make(kind, path, changed)
    return audit_workbook(path, Options())


@pytest.fixture(autouse=True)
def _engine(require: Callable[[str], str]) -> None:
    require("ironcalc")


def gradient_of(weight: str, made: Made) -> str:
    """Return the quantity that has a gradient's formula: that of one of several samples."""
    return f"g{weight}_2" if f"g{weight}_2" in made.layout.cells else f"g{weight}"


def mistaken(kind: str, operator: str, path: Path) -> tuple[Made, str, Changed]:
    """Return a sound workbook, a weight, and what to change so that its gradient is wrong in one step or in all."""
    made, chance = make(kind, path), random.Random(f"{kind}, {operator}")
    gradients = {weight: gradient_of(weight, made) for weight in made.weights}
    if operator == "another cell" and kind in WITH_DELTAS:
        # The gradient of a bias is a delta and nothing else.
        gradients = {w: name for w, name in gradients.items() if w.startswith("w")}
    if operator == "no derivative":
        gradients = {w: name for w, name in gradients.items() if _COMPLEMENT.search(made.formulas[name, 0])}
    weight, name = chance.choice(list(gradients.items()))
    steps = range(made.updates) if chance.random() < 0.5 else [chance.randrange(made.updates)]
    seed = chance.random()
    change = OPERATORS[operator]
    return made, weight, {(name, n): change(made.formulas[name, n], made, n, random.Random(seed)) for n in steps}


@pytest.mark.parametrize(
    ("kind", "operator"),
    [(k, o) for k in KINDS for o in OPERATORS if not (o == "no derivative" and k in WITH_DELTAS)],
)
def test_a_wrong_gradient_is_named(kind: str, operator: str, tmp_path: Path) -> None:
    made, weight, changed = mistaken(kind, operator, tmp_path / "sheet.xlsx")
    audit = audited(kind, made.path, changed)
    assert accused(audit, made) == {weight}
    assert named(audit) == {made.address(f"g{weight}", step) for _, step in changed}
    assert (audit.judged, audit.right) == (made.judged, made.judged - len(changed))


@pytest.mark.parametrize("kind", ["the course's", "softmax", "batch, summed", "columns", "blocks"])
def test_a_number_typed_over_a_gradient_is_named(kind: str, tmp_path: Path) -> None:
    made = make(kind, tmp_path / "sheet.xlsx")
    audit = audited(kind, made.path, {("gw4", 1): 0.00123})
    assert accused(audit, made) == {"w4"}
    assert named(audit) == {made.address("gw4", 1)}
    assert audit.judged == made.judged


@pytest.mark.parametrize("kind", ["the course's", "columns", "a sheet a step"])
def test_a_number_typed_over_a_weight_is_named(kind: str, tmp_path: Path) -> None:
    made = make(kind, tmp_path / "sheet.xlsx")
    audit = audited(kind, made.path, {("w4", 2): 0.31})
    assert accused(audit, made) <= {"w4"}
    assert made.address("w4", 2) in named(audit) | {bare(each.cell) for each in audit.breaks}


_INLINE = ["inline", "inline, with deltas", "inline, no loss", "online, inline"]


@pytest.mark.parametrize("kind", _INLINE)
@pytest.mark.parametrize("operator", ["another cell", "twice", "sign"])
def test_a_wrong_gradient_within_an_update_is_named(kind: str, operator: str, tmp_path: Path) -> None:
    made, chance = make(kind, tmp_path / "sheet.xlsx"), random.Random(f"{kind}, {operator}")
    weight, step = chance.choice(made.weights), chance.randrange(1, made.updates + 1)
    before, star, gradient = made.formulas[weight, step].partition("$1*")
    changed = before + star + OPERATORS[operator]("=" + gradient, made, step - 1, chance)[1:]
    audit = audited(kind, made.path, {(weight, step): changed})
    assert accused(audit, made) == {weight}
    assert named(audit) == {made.address(weight, step)}
    assert (audit.judged, audit.right) == (made.judged, made.judged - 1)


@pytest.mark.parametrize("kind", ["the course's", "as a sum", "columns", "blocks", "new weights"])
def test_an_update_with_the_gradient_of_another_weight_is_named(kind: str, tmp_path: Path) -> None:
    made = make(kind, tmp_path / "sheet.xlsx")
    update, step = ("nw5", 1) if kind == "new weights" else ("w5", 2)
    formula = made.formulas[update, step].replace(made.address("gw5", 1), made.address("gw6", 1))
    audit = audited(kind, made.path, {(update, step): formula})
    assert accused(audit, made) == {"w5"}
    assert (audit.judged, audit.right) == (made.judged, made.judged - 1)


@pytest.mark.parametrize(
    ("kind", "rate", "other"),
    [
        ("the course's", "$B$1", "$B$2"),
        ("the course's", "$B$1", "A4"),
        ("inline", "$B$1", "B6"),
        ("rate behind", "$B$1", "0.05"),
        ("rate typed into formulas", "0.5", "0.05"),
        ("columns", "$B$1", "B2"),
    ],
)
def test_another_learning_rate_in_one_update_is_named(kind: str, rate: str, other: str, tmp_path: Path) -> None:
    made = make(kind, tmp_path / "sheet.xlsx")
    audit = audited(kind, made.path, {("w5", 3): made.formulas["w5", 3].replace(rate, other)})
    assert accused(audit, made) <= {"w5"}
    cells = named(audit) | {bare(each.cell) for each in audit.breaks}
    assert {made.address("w5", 3), made.address("gw5", 2) if kind != "inline" else ""} & cells
    assert not audit.is_right or audit.breaks


def test_a_learning_rate_that_is_not_anchored_is_named(tmp_path: Path) -> None:
    made = make("the course's", tmp_path / "sheet.xlsx")
    changed: Changed = {}
    for step in range(1, 5):
        changed["w5", step] = made.formulas["w5", step].replace("$B$1", f"B{step}")
    audit = audited("the course's", made.path, changed)
    assert accused(audit, made) <= {"w5"}
    cells = named(audit) | {bare(each.cell) for each in audit.breaks}
    assert any(bare(each) in " ".join(cells) for each in (made.address("w5", 2), made.address("gw5", 1)))


def test_right_by_luck_at_an_input_of_zero_is_a_remark(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    made = make("an input of zero", path)
    # w1's input is 0, and so is its gradient, whatever else is in it.
    changed: Changed = {
        ("gw1", step): made.formulas["gw1", step].replace(made.address("a1", step), made.address("a2", step))
        for step in range(made.updates)
    }
    audit = audited("an input of zero", path, changed)
    assert accused(audit, made) == set()
    assert audit.right == audit.judged == made.judged
    assert [bare(each.cell) for each in audit.breaks if each.kind == "luck"]

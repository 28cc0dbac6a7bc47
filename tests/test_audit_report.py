"""What an audit says: what was taken for what comes first, a mistake is told once, and no text of a file does harm."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from xlnet.audit.findings import Audit, Break, Loss, NotJudged, Table, Weight, Wrong, from_dict
from xlnet.audit.report import as_csv, as_json, overview, text
from xlnet.audit.report.ranges import ranges
from xlnet.audit.report.verdict import NOT_JUDGED, RIGHT, WRONG, status, verdict
from xlnet.audit.report.words import unlike

FAULT = "the derivative of one hidden unit where another's belongs"
# The columns of the article's sheet: weights and their gradients.
COLUMNS = dict(zip("EFGHMNOP", ("X", "Y", "Z", "AA", "AB", "AC", "AD", "AE"), strict=True))
NAMES = dict(zip(COLUMNS, ("w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"), strict=True))


def wrong(column: str, row: int, **changes: object) -> Wrong:
    """A gradient of the article's sheet with the mistake that most people make."""
    formula = f"=((R{row}-A{row})*R{row}+(T{row}-B{row})*T{row})*{{}}{row}*(1-{{}}{row})"
    found = Wrong(
        cell=f"{COLUMNS[column]}{row}",
        found=0.0003518686651353938,
        expected=0.00035177632156981514,
        repair=f"With L{row} instead of J{row} it is right: {NAMES[column]} feeds h2, so the derivative is a_h2's.",
        repaired=formula.format("L", "L"),
        weight=f"Sheet1!{column}{row}",
        update=f"{column}{row + 1}",
        formula=formula.format("J", "J"),
        loss=f"Sheet1!W{row}",
        fault=FAULT,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def table(mistaken: Mapping[str, Sequence[Wrong]], rows: range = range(33, 100)) -> Table:
    first, last = rows[0], rows[-1]
    weights = [
        Weight(
            first=f"{column}{first}",
            last=f"{column}{last}",
            header=NAMES[column],
            judged=len(rows),
            right=len(rows) - len(mistaken.get(column, ())),
            wrong=tuple(mistaken.get(column, ())),
            gradients=f"{gradients}{first}:{gradients}{last}",
        )
        for column, gradients in COLUMNS.items()
    ]
    judged, right = sum(each.judged for each in weights), sum(each.right for each in weights)
    return Table("Sheet1", tuple(weights), ("G31",), Loss(f"W{first}", "E_tot", "cell"), 1.0, judged, right, len(rows))


def usual() -> Audit:
    """The audit of a homework in which w3 and w4 have the usual mistake, in all rows."""
    mistaken = {column: [wrong(column, row) for row in range(33, 100)] for column in "GH"}
    return Audit("homework.xlsx", (table(mistaken),))


def test_what_was_taken_for_what_comes_before_what_is_wrong() -> None:
    lines = list(text.lines(usual()))
    assert lines[0] == "homework.xlsx"
    assert lines[2] == "Sheet1: 8 weights, 67 steps"
    taken = "\n".join(lines[: lines.index("Wrong")])
    assert "  w1      E33 … E99  X33:X99    67 of 67\n" in taken
    assert "  w3      G33 … G99  Z33:Z99    0 of 67\n" in taken
    assert "  learning rate: G31\n" in taken
    assert "  loss: E_tot (W33)\n" in taken
    assert lines[-1] == "134 of 536 gradients are wrong: w3, w4"


def test_a_mistake_in_many_rows_and_weights_is_told_once_and_as_the_student_needs_it() -> None:
    lines = list(text.lines(usual()))
    told = lines[lines.index("Wrong") + 1 : -2]
    assert told == [
        "  Z33 is your ∂E/∂w3: 0.000351869. Nudging w3 (G33) says 0.000351776. "
        "With L33 instead of J33 it is right: w3 feeds h2, so the derivative is a_h2's.",
        "    is:        =((R33-A33)*R33+(T33-B33)*T33)*J33*(1-J33)",
        "    should be: =((R33-A33)*R33+(T33-B33)*T33)*L33*(1-L33)",
        "    The same mistake stands in Z33:Z99 (w3) and AA33:AA99 (w4).",
    ]


def test_a_repair_in_a_cell_that_the_gradient_cites_names_that_cell() -> None:
    cited = wrong("G", 33, repaired="=IF(M24>0,J30,0)", repaired_in="Sheet1!P20")
    lines = list(text.lines(Audit("homework.xlsx", (table({"G": [cited]}),))))
    assert lines[lines.index("Wrong") + 2 : -2] == ["    P20 should be: =IF(M24>0,J30,0)"]


def test_weights_whose_repair_differs_are_told_apart() -> None:
    other = wrong("H", 33, repair="With O33 instead of N33 it is right.")
    lines = list(text.lines(Audit("homework.xlsx", (table({"G": [wrong("G", 33)], "H": [other]}),))))
    assert sum(" is your ∂E/∂w" in line for line in lines) == 2
    assert not any("same mistake" in line for line in lines)


def test_formulas_that_are_filled_down_are_one_mistake_without_a_repair_and_others_are_not() -> None:
    nameless = {"repair": None, "repaired": None, "fault": ""}
    filled = [wrong("G", row, **nameless) for row in (33, 41, 49, 57)]
    odd = wrong("G", 65, **nameless, formula="=A65*2")
    lines = list(text.lines(Audit("homework.xlsx", (table({"G": [*filled, odd]}),))))
    told = lines[lines.index("Wrong") + 1 : -2]
    assert told == [
        "  Z33 is your ∂E/∂w3: 0.000351869. Nudging w3 (G33) says 0.000351776.",
        "    The same mistake stands in Z33, Z41, … Z57.",
        "  Z65 is your ∂E/∂w3: 0.000351869. Nudging w3 (G65) says 0.000351776.",
        "  Where no repair is named, no small change was found that makes it right: "
        "there may be two mistakes in one formula.",
    ]


def test_sheets_that_are_alike_are_told_once() -> None:
    first = table({"G": [wrong("G", row) for row in (33, 34)]})
    lines = list(text.lines(Audit("homework.xlsx", (first, replace(first, sheet="Try 2")))))
    assert sum(" is your ∂E/∂w" in line for line in lines) == 1
    assert "  Sheet1!Z33 is your ∂E/∂w3: " in "\n".join(lines)
    assert "    The same mistake stands in Z33:Z34 (w3 on Sheet1, Try 2)." in lines


def test_an_update_without_a_gradient_and_a_formula_that_is_right_by_luck() -> None:
    step = wrong("G", 33, cell="G34", repair=None)
    lucky = wrong("H", 33, is_probe=True, repair=None)
    lines = "\n".join(text.lines(Audit("homework.xlsx", (table({"G": [step], "H": [lucky]}),))))
    assert "G34 updates w3 (G33) as if your ∂E/∂w3 were 0.000351869. Nudging w3 (G33) says 0.000351776." in lines
    assert (
        "AA33 is your ∂E/∂w4, right by luck: with other numbers typed, w4 (H33) nudged says 0.000351776, "
        "and AA33 0.000351869." in lines
    )


def test_an_implied_loss_a_factor_and_other_findings() -> None:
    sound = replace(table({}), loss=Loss(None, "½ Σ (y − t)²", "implied"), factor=2.0, rate=())
    audit = Audit(
        "homework.xlsx",
        (sound,),
        (Break("Sheet1!G40", "typed", "a formula", "Sheet1!G40 holds a number where its neighbours have formulas."),),
        ("The loss uses LOG, to the base of 10.",),
        (NotJudged("Sheet2!A1:A9", "they were found by Solver"),),
    )
    lines = list(text.lines(audit))
    assert "  learning rate: in no cell of its own" in lines
    assert "  loss: in no cell; by your gradients it is ½ Σ (y − t)²" in lines
    assert lines[lines.index("To look at") + 1] == f"  {audit.breaks[0].sentence}"
    assert lines[lines.index("Remarks") + 1] == "  The loss uses LOG, to the base of 10."
    assert lines[lines.index("Not judged") + 1] == "  Sheet2!A1:A9: they were found by Solver"
    assert lines[-1] == "all 536 gradients are right; 1 other finding, 1 group of cells not judged"


def test_a_finding_on_several_sheets_is_said_once() -> None:
    tables = tuple(replace(table({}), sheet=sheet) for sheet in ("LR 0.1", "LR 0.2"))
    same = [Break(f"'{each.sheet}'!G40", "typed", "a formula", "G40 holds a typed number.") for each in tables]
    other = Break("'LR 0.2'!G41", "typed", "a formula", "G41 holds a typed number.")
    lines = list(text.lines(Audit("homework.xlsx", tables, (*same, other))))
    assert lines[lines.index("To look at") + 1 :][:2] == [
        "  LR 0.1, LR 0.2: G40 holds a typed number.",
        "  LR 0.2: G41 holds a typed number.",
    ]


def test_many_weights_are_cut_short_but_those_that_are_wrong_are_shown() -> None:
    weights = [Weight(f"A{row}", f"A{row}", "w", 1, 1) for row in range(1, 785)]
    weights[700] = replace(weights[700], right=0, wrong=(wrong("G", 33, cell="C701", weight="A701", repair=None),))
    lines = list(text.lines(Audit("digits.xlsx", (replace(table({}), weights=tuple(weights)),))))
    assert len(lines) < 40
    assert any(line.split()[:2] == ["w", "A701"] for line in lines)
    assert "  … and 760 more weights" in lines


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["Z33"], "Z33"),
        ([f"Z{row}" for row in range(33, 100)], "Z33:Z99"),
        ([f"Z{row}" for row in range(33, 266, 8)], "Z33, Z41, … Z265"),
        (["Z1", "AA1", "AB1"], "Z1:AB1"),
        (["V52", "V53", "V57", "V60"], "V52:V53, V57, V60"),
        (["Sheet1!A6", "Sheet2!A6"], "Sheet1!A6, Sheet2!A6"),
        ([f"'Lap {n}'!A6" for n in range(1, 21)], "'Lap 1'!A6, 'Lap 2'!A6, 'Lap 3'!A6, 'Lap 4'!A6, 'Lap 5'!A6, … "
        "'Lap 20'!A6 (20 cells)"),
        (["no cell"], "no cell"),
    ],
)  # fmt: skip
def test_ranges(cells: list[str], shown: str) -> None:
    assert ranges(cells) == shown


@pytest.mark.parametrize(
    ("found", "expected", "shown"),
    [
        (0.0003518686651, 0.0003517763215, ("0.000351869", "0.000351776")),
        (0.12345678, 0.12345699, ("0.1234568", "0.123457")),
        (math.nan, 0.5, ("no number", "0.5")),
    ],
)
def test_numbers_that_differ_are_seen_to_differ(found: float, expected: float, shown: tuple[str, str]) -> None:
    assert unlike(found, expected) == shown


def test_many_files_are_a_line_each_and_grouped_by_what_they_share() -> None:
    audits = [
        usual(),
        replace(usual(), path="sound.xlsx", tables=(table({}),)),
        replace(usual(), path="other.xlsx"),
        Audit("locked.xlsx", error="is protected by a password: remove it"),
        Audit("solver.xlsx", (), not_judged=(NotJudged("Sheet1!A1", "the weights were found by Solver"),)),
    ]
    assert list(overview.lines(audits)) == [
        "homework.xlsx: 134 of 536 gradients are wrong: w3, w4",
        "sound.xlsx: all 536 gradients are right",
        "other.xlsx: 134 of 536 gradients are wrong: w3, w4",
        "locked.xlsx: is protected by a password: remove it",
        "solver.xlsx: nothing could be judged: the weights were found by Solver",
        "",
        f"2 files share this mistake: {FAULT}",
        "  as in homework.xlsx, Sheet1!Z33: With L33 instead of J33 it is right: "
        "w3 feeds h2, so the derivative is a_h2's.",
        "  homework.xlsx, other.xlsx",
        "",
        "5 files: 1 right, 2 with something wrong, 2 not judged",
    ]
    quiet = list(overview.lines(audits, quiet=True))
    assert not any(line.startswith(("sound.xlsx", "5 files")) for line in quiet)


def test_exit_statuses() -> None:
    sound, unread = Audit("a.xlsx", (table({}),)), Audit("b.xlsx", error="no such file")
    assert status([sound]) == RIGHT
    assert status([sound, usual(), unread]) == WRONG
    assert status([sound, unread]) == NOT_JUDGED
    assert status([sound, Audit("c.xlsx")]) == NOT_JUDGED


def test_csv_has_a_line_for_each_finding_and_for_a_file_without() -> None:
    audits = [
        replace(usual(), breaks=(Break("Sheet1!G40", "typed", "a formula", "It holds a number."),)),
        Audit("sound.xlsx", (table({}),)),
        Audit("locked.xlsx", error="is protected by a password"),
    ]
    rows = list(csv.reader(as_csv.lines(audits)))
    assert rows[0] == ["file", "sheet", "weight", "cell", "what", "found", "expected", "repair"]
    assert [row[:7] for row in rows[1:]] == [
        ["homework.xlsx", "Sheet1", "w3", "Z33:Z99", "wrong gradient", "0.000351869", "0.000351776"],
        ["homework.xlsx", "Sheet1", "w4", "AA33:AA99", "wrong gradient", "0.000351869", "0.000351776"],
        ["homework.xlsx", "Sheet1", "", "G40", "typed", "", "a formula"],
        ["sound.xlsx", "", "", "", "all 536 gradients are right", "", ""],
        ["locked.xlsx", "", "", "", "error", "", ""],
    ]
    assert rows[1][7].startswith("With L33 instead of J33")


def test_json_is_what_was_found_and_has_no_number_that_json_has_not() -> None:
    audits = [usual(), Audit("none.xlsx", error="no update found")]
    content = json.loads(as_json.text(audits))
    assert [from_dict(each) for each in content["workbooks"]] == audits
    weight = content["workbooks"][0]["tables"][0]["weights"][2]
    assert weight["wrong"][0].items() >= {"cell": "Z33", "expected": 0.00035177632156981514}.items()
    broken = Audit("a.xlsx", (table({"G": [wrong("G", 33, found=math.nan)]}),))
    assert json.loads(as_json.text([broken]))["workbooks"][0]["tables"][0]["weights"][2]["wrong"][0]["found"] is None


def test_a_text_of_the_file_breaks_no_line_and_is_no_formula() -> None:
    """A header may hold anything: line breaks, what moves a terminal's cursor, a formula for who opens the CSV."""
    header = '=HYPERLINK("http://x","\x1b[2J\x9b1A\nall gradients are right")'
    weight = Weight("G33", "G99", header, 1, 0, (wrong("G", 33, repair=None, repaired=None),))
    audit = Audit("a.xlsx", (replace(table({}), weights=(weight,)),))
    assert all("\n" not in line for line in text.lines(audit))
    assert verdict(audit).count("\n") == 0
    assert all("\n" not in line for line in overview.lines([audit, audit]))
    written = as_json.text([audit])
    assert written.replace("\n", "").isprintable()
    assert json.loads(written)["workbooks"][0]["tables"][0]["weights"][0]["header"] == header
    (_, row) = csv.reader(as_csv.lines([audit]))
    assert row[2].startswith("'=HYPERLINK")

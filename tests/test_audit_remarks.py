"""What an audit says beside wrong gradients, on small sheets: one that has it, and one that only looks like it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as Sheets
from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import DataTableFormula
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.audit.findings import Break, NotJudged
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import open_workbook
from xlnet.audit.remarks import KINDS, Network, breaks, not_judged, remarks
from xlnet.audit.remarks.ranges import in_words, with_sheet
from xlnet.engines.live import LiveWorkbook, Place

Change = Callable[[Worksheet], None]
FIRST, LAST = 3, 12


def place(address: str, sheet: int = 0) -> Place:
    letters, row = coordinate_from_string(address)
    return (sheet, row, column_index_from_string(letters))


def one_weight(sheet: Worksheet) -> None:
    """A row a step: input A, target B, weight C, output D, gradient E, loss F; the learning rate is G1."""
    sheet["F1"], sheet["G1"] = "η", 0.1
    for column, header in zip("ABCDEF", ("x", "t", "w", "y", "dE/dw", "E"), strict=True):
        sheet[f"{column}2"] = header
    for row in range(FIRST, LAST + 1):
        sheet[f"A{row}"], sheet[f"B{row}"] = 0.5, 0.7
        sheet[f"C{row}"] = 0.3 if row == FIRST else f"=C{row - 1}-$G$1*E{row - 1}"
        sheet[f"D{row}"] = f"=C{row}*A{row}"
        sheet[f"E{row}"] = f"=(D{row}-B{row})*A{row}"
        sheet[f"F{row}"] = f"=(D{row}-B{row})^2/2"


def networked(citations: Citations, rates: Iterable[str] = ("G1",), rows: Iterable[int] | None = None) -> Network:
    """What is found in the sheet of one weight."""
    rows = range(FIRST + 1, LAST + 1) if rows is None else rows
    weights = {place(f"C{row}"): place(f"C{row - 1}") for row in rows}
    losses = {place(f"F{row}") for row in range(FIRST, LAST + 1)}
    return Network(
        weights=weights,
        gradients={update: (0, weight[1], 5) for update, weight in weights.items()},
        rates={place(rate) for rate in rates},
        losses=losses,
        cells=citations.ancestors([*weights, *losses]),
    )


def saved(folder: Path, *changes: Change) -> Path:
    sheets = Sheets()
    sheet = sheets.active
    assert isinstance(sheet, Worksheet)
    for change in changes:
        change(sheet)
    path = folder / "book.xlsx"
    sheets.save(path)
    return path


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., list[Break]]:
    """The breaks of the sheet of one weight after a change."""

    def look(change: Change, rates: Iterable[str] = ("G1",), rows: Iterable[int] | None = None) -> list[Break]:
        with open_workbook(saved(tmp_path, one_weight, change)) as workbook:
            citations = Citations(workbook)
            return breaks(workbook, citations, networked(citations, rates, rows))

    return look


@pytest.fixture
def said(tmp_path: Path) -> Callable[[Change], list[str]]:
    """The remarks on the sheet of one weight after a change."""

    def look(change: Change) -> list[str]:
        with open_workbook(saved(tmp_path, one_weight, change)) as workbook:
            citations = Citations(workbook)
            return remarks(workbook, citations, networked(citations))

    return look


def nothing(sheet: Worksheet) -> None:
    """Change nothing."""


def setting(**cells: Any) -> Change:
    def change(sheet: Worksheet) -> None:
        for address, value in cells.items():
            sheet[address] = value

    return change


def test_a_sound_sheet_has_nothing(
    found: Callable[..., list[Break]], said: Callable[[Change], list[str]], tmp_path: Path
) -> None:
    assert found(nothing) == []
    assert said(nothing) == []
    with open_workbook(tmp_path / "book.xlsx") as workbook:
        citations = Citations(workbook)
        assert not_judged(workbook, citations, networked(citations)) == []


def test_a_formula_unlike_its_neighbours(found: Callable[..., list[Break]]) -> None:
    (one,) = found(setting(D6="=C6*A5"))
    assert (one.cell, one.kind, one.expected) == ("Sheet!D6", "unlike", "=C6*A6")
    assert one.sentence == (
        "D6 is unlike the cells above and below. D6 is =C6*A5; like D5 it would be =C6*A6 (A5 stands for A6)."
    )


def test_the_same_slip_in_rows_is_one_break(found: Callable[..., list[Break]]) -> None:
    (one,) = found(setting(E6="=(D6-B6)*B6", E7="=(D7-B7)*B7", E10="=(D10-B10)*B10"))
    assert one.cell == "Sheet!E6:E7, E10"


@pytest.mark.parametrize(
    "change",
    [
        setting(D6="=A6*C6", E6="=(A6)*(-B6+D6)"),
        setting(D3="=A3*0.3", D12="=A12*0.4"),
        setting(D5="=C5*B5", D8="=C8*B8", D11="=C11*B11"),
        setting(D6="=C6*$A$6"),
    ],
    ids=["other order", "the ends", "epochs", "dollar signs"],
)
def test_what_only_looks_unlike(found: Callable[..., list[Break]], change: Change) -> None:
    assert found(change) == []


def test_the_neighbours_of_a_broken_cell_are_sound(found: Callable[..., list[Break]]) -> None:
    assert [each.cell for each in found(setting(D6="=C6*A5", D8="=C8+A8"))] == ["Sheet!D6", "Sheet!D8"]


def of_cells(tmp_path: Path, change: Change) -> list[Break]:
    """The breaks of a sheet without a network, all of whose cells count."""
    with open_workbook(saved(tmp_path, change)) as workbook:
        return breaks(workbook, Citations(workbook), Network())


def test_a_table_that_runs_sideways(tmp_path: Path) -> None:
    def sideways(sheet: Worksheet) -> None:
        for column in "BCDEFGHI":
            sheet[f"{column}1"], sheet[f"{column}2"] = 0.5, 0.25
            sheet[f"{column}3"] = f"={column}1*{column}2" if column != "E" else "=E1*D2"
            sheet[f"{column}4"] = f"=1/(1+EXP(-{column}3))"

    (one,) = of_cells(tmp_path, sideways)
    assert (one.cell, one.expected) == ("Sheet!E3", "=E1*E2")
    assert "at the left and right" in one.sentence


def test_blocks_are_compared_a_block_apart(tmp_path: Path) -> None:
    def blocks(sheet: Worksheet) -> None:
        for number in range(7):
            row = 4 * number + 1
            sheet[f"A{row}"], sheet[f"A{row + 1}"] = 0.5, 0.25
            sheet[f"B{row}"] = f"=A{row}*A{row + 1}"
            sheet[f"B{row + 1}"] = f"=A{row}+A{row + 1}" if number != 3 else f"=A{row}-A{row + 1}"

    (one,) = of_cells(tmp_path, blocks)
    assert (one.cell, one.expected) == ("Sheet!B14", "=A13+A14")


def test_a_diagonal_of_nudged_weights_is_none(tmp_path: Path) -> None:
    def diagonal(sheet: Worksheet) -> None:
        for number, column in enumerate("BCDEFG"):
            sheet[f"{column}1"] = 0.5
            for row in range(2, 10):
                sheet[f"{column}{row}"] = f"={column}$1+$A$1" if row == number + 2 else f"={column}$1"
        sheet["A1"] = 0.001

    assert of_cells(tmp_path, diagonal) == []


def test_an_epoch_comes_back_beside_a_slip(tmp_path: Path) -> None:
    def epochs(sheet: Worksheet) -> None:
        for row in range(1, 40):
            sheet[f"A{row}"], sheet[f"C{row}"] = 0.5, 0.25
            sheet[f"B{row}"] = f"=A{row}*C{row}" if row % 8 else f"=A{row}+C{row}"
        sheet["B10"], sheet["B15"] = "=A10-C10", "=A15/C15"

    assert [each.cell for each in of_cells(tmp_path, epochs)] == ["Sheet!B10", "Sheet!B15"]


def test_a_sum_apart_from_the_table_above_and_the_one_below(tmp_path: Path) -> None:
    def apart(sheet: Worksheet) -> None:
        for row in (*range(1, 6), *range(9, 15)):
            sheet[f"A{row}"], sheet[f"B{row}"] = 0.5, f"=A{row}*2"
        sheet["B7"] = "=SUM(B1:B5)"

    assert of_cells(tmp_path, apart) == []


def test_a_row_of_a_sideways_table_is_sound(tmp_path: Path) -> None:
    def sideways(sheet: Worksheet) -> None:
        for column in "BCDEFGH":
            sheet[f"{column}1"] = 0.5
            for row in range(2, 9):
                sheet[f"{column}{row}"] = f"={column}{row - 1}*2" if row != 5 else f"={column}{row - 1}/3"

    assert of_cells(tmp_path, sideways) == []


def test_what_an_area_or_a_format_leaves_is_not_typed(found: Callable[..., list[Break]], tmp_path: Path) -> None:
    def areas(sheet: Worksheet) -> None:
        for row in range(1, 10):
            sheet[f"A{row}"], sheet[f"B{row}"] = 0.5, f"=MMULT(A{row},A{row})"
        sheet["B5"] = 0.25

    assert of_cells(tmp_path, areas) == []
    assert found(setting(D6=0)) == []


def test_a_start_that_later_rows_copy_is_not_typed_over(tmp_path: Path) -> None:
    def started(sheet: Worksheet) -> None:
        sheet["B1"] = 0.1
        for row in range(2, 9):
            sheet[f"A{row}"], sheet[f"D{row}"] = 0.5, f"=C{row}*2"
            sheet[f"B{row}"] = 0.1 if row == 2 else f"=B{row - 1}"
            sheet[f"C{row}"] = f"=A{row}*B{row}"

    assert of_cells(tmp_path, started) == []


def test_anchors_without_dollar_signs_written_by_hand(found: Callable[..., list[Break]]) -> None:
    def by_hand(sheet: Worksheet) -> None:
        for row in range(FIRST + 1, LAST + 1):
            sheet[f"C{row}"] = f"=C{row - 1}-G1*E{row - 1}"

    def slip(sheet: Worksheet) -> None:
        by_hand(sheet)
        sheet["C8"] = "=C7-G1*D7"

    assert found(by_hand) == []
    (one,) = found(slip)
    assert (one.cell, one.expected) == ("Sheet!C8", "=C7-G1*E7")


def test_a_number_typed_over(found: Callable[..., list[Break]]) -> None:
    (one,) = found(setting(D6=0.14))
    assert (one.cell, one.kind, one.expected) == ("Sheet!D6", "typed", "=C6*A6")
    assert "holds a typed number (0.14)" in one.sentence


def test_a_constant_beside_one_minus_it_is_not_typed_over(found: Callable[..., list[Break]]) -> None:
    def with_betas(sheet: Worksheet) -> None:
        sheet["J1"], sheet["K1"], sheet["L1"], sheet["M1"] = 0.9, "=1-J1", 0.99, "=1-L1"
        for row in range(FIRST, LAST + 1):
            for column in "KLM":
                sheet[f"{column}{row}"] = f"={column}{row - 1}*$J$1"
            sheet[f"E{row}"] = f"=(D{row}-B{row})*A{row}*$L$1/$L$1"

    assert found(with_betas) == []


def test_numbers_typed_over_in_the_first_and_last_rows(found: Callable[..., list[Break]]) -> None:
    assert [each.cell for each in found(setting(D3=0.15))] == ["Sheet!D3"]
    assert [each.cell for each in found(setting(D11=0.15, D12=0.15))] == ["Sheet!D11:D12"]


def drifting(first: int) -> Change:
    def change(sheet: Worksheet) -> None:
        for row in range(FIRST + 1, LAST + 1):
            sheet[f"C{row}"] = f"=C{row - 1}-{'G1' if row < first else f'G{row - first + 2}'}*E{row - 1}"
            sheet[f"G{row}"] = 0.9
            # An input, as a formula other than an update cites it.
            sheet[f"D{row}"] = f"=C{row}*A{row}+0*G{row}"

    return change


def test_a_learning_rate_that_is_not_anchored(found: Callable[..., list[Break]]) -> None:
    (one,) = found(drifting(7))
    assert (one.cell, one.kind) == ("Sheet!C7:C12", "rate")
    assert "C7:C12 take G2:G7" in one.sentence
    assert "where the others take G1" in one.sentence
    assert "Write $G$1." in one.sentence


def test_a_learning_rate_that_is_a_weight(found: Callable[..., list[Break]]) -> None:
    (one,) = found(setting(C8="=C7-$C$4*E7"))
    assert (one.cell, one.kind) == ("Sheet!C8", "rate")
    assert "take C4 (a weight) for the learning rate" in one.sentence
    assert "anchored" not in one.sentence


def test_another_order_or_a_rate_in_each_row_is_no_strange_rate(found: Callable[..., list[Break]]) -> None:
    def own(sheet: Worksheet) -> None:
        for row in range(FIRST, LAST + 1):
            sheet[f"H{row}"] = 0.1
            sheet[f"C{row + 1}"] = f"=C{row}-H{row}*E{row}" if row < LAST else None

    assert found(own, rates=[f"H{row}" for row in range(FIRST, LAST + 1)]) == []
    assert found(setting(C8="=C7-E7*$G$1")) == []


def test_the_cell_that_kept_the_learning_rate_is_sound(found: Callable[..., list[Break]]) -> None:
    def slid(sheet: Worksheet) -> None:
        drifting(6)(sheet)
        sheet["C5"] = "=C4-$G$1*E4"
        for row in range(6, LAST + 1):
            sheet[f"C{row}"] = f"=C{row - 1}-G{row - 3}*E{row - 1}"

    assert [(each.cell, each.kind) for each in found(slid)] == [("Sheet!C6:C12", "rate")]


def test_an_update_that_was_copied_over_another_formula(tmp_path: Path) -> None:
    change = setting(D6="=C5-$A$4*E5", D8="=C7-$G$1*E7")
    with open_workbook(saved(tmp_path, one_weight, change)) as workbook:
        citations = Citations(workbook)
        plain = networked(citations)
        weights = {**plain.weights, place("D6"): place("C5")}
        network = Network(weights, plain.gradients, plain.rates, plain.losses, plain.cells)
        assert [(each.cell, each.kind) for each in breaks(workbook, citations, network)] == [
            ("Sheet!D6", "unlike"),
            ("Sheet!D8", "unlike"),
        ]


def test_a_copied_update_leaves_the_learning_rate_one(found: Callable[..., list[Break]]) -> None:
    def copied(sheet: Worksheet) -> None:
        drifting(9)(sheet)
        sheet["D10"] = "=C9-G1*E9"

    assert ("Sheet!C9:C12", "rate") in [(each.cell, each.kind) for each in found(copied)]


def filled(reference: Callable[[int], str]) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet["H3"] = 0.5
        for row in range(FIRST, LAST + 1):
            sheet[f"D{row}"] = f"=C{row}*{reference(row)}"

    return change


def test_an_input_that_is_not_anchored(found: Callable[..., list[Break]]) -> None:
    (one,) = found(filled(lambda row: f"H{row}"))
    assert (one.cell, one.kind, one.expected) == ("Sheet!D4:D12", "anchor", "$H$3")
    assert one.sentence.startswith("H3 is not anchored: in D4:D12")
    assert found(filled(lambda row: "$H$3")) == []
    assert found(filled(lambda row: "H3")) == []


def test_texts_that_are_numbers(found: Callable[..., list[Break]]) -> None:
    kinds = {each.kind: each for each in found(setting(A5="0,5", A6="0,5", H1="3"))}
    assert kinds["text"].cell == "Sheet!A5:A6"
    assert "look like numbers (A5: '0,5')" in kinds["text"].sentence
    assert "text" not in {each.kind for each in found(setting(H1="3", A2="1"))}


def citing_a_blank(formula: str) -> Change:
    def change(sheet: Worksheet) -> None:
        for row in range(FIRST, LAST + 1):
            sheet[f"D{row}"] = formula.format(row=row, before=row - 1)

    return change


def test_an_empty_cell_taken_for_0(found: Callable[..., list[Break]]) -> None:
    (one,) = found(citing_a_blank("=C{row}*A{row}+$K$5"))
    assert (one.cell, one.kind) == ("Sheet!D3:D12", "blank")
    assert "cite K5, which is empty and counts as 0" in one.sentence


def test_an_empty_cell_that_is_meant(found: Callable[..., list[Break]]) -> None:
    assert found(citing_a_blank('=IF($K$5="",C{row}*A{row},$K$5)')) == []

    def momentum(sheet: Worksheet) -> None:
        for row in range(FIRST, LAST + 1):
            sheet[f"H{row}"] = f"=0.9*H{row - 1}+$G$1*E{row}"
            if row > FIRST:
                sheet[f"C{row}"] = f"=C{row - 1}-H{row - 1}"

    assert found(momentum) == []


def test_an_error_is_named_where_it_begins(found: Callable[..., list[Break]]) -> None:
    every = found(setting(E5="=(D5-B5)*A5/(A5-A5)"))
    (one,) = (each for each in every if each.kind == "error")
    assert one.cell == "Sheet!E5"
    assert "E5 (=(D5-B5)*A5/(A5-A5)) shows #DIV/0!: it divides by 0" in one.sentence
    assert [each.cell for each in found(setting(D5="=#REF!*A5")) if each.kind == "error"] == ["Sheet!D5"]
    assert found(setting(H5="=1/0")) == []


def test_functions_of_one_program(found: Callable[..., list[Break]]) -> None:
    def power(name: str) -> Change:
        def change(sheet: Worksheet) -> None:
            for row in range(FIRST, LAST + 1):
                sheet[f"F{row}"] = f"={name}(D{row}-B{row},2)/2"

        return change

    (one,) = found(power("POW"))
    assert (one.cell, one.kind) == ("Sheet!F3:F12", "function")
    assert one.sentence == (
        "POW exists in Google Sheets alone: Excel and LibreOffice show #NAME? in F3:F12. "
        "Write ^ or POWER instead, which every program knows."
    )
    assert found(power("POWER")) == []


def test_functions_of_newer_versions(said: Callable[[Change], list[str]]) -> None:
    (one,) = said(setting(H3="=_xlfn.XLOOKUP(1,A3:A5,B3:B5)"))
    assert one == "XLOOKUP (first in Sheet!H3) needs Excel 2021 or newer: older ones show #NAME?."
    assert said(setting(H3="=VLOOKUP(1,A3:B5,2)")) == []


def test_old_values(tmp_path: Path) -> None:
    live = LiveWorkbook(saved(tmp_path, one_weight))
    live.evaluate()
    fresh, old = tmp_path / "fresh.xlsx", tmp_path / "old.xlsx"
    live.save(fresh)
    with zipfile.ZipFile(fresh) as source, zipfile.ZipFile(old, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                assert content.count(b"<v>0.3</v>") == 1
                content = content.replace(b"<v>0.3</v>", b"<v>0.4</v>")
            target.writestr(name, content)
    results = []
    for path in (fresh, old):
        with open_workbook(path) as workbook:
            citations = Citations(workbook)
            results.append(remarks(workbook, citations, networked(citations)))
    assert results[0] == []
    (one,) = results[1]
    assert one.startswith(
        "38 cells show old values, the first of them Sheet!D3: it shows 0.15, but its formula gives 0.2."
    )
    assert "saved without recalculation" in one


def two_weights(delta: str) -> Change:
    """Two layers: x, t, w1, h, w2, y, the gradients of w2 and of w1; `delta` tells the output and w2 of the latter."""

    def change(sheet: Worksheet) -> None:
        sheet["J1"] = 0.1
        for row in range(FIRST, LAST + 1):
            before = row - 1
            sheet[f"A{row}"], sheet[f"B{row}"] = 0.5, 0.7
            sheet[f"C{row}"] = 0.3 if row == FIRST else f"=C{before}-$J$1*H{before}"
            sheet[f"D{row}"] = f"=C{row}*A{row}"
            sheet[f"E{row}"] = 0.4 if row == FIRST else f"=E{before}-$J$1*G{before}"
            sheet[f"F{row}"] = f"=D{row}*E{row}"
            sheet[f"G{row}"] = f"=(F{row}-B{row})*D{row}"
            output, new = delta.split()
            sheet[f"H{row}"] = f"=({output}-B{{row}})*{new}*A{{row}}".format(row=row, next=row + 1)

    return change


@pytest.mark.parametrize(
    ("delta", "count"), [("F{row} E{row}", 0), ("F{row} E{next}", 1), ("D{row}*E{next} E{next}", 0)]
)
def test_new_weights_used_too_early(tmp_path: Path, delta: str, count: int) -> None:
    with open_workbook(saved(tmp_path, two_weights(delta))) as workbook:
        citations = Citations(workbook)
        weights = {place(f"{c}{row}"): place(f"{c}{row - 1}") for c in "CE" for row in range(FIRST + 1, LAST + 1)}
        gradients = {each: (0, each[1] - 1, 8 if each[2] == 3 else 7) for each in weights}
        network = Network(weights, gradients, {place("J1")}, set(), citations.ancestors(weights))
        said = remarks(workbook, citations, network)
    assert len(said) == count
    assert all(each.startswith("Sheet!H3 uses new weights too early: it depends on E4") for each in said)


def test_learning_rates_typed_into_formulas(said: Callable[[Change], list[str]]) -> None:
    def typed(rates: Callable[[int], float]) -> Change:
        def change(sheet: Worksheet) -> None:
            for row in range(FIRST + 1, LAST + 1):
                sheet[f"C{row}"] = f"=C{row - 1}-{rates(row)}*E{row - 1}"

        return change

    (one,) = said(typed(lambda row: 0.5 if row < 8 else 0.1))
    assert "0.5 in C4:C7; 0.1 in C8:C12" in one
    assert said(typed(lambda row: 0.5)) == []


def unjudged(path: Path, network: Callable[[Citations], Network] = lambda citations: Network()) -> list[NotJudged]:
    with open_workbook(path) as workbook:
        citations = Citations(workbook)
        return not_judged(workbook, citations, network(citations))


def test_circular_references(tmp_path: Path) -> None:
    (one,) = unjudged(saved(tmp_path, setting(A1="=A2+1", A2="=A1*B1", A3="=A2", B1=1, B2="=B1")))
    assert one.cells == "Sheet!A1:A2"
    assert one.why.startswith("circular references: A1:A2 cite each other.")


def test_a_data_table(tmp_path: Path) -> None:
    change = setting(A1=1, B3="=A1*2", B4=DataTableFormula("B4:B6", dt2D=False, dtr=False, r1="A1"), A4=1, A5=2, A6=3)
    (one,) = unjudged(saved(tmp_path, change))
    assert one.cells == "Sheet!B4:B6"
    assert one.why.startswith("a data table")


def test_macros_where_no_update_is_found(tmp_path: Path) -> None:
    path = saved(tmp_path, one_weight)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"macros")
    (one,) = unjudged(path)
    assert one.cells == "Sheet!C3:F12"
    assert one.why.startswith("macros (VBA) may overwrite these cells")
    assert unjudged(path, networked) == []


def with_copy(value: Callable[[str, int], object]) -> Change:
    """A second sheet with the same headers, further down."""

    def change(sheet: Worksheet) -> None:
        for column in "GHI":
            sheet[f"{column}2"] = f"note {column}"
            for row in range(FIRST, LAST + 1):
                sheet[f"{column}{row}"] = f"=D{row}*2"
        assert sheet.parent is not None
        other = sheet.parent.create_sheet("Copy")
        for column in "ABCDEFGHI":
            other[f"{column}5"] = sheet[f"{column}2"].value
            for row in range(6, 12):
                other[f"{column}{row}"] = value(column, row)

    return change


def network_with_notes(citations: Citations) -> Network:
    found = networked(citations)
    notes = [place(f"{column}{row}") for column in "GHI" for row in range(FIRST, LAST + 1)]
    return Network(found.weights, found.gradients, {place("G1")}, found.losses, {*found.cells, *notes})


def test_pasted_values(tmp_path: Path) -> None:
    (one,) = unjudged(saved(tmp_path, one_weight, with_copy(lambda column, row: 0.25)), network_with_notes)
    assert one.cells == "Copy!C6:I11"
    assert one.why.startswith("pasted values: the headers are those of sheet Sheet")
    computed = with_copy(lambda column, row: f"=Sheet!{column}{row - 3}" if row > 8 else 0.25)
    assert unjudged(saved(tmp_path, one_weight, computed), network_with_notes) == []


def test_the_solver(tmp_path: Path) -> None:
    def solved(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"] = 0.5, "=1/(1+EXP(-A1))"
        sheet.defined_names["solver_adj"] = DefinedName("solver_adj", attr_text="Sheet!$A$1:$A$2")

    (one,) = unjudged(saved(tmp_path, solved))
    assert one.cells == "Sheet!A1:A2"
    assert one.why.startswith("the Solver looks for these numbers")


def test_a_forward_pass_alone(tmp_path: Path) -> None:
    (one,) = unjudged(saved(tmp_path, setting(A1=0.5, A2="=A1*2", B2="=1/(1+EXP(-A2))", C2="=TANH(A2)")))
    assert one.cells == "Sheet!B2:C2"
    assert "no formula computes new weights from old ones" in one.why
    assert unjudged(saved(tmp_path, setting(A1=0.5, A2="=A1*2"))) == []


def test_ranges_in_words() -> None:
    places = [place(f"{column}{row}") for column in "BC" for row in (2, 3, 4)]
    assert in_words(places) == "B2:C4"
    assert in_words([place("A1"), place("A5"), place("A9"), place("A13")]) == "A1, A5, A9 …"
    assert with_sheet([place("G35"), place("G36")], ["my sheet"]) == "'my sheet'!G35:G36"


def test_every_kind_is_explained() -> None:
    assert set(KINDS) == {"unlike", "typed", "anchor", "rate", "text", "blank", "error", "function"}

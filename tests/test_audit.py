"""The audit finds the network in each kind of workbook that people make, judges it, and accuses nothing sound."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import hostile
import kept
import pytest
from kinds_by_hand import KINDS, MATRIX_STEPS, make, with_matrices, with_two_tables
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet.worksheet import Worksheet
from sheets_by_hand import Made

import xlnet
from xlnet.audit.audited import audit_workbook
from xlnet.audit.findings import Audit, Table
from xlnet.audit.options import Options
from xlnet.audit.reading.workbook import open_workbook
from xlnet.errors import XlnetError
from xlnet.model.network import parameters


@pytest.fixture(autouse=True)
def _engine(require: Callable[[str], str]) -> None:
    require("ironcalc")


def audited(path: Path) -> Audit:
    return audit_workbook(path, Options())


def bare(address: str) -> str:
    """Leave out the sheet and the signs of an address."""
    return address.rpartition("!")[2].replace("$", "")


def require_sound(audit: Audit, breaks: Collection[str] = ()) -> None:
    assert audit.error is None
    assert [wrong.cell for *_, wrong in audit.wrong()] == []
    assert {each.kind for each in audit.breaks} == set(breaks)
    assert audit.not_judged == ()
    assert audit.right == audit.judged
    assert audit.is_right


def require_found(table: Table, made: Made) -> None:
    """Check that a table is the one that was made."""
    assert (table.judged, table.right) == (made.judged, made.judged)
    assert table.sheet == made.layout.sheet(0)
    assert table.steps == made.updates
    assert sorted(bare(weight.first) for weight in table.weights) == sorted(map(made.address, made.weights))
    assert table.factor == pytest.approx(1)
    if "E_total" in made.layout.cells:
        assert table.loss.form == "cell"
        assert bare(table.loss.cell or "") == made.address("E_total")
    else:
        assert (table.loss.form, table.loss.cell) == ("implied", None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found_right(kind: str, tmp_path: Path) -> None:
    made = make(kind, tmp_path / "sheet.xlsx")
    audit = audited(made.path)
    require_sound(audit, breaks=["text"] if kind == "numbers as text" else [])
    [table] = audit.tables
    require_found(table, made)
    if "rate" in made.constants and kind not in ("rate typed into formulas", "momentum of steps"):
        assert [bare(cell) for cell in table.rate] == [made.constants["rate"]]


def test_every_table_is_found(tmp_path: Path) -> None:
    tables = with_two_tables(tmp_path / "sheet.xlsx")
    audit = audited(tmp_path / "sheet.xlsx")
    require_sound(audit)
    assert len(audit.tables) == len(tables)
    for made in tables:
        [table] = [
            each
            for each in audit.tables
            if each.sheet == made.layout.sheet(0) and bare(each.weights[0].first) == made.address("w1")
        ]
        require_found(table, made)


def test_one_sheet_can_be_asked_for(tmp_path: Path) -> None:
    *_, made = with_two_tables(tmp_path / "sheet.xlsx")
    [table] = audit_workbook(made.path, Options(sheet="Rate 0,1")).tables
    require_found(table, made)


def test_matrices_are_found_right(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    with_matrices(path)
    audit = audited(path)
    require_sound(audit)
    assert audit.judged == 8 * (MATRIX_STEPS - 1)
    assert bare(audit.tables[0].loss.cell or "") == "K4"


def test_one_wrong_array_formula_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    with_matrices(path)
    book = load_workbook(path)
    # Without the derivative of the hidden units, in all blocks.
    for step in range(MATRIX_STEPS):
        cell = book["Sheet"][f"G{4 + 8 * step}"].value
        cell.text = cell.text.partition("*F")[0]
    book.save(path)
    audit = audited(path)
    wrong = {bare(wrong.cell) for *_, wrong in audit.wrong()}
    assert {"H4", "I4", "H5", "I5"} <= wrong
    assert not {"H8", "I8", "H9", "I9"} & wrong
    assert (audit.judged, audit.right) == (24, 12)


def test_a_loss_with_another_factor_is_no_mistake(tmp_path: Path) -> None:
    made = make("squares", tmp_path / "sheet.xlsx")
    halves = {("E_total", step): "=0.5*(" + made.formulas["E_total", step][1:] + ")" for step in range(5)}
    make("squares", made.path, halves)
    audit = audited(made.path)
    assert audit.right == audit.judged == made.judged
    assert audit.tables[0].factor == pytest.approx(2)


@pytest.mark.parametrize("template", kept.BUNDLED)
def test_xlnets_own_workbooks_are_right(template: str, tmp_path: Path) -> None:
    spec = xlnet.load(template, iters=3)
    kept.build(spec, tmp_path / "sheet.xlsx", plain=True)
    audit = audited(tmp_path / "sheet.xlsx")
    require_sound(audit)
    trained = sum(parameter.trained for parameter in parameters(spec))
    # The first row has the initial weights, and each one the new weights of the row before; a block has its own.
    assert audit.judged == trained * (_updates(tmp_path / "sheet.xlsx") + (spec.layout == "matrix"))
    named = _titles(tmp_path / "sheet.xlsx")
    if spec.layout == "matrix":
        assert named
    headers = {weight.first: weight.header for table in audit.tables for weight in table.weights}
    assert {cell: header for cell, header in headers.items() if cell in named} == {
        cell: title for cell, title in named.items() if cell in headers
    }


def _above(sheet: Worksheet, cells: Sequence[tuple[int, int]]) -> object:
    return sheet.cell(min(row for row, _ in cells) - 1, min(column for _, column in cells)).value


def _titles(path: Path) -> dict[str, str]:
    """Return what stands above the corner of each weight's matrix in the first block, by the weight's cell."""
    tensors: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for key, _, where, role, *_ in kept.looked_at(path)["Formulas"].iter_rows(min_row=2, values_only=True):
        cell, is_in_block, _ = str(where).partition("/")
        if role in ("weight", "bias") and is_in_block:
            letters, row = coordinate_from_string(cell)
            tensors[str(key).partition("_")[0]].append((row, column_index_from_string(letters)))
    sheet = kept.looked_at(path, data_only=True)["Training"]
    return {
        f"{get_column_letter(column)}{row}": " ".join(str(_above(sheet, cells)).split())
        for cells in tensors.values()
        for row, column in cells
    }


@pytest.mark.parametrize("template", ["echo", "memory"])
@pytest.mark.parametrize("optimizer", ["sgd", "lion"])
def test_no_hidden_value_is_taken_for_a_bias(template: str, optimizer: str, tmp_path: Path) -> None:
    """A hidden value h₂ = b + w h₁ adds to a bias and depends on it, by way of h₁, as an update does on its weight."""
    spec = xlnet.load(template, iters=4, optimizer=optimizer)
    kept.build(spec, tmp_path / "sheet.xlsx", plain=True)
    audit = audited(tmp_path / "sheet.xlsx")
    require_sound(audit)
    assert audit.judged == sum(parameter.trained for parameter in parameters(spec)) * 4


def test_a_large_network_of_matrices_is_found_right(tmp_path: Path) -> None:
    """The digits: 2,003 cells an iteration, which are judged in less than half of the time that an audit has."""
    spec = xlnet.load("digits", iters=2)
    kept.build(spec, tmp_path / "sheet.xlsx", plain=True)
    audit = audited(tmp_path / "sheet.xlsx")
    require_sound(audit)
    assert audit.judged == sum(parameter.trained for parameter in parameters(spec)) * 2
    # Each matrix is called by its own title, from corner to corner.
    assert Counter(weight.header for table in audit.tables for weight in table.weights) == {
        "w 2 × 1 × 3 × 3": 18,
        "b 2": 2,
        "w⁽³⁾ 10 × 18": 180,
        "b⁽³⁾ 10": 10,
    }


def _updates(path: Path) -> int:
    """Count the rows of Training, without the first, whose weights nothing updates."""
    sheet = kept.looked_at(path)["Training"]
    return (
        sum(isinstance(row[0], int) or str(row[0]).startswith("=") for row in sheet.iter_rows(4, values_only=True)) - 1
    )


@pytest.mark.parametrize("template", ["lesson", "byhand", "regression", "valley_adam", "valley_nesterov", "xor"])
def test_xlnets_own_damaged_workbooks_are_wrong(template: str, tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    kept.build(xlnet.load(template, iters=3), path, plain=True)
    book = load_workbook(path)
    headers, row = book["Training"][3], book["Training"][5]
    gradients = [cell for header, cell in zip(headers, row, strict=True) if str(header.value).startswith("∂E/∂w")]
    # That of a unit which is off, as a ReLU may be, is zero whatever it is multiplied by.
    values = kept.looked_at(path, data_only=True)["Training"]
    damaged = max(gradients, key=lambda cell: abs(float(str(values[cell.coordinate].value))))
    damaged.value = f"=1.01*({str(damaged.value)[1:]})"
    book.save(path)
    audit = audited(path)
    assert {bare(wrong.cell) for *_, wrong in audit.wrong()} == {damaged.coordinate}
    assert not audit.is_right


BESIDE = {
    "weight decay": ("training.optimizer.weight_decay", 0.01, "0.01*w: that is weight decay"),
    "L1": ("training.l1", 0.01, "0.01*SIGN(w): that is a penalty"),
    "clipping": ("training.clip_norm", 0.5, "clipped"),
}


@pytest.mark.parametrize("kind", BESIDE)
def test_what_is_beside_the_derivative_by_intent_is_a_remark(kind: str, tmp_path: Path) -> None:
    key, value, said = BESIDE[kind]
    path = tmp_path / "sheet.xlsx"
    kept.build(xlnet.load("lesson", **{"iters": 6, key: value}), path, plain=True)
    audit = audited(path)
    assert audit.right == audit.judged > 0
    assert any(said in remark for remark in audit.remarks)
    # One that is wrong besides is not excused.
    book = load_workbook(path)
    sheet = book["Training"]
    by_header = dict(zip((str(cell.value) for cell in sheet[3]), sheet[5], strict=True))
    gradient, weight = by_header["∂E/∂w₁₁"], by_header["w₁₁"]
    gradient.value = f"=1.01*({str(gradient.value)[1:]})"
    book.save(path)
    wrong = [each for *_, each in audited(path).wrong()]
    assert {bare(each.weight) for each in wrong} == {weight.coordinate}


def workbook(path: Path, *rows: Sequence[str | float | None]) -> Path:
    book = Workbook()
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            book["Sheet"].cell(number, column, value)
    book.save(path)
    return path


def test_without_updates_it_says_what_was_looked_for(tmp_path: Path) -> None:
    path = workbook(tmp_path / "sheet.xlsx", ("price", "number", "sum"), *((n, 3, f"=A{n}*B{n}") for n in range(2, 9)))
    audit = audited(path)
    assert audit.judged == 0
    assert "update" in (audit.error or "")


@pytest.mark.parametrize("cells", [(), (("x", "y"), (1, 2))], ids=["empty", "no formula"])
def test_without_formulas_it_says_so(cells: tuple[tuple[str | float, ...], ...], tmp_path: Path) -> None:
    audit = audited(workbook(tmp_path / "sheet.xlsx", *cells))
    assert audit.error
    assert not audit.is_right


def test_a_forward_pass_alone_is_not_judged(tmp_path: Path) -> None:
    rows = ((0.1 * n, 0.5, f"=1/(1+EXP(-A{n}*B{n}))", 1, f"=0.5*(D{n}-C{n})^2") for n in range(2, 9))
    audit = audited(workbook(tmp_path / "sheet.xlsx", ("x", "w", "y", "t", "E"), *rows))
    assert audit.judged == 0
    assert audit.error


def test_a_threshold_has_no_gradient(tmp_path: Path) -> None:
    samples = [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)]
    rows = []
    for n in range(3, 19):
        x, z, t = samples[(n - 3) % 4]
        weights = [f"={c}{n - 1}+$K$1*I{n - 1}*{s}{n - 1}" for c, s in (("D", "A"), ("E", "B"))]
        weights.append(f"=F{n - 1}+$K$1*I{n - 1}")
        first = n == 3
        new: list[str | float] = [0.1, -0.2, 0.05] if first else list(weights)
        rows.append((x, z, t, *new, f"=A{n}*D{n}+B{n}*E{n}+F{n}", f"=IF(G{n}>0,1,0)", f"=C{n}-H{n}"))
    headers = ("x1", "x2", "t", "w1", "w2", "b", "sum", "y", "error")
    path = workbook(tmp_path / "sheet.xlsx", (*[None] * 9, "rate", 0.1), headers, *rows)
    audit = audited(path)
    assert list(audit.wrong()) == []
    assert audit.judged == 0
    assert "threshold" in " ".join([audit.error or "", *(each.why for each in audit.not_judged)])


def test_weights_in_a_circle_are_not_judged(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book["Sheet"]
    sheet["A1"], sheet["B1"], sheet["C1"] = 0.5, 1, "=A1*E1"
    sheet["D1"], sheet["E1"] = "=C1-B1", "=E1-0.1*D1*A1"
    book.calculation.iterate = True
    book.save(tmp_path / "sheet.xlsx")
    audit = audited(tmp_path / "sheet.xlsx")
    assert audit.judged == 0
    assert list(audit.wrong()) == []
    assert "circ" in " ".join([audit.error or "", *(each.why for each in audit.not_judged)])


def _zipped(**parts: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2000, "password"),
        (b"w1;w2\n0.1;0.2\n", "is not an .xlsx"),
        (b"", "is not an .xlsx"),
        (_zipped(hello="world"), "is not an .xlsx"),
        (b"PK\3\4" + b"\0" * 500, ""),
    ],
    ids=["password", "text", "empty", "another zip", "no zip"],
)
def test_what_is_no_workbook_is_an_error(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(content)
    audit = audited(path)
    assert audit.error
    assert said in audit.error
    assert not audit.is_right


def test_a_formatted_blank_cell_is_no_zero(tmp_path: Path) -> None:
    """Of three samples the third one is blank, but formatted: the mean of the loss is that of two."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["F1"] = 0.1
    for row, (x, t) in enumerate(((0.5, 1), (2, 0)), 2):
        sheet[f"A{row}"], sheet[f"B{row}"] = x, t
        sheet[f"C{row}"], sheet[f"D{row}"] = f"=$F$2*A{row}", f"=(C{row}-B{row})^2"
        sheet[f"E{row}"] = f"=2*(C{row}-B{row})*A{row}"
    sheet["F2"], sheet["G2"], sheet["H2"] = 0.3, "=SUM(E2:E4)/2", "=F2-F$1*G2"
    sheet["D4"].font = sheet["E4"].font = Font(bold=True)
    sheet["D1"], sheet["D5"] = "loss", "=AVERAGE(D2:D4)"
    book.save(tmp_path / "sheet.xlsx")
    audit = audited(tmp_path / "sheet.xlsx")
    assert (audit.judged, audit.right) == (1, 1)
    assert (audit.tables[0].loss.cell, audit.tables[0].factor) == ("D5", 1)


def test_an_update_is_one_where_later_ones_have_lost_their_weight(tmp_path: Path) -> None:
    """From the third block on the forward pass cites the weight of the second one."""
    book = Workbook()
    sheet = book.worksheets[0]
    for block in range(6):
        top = 10 * block + 1
        sheet[f"A{top}"], sheet[f"B{top}"] = 0.5, 1
        sheet[f"C{top}"] = 0.3 if block == 0 else f"=F{top - 10}"
        sheet[f"D{top}"] = f"=TANH(A{top}*C{11 if block else 2})"
        sheet[f"E{top}"] = f"=(D{top}-B{top})*(1-D{top}^2)*A{top}"
        sheet[f"F{top}"] = f"=C{top}-E{top}*G{top}"
        sheet[f"G{top}"] = 2
    sheet["C2"] = 0.3
    book.save(tmp_path / "sheet.xlsx")
    audit = audited(tmp_path / "sheet.xlsx")
    assert (audit.judged, audit.right) == (1, 1)
    assert "does not depend on the weight" in audit.not_judged[0].why


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_truncated_file_is_an_error(part: float, tmp_path: Path) -> None:
    path = make("the course's", tmp_path / "sheet.xlsx").path
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    assert audited(path).error


def _with_cell(xml: str, path: Path) -> Path:
    """Write a workbook whose cell B1 is this element."""
    book = Workbook()
    book.worksheets[0]["B1"] = "=A1"
    book.save(path)
    parts = hostile.parts_of(path)
    sheet = re.sub(rb'<c r="B1".*?</c>', xml.encode(), parts[hostile.SHEET])
    assert sheet != parts[hostile.SHEET]
    hostile.write(parts | {hostile.SHEET: sheet}, path)
    return path


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="B1"><f t="array" ref="A1:XFD1048576">A1+1</f></c>', "fill 17,179,869,184 cells"),
        ('<c r="C2" t="n"/><c r="B1"><v>&a9;</v></c>', "IronCalc cannot read it"),
        (f'<c r="B1">{" " * 257_000_000}</c>', "unpacked, but at most 256,000,000 are read"),
    ],
    ids=["array", "entity", "bomb"],
)
def test_what_is_too_much_is_one_line_that_names_the_file(cell: str, said: str, tmp_path: Path) -> None:
    path = _with_cell(cell, tmp_path / "sheet.xlsx")
    with pytest.raises(XlnetError, match=re.escape(said)) as refused, open_workbook(path):
        pass
    assert str(refused.value).startswith(f"{path}: ")
    assert str(refused.value).count(".xlsx") == 1
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    assert "no such file" in (audited(tmp_path / "sheet.xlsx").error or "")


def test_a_chart_sheet_before_the_network_shifts_nothing(tmp_path: Path) -> None:
    made = make("the course's", tmp_path / "sheet.xlsx")
    book = load_workbook(made.path)
    book.create_chartsheet("Chart", 0)
    book.save(made.path)
    audit = audited(made.path)
    require_sound(audit)
    require_found(audit.tables[0], made)

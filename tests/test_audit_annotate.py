"""A copy with notes, colours and a sheet of findings: nothing else in the workbook changes, and the proof is live."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles import Color
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet
from recalculated import recalculated
from workbook_xml import rewrite

from xlnet.audit.annotate import annotate
from xlnet.audit.findings import Audit, Break, Loss, NotJudged, Table, Weight, Wrong
from xlnet.audit.reading.workbook import open_workbook
from xlnet.engines.live import LiveWorkbook
from xlnet.errors import UserError

# A network of 1-2-1 units, a row an iteration: w1 and w2 lead to the hidden units, v1 and v2 to the output.
HEADERS = ("x", "t", "w1", "w2", "v1", "v2", "h1", "h2", "y", "E", "dw1", "dw2", "dv1", "dv2")
FORMULAS = {
    "G": "=1/(1+EXP(-C{r}*A{r}))",
    "H": "=1/(1+EXP(-D{r}*A{r}))",
    "I": "=1/(1+EXP(-(E{r}*G{r}+F{r}*H{r})))",
    "J": "=0.5*(I{r}-B{r})^2",
    "K": "=(I{r}-B{r})*I{r}*(1-I{r})*E{r}*G{r}*(1-G{r})*A{r}",
    "L": "=(I{r}-B{r})*I{r}*(1-I{r})*F{r}*G{r}*(1-G{r})*A{r}",
    "M": "=(I{r}-B{r})*I{r}*(1-I{r})*G{r}",
    "N": "=(I{r}-B{r})*I{r}*(1-I{r})*H{r}",
}
Dress = Callable[[Worksheet], None]
UPDATES = {"C": "K", "D": "L", "E": "M", "F": "N"}
FIRST, LAST = 4, 9
MENDED = FORMULAS["L"].replace("G{r}*(1-G{r})", "H{r}*(1-H{r})")


@pytest.fixture(autouse=True)
def _engine(require: Callable[[str], str]) -> None:
    require("ironcalc")


def sheet_by_hand(path: Path, formulas: Mapping[str, str] = FORMULAS, dress: Dress | None = None) -> None:
    """Save a workbook in which dw2 takes the derivative of the first hidden unit, as students do."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "By hand"
    sheet["A1"], sheet["B1"] = "η", 0.5
    for number, header in enumerate(HEADERS, 1):
        sheet.cell(FIRST - 1, number, header)
    for row in range(FIRST, LAST + 1):
        for column, value in zip("ABCDEF", (0.6, 0.2, 0.15, 1.2, 0.4, -0.5), strict=True):
            is_updated = row > FIRST and column in UPDATES
            update = f"={column}{row - 1}-$B$1*{UPDATES[column]}{row - 1}" if is_updated else value
            sheet[f"{column}{row}"] = update
        for column, formula in formulas.items():
            sheet[f"{column}{row}"] = formula.format(r=row)
    if dress:
        dress(sheet)
    workbook.save(path)


def audit_of(path: Path, loss: str = "='By hand'!J{r}", gradient: str = "L", weight: str = "D") -> Audit:
    """Return what an audit finds in it: the derivative is measured here, by the engine alone."""
    wrongs = []
    with open_workbook(path) as workbook:
        columns = "ABCDEFGHIJKLMN"
        for row in range(FIRST, LAST + 1):
            cell, own = (0, row, columns.index(weight) + 1), (0, row, columns.index(gradient) + 1)
            workbook.live.evaluate()
            start, found = workbook.live.numbers([cell, own])
            losses = []
            for nudge in (1e-4, -1e-4):
                workbook.live.type_numbers({cell: start + nudge})
                workbook.live.evaluate()
                losses += workbook.live.numbers([(0, row, 10)])
            workbook.live.type_numbers({cell: start})
            wrongs.append(
                Wrong(
                    cell=f"{gradient}{row}",
                    found=found,
                    expected=(losses[0] - losses[1]) / 2e-4,
                    repair=f"With H{row} instead of G{row} it is right.",
                    repaired=MENDED.format(r=row),
                    weight=f"{weight}{row}",
                    update=f"{weight}{row + 1}",
                    formula=FORMULAS["L"].format(r=row),
                    loss=loss.format(r=row),
                    fault="reference",
                )
            )
    count = len(wrongs)
    rows = Weight(f"{weight}{FIRST}", f"{weight}{LAST}", "w2", count, 0, tuple(wrongs), f"L{FIRST}:L{LAST}")
    table = Table("By hand", (rows,), ("B1",), Loss(f"J{FIRST}", "E", "cell"), 1.0, count, 0, count)
    odd = Break("'By hand'!H6", "neighbours", "=H5", "H6 is unlike the cells above and below.")
    return Audit(str(path), (table,), (odd,), ("A remark.",), (NotJudged("'By hand'!A4:B9", "typed"),))


def annotated(tmp_path: Path, formulas: Mapping[str, str] = FORMULAS, **said: str) -> Path:
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source, formulas)
    annotate(source, audit_of(source, **said), target)
    return target


def proof(path: Path) -> tuple[Worksheet, int]:
    """Return the sheet of findings with its values, and the row of the verdict."""
    sheet = load_workbook(path, data_only=True)["Audit"]
    rows = [cell.row for cell in sheet["A"] if cell.value == "Verdict"]
    assert len(rows) == 1, [cell.value for cell in sheet["A"]]
    return sheet, rows[0]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def color_scale() -> Rule:
    ends = [FormatObject("min"), FormatObject("max")]
    return Rule("colorScale", colorScale=ColorScale(cfvo=ends, color=[Color("FFFFFFFF"), Color("FF00FF00")]))


def dressed(sheet: Worksheet) -> None:
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=10, min_row=FIRST - 1, max_row=LAST), titles_from_data=True)
    sheet.add_chart(chart, "P3")
    sheet["A1"].comment = Comment("the learning rate", "a student")
    sheet[f"L{FIRST}"].comment = Comment("chain rule, twice", "a student")
    sheet.conditional_formatting.add("K4:N9", color_scale())


def test_nothing_but_notes_colours_and_the_sheet_is_new(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsm", tmp_path / "annotated.xlsm"
    sheet_by_hand(source, dress=dressed)
    with zipfile.ZipFile(source, "a") as package:
        package.writestr("xl/vbaProject.bin", bytes(range(256)) * 40)
    rewrite(source, lambda xml: xml.replace("</Types>", '<Default Extension="bin" ContentType="a/b"/></Types>'), TYPES)
    annotate(source, audit_of(source), target)
    before, after = parts(source), parts(target)
    assert after.keys() - before.keys() == {"xl/worksheets/sheet2.xml"}
    changed = {name for name in before if after[name] != before[name]}
    links, words = "xl/_rels/workbook.xml.rels", "xl/comments/comment1.xml"
    drawing = "xl/drawings/commentsDrawing1.vml"
    assert changed == {TYPES, links, "xl/workbook.xml", "xl/styles.xml", SHEET, words, drawing}
    # All that was there is there, in its order: what is new was put in between.
    for name in changed - {SHEET}:
        old, new = (re.findall(rb"<[^>]*>", each[name]) for each in (before, after))
        rest = iter(new)
        assert all(_same(tag, rest) for tag in old), name
    cells = [re.search(rb"<sheetData>.*</sheetData>", each[SHEET], re.DOTALL) for each in (before, after)]
    assert cells[0] is not None
    assert cells[1] is not None
    assert cells[0][0] == cells[1][0]


TYPES, SHEET = "[Content_Types].xml", "xl/worksheets/sheet1.xml"


def _same(tag: bytes, rest: object) -> bool:
    """Whether a tag comes up, but for the number of what it holds, and but for its being closed."""
    bare = re.sub(rb' count="\d+"| ?/?>', b"", tag)
    return any(re.sub(rb' count="\d+"| ?/?>', b"", each) == bare for each in rest)  # type: ignore[attr-defined]


def test_notes_say_what_is_wrong_and_old_ones_stay(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source, dress=dressed)
    audit = audit_of(source)
    annotate(source, audit, target)
    sheet = load_workbook(target)["By hand"]
    assert sheet["A1"].comment.text == "the learning rate"
    assert sheet["A1"].comment.author == "a student"
    assert sheet[f"L{FIRST}"].comment.text.startswith("chain rule, twice")
    for row in range(FIRST, LAST + 1):
        *_, wrong = list(audit.wrong())[row - FIRST]
        words = sheet[f"L{row}"].comment.text
        assert f"This gradient of w2 (D{row}) is {wrong.found:.6g}" in words
        assert f"the derivative of the loss is {wrong.expected:.6g}. With H{row}" in words.replace("\n", " ")
        assert MENDED.format(r=row) in words
    assert "unlike the cells above" in sheet["H6"].comment.text
    assert sheet["K4"].comment is None
    # Without a box of its own no note is seen: here one for each of the eight cells with notes.
    boxes = parts(target)["xl/drawings/commentsDrawing1.vml"].decode()
    assert len(re.findall('ObjectType="Note"', boxes)) == 8
    numbers = re.findall(r'<v:shape [^>]*id="_x0000_s(\d+)"', boxes)
    assert len(set(numbers)) == 8


def test_colours_lie_over_the_cells_before_the_owners_rules(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source, dress=dressed)
    annotate(source, audit_of(source), target)
    sheet = load_workbook(target)["By hand"]
    rules = {str(area.sqref): rule for area in sheet.conditional_formatting for rule in area.rules}
    assert set(rules) == {"L4:L9", "H6", "K4:N9"}
    assert rules["L4:L9"].dxf.fill.bgColor.rgb == "FFFECACA"
    assert rules["L4:L9"].dxf.border.left.style == "thin"
    assert rules["H6"].dxf.fill.bgColor.rgb != rules["L4:L9"].dxf.fill.bgColor.rgb
    assert max(rules["L4:L9"].priority, rules["H6"].priority) < rules["K4:N9"].priority
    before = load_workbook(source)["By hand"]
    assert all(sheet[f"L{row}"].style_id == before[f"L{row}"].style_id for row in range(FIRST, LAST + 1))


def test_the_sheet_leads_to_the_cells(tmp_path: Path) -> None:
    sheet = load_workbook(annotated(tmp_path))["Audit"]
    targets = {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert {"'By hand'!L4", "'By hand'!H6", "'By hand'!D4", "'By hand'!A4:B9"} <= targets
    texts = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    for words in ("6 gradients judged, 0 right, 6 wrong", "A remark.", "The same in 5 more, to L9", "typed"):
        assert words in texts


@pytest.mark.parametrize("formulas", ["plain", "summed", "array", "inline", "negative", "elsewhere"])
def test_the_proof_turns_right_when_the_cell_is_mended(tmp_path: Path, formulas: str) -> None:
    own, gradient = dict(FORMULAS), "L"
    mended = MENDED
    loss = "='By hand'!J{r}"
    if formulas == "summed":
        own["I"] = "=1/(1+EXP(-SUMPRODUCT(E{r}:F{r},G{r}:H{r})))"
    elif formulas == "array":
        own["I"] = "array"
    elif formulas == "negative":
        own["L"], mended = "=-" + FORMULAS["L"][1:], "=-" + MENDED[1:]
    elif formulas == "elsewhere":
        loss = "=0.5*('By hand'!I{r}-'By hand'!B{r})^2"
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source, own, with_array if formulas == "array" else None)
    audit = audit_of(source, loss, gradient)
    first = replace(audit.tables[0].weights[0].wrong[0])
    place, typed = (0, FIRST, 12), mended.format(r=FIRST)
    if formulas == "negative":
        first = replace(first, found=-first.found)
    if formulas == "inline":
        first = replace(first, cell=first.update)
        place, typed = (0, FIRST + 1, 4), f"=D{FIRST}-$B$1*({MENDED[1:].format(r=FIRST)})"
    audit = with_wrong(audit, first)
    annotate(source, audit, target)
    sheet, row = proof(target)
    assert sheet.cell(row, 4).value == "wrong"
    assert sheet.cell(row - 3, 4).value == pytest.approx(first.expected, rel=1e-6)
    assert sheet.cell(row - 2, 4).value == pytest.approx(first.found, rel=1e-9)
    live = LiveWorkbook(target)
    live.evaluate()
    assert live.value((1, row, 4)) == "wrong"
    live.type_formula(place, typed)
    live.evaluate()
    assert live.value((1, row, 4)) == "right"
    # Another formula that is wrong, if only a little, does not do.
    live.type_formula(place, f"{typed}*1.00001" if formulas != "inline" else f"{typed}*1.00001+0.00001*D4")
    live.evaluate()
    assert live.value((1, row, 4)) == "wrong"


def test_numbers_shrink_rather_than_show_as_hashes_where_the_workbooks_font_is_small(tmp_path: Path) -> None:
    sheet = load_workbook(annotated(tmp_path))["Audit"]
    numbers = [cell for row in sheet.iter_rows() for cell in row if "0.0" in cell.number_format]
    assert len(numbers) > 10
    assert all(cell.alignment.shrink_to_fit for cell in numbers)


def with_array(sheet: Worksheet) -> None:
    for row in range(FIRST, LAST + 1):
        formula = f"=1/(1+EXP(-MMULT(E{row}:F{row},TRANSPOSE(G{row}:H{row}))))"
        sheet[f"I{row}"] = ArrayFormula(f"I{row}", formula)


def with_wrong(audit: Audit, *wrong: Wrong) -> Audit:
    (table,) = audit.tables
    return replace(audit, tables=(replace(table, weights=(replace(table.weights[0], wrong=wrong),)),))


def test_a_learning_rate_in_a_cell_is_named_in_the_proof_of_an_update(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source)
    audit = audit_of(source)
    first = audit.tables[0].weights[0].wrong[0]
    annotate(source, with_wrong(audit, replace(first, cell=first.update)), target)
    row = proof(target)[1]
    formula = load_workbook(target)["Audit"].cell(row - 2, 4).value
    assert formula == "=('By hand'!D4-'By hand'!D5)/'By hand'!B1"


def test_values_are_those_that_every_engine_computes(tmp_path: Path, engine: str) -> None:
    target = annotated(tmp_path)
    sheet, row = proof(target)
    right = sheet.cell(row - 3, 4).value
    saved, typed = recalculated(target, engine, {f"By hand!L{FIRST}": float(str(right))})
    assert saved(f"Audit!D{row}") == "wrong"
    assert typed(f"Audit!D{row}") == "right"
    for cells in sheet.iter_rows(min_row=row, min_col=4, max_col=7):
        for cell in cells:
            if isinstance(cell.value, float):
                assert saved(f"Audit!{cell.coordinate}") == pytest.approx(cell.value, rel=1e-12)


REFUSED = {
    "a circle": ({"G": "=1/(1+EXP(-C{r}*A{r}))+0*I{r}"}, "=J{r}", "circle"),
    "a name": ({}, "=NoSuchName*J{r}", "is not the name"),
    "its own row": ({"I": '=INDIRECT("H"&{r})+H{r}'}, "=J{r}", "INDIRECT"),
    "another weight's": ({}, "=A{r}", "does not depend"),
    "no loss": ({}, "", "no loss is known"),
    "another loss": ({}, "=3*J{r}", "not precise enough"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_proved_is_said(tmp_path: Path, case: str) -> None:
    formulas, loss, words = REFUSED[case]
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source)
    audit = audit_of(source, loss)
    sheet_by_hand(source, FORMULAS | formulas)
    annotate(source, audit, target)
    texts = [str(cell.value) for cell in load_workbook(target)["Audit"]["A"]]
    assert "Verdict" not in texts
    assert [text for text in texts if "cannot be shown" in text and words in text]


def test_where_all_is_right_the_sheet_says_so_and_nothing_is_marked(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source)
    audit = with_wrong(audit_of(source))
    audit = replace(audit, breaks=(), tables=(replace(audit.tables[0], right=6),))
    annotate(source, audit, target)
    assert parts(source)[SHEET] == parts(target)[SHEET]
    assert load_workbook(target)["Audit"]["A2"].value == "6 gradients judged, all right."


def test_a_taken_title_is_not_taken_twice(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source)
    audit = audit_of(source)
    annotate(source, audit, target)
    again = tmp_path / "again.xlsx"
    annotate(target, audit, again)
    assert load_workbook(again).sheetnames == ["By hand", "Audit", "Audit 2"]
    assert load_workbook(again)["By hand"]["L5"].comment.text.count("This gradient") == 2


def test_elements_with_a_prefix_are_understood(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source)
    audit = audit_of(source)
    for part in (SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", TYPES):
        rewrite(source, lambda xml: re.sub(r"<(/?)(?=\w)", r"<\1x:", xml).replace(" xmlns=", " xmlns:x="), part)
    annotate(source, audit, target)
    workbook = load_workbook(target)
    assert workbook.sheetnames == ["By hand", "Audit"]
    assert "This gradient" in workbook["By hand"]["L4"].comment.text
    assert len(list(workbook["By hand"].conditional_formatting)) == 2
    assert proof(target)[0]["A2"].fill.fgColor.rgb == "FFFECACA"


def test_a_conversation_is_left_alone(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "annotated.xlsx"
    sheet_by_hand(source, dress=dressed)
    audit = audit_of(source)
    link = '<Relationship Id="t1" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" '
    link += 'Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    rewrite(source, lambda xml: xml.replace("</Relationships>", link), "xl/worksheets/_rels/sheet1.xml.rels")
    talk = '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    talk += '<threadedComment ref="L4" id="{1}"><text>why?</text></threadedComment></ThreadedComments>'
    with zipfile.ZipFile(source, "a") as package:
        package.writestr("xl/threadedComments/threadedComment1.xml", talk)
    annotate(source, audit, target)
    sheet = load_workbook(target)["By hand"]
    assert sheet["L4"].comment.text == "chain rule, twice"
    assert "This gradient" in sheet["L5"].comment.text


def test_names_and_files_that_cannot_be(tmp_path: Path) -> None:
    source = tmp_path / "source.xlsm"
    sheet_by_hand(source)
    audit = audit_of(source)
    with pytest.raises(UserError, match=r"ends in \.xlsm"):
        annotate(source, audit, tmp_path / "annotated.xlsx")
    with pytest.raises(UserError, match="is the workbook itself"):
        annotate(source, audit, source)
    entity = '<!DOCTYPE styleSheet [<!ENTITY a "b">]>'
    rewrite(source, lambda xml: entity + re.sub(r"^<\?xml[^>]*>", "", xml), "xl/styles.xml")
    with pytest.raises(UserError, match=r"xl/styles\.xml is damaged"):
        annotate(source, audit, tmp_path / "annotated.xlsm")
    assert not (tmp_path / "annotated.xlsm").exists()


def test_what_is_written_is_valid(tmp_path: Path, validator: Path) -> None:
    paths = []
    for name, dress in (("plain", None), ("dressed", dressed)):
        source, target = tmp_path / f"{name}.xlsx", tmp_path / f"{name} annotated.xlsx"
        sheet_by_hand(source, dress=dress)
        annotate(source, audit_of(source), target)
        paths.append(target)
    command = ["node", str(Path(__file__).parent / "validate.mjs"), str(validator), *map(str, paths)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    # openpyxl writes the parts of a font in an order of its own.
    assert [line for line in lines if "/x:fonts[1]/x:font[1]:" not in line] == []

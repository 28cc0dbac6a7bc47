"""The smallest change with which a wrong gradient is right, in a small network written as a student would."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl import Workbook as NewWorkbook
from openpyxl.utils import get_column_letter

from xlnet.audit.formula.addresses import address
from xlnet.audit.formula.parse import parse
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook, open_workbook
from xlnet.audit.repairing.bench import Bench
from xlnet.audit.repairing.problem import Problem, Repair
from xlnet.audit.repairing.search import repair
from xlnet.engines.live import Place

FIRST, STEPS = 4, 4
TYPED = {"t1": 0.1, "t2": 0.9, "i1": 0.3, "i2": 0.7}
WEIGHTS = {"w1": 0.15, "w2": 0.2, "w3": 0.25, "w4": 0.3, "w5": 0.4, "w6": 0.45, "w7": 0.5, "w8": 0.55}
# {name} is the cell of that column in the same row.
SIGMOIDS = {
    "h1": "{w1}*{i1}+{w2}*{i2}",
    "a_h1": "1/(1+EXP(-{h1}))",
    "h2": "{w3}*{i1}+{w4}*{i2}",
    "a_h2": "1/(1+EXP(-{h2}))",
    "o1": "{w5}*{a_h1}+{w6}*{a_h2}",
    "a_o1": "1/(1+EXP(-{o1}))",
    "o2": "{w7}*{a_h1}+{w8}*{a_h2}",
    "a_o2": "1/(1+EXP(-{o2}))",
    "E": "({t1}-{a_o1})^2/2+({t2}-{a_o2})^2/2",
}
TANHS = {**SIGMOIDS, "a_h1": "TANH({h1})", "a_h2": "TANH({h2})"}
RELUS = {**SIGMOIDS, "a_h1": "MAX(0,{h1})", "a_h2": "MAX(0,{h2})"}
DELTAS = {
    "d_o1": "({a_o1}-{t1})*{a_o1}*(1-{a_o1})",
    "d_o2": "({a_o2}-{t2})*{a_o2}*(1-{a_o2})",
    "d_h1": "({d_o1}*{w5}+{d_o2}*{w7})*{a_h1}*(1-{a_h1})",
    "d_h2": "({d_o1}*{w6}+{d_o2}*{w8})*{a_h2}*(1-{a_h2})",
}
GRADIENTS = {
    "g1": "{d_h1}*{i1}",
    "g2": "{d_h1}*{i2}",
    "g3": "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w6}+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{w8})*{a_h2}*(1-{a_h2})*{i1}",
    "g4": "{d_h2}*{i2}",
    "g5": "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h1}",
    "g6": "{d_o1}*{a_h2}",
    "g7": "{d_o2}*{a_h1}",
    "g8": "{d_o2}*{a_h2}",
}
COLUMNS = [*TYPED, *WEIGHTS, *SIGMOIDS, *DELTAS, *GRADIENTS]
TANH3 = GRADIENTS["g3"].replace("{a_h2}*(1-{a_h2})", "(1-{a_h2}^2)")
RELU3 = GRADIENTS["g3"].replace("{a_h2}*(1-{a_h2})", "({h2}>0)")


def cell(name: str, row: int = FIRST) -> str:
    return f"{get_column_letter(COLUMNS.index(name) + 1)}{row}"


def written(formula: str, row: int = FIRST) -> str:
    """Return a formula with the cells of a row, and those of the row above where a name starts with "<"."""

    def of(match: re.Match[str]) -> str:
        name = match[1]
        return cell(name.removeprefix("<"), row - name.startswith("<"))

    return "=" + re.sub(r"\{(<?\w+)\}", of, formula)


def update(weight: str) -> str:
    return f"{{<{weight}}}-$B$1*{{<g{weight[1:]}}}"


def write(path: Path, forward: Mapping[str, str], wrong: Mapping[str, str]) -> None:
    book = NewWorkbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B1"] = "η", 0.5
    for column, name in enumerate(COLUMNS, 1):
        sheet.cell(FIRST - 1, column, f"∂E/∂w{name[1:]}" if name in GRADIENTS else name)
        for row in range(FIRST, FIRST + STEPS):
            if name in TYPED or (name in WEIGHTS and row == FIRST):
                sheet.cell(row, column, {**TYPED, **WEIGHTS}[name])
            else:
                own = {**forward, **DELTAS, **GRADIENTS, **{each: update(each) for each in WEIGHTS}, **wrong}[name]
                sheet.cell(row, column, written(own, row))
    book.save(path)


@contextmanager
def mended(
    folder: Path,
    wrong: Mapping[str, str],
    right: str,
    forward: Mapping[str, str] = SIGMOIDS,
    host: str = "",
    also_wrong: tuple[str, ...] = (),
    also_right: tuple[str, ...] = (),
) -> Iterator[tuple[Workbook, Repair | None]]:
    """Yield the workbook and the repair of its wrong column, which should be `right`."""
    write(folder / "net.xlsx", forward, wrong)
    host = host or next(iter(wrong))
    with open_workbook(folder / "net.xlsx") as workbook:
        workbook.live.evaluate()
        citations = Citations(workbook)
        is_update = host in WEIGHTS
        rows = range(FIRST + is_update, FIRST + is_update + 3)

        def places(names: list[str], rows: range) -> list[Place]:
            return [(0, row, COLUMNS.index(name) + 1) for name in names for row in rows]

        hosts = places([host], rows)
        typed = places([*TYPED, *WEIGHTS], range(FIRST, FIRST + STEPS - 1))
        saved = dict(zip(typed, workbook.live.numbers(typed), strict=True))
        drawn = random.Random(1)
        low = -0.9 if forward is RELUS else 0.1
        bench = Bench(
            workbook.live,
            workbook.sheets,
            [saved, *({place: drawn.uniform(low, 0.9) for place in typed} for _ in range(3))],
        )
        tree = parse(written(right, rows[0]), hosts[0], workbook.sheets)
        expected = bench.values([(tree, each) for each in hosts])
        step = None
        if is_update:
            tree = parse(written(f"{right}-{{<{host}}}", rows[0]), hosts[0], workbook.sheets)
            step = bench.values([(tree, each) for each in hosts])
        weights = places([f"w{host[1:]}"], rows) if host in GRADIENTS else ()
        forward_cells = citations.ancestors(places(["E"], rows), cut=set(places(list(WEIGHTS), rows)))
        first = rows[:1]
        problem = Problem(
            hosts,
            expected,
            scale=step,
            weights=weights,
            forward=forward_cells,
            right=places([*also_right], first),
            wrong=places([*also_wrong], first),
        )
        yield workbook, repair(problem, workbook, citations, bench)


G3, G5 = GRADIENTS["g3"], GRADIENTS["g5"]

# What stands wrongly; what is right; the cell to change, and its formula; what the sentence and the fault say.
MISTAKES = {
    "another cell": (
        {"g3": G3.replace("{a_h2}", "{a_h1}")},
        G3,
        ("g3", G3),
        "With {a_h2} instead of {a_h1} it is right: w3 feeds a_h2, not a_h1.",
        "ah1(1 - ah1) for ah2(1 - ah2)",
    ),
    "another cell in one place": (
        {"g5": G5.replace("(1-{a_o1})", "(1-{t1})")},
        G5,
        ("g5", G5),
        "With {a_o1} instead of {t1} in one place it is right: {t1} is t1, {a_o1} is a_o1.",
        "t1 for ao1",
    ),
    "another input": (
        {"g3": G3.replace("{i1}", "{i2}")},
        G3,
        ("g3", G3),
        "With {i1} instead of {i2} it is right: w3 is multiplied by i1, not by i2.",
        "i2 for i1",
    ),
    "two other cells": (
        {"g3": G3.replace("{w6}", "{w5}").replace("{w8}", "{w7}")},
        G3,
        ("g3", G3),
        "With {w6} instead of {w5} and {w8} instead of {w7} it is right: "
        "what w3 feeds goes on by w6 and w8, not by w5 and w7.",
        "w5 for w6 and w7 for w8",
    ),
    "the sign": (
        {"g5": G5.replace("{a_o1}-{t1}", "{t1}-{a_o1}")},
        G5,
        ("g5", G5),
        "With {a_o1}-{t1} instead of {t1}-{a_o1} it is right.",
        "x-x for x-x",
    ),
    "a factor too many": (
        {"g5": "2*" + G5},
        G5,
        ("g5", G5),
        "Without 2 it is right.",
        "too many: 2",
    ),
    "a factor missing": (
        {"g3": G3.removesuffix("*{i1}")},
        G3,
        ("g3", G3),
        "With the factor {i1} it is right",
        "the factor x missing",
    ),
    "the derivative of the sigmoid missing": (
        {"g5": "({a_o1}-{t1})*{a_h1}"},
        G5,
        ("g5", "({a_o1}-{t1})*{a_h1}*{a_o1}*(1-{a_o1})"),
        "With the factor {a_o1}*(1-{a_o1}) it is right: the derivative of the sigmoid a_o1 is missing.",
        "the factor x*(1-x) missing",
    ),
    "the derivative missing in both terms": (
        {"g3": G3.replace("*(1-{a_o1})", "").replace("*(1-{a_o2})", "")},
        G3,
        ("g3", "(({a_o1}-{t1})*{a_o1}*{w6}*(1-{a_o1})+({a_o2}-{t2})*{a_o2}*{w8}*(1-{a_o2}))*{a_h2}*(1-{a_h2})*{i1}"),
        "With the factor (1-{a_o1}) at ({a_o1}-{t1})*{a_o1}*{w6}, and likewise in the other terms, it is right.",
        "the factor 1-x missing",
    ),
    "brackets missing": (
        {"g5": G5.replace("({a_o1}-{t1})", "{a_o1}-{t1}")},
        G5,
        ("g5", G5),
        "With brackets around {a_o1}-{t1} it is right.",
        "no brackets around x-x",
    ),
    "an operator": (
        {"g5": G5.replace("{a_o1}-{t1}", "{a_o1}*{t1}")},
        G5,
        ("g5", G5),
        "With {a_o1}-{t1} instead of {a_o1}*{t1} it is right.",
        "x*x for x-x",
    ),
    "another cell in a part": (
        {"g3": G3.replace("{a_h2}", "{a_o1}")},
        G3,
        ("g3", G3),
        "With {a_h2} instead of {a_o1} in ",
        "ao1 for ah2",
    ),
    "the target missing": (
        {"g5": G5.replace("({a_o1}-{t1})", "{a_o1}")},
        G5,
        ("g5", G5),
        "With {a_o1}-{t1} instead of {a_o1} it is right.",
        "x for x-x",
    ),
    "the error missing": (
        {"g5": "{a_o1}*(1-{a_o1})*{a_h1}"},
        G5,
        ("g5", "{a_o1}*(1-{a_o1})*{a_h1}*({a_o1}-{t1})"),
        "With the factor ({a_o1}-{t1}) it is right.",
        "the factor x-x missing",
    ),
    "in the delta that it cites": (
        {"d_h2": DELTAS["d_h2"].replace("{w8}", "{w7}"), "g4": GRADIENTS["g4"]},
        G3.replace("{i1}", "{i2}"),
        ("d_h2", DELTAS["d_h2"]),
        "With {w8} instead of {w7} in {d_h2} (d_h2), which it cites, it is right",
        "w7 for w8",
    ),
    "two levels down": (
        {"d_o1": DELTAS["d_o1"].replace("{t1}", "{t2}"), "g2": GRADIENTS["g2"]},
        "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w5}+{d_o2}*{w7})*{a_h1}*(1-{a_h1})*{i2}",
        ("d_o1", DELTAS["d_o1"]),
        "With {t1} instead of {t2} in {d_o1} (d_o1), from which it is computed, it is right",
        "t2 for t1",
    ),
    "half of it": ({"g6": "{d_o1}*{a_h2}/2"}, "{d_o1}*{a_h2}", ("g6", "{d_o1}*{a_h2}"), "Without 1/2", "too many: 1/2"),
    "a third of it": (
        {"g6": "{d_o1}*{a_h2}"},
        "3*{d_o1}*{a_h2}",
        ("g6", "({d_o1}*{a_h2})*3"),
        "Multiplied by 3 it is right.",
        "3 times too small",
    ),
}


def last(wrong: Mapping[str, str]) -> str:
    return list(wrong)[-1]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_found(mistake: str, tmp_path: Path) -> None:
    """The repair is the formula without the mistake, and the sentence says what differs."""
    wrong, right, (changed, formula), sentence, fault = MISTAKES[mistake]
    with mended(tmp_path, wrong, right, host=last(wrong)) as (_, found):
        assert found is not None
        assert (address(found.cell), found.formula) == (cell(changed), written(formula))
        assert found.sentence.startswith(written(sentence).removeprefix("="))
        assert found.fault == fault


@pytest.mark.parametrize(
    ("forward", "wrong", "right", "sentence"),
    [
        (TANHS, TANH3.replace("{a_h2}^2", "{a_h2}"), TANH3, "With 1-{a_h2}^2 instead of 1-{a_h2} it is right."),
        (RELUS, RELU3.replace("*({h2}>0)", ""), RELU3, "With the factor ({a_h2}>0) it is right."),
    ],
    ids=["tanh", "relu"],
)
def test_other_activations(forward: Mapping[str, str], wrong: str, right: str, sentence: str, tmp_path: Path) -> None:
    """1-a² for tanh and the mask of a ReLU are found, too."""
    with mended(tmp_path, {"g3": wrong}, right, forward) as (_, found):
        assert found is not None
        assert found.sentence == written(sentence).removeprefix("=")


@pytest.mark.parametrize(
    ("also_wrong", "also_right", "changed", "formula"),
    [
        ((), (), "g2", "{d_h1}*{i2}*(1-{a_h1})"),
        (("g1",), (), "d_h1", DELTAS["d_h1"]),
        ((), ("g1",), "g2", "{d_h1}*{i2}*(1-{a_h1})"),
    ],
    ids=["alone", "others wrong", "others right"],
)
def test_what_wrong_gradients_share_is_to_blame(
    also_wrong: tuple[str, ...], also_right: tuple[str, ...], changed: str, formula: str, tmp_path: Path
) -> None:
    """A delta from which two wrong gradients are computed is changed; one from which a right one is, is not."""
    wrong = {"d_h1": DELTAS["d_h1"].removesuffix("*(1-{a_h1})")}
    right = "({d_o1}*{w5}+{d_o2}*{w7})*{a_h1}*(1-{a_h1})*{i2}"
    with mended(tmp_path, wrong, right, host="g2", also_wrong=also_wrong, also_right=also_right) as (_, found):
        assert found is not None
        assert (address(found.cell), found.formula) == (cell(changed), written(formula))


def test_right_gradient_clears_what_it_cites(tmp_path: Path) -> None:
    """A delta is changed for a wrong gradient unless a right one is computed from it."""
    wrong, right, *_ = MISTAKES["in the delta that it cites"]
    for also_right, is_found in (((), True), (("g4",), False)):
        with mended(tmp_path, wrong, right, host="g4", also_right=also_right) as (_, found):
            assert (found is not None) == is_found


def test_average_of_another_column(tmp_path: Path) -> None:
    """An area is exchanged as a cell is."""
    book = NewWorkbook()
    sheet = book.active
    assert sheet is not None
    for row in (("∂L/∂w", "∂L/∂b", "mean"), (0.1, 0.3, "=AVERAGE(A2:A4)"), (0.5, 0.2, None), (0.4, 0.7, None)):
        sheet.append(row)
    book.save(tmp_path / "mean.xlsx")
    with open_workbook(tmp_path / "mean.xlsx") as workbook:
        drawn = random.Random(1)
        typed = [(0, row, column) for row in (2, 3, 4) for column in (1, 2)]
        states = [{place: drawn.random() for place in typed} for _ in range(4)]
        bench, host = Bench(workbook.live, workbook.sheets, states), (0, 2, 3)
        expected = bench.values([(parse("=AVERAGE(B2:B4)", host, workbook.sheets), host)])
        found = repair(Problem([host], expected), workbook, Citations(workbook), bench)
        assert found is not None
        assert found.sentence == "With B2:B4 instead of A2:A4 it is right: there is ∂L/∂b, not ∂L/∂w."


def test_update_takes_another_gradient(tmp_path: Path) -> None:
    """An update that subtracts another weight's gradient is to subtract its own."""
    with mended(tmp_path, {"w3": update("w3").replace("g3", "g1")}, update("w3")) as (_, found):
        assert found is not None
        row = FIRST + 1
        assert (address(found.cell), found.formula) == (cell("w3", row), written(update("w3"), row))
        assert found.sentence == written(
            "With {<g3} instead of {<g1} it is right: {<g1} is ∂E/∂w1, {<g3} is ∂E/∂w3.", row
        ).removeprefix("=")


@pytest.mark.parametrize(
    "wrong",
    [
        "{a_h1}*(1-{a_h1})*{i2}*({a_o1}-{t1})",
        G3.replace("{a_h2}*(1-{a_h2})", "{a_h1}").replace("{w6}", "{w5}"),
        "EXP({i1})",
    ],
)
def test_nothing_is_proposed_for_two_mistakes(wrong: str, tmp_path: Path) -> None:
    """A formula that no small change makes right has no repair, rather than one that fits by chance."""
    with mended(tmp_path, {"g3": wrong}, G3) as (_, found):
        assert found is None


def test_too_few_points(tmp_path: Path) -> None:
    """With three points nothing is proposed, however well it fits."""
    write(tmp_path / "net.xlsx", SIGMOIDS, {"g5": "2*" + G5})
    with open_workbook(tmp_path / "net.xlsx") as workbook:
        workbook.live.evaluate()
        citations, column = Citations(workbook), COLUMNS.index("g5") + 1
        bench = Bench(workbook.live, workbook.sheets, [{}])
        for rows, is_found in ((range(FIRST, FIRST + 3), False), (range(FIRST, FIRST + 4), True)):
            hosts = [(0, row, column) for row in rows]
            found = repair(Problem(hosts, bench.value_of(hosts) / 2), workbook, citations, bench)
            assert (found is not None) == is_found


def test_bench_leaves_the_workbook_as_it_was(tmp_path: Path) -> None:
    """What formulas would give is computed on a sheet of its own, which is empty again, at the first state."""
    write(tmp_path / "net.xlsx", SIGMOIDS, {})
    with open_workbook(tmp_path / "net.xlsx") as workbook:
        workbook.live.evaluate()
        host = (0, FIRST, COLUMNS.index("w5") + 1)
        before = {place: workbook.live.value(place) for place in workbook.live.places()}
        bench = Bench(workbook.live, workbook.sheets, [{host: WEIGHTS["w5"]}, {host: 7.0}])
        tree = parse(f"={cell('w5')}*ROW()", host, workbook.sheets)
        assert bench.values([(tree, host), (tree, (0, FIRST + 1, host[2]))])[0].tolist() == [0.4 * FIRST, 7.0 * FIRST]
        assert {place: workbook.live.value(place) for place in before} == before
        assert all(workbook.live.value(place) is None for place in workbook.live.places() if place[0] > 0)


def test_headers(tmp_path: Path) -> None:
    """A cell is called by the text above it, or beside it in a list or in a table that runs sideways."""
    book = NewWorkbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("A remark on this table that is longer than any header would ever be",),
        ("x", "y", "w", None, "name", "value"),
        (1, 2, 0.5, None, "bias", 0.1),
        (1, 2, "=C3-A3", None, "slope", 0.2),
        (1, 2, "=C4-A4", None, "12", 0.3),
        (),
        ("step", "step 1", "step 2", "step 3"),
        ("u", 0.5, "=B8-1", "=C8-1"),
        ("v", 0.5, "=B9-B8", "=C9-C8"),
    ):
        sheet.append(row)
    book.save(tmp_path / "headers.xlsx")
    with open_workbook(tmp_path / "headers.xlsx") as workbook:
        called = {
            name: header(workbook, (0, int(name[1:]), ord(name[0]) - 64))
            for name in ("A3", "C3", "C5", "F3", "F4", "B8", "C9", "D8", "A2", "A1")
        }
    above = {"A3": "x", "C3": "w", "C5": "w"}
    beside = {"F3": "bias", "F4": "slope", "B8": "u", "C9": "v", "D8": "u"}
    assert called == {**above, **beside, "A2": "", "A1": ""}


def test_a_matrix_is_called_by_the_text_above_its_corner(tmp_path: Path) -> None:
    """And not by what stands above another one, further up, nor by the header of another column of a table."""
    book = NewWorkbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("x", None, "t", None, "m", None, "step"),
        (1, 2, 0, None, 1, "=E2*2", 1, 0.5),
        (1, 2, 0, None, 1, "=E3*2", "=G2+1", "=H2*3-G2"),
        (),
        ("w  2 × 2", None, None, "b  2", None, "v", "u"),
        (0.1, 0.2, None, 0.5, None, "=A2*2", "=B2*2"),
        (0.3, 0.4, None, 0.6, None, "=A3*2", "=B3*2"),
        (),
        (0.7, 0.8),
    ):
        sheet.append(row)
    book.save(tmp_path / "headers.xlsx")
    with open_workbook(tmp_path / "headers.xlsx") as workbook:
        called = {
            name: header(workbook, (0, int(name[1:]), ord(name[0]) - 64))
            for name in ("A6", "B6", "B7", "B9", "D7", "G6", "B2", "F2", "H2")
        }
    matrix = dict.fromkeys(("A6", "B6", "B7", "B9"), "w 2 × 2")
    assert called == {**matrix, "D7": "b 2", "G6": "u", "B2": "", "F2": "", "H2": ""}

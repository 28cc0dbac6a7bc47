"""Runs side by side: what is asked for, how the runs end, and a Compare sheet that follows them."""

from __future__ import annotations

import csv
import io
import math
import re
import shutil
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from recalculated import labelled, recalculated
from workbook_xml import change_cell, other_formula, sheet_names, typed_over

import xlnet
from xlnet import reference
from xlnet.book.sheets.compare.formulas import lives
from xlnet.book.sheets.compare.plan import plan_of
from xlnet.comparison import Comparison
from xlnet.engines.workers.handover import ERROR
from xlnet.model.dropout import masks
from xlnet.model.samples import order
from xlnet.summary import summaries, to_csv
from xlnet.template.lists import listed, read_lists
from xlnet.template.runs import load_comparison, parse_comparison, serialize_comparison
from xlnet.template.sources import open_template

ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "learning rates": ("seed", {"lr": [0.001, 0.01, 0.2]}),
    "diverging": ("seed", {"lr": [0.01, 0.5], "iters": [60]}),
    "optimisers": ("seed", {"training.optimizer.name": ["sgd", "adam", "adagrad"], "iters": [30]}),
    "a flag": ("valley_adam", {"training.optimizer.amsgrad": [False, True], "iters": [20]}),
    "a schedule": ("seed", {"training.schedule.name": ["cosine"], "lr": [0.01, 0.02], "iters": [9]}),
    "seeds and batches": ("xor", {"seed": [1, 2], "batch": ["full", 1, 2], "iters": [25]}),
    "orders": ("iris", {"order": ["shuffled", "sequential"], "seed": [1, 2], "iters": [12]}),
    "dropout": ("xor", {"network.layers[1].dropout": [0.3, 0.5], "seed": [1, 2], "iters": [20]}),
    "depths": ("xor", {"layers": ["2-3-1", "2-2-2-1"], "iters": [15]}),
    "lengths": ("seed", {"iters": [1, 2, 250]}),
    "targets": ("seed", {"data.t": [[[4]], [[5]]], "iters": [10]}),
    "standardising": ("regression", {"data.standardize": [True, False], "lr": [1e-4], "iters": [10]}),
    "weights": ("seed", {"network.layers[1].weights": [[[1, 1], [1, 1]], [[0, 0], [0, 0]]], "iters": [10]}),
    "huge weights": ("seed", {"network.layers[1].weights": [[[1e308, 1], [1, 1]], [[0, 0], [0, 0]]], "iters": [3]}),
    "tables": ("seed", {"training.optimizer": [{"name": "sgd", "momentum": 0.9}, {"name": "adam"}], "iters": [5]}),
    "thirteen": ("seed", {"lr": [0.001 * k for k in range(1, 14)], "iters": [120]}),
}


def asked(case: str) -> Comparison:
    template, overrides = ASKED[case]
    return load_comparison(template, overrides)


@pytest.mark.parametrize("case", ASKED)
def test_the_template_on_the_sheet_says_it_all(case: str) -> None:
    comparison = asked(case)
    again = parse_comparison(tomllib.loads(serialize_comparison(comparison)), comparison.name, "sheet")
    assert again == comparison


def test_all_combinations_in_order() -> None:
    comparison = load_comparison("xor", {"lr": [0.1, 1], "seed": [3, 4], "iters": 7})
    assert [run.name for run in comparison.runs] == ["run1", "run2", "run3", "run4"]
    found = [(run.spec.training.optimizer.lr, run.spec.training.seed) for run in comparison.runs]
    assert found == [(0.1, 3), (0.1, 4), (1, 3), (1, 4)]
    assert {run.spec.training.iters for run in comparison.runs} == {7}
    assert comparison.runs[1].settings == {"lr": 0.1, "seed": 4}
    assert comparison.runs[0].spec == xlnet.load("xor", lr=0.1, seed=3, iters=7)


LISTS = {
    "numbers": ("0.01, 0.1,1", [0.01, 0.1, 1]),
    "words": ("sgd,adam", ["sgd", "adam"]),
    "shapes": ("2-3-1,2-2-1", ["2-3-1", "2-2-1"]),
    "flags": ("true,false", [True, False]),
    "matrices": ("[[1, 2]],[[3, 4]]", [[[1, 2]], [[3, 4]]]),
    "quotes": ("'a,b',\"c\"", ["a,b", "c"]),
    "one": ("5", [5]),
}


@pytest.mark.parametrize(("text", "values"), LISTS.values(), ids=LISTS.keys())
def test_lists_are_read(text: str, values: list[Any]) -> None:
    assert listed(text, "--x") == values
    assert read_lists({"lr": text, "bias": True, "seed": None}, [f"a.b={text}"]) == {
        "lr": values,
        "bias": True,
        "a.b": values,
    }


TABLES = {
    "no run": ("[[compare.runs]]\nlr = 0.1", "a comparison needs at least two runs"),
    "long name": ("[[compare.runs]]\nname = 'abcdefghijklmnopqrstuvwxyz0'", "it must have 1 to 26 characters"),
    "bad name": ("[[compare.runs]]\nname = 'a/b'", "are not allowed"),
    "reserved": ("[[compare.runs]]\nname = 'data'", "'data' is already the name of another sheet"),
    "twice": ("[[compare.runs]]\nname = 'a'\n[[compare.runs]]\nname = 'A'", "'A' is already the name of another run"),
    "word": ("[[compare.runs]]\n[[compare.runs]]\nlr = 'x'", "compare.runs[2].lr: must be a number, not 'x'"),
    "unknown": ("[[compare.runs]]\n[[compare.runs]]\nrate = 1", "unknown setting compare.runs[2].rate"),
    "dotted": (
        "[[compare.runs]]\n[[compare.runs]]\ntraining.optimizer.lrr = 1",
        "compare.runs[2].training.optimizer.lrr: unknown key: did you mean lr?",
    ),
    "no table": ("[compare]\nruns = 3", "compare.runs: must be one or more [[compare.runs]] tables"),
    "exclamation": ("[[compare.runs]]\nname = 'a!b'", "are not allowed"),
    "line": ('[[compare.runs]]\nname = "a\\nb"', "are not allowed"),
    "emoji": ("[[compare.runs]]\nname = '" + "🙂" * 14 + "'", "it must have 1 to 26 characters"),
    "layers": ("[[compare.runs]]\n[[compare.runs]]\nlayers = 3", "compare.runs[2].layers: must be the inputs"),
    "data": ("[[compare.runs]]\n[[compare.runs]]\ndata = 3", "compare.runs[2].data: must be the name of a CSV file"),
    "inputs": ("[[compare.runs]]\n[[compare.runs]]\ninputs = 3", "compare.runs[2].inputs: must be column names"),
    "bias": ("[[compare.runs]]\n[[compare.runs]]\nbias = 'false'", "compare.runs[2].bias: must be true or false"),
    "itself": (
        "[[compare.runs]]\n[[compare.runs]]\ncompare.bound = 3",
        "unknown setting compare.runs[2].compare.bound",
    ),
    "empty": ("[[compare.runs]]\n[[compare.runs]]\nlr = {}", "compare.runs[2].lr: must be a number, not {}"),
    "no number to show": ("[[compare.runs]]\nsettings = {a = nan}\n[[compare.runs]]", "must be a finite number"),
    "bound": ("[[compare.runs]]\n[[compare.runs]]\n[compare]\nbound = 'x'", "compare.bound: must be a number"),
    "unknown key": ("[compare]\nrun = 3", "compare.run: unknown key: did you mean runs?"),
}


@pytest.mark.parametrize(("tables", "message"), TABLES.values(), ids=TABLES.keys())
def test_a_mistake_in_a_table_is_named(tmp_path: Path, tables: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\n[data]\nx = [[1]]\nt = [[1]]\n" + tables,
        encoding="utf-8",
    )
    with pytest.raises(xlnet.UserError) as error:
        load_comparison(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


MANY = list(range(1, 102))
AGAINST: dict[str, tuple[dict[str, Any], str]] = {
    "a value twice": ({"lr": [1, 2, 1]}, "seed: --lr: 1 is listed twice: remove one"),
    "too many": ({"lr": MANY, "iters": MANY}, "seed: 10,201 combinations, but a comparison takes at most 1,000 runs"),
    "one run": ({"lr": [1]}, "seed: a comparison needs at least two runs: give a list, like --lr 0.001,0.01"),
    "twice": ({"lr": [1, 2], "training.optimizer.lr": 3}, "--lr and --set training.optimizer.lr set the same key"),
    "a part": ({"lr": [1, 2], "training.optimizer": {}}, "--lr and --set training.optimizer set the same key"),
    "itself": ({"compare.bound": [1, 2]}, "unknown setting --set compare.bound"),
    "bias": ({"bias": ["yes", "no"]}, "--bias: must be true or false, not 'yes'"),
    "layers": ({"layers": [2, 3]}, "--layers: must be the inputs and the units of each layer, like 2-3-1, not 2"),
}


@pytest.mark.parametrize(("overrides", "message"), AGAINST.values(), ids=AGAINST.keys())
def test_overrides_that_cannot_be_are_named(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(xlnet.UserError) as error:
        load_comparison("seed", overrides)
    assert message in str(error.value)


TOO_MUCH: dict[str, tuple[dict[str, Any], str]] = {
    "runs": ({"lr": MANY}, "seed: 101 runs, but a workbook holds at most 60 of this size: compare fewer"),
    "long runs": ({"lr": MANY[:11], "iters": 50_000}, "seed: 11 runs, but a workbook holds at most 10 of this size"),
    "rows": ({"lr": [1, 2], "iters": 400_000}, "runs of this size are too large for one workbook"),
}


@pytest.mark.parametrize(("overrides", "message"), TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_more_than_a_workbook_holds_is_refused(tmp_path: Path, overrides: dict[str, Any], message: str) -> None:
    path = tmp_path / "much.xlsx"
    with pytest.raises(xlnet.UserError) as error:
        xlnet.build_comparison(load_comparison("seed", overrides), path)
    assert message in str(error.value)
    assert not path.exists()


SAME: dict[str, tuple[str, dict[str, Any], str]] = {
    "by seed": (
        "seed = 1\n[[compare.runs]]\nseed = 2",
        {},
        "run1 and run2 are the same run (their seeds differ, but nothing is drawn at random)",
    ),
    "by the order of a full batch": (
        "name = 'a'\n[[compare.runs]]\nname = 'b'\norder = 'shuffled'\nseed = 3",
        {},
        "a and b are the same run (their seeds differ",
    ),
    "by name": ("name = 'a'\n[[compare.runs]]\nname = 'b'", {}, "a and b are the same run (no setting differs"),
    "by batch": ("batch = 'full'\n[[compare.runs]]\nbatch = 1", {}, "run1 and run2 are the same run"),
    "option": ("lr = 1\n[[compare.runs]]\nlr = 2", {"seed": 3}, "--seed: nothing is drawn"),
    "dotted": ("lr = 1\n[[compare.runs]]\nlr = 2", {"training.seed": [3, 4]}, "--set training.seed: nothing is drawn"),
    "of some runs": ("", {"seed": [1, 2], "init": ["zeros", "normal"]}, "run1 and run3 are the same run (their seeds"),
}


@pytest.mark.parametrize(("tables", "overrides", "message"), SAME.values(), ids=SAME.keys())
def test_runs_that_are_the_same_are_refused(
    tmp_path: Path, tables: str, overrides: dict[str, Any], message: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(open_template("seed").text + "\n[[compare.runs]]\n" + tables, encoding="utf-8")
    with pytest.raises(xlnet.UserError) as error:
        load_comparison(path, overrides)
    assert message in str(error.value)


def test_a_seed_that_some_runs_draw_with_is_one_for_all(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    runs = "\n[[compare.runs]]\nname = 'as it is'\n[[compare.runs]]\ninit = 'normal'"
    path.write_text(open_template("seed").text + runs, encoding="utf-8")
    given, drawn = (run.spec.layers for run in load_comparison(path, {"seed": 3}).runs)
    assert given == xlnet.load("seed").layers
    assert drawn == xlnet.load("seed", init="normal", seed=3).layers


def test_a_quote_must_be_closed() -> None:
    with pytest.raises(xlnet.UserError, match="--activation: unclosed quote"):
        listed('"relu,tanh', "--activation")


def by_hand(w: np.ndarray, v: np.ndarray, lr: float) -> tuple[np.ndarray, np.ndarray, float, float, int | None]:
    """Train the two-layer network by hand; return its last weights, y and E, and when E was first below 0.01."""
    x, first = np.array([1.0, 1.0]), None
    for iteration in range(1, 201):
        h = w @ x
        y = float(v @ h)
        error = y - 4
        loss = error**2 / 2
        first = iteration if first is None and loss < 0.01 else first
        if iteration < 200:
            w, v = w - lr * error * np.outer(v, x), v - lr * error * h
    return w, v, y, loss, first


STARTS = {
    "unequal": ([[0.1, 0.2], [0.3, 0.4]], [0.5, 0.6]),
    "equal": ([[0.5, 0.5], [0.5, 0.5]], [0.5, 0.5]),
    "ones": ([[1, 1], [1, 1]], [1, 1]),
}


def lesson() -> Iterator[tuple[str, list[float], int | None]]:
    """Yield how each run of the lesson ends: its name, E, y and weights, and the first iteration with a small E."""
    for start, (w, v) in STARTS.items():
        for size, lr in (("small", 0.001), ("good", 0.01), ("large", 0.2)):
            last_w, last_v, y, loss, first = by_hand(np.array(w, dtype=float), np.array(v, dtype=float), lr)
            yield f"{start} {size} η", [loss, y, *last_w.ravel(), *last_v], first


def test_the_summary_of_the_lesson() -> None:
    comparison = load_comparison("lesson")
    rows = list(csv.reader(io.StringIO(to_csv(comparison, summaries(comparison)))))
    assert rows[0][:7] == ["run", "lr", "iters", "E", "a2_1", "first_below", "diverged_at"]
    assert rows[0][7:] == ["w1_1_1", "w1_1_2", "w1_2_1", "w1_2_2", "w2_1_1", "w2_1_2"]
    for row, (name, numbers, first) in zip(rows[1:], lesson(), strict=True):
        assert row[0] == name
        assert [float(cell) for cell in (*row[3:5], *row[7:])] == pytest.approx(numbers, rel=1e-6, abs=1e-12)
        assert row[5:7] == ["" if first is None else str(first), ""]


def test_the_lesson_shows_what_it_says() -> None:
    ends = {name: (numbers, first) for name, numbers, first in lesson()}
    assert ends["unequal small η"][0][1] == pytest.approx(2.5, abs=0.05)
    assert ends["unequal good η"][0][1] == pytest.approx(4, abs=1e-8)
    assert abs(ends["unequal large η"][0][1] - 4) > 0.5
    weights = np.array(ends["equal good η"][0][2:])
    assert len(set(weights[:4])) == len(set(weights[4:])) == 1
    assert np.abs(weights - ends["unequal good η"][0][2:]).max() > 0.1
    assert ends["ones large η"] == ([0, 4, 1, 1, 1, 1, 1, 1], 1)


@pytest.mark.parametrize("case", ASKED)
def test_runs_trained_together_end_as_runs_trained_alone(case: str) -> None:
    comparison = asked(case)
    for run, found in zip(comparison.runs, summaries(comparison), strict=True):
        spec = run.spec
        is_shuffled = spec.draws_samples and spec.training.order == "shuffled"
        given = masks(spec) | ({"sample": order(spec).astype(float)} if is_shuffled else {})
        alone = reference.train(spec, reference.initial(spec), reference.constants(spec), spec.training.iters, given)
        assert found.run is run
        assert found.loss == pytest.approx(alone["E"][-1], rel=1e-9, nan_ok=True)
        below = np.flatnonzero(alone["E"] < comparison.bound)
        assert found.first_below == (int(below[0]) + 1 if below.size else None)
        finite = np.all([np.isfinite(values.reshape(len(values), -1)).all(axis=1) for values in alone.values()], axis=0)
        assert found.diverged_at == (None if finite.all() else int(np.argmin(finite)) + 1)
        last = np.concatenate([alone[name][-1].ravel() for name in reference.initial(spec) if name != "iter"])
        assert list(found.parameters.values()) == pytest.approx(last.tolist(), rel=1e-9, nan_ok=True)


def test_an_option_of_one_value_holds_for_every_run() -> None:
    comparison = load_comparison("lesson", {"lr": 0.05, "iters": [7]})
    assert {run.spec.training.optimizer.lr for run in comparison.runs} == {0.05}
    assert {run.settings["lr"] for run in comparison.runs} == {0.05}
    with pytest.raises(xlnet.UserError, match="--lr: has no value"):
        load_comparison("lesson", {"lr": []})


def test_hundreds_of_runs_are_summed_up() -> None:
    comparison = load_comparison("xor", {"seed": list(range(40)), "lr": [0.1 * k for k in range(1, 11)], "iters": 20})
    text = to_csv(comparison, summaries(comparison))
    assert text.count("\n") == 401


Compare = Callable[[Comparison], Path]


@pytest.fixture
def compared(tmp_path: Path) -> Compare:
    """Build a comparison and return the workbook's path."""

    def build(comparison: Comparison, language: str = "en") -> Path:
        path = tmp_path / "compared.xlsx"
        kept.build_comparison(comparison, path, language=language)
        return path

    return build


def test_every_run_agrees_with_numpy(tmp_path: Path, engine: str) -> None:
    """All cases with one start of the engine."""
    paths = {case: tmp_path / f"{number}.xlsx" for number, case in enumerate(ASKED)}
    for number, (case, path) in enumerate(paths.items()):
        kept.build_comparison(asked(case), path, language="zh" if number % 3 == 1 else "en", small=number % 3 == 2)
    for (case, path), report in zip(paths.items(), kept.check_all(list(paths.values()), engine=engine), strict=True):
        assert report.agrees, report.to_text()
        comparison = asked(case)
        assert [run.run for run in report.runs] == [run.name for run in comparison.runs]
        assert report.iterations == sum(run.spec.training.iters for run in comparison.runs)
        assert report.drift is not None
        assert report.drift < 1e-9
        names = sheet_names(path)
        shared = case not in ("targets", "standardising") and len(comparison.runs[0].spec.data.x) > 1
        assert names[:2] == ["Compare", "Guide"]
        assert [name for name in names if name.startswith("Data")] == (
            ["Data"] if shared else ["Data run1", "Data run2"] if case == "standardising" else []
        )


@pytest.mark.parametrize("case", ["diverging", "seeds and batches", "depths", "lengths"])
def test_the_values_in_the_file_are_those_that_are_calculated(compared: Compare, engine: str, case: str) -> None:
    path = compared(asked(case))
    cached, formulas = kept.looked_at(path, data_only=True)["Compare"], kept.looked_at(path)["Compare"]
    (cells,) = recalculated(path, engine)
    grid = cells.grids["Compare"]
    assert not (grid.kinds == ERROR).any()
    compared_cells = 0
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                value = cached[cell.coordinate].value
                found = cells(f"Compare!{cell.coordinate}")
                compared_cells += 1
                if isinstance(value, str):
                    assert found == value, cell.coordinate
                else:
                    assert found == pytest.approx(value, rel=1e-9, abs=1e-12), cell.coordinate
    assert compared_cells > 50


def test_sheet_compare_follows_the_runs(compared: Compare, engine: str) -> None:
    path = compared(load_comparison("lesson"))
    sheet = kept.looked_at(path)["Compare"]
    header = labelled(path, "Compare", "run", 2)
    columns: dict[str, list[str]] = {}
    for number in range(1, sheet.max_column + 1):
        columns.setdefault(str(sheet.cell(header, number).value), []).append(get_column_letter(number))
    row = labelled(path, "Compare", "unequal good η", 2)
    saved, rate, weight, input_, bound = recalculated(
        path,
        engine,
        {"unequal good η!D2": 0.05},
        {"unequal good η!B4": 0.9},
        {f"Compare!{sheet.cell(6, 5).coordinate}": 2.0},
        {"Compare!C5": 1e-20},
    )

    def ends(cells: Callable[[str], float | str], row: int) -> list[float | str]:
        names = ["E at end", "y"]
        last = [columns[name][-1] for name in ("w₁₁", "w₁₂", "w₂₁", "w₂₂", "w⁽²⁾₁₁", "w⁽²⁾₁₂")]
        return [cells(f"Compare!{letter}{row}") for letter in (*(columns[name][0] for name in names), *last)]

    w, v = (np.array(values) for values in STARTS["unequal"])
    for cells, start, lr in ((saved, w, 0.01), (rate, w, 0.05), (weight, np.array([[0.9, 0.2], [0.3, 0.4]]), 0.01)):
        last_w, last_v, y, loss, first = by_hand(start, v, lr)
        assert ends(cells, row) == pytest.approx([loss, y, *last_w.ravel(), *last_v], rel=1e-6, abs=1e-12)
        assert cells(f"Compare!{columns['small loss from'][0]}{row}") == first
        assert cells(f"Compare!{columns['η'][0]}{row}") == lr
        # The other runs stay.
        assert cells(f"Compare!{columns['y'][0]}{row + 5}") == 4
    # One cell moves the sample of every run.
    assert [input_(f"{name}!A2") for name in ("unequal small η", "ones large η")] == [2, 2]
    assert input_(f"Compare!{columns['E at start'][0]}{row + 6}") != 0
    assert bound(f"Compare!{columns['small loss from'][0]}{row}") == "never"


def test_the_chosen_weight_is_drawn(compared: Compare, engine: str) -> None:
    path = compared(asked("learning rates"))
    sheet = kept.looked_at(path)["Compare"]
    header = labelled(path, "Compare", "run", 2)
    drawn = next(get_column_letter(n) for n, c in enumerate(sheet[header], 1) if c.value == "weight 1, run2")
    saved, other = recalculated(path, engine, {"Compare!C6": "w⁽²⁾₁₁"})
    for cells, column in ((saved, "B"), (other, "F")):
        for point in (0, 57, 199):
            assert cells(f"Compare!{drawn}{header + 1 + point}") == cells(f"run2!{column}{4 + point}")


def test_every_chart_has_every_run_by_its_name(compared: Compare) -> None:
    path = compared(load_comparison("lesson"))
    names = [run.name for run in load_comparison("lesson").runs]
    sheet = kept.looked_at(path)["Compare"]
    with zipfile.ZipFile(path) as package:
        charts = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 5
    headers = set()
    for xml in charts:
        # What the legend says stands in the cell with the run's name, and is kept in the chart.
        called = re.findall(r"<(?:c:)?f>Compare!\$B\$(\d+)</.*?<(?:c:)?v>([^<]*)</", xml)
        assert called == [(str(row), name) for row, name in enumerate(names, 11)]
        cited = re.findall(r"<(?:c:)?yVal>.*?<(?:c:)?f>'Compare'!\$([A-Z]+)\$11:\$\1\$210</", xml)
        # Each line shows the column of its own run.
        for name, column in zip(names, cited, strict=True):
            header = str(sheet[f"{column}10"].value)
            assert header.endswith(f", {name}")
            headers.add(header)
    assert len(headers) == 5 * len(names)


def test_a_diverging_run_stays_within_its_charts(compared: Compare, engine: str) -> None:
    path = compared(asked("diverging"))
    (cells,) = recalculated(path, engine)
    sheet = kept.looked_at(path)["Compare"]
    header = labelled(path, "Compare", "run", 2)
    columns = {str(c.value): get_column_letter(number) for number, c in enumerate(sheet[header], 1)}
    row = header + 2
    assert cells(f"Compare!{columns['E at end']}{row}") == "–"
    assert str(cells(f"Compare!{columns['diverges?']}{row}")).startswith("yes, from ")
    drawn = [cells(f"Compare!{columns['E, run2']}{header + 1 + point}") for point in range(60)]
    assert max(map(float, drawn)) == pytest.approx(2 * 5.88245)
    assert drawn[-1] == max(drawn)
    outputs = [float(cells(f"Compare!{columns['y, run2']}{header + 1 + point}")) for point in range(60)]
    assert all(math.isfinite(y) and abs(y) <= 8 for y in outputs)


def test_runs_are_called_by_what_differs(compared: Compare, engine: str) -> None:
    path = compared(load_comparison("seed", {"lr": [0.1, 2e-5], "seed": [1, 2], "init": "normal", "iters": 5}))
    sheet = kept.looked_at(path)["Compare"]
    saved, other = recalculated(path, engine, {"run4!D2": 0.0123456})
    names = ["η 0.1, seed 1", "η 0.1, seed 2", "η 2E-5, seed 1", "η 2E-5, seed 2"]
    assert [saved(f"Compare!B{row}") for row in range(11, 15)] == names
    assert [other(f"Compare!B{row}") for row in (13, 14)] == ["η 2E-5, seed 1", "η 0.01235, seed 2"]
    assert sheet["B12"].hyperlink.location == "'run2'!A1"


def test_messages_call_what_a_run_shows_by_its_own_keys() -> None:
    plan = plan_of(asked("depths"))
    for index, output in enumerate(("a2_1@1", "a3_1@1")):
        assert {"eta", f"output {output}"} <= {live.key for live in lives(plan, index)}


DAMAGE = {
    "a run's formula": ("xl/worksheets/sheet4.xml", "J9", other_formula, "run2!J9"),
    "a typed result": ("xl/worksheets/sheet3.xml", "K6", typed_over, "run1!K6"),
    "a repeated input": ("xl/worksheets/sheet5.xml", "A2", typed_over, "run3!A2"),
    "another input": ("xl/worksheets/sheet5.xml", "B2", other_formula, "run3!B2"),
    "a summary": ("xl/worksheets/sheet1.xml", "F12", other_formula, "Compare!F12"),
    "a point": ("xl/worksheets/sheet1.xml", "AH40", other_formula, "Compare!AH40"),
}


@pytest.mark.parametrize(("part", "cell", "damage", "where"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_named_with_its_run(
    compared: Compare,
    tmp_path: Path,
    engine: str,
    part: str,
    cell: str,
    damage: Callable[[str | None, str], str],
    where: str,
) -> None:
    path = tmp_path / "damaged.xlsx"
    shutil.copy(compared(asked("learning rates")), path)
    change_cell(path, cell, damage, part=part)
    report = kept.check(path, engine=engine)
    assert [f"{difference.sheet}!{difference.cell}" for difference in report.differences] == [where], report.to_text()
    (difference,) = report.differences
    run = where.split("!")[0] if where.startswith("run") else "run2" if cell == "F12" else "run"
    assert difference.key.startswith(run)
    assert [run.wrong for run in report.runs].count(0) == 2


def test_an_edited_workbook_agrees(compared: Compare, engine: str) -> None:
    path = compared(asked("learning rates"))
    workbook = load_workbook(path)
    workbook["run1"]["D2"] = 0.03
    workbook["run2"]["C4"] = -0.7
    workbook["Compare"]["C5"] = 0.5
    workbook["Compare"]["E6"] = 1.5
    workbook.save(path)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()


@pytest.mark.parametrize("cell", ["C5", "E6", "C6"])
def test_a_blank_where_a_choice_belongs_is_named_once(compared: Compare, engine: str, cell: str) -> None:
    path = compared(asked("learning rates"))
    workbook = load_workbook(path)
    workbook["Compare"][cell] = None
    workbook.save(path)
    report = kept.check(path, engine=engine)
    assert [(difference.sheet, difference.cell) for difference in report.differences] == [("Compare", cell)]
    assert [run.wrong for run in report.runs] == [1, 0, 0]


def test_a_deleted_run_is_named(compared: Compare, engine: str) -> None:
    path = compared(asked("learning rates"))
    workbook = load_workbook(path)
    del workbook["run2"]
    workbook.save(path)
    with pytest.raises(xlnet.UserError, match="the sheet of run run2 is missing"):
        xlnet.check(path, engine=engine)


def test_names_that_could_be_cells_or_values(tmp_path: Path, compared: Compare, engine: str) -> None:
    names = ["Q1", "true", "R1C1", "a b", "x&<y>", "Training", "100%", "学习"]
    tables = "".join(f"[[compare.runs]]\nname = '{name}'\nlr = {0.001 * n}\n" for n, name in enumerate(names, 1))
    template = tmp_path / "names.toml"
    seed = (Path(__file__).parent.parent / "templates" / "seed.toml").read_text(encoding="utf-8")
    template.write_text(seed.replace("iters = 200", "iters = 12") + tables, encoding="utf-8")
    path = compared(load_comparison(template))
    assert kept.looked_at(path).sheetnames[2 : 2 + len(names)] == names
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()


def test_sheet_formulas_leads_keys_by_their_runs(compared: Compare) -> None:
    path = compared(asked("learning rates"))
    rows = {str(row[0]): row for row in kept.looked_at(path)["Formulas"].iter_rows(min_row=2, values_only=True)}
    assert rows["run2:a2_1"][2] == "run2!J"
    assert rows["run3:x_1"][2] == "run3!$A$2"
    assert rows["run3:x_1"][6] == "=Compare!$E$6"
    assert len(rows) == 3 * 30


def test_a_template_with_runs_can_be_built_alone() -> None:
    assert xlnet.load("lesson").layers == xlnet.load("seed").layers


def test_inputs_are_unlocked_and_all_else_is_not(compared: Compare) -> None:
    workbook = load_workbook(compared(asked("learning rates")))
    unlocked = {
        sheet.title: {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
        for sheet in workbook
    }
    assert unlocked["Compare"] == {"C5", "C6", "C7", "E6", "F6", "G6"}
    assert unlocked["run2"] == {"D2", "B4", "C4", "D4", "E4", "F4", "G4"}
    assert not unlocked["Guide"] | unlocked["Formulas"] | unlocked["Template"]

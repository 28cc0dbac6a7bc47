"""`xlnet audit` as a user meets it: real processes, many files, none of which stops the others."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from xlnet.audit.options import Options
from xlnet.audit.running.found import Found, workbooks
from xlnet.audit.running.handed import read_outcome, write_task
from xlnet.audit.running.one import Auditor
from xlnet.audit.running.several import Task, outcomes
from xlnet.cli import cli
from xlnet.cli.audit_options import options_of
from xlnet.cli.audit_targets import tasks

SOUND = "(E{r}-B{r})*E{r}*(1-E{r})*A{r}"
# The target stands where the input belongs: half the gradient.
MISTAKEN = "(E{r}-B{r})*E{r}*(1-E{r})*B{r}"


def written(path: Path, gradient: str = SOUND, steps: int = 4) -> Path:
    """Write a workbook as people make it by hand: a neuron that learns one sample, a row a step."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Neuron"
    sheet["K1"] = 0.05
    for column, header in zip("ABCDEFGH", ("x", "t", "w", "b", "y", "E", "dE/dw", "dE/db"), strict=True):
        sheet[f"{column}3"] = header
        # IronCalc prints a line for each such font.
        sheet[f"{column}3"].font = Font(vertAlign="subscript")
    for row in range(4, 5 + steps):
        above, is_first, is_last = row - 1, row == 4, row == 4 + steps
        values = {
            "A": 2,
            "B": 1,
            "C": 0.3 if is_first else f"=C{above}-$K$1*G{above}",
            "D": 0.1 if is_first else f"=D{above}-$K$1*H{above}",
            "E": f"=1/(1+EXP(-(C{row}*A{row}+D{row})))",
            "F": f"=(E{row}-B{row})^2/2",
            "G": "=" + gradient.format(r=row),
            "H": f"=(E{row}-B{row})*E{row}*(1-E{row})",
        }
        for column, value in list(values.items())[: 4 if is_last else None]:
            sheet[f"{column}{row}"] = value
    workbook.save(path)
    return path


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xlnet", "audit", *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def homework(tmp_path: Path, require: Callable[[str], str]) -> Path:
    """A folder of homework: one sound, one mistaken, one that is no workbook, and what must be left out."""
    require("ironcalc")
    folder = tmp_path / "homework"
    (folder / "late" / "__MACOSX").mkdir(parents=True)
    written(folder / "ada.xlsx")
    written(folder / "late" / "bob.XLSX", MISTAKEN)
    for name in ("cleo.xlsx", "~$ada.xlsx", ".hidden.xlsx", "notes.txt", "late/__MACOSX/ada.xlsx"):
        (folder / name).write_text("hello", encoding="utf-8")
    return folder


def test_a_folder_of_homework(homework: Path) -> None:
    before = {path: path.read_bytes() for path in homework.rglob("*.*") if path.is_file()}
    temporary = homework.parent / "temporary"
    temporary.mkdir()
    # Within the folder, where the next audit must not find it.
    out = homework / "annotated"
    audited = run("homework", "--csv", "--annotate", str(out), cwd=homework.parent, TMPDIR=str(temporary))
    assert audited.returncode == 1, audited.stderr
    rows = list(csv.reader(audited.stdout.splitlines()))[1:]
    ada, cleo, bob = (str(Path("homework") / name) for name in ("ada.xlsx", "cleo.xlsx", Path("late") / "bob.XLSX"))
    assert [row[0] for row in rows] == [ada, cleo, bob]
    assert rows[0][4] == "all 8 gradients are right"
    assert rows[1][4:] == [
        "error",
        "",
        "",
        "is not an .xlsx or .xlsm workbook: save it as .xlsx with a spreadsheet program",
    ]
    assert rows[2][1:5] == ["Neuron", "w", "G4:G7", "wrong gradient"]
    assert sorted(path.relative_to(out) for path in out.rglob("*.*")) == [Path("ada.xlsx"), Path("late") / "bob.XLSX"]
    assert {path: path.read_bytes() for path in before} == before
    assert list(temporary.iterdir()) == []
    found = workbooks([homework], left_out=out)
    assert [str(each.within) for each in found] == ["ada.xlsx", "cleo.xlsx", str(Path("late") / "bob.XLSX")]


def test_one_file_is_told_in_full(homework: Path) -> None:
    audited = run("ada.xlsx", cwd=homework)
    assert (audited.returncode, audited.stderr) == (0, "")
    assert audited.stdout.startswith("ada.xlsx\n\nNeuron: 2 weights, 4 steps\n")
    assert audited.stdout.endswith("\nall 8 gradients are right\n")


def test_a_worker_says_done_and_nothing_else(homework: Path) -> None:
    """What IronCalc prints could be taken for that, or for the reason of a failure."""
    start = homework.parent / "start.json"
    start.write_text(json.dumps({"folder": str(homework.parent / "gone"), "sockets": []}), encoding="utf-8")
    task = write_task(homework, homework / "ada.xlsx", Options(), None)
    command = [sys.executable, "-m", "xlnet.audit.running.worker", str(start)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, cwd=Path(__file__).parent.parent
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{task}\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().strip() == b"done"
        process.stdin.close()
    outcome = read_outcome(homework)
    assert outcome is not None
    assert outcome.audit.is_right


def test_a_file_that_cannot_be_audited_in_time_is_one_line(homework: Path) -> None:
    audited = run("ada.xlsx", "--timeout", "0.01", cwd=homework)
    assert (audited.returncode, audited.stdout) == (2, "")
    assert audited.stderr == ("xlnet: ada.xlsx: the audit took longer than 0.01 seconds: allow more with --timeout\n")


def test_without_ironcalc_there_is_no_audit(homework: Path) -> None:
    """As where there is no wheel: the import fails, in the worker, too."""
    (homework / "ironcalc.py").write_text("raise ImportError('no wheel')", encoding="utf-8")
    audited = run(
        "ada.xlsx", cwd=homework, PYTHONPATH=os.pathsep.join((str(homework), os.environ.get("PYTHONPATH", "")))
    )
    assert (audited.returncode, audited.stdout) == (3, "")
    assert audited.stderr == "xlnet: the audit cannot be started: no wheel\n"


def test_nothing_is_imported_from_the_folder_of_strangers_files(homework: Path) -> None:
    (homework / "openpyxl.py").write_text("raise SystemExit('a stranger')", encoding="utf-8")
    (outcome,) = outcomes_in(homework, [Task(Path("ada.xlsx"))])
    assert outcome == "all right"


def outcomes_in(folder: Path, to_do: list[Task]) -> list[str]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        return ["all right" if each.audit.is_right else str(each.audit.error) for each in outcomes(to_do, Options())]
    finally:
        os.chdir(before)


def test_a_worker_that_dies_is_replaced(homework: Path) -> None:
    auditor = Auditor(Options(), 60)
    try:
        running = auditor._worker()
        running._process.kill()
        killed = auditor.audit(homework / "ada.xlsx", None)
        assert killed.audit.error is not None
        assert killed.audit.error.startswith("the audit crashed with status")
        assert auditor.audit(homework / "ada.xlsx", None).audit.is_right
        assert auditor._worker() is not running
    finally:
        auditor.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_audit_leaves_nothing_behind(homework: Path, sign: signal.Signals) -> None:
    temporary = homework.parent / "temporary"
    temporary.mkdir()
    for number in range(3):
        written(homework / f"long{number}.xlsx", steps=3000)
    with subprocess.Popen(
        [sys.executable, "-m", "xlnet", "audit", ".", "--annotate", "out"],
        cwd=homework,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(sign, signal.SIG_DFL),
    ) as process:
        while len(list(temporary.glob("*/start.json"))) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(sign)
        said, complained = process.communicate(timeout=60)
    assert (process.returncode, said, complained.strip()) == (130, "", "xlnet: interrupted")
    assert list(temporary.iterdir()) == []
    assert not list(homework.rglob(".xlnet-*"))
    if sys.platform == "linux":
        mine = str(temporary).encode()
        assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if mine in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_results_come_in_the_order_of_the_files_though_two_are_audited_at_once(homework: Path) -> None:
    slow = written(homework / "slow.xlsx", steps=400)
    paths = [slow, homework / "cleo.xlsx", homework / "ada.xlsx", homework / "none.xlsx"]
    before = threading.active_count()
    found = [each.audit for each in outcomes([Task(path) for path in paths], Options())]
    assert [audit.path for audit in found] == [str(path) for path in paths]
    assert [audit.is_right for audit in found] == [True, False, True, False]
    assert found[3].error == "no such file: check the path"
    assert threading.active_count() == before


CONTRADICTIONS = {
    "csv and json": (["--csv", "--json"], "remove one of the two"),
    "gradients alone": (["--gradients", "A1:A3"], "add --weights RANGE"),
    "steps alone": (["--steps", "A1:A3"], "add --weights RANGE"),
    "weights alone": (["--weights", "A1:A3"], "add --gradients RANGE"),
    "two kinds": (["--weights", "A1", "--gradients", "B1", "--steps", "C1"], "remove one of the two"),
    "shapes": (["--weights", "A1:A3", "--gradients", "B1:E2"], "B1:E2 has 2 × 4 cells, A1:A3 has 3 × 1 cells"),
    "no cell": (["--loss", "total"], "must be cells, like B4:E9"),
    "many cells": (["--rate", "A1:A2"], "must be one cell"),
    "row 0": (["--rate", "A0"], "must be cells"),
    "no time": (["--timeout", "nan"], "must be above 0"),
    "no name": (["--annotate", "copy"], "must end with .xlsx, not be copy"),
    "macros": (["--annotate", "copy.xlsm"], "must end with .xlsx, not be copy.xlsm"),
    "itself": (["--annotate", "./A.xlsx"], "is a workbook that is audited"),
    "one for two": (["b.xlsx", "--annotate", "out.xlsx"], "several workbooks need a folder"),
    "nothing": ([], "Missing argument"),
}


@pytest.mark.parametrize(("options", "advice"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_contradictions_are_told_at_once(options: list[str], advice: str) -> None:
    files = ["a.xlsx"] if options else []
    with pytest.raises(click.UsageError) as refused:
        cli.main(["audit", *files, *options], standalone_mode=False)
    assert advice in refused.value.format_message()
    assert "\n" not in refused.value.format_message()


def test_ranges_are_taken_as_people_write_them() -> None:
    given = {"weights": "'My ''own'' sheet'!$B$2:c4", "gradients": "Sheet1!D2:E4", "steps": None, "rate": "$K$1"}
    options = options_of("Net", "Sheet1!F4", **given)
    assert (options.weights, options.gradients, options.loss) == (given["weights"], given["gradients"], "Sheet1!F4")


def test_files_patterns_and_folders(tmp_path: Path) -> None:
    for name in ("b.xlsx", "a.xlsm", "~$b.xlsx"):
        (tmp_path / name).touch()
    (tmp_path / "empty").mkdir()
    a, b = tmp_path / "a.xlsm", tmp_path / "b.xlsx"
    assert [each.path for each in workbooks([tmp_path / "*.xls?", b, tmp_path])] == [a, b]
    assert [each.path for each in workbooks([b, tmp_path / "missing.xlsx"])] == [b, tmp_path / "missing.xlsx"]
    (nothing,) = workbooks([tmp_path / "empty"])
    assert nothing.problem == "no workbook (.xlsx or .xlsm) in this folder"


def test_copies_of_the_same_name_do_not_replace_each_other(tmp_path: Path) -> None:
    found = [Found(tmp_path / folder / "a.xlsx", Path("a.xlsx")) for folder in ("x", "y")]
    missing = Found(tmp_path / "z", Path("z"), "no workbook")
    copies = [task.annotated for task in tasks([*found, missing], tmp_path / "out", is_alone=False)]
    assert copies == [tmp_path / "out" / "a.xlsx", tmp_path / "out" / "a-2.xlsx"]
    (into_a_folder,) = tasks(found[:1], tmp_path, is_alone=True)
    assert into_a_folder.annotated == tmp_path / "a.xlsx"


def test_the_audit_costs_the_other_commands_nothing() -> None:
    code = "import sys, xlnet.cli; sys.exit(any(name.startswith('xlnet.audit') for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_json_of_one_file(homework: Path) -> None:
    audited = run(str(Path("late") / "bob.XLSX"), "--json", cwd=homework)
    assert audited.returncode == 1
    (found,) = json.loads(audited.stdout)["workbooks"]
    (table,) = found["tables"]
    assert (table["judged"], table["right"], table["rate"]) == (8, 4, ["K1"])
    assert [wrong["cell"] for wrong in table["weights"][0]["wrong"]] == ["G4", "G5", "G6", "G7"]

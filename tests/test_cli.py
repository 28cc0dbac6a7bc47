"""The command line as a user meets it: real processes, exit statuses, messages of one line, nothing half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import commands
import kept
import pytest
from openpyxl import Workbook

import xlnet
from xlnet.cli import cli
from xlnet.template.topics import TOPICS

README = "".join(
    (Path(__file__).parent.parent / page).read_text(encoding="utf-8") for page in ("README.md", "docs/reference.md")
)


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start Python with a command; those tests that are not about its start use `commands`, which is quicker."""
    return commands.started(arguments, cwd, os.environ | environment)


def test_build_and_check_as_the_readme_says(tmp_path: Path, engine: str) -> None:
    folder = tmp_path / "a folder with ünïcode, 中文 and spaces"
    folder.mkdir()
    built = run("build", "--iters", "200", "--lr", "0.01", cwd=folder)
    assert (built.returncode, built.stderr) == (0, "")
    assert Path(built.stdout.strip()) == Path("output/seed.xlsx")
    checked = run("check", "output/seed.xlsx", "--engine", engine, cwd=folder)
    assert checked.returncode == 0, checked.stderr
    assert "every cell agrees with numpy" in checked.stdout
    assert list((folder / "output").iterdir()) == [folder / "output" / "seed.xlsx"]


def test_auto_takes_libreoffice_and_says_so(tmp_path: Path, require: Callable[[str], str]) -> None:
    require("libreoffice")
    commands.run(["build", "--iters", "3"], tmp_path)
    report = json.loads(run("check", "output/seed.xlsx", "--json", cwd=tmp_path).stdout)
    assert report["engine"] == "LibreOffice"
    assert report["version"][0].isdigit()


def test_auto_takes_ironcalc_where_there_is_no_libreoffice(tmp_path: Path, require: Callable[[str], str]) -> None:
    require("ironcalc")
    commands.run(["build", "--iters", "3"], tmp_path)
    environment = {"XLNET_SOFFICE": str(tmp_path / "no-soffice-here")}
    report = json.loads(commands.run(["check", "output/seed.xlsx", "--json"], tmp_path, environment).stdout)
    assert report["engine"] == "IronCalc"
    asked = commands.run(["check", "output/seed.xlsx", "--engine", "libreoffice"], tmp_path, environment)
    assert asked.returncode == 3
    assert "LibreOffice is not installed or not found: install it" in asked.stderr


def test_a_difference_exits_with_1_and_names_the_cell(tmp_path: Path, require: Callable[[str], str]) -> None:
    from workbook_xml import DAMAGES, change_cell

    commands.run(["build", "--iters", "3"], tmp_path)
    change_cell(tmp_path / "output" / "seed.xlsx", "H5", DAMAGES["typed over"])
    checked = commands.run(["check", "output/seed.xlsx", "--engine", require("ironcalc")], tmp_path)
    assert checked.returncode == 1
    assert "Training!H5 (a1_1): typed over, as saved" in checked.stdout


def test_a_build_that_draws_nothing_does_without_numpy(tmp_path: Path) -> None:
    """It takes longer to import than such a workbook to write; afterwards it can be imported as ever."""
    code = f"""
import sys
from xlnet.cli import cli
cli.main(["build", "mazur", "--iters", "2", "--output", {str(tmp_path / "mazur.xlsx")!r}], standalone_mode=False)
assert "numpy" not in sys.modules
import numpy
numpy.zeros(1)
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=tmp_path)


def test_a_diverging_run_is_built_with_a_warning(tmp_path: Path) -> None:
    built = commands.run(["build", "--lr", "1"], tmp_path)
    assert built.returncode == 0
    assert "the run diverges: from iteration 7 on" in built.stderr
    quiet = commands.run(["build", "--lr", "1", "--quiet"], tmp_path)
    assert (quiet.returncode, quiet.stderr) == (0, "")


HUNDRED = ",".join(map(str, range(1, 101)))
FAULTS = {
    "no iteration": ["build", "--iters", "0"],
    "less than none": ["build", "--iters", "-5"],
    "float for a count": ["build", "--iters", "2e9"],
    "too many": ["build", "--iters", "2000000000"],
    "word for a count": ["build", "--iters", "abc"],
    "nan": ["build", "--lr", "nan"],
    "infinity": ["build", "--lr", "inf"],
    "missing template": ["build", "missing.toml"],
    "unknown template": ["build", "nope"],
    "folder for a template": ["build", "."],
    "binary template": ["build", "binary.toml"],
    "unknown option": ["build", "--nope"],
    "option of another name": ["build", "--epochs", "3"],
    "list for one build": ["build", "--lr", "0.1,0.2"],
    "setting without a value": ["build", "--set", "lr"],
    "unknown command": ["nope"],
    "seed that draws nothing": ["build", "--seed", "3"],
    "folder for an output": ["build", "-o", "folder.xlsx"],
    "old format": ["build", "-o", "out.xls"],
    "file for a folder": ["build", "-o", "text.xlsx/out.xlsx"],
    "missing workbook": ["check", "missing.xlsx"],
    "folder for a workbook": ["check", "folder.xlsx"],
    "text for a workbook": ["check", "text.xlsx"],
    "empty file": ["check", "empty.xlsx"],
    "cut off": ["check", "cut.xlsx"],
    "someone else's": ["check", "other.xlsx"],
    "a zip": ["check", "zip.xlsx"],
    "template destroyed": ["check", "destroyed.xlsx"],
    "unknown engine": ["check", "text.xlsx", "--engine", "nope"],
    "negative tolerance": ["check", "text.xlsx", "--rtol", "-1"],
    "no time": ["check", "text.xlsx", "--timeout", "0"],
    "nothing to compare": ["compare", "seed"],
    "one run": ["compare", "seed", "--lr", "0.1"],
    "empty list": ["compare", "seed", "--lr", ""],
    "empty value": ["compare", "seed", "--lr", "0.1,,0.2"],
    "word in a list": ["compare", "seed", "--lr", "0.1,fast"],
    "value twice": ["compare", "seed", "--lr", "0.1,0.1"],
    "unknown key in a list": ["compare", "seed", "--set", "training.optimizer.nome=sgd,adam"],
    "unknown name in a list": ["compare", "seed", "--set", "learning=1,2"],
    "no key": ["compare", "seed", "--set", "1,2"],
    "no layer": ["compare", "seed", "--set", "network.layers[3].units=1,2"],
    "too many combinations": ["compare", "xor", "--seed", HUNDRED, "--lr", HUNDRED, "--csv"],
    "too many runs": ["compare", "xor", "--seed", HUNDRED],
    "too long runs": ["compare", "seed", "--lr", "0.1,0.2", "--iters", "1000000"],
    "no bound": ["compare", "lesson", "--bound", "nan"],
    "a workbook and CSV": ["compare", "lesson", "--csv", "-o", "out.xlsx"],
    "unknown template shown": ["templates", "show", "nope"],
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that are not what they seem."""
    folder = tmp_path_factory.mktemp("faulty")
    kept.build(xlnet.load("seed", iters=5), folder / "whole.xlsx")
    whole = (folder / "whole.xlsx").read_bytes()
    (folder / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    (folder / "text.xlsx").write_text("hello", encoding="utf-8")
    (folder / "empty.xlsx").touch()
    (folder / "binary.toml").write_bytes(bytes(range(256)))
    (folder / "folder.xlsx").mkdir()
    Workbook().save(folder / "other.xlsx")
    with zipfile.ZipFile(folder / "zip.xlsx", "w") as package:
        package.writestr("readme.txt", "hello")
    from openpyxl import load_workbook

    workbook = load_workbook(folder / "whole.xlsx")
    workbook["Template"]["A1"] = "[["
    workbook.save(folder / "destroyed.xlsx")
    return folder


@pytest.mark.parametrize("arguments", FAULTS.values(), ids=FAULTS.keys())
def test_a_users_fault_is_one_line_and_changes_nothing(faulty: Path, arguments: list[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in faulty.rglob("*")}
    failed = commands.run(arguments, faulty)
    assert failed.returncode == 2, failed.stderr
    assert failed.stdout == ""
    assert failed.stderr.startswith("xlnet: ")
    assert failed.stderr.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in faulty.rglob("*")} == before


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("/proc is where even root cannot write")
    failed = run("build", "-o", "/proc/xlnet/out.xlsx", cwd=tmp_path)
    assert failed.returncode == 2
    assert failed.stderr.startswith("xlnet: /proc/xlnet/out.xlsx: cannot be written")


def test_a_failed_build_leaves_the_old_file(tmp_path: Path) -> None:
    old = tmp_path / "output" / "seed.xlsx"
    commands.run(["build", "--iters", "3"], tmp_path)
    before = old.read_bytes()
    assert commands.run(["build", "--iters", "0"], tmp_path).returncode == 2
    assert old.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_the_old_file(tmp_path: Path, sign: signal.Signals) -> None:
    commands.run(["build", "--iters", "3"], tmp_path)
    old = tmp_path / "output" / "seed.xlsx"
    before = old.read_bytes()
    status, said = signalled(old.parent, sign, signal.SIG_DFL, iters=1_000_000)
    assert (status, said.strip()) == (130, "xlnet: interrupted")
    assert old.read_bytes() == before
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_that_the_parent_ignores_ends_no_build(tmp_path: Path, name: str) -> None:
    """As nohup ignores hangups, and a shell without job control the interrupts of what runs in its background."""
    (tmp_path / "output").mkdir()
    assert signalled(tmp_path / "output", signal.Signals[name], signal.SIG_IGN, iters=40_000) == (0, "")


def signalled(folder: Path, sign: signal.Signals, inherited: signal.Handlers, iters: int) -> tuple[int, str]:
    """Build into a folder, signal the process once it writes, and return its status and what it says.

    `inherited` is what the parent does with the signal: it must not be what the tests themselves were started with.
    """
    command = [sys.executable, "-m", "xlnet", "build", "--iters", str(iters)]
    with subprocess.Popen(
        command,
        cwd=folder.parent,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(sign, inherited),
    ) as process:
        while not list(folder.glob(".xlnet-*.tmp")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(sign)
        _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_templates_can_be_listed_shown_and_built(tmp_path: Path) -> None:
    lines = commands.run(["templates"], tmp_path).stdout.splitlines()
    listed = [line.split() for line in lines if line.startswith("  ")]
    assert [words[0] for words in listed] == [name for names in TOPICS.values() for name in names]
    assert all(len(words) > 2 for words in listed)
    assert [line for line in lines if line and line[0] != " "] == list(TOPICS)
    shown = commands.run(["templates", "show", "mazur"], tmp_path).stdout
    (tmp_path / "mine.toml").write_text(shown.replace("iters = 1000", "iters = 4"), encoding="utf-8")
    assert commands.run(["build", "mine.toml"], tmp_path).stdout.strip() == str(Path("output") / "mine.xlsx")


def test_another_locale(tmp_path: Path) -> None:
    built = run("build", "--iters", "2", cwd=tmp_path, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert built.returncode == 0
    helped = run("build", "--help", cwd=tmp_path, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert "Learning rate η" in helped.stdout


def every_command() -> list[list[str]]:
    templates = cli.commands["templates"]
    return [[], *([name] for name in cli.commands), *(["templates", n] for n in getattr(templates, "commands", {}))]


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_command_has_help_with_an_example_and_is_in_the_readme(tmp_path: Path, command: list[str]) -> None:
    helped = commands.run([*command, "--help"], tmp_path)
    assert helped.returncode == 0
    assert f"xlnet {' '.join(command)}".strip() in helped.stdout.split("Usage:")[1].split("\n", 1)[1]
    assert f"xlnet {' '.join(command)}".strip() in README


def test_every_option_is_in_the_readme() -> None:
    for name, command in cli.commands.items():
        for parameter in command.params:
            for option in [*parameter.opts, *parameter.secondary_opts]:
                if option.startswith("--"):
                    assert option in README, f"{name} {option}"


def test_help_examples_run(tmp_path: Path) -> None:
    for command in ("build", "check", "audit", "exercise", "templates"):
        # What check and audit name; an audit of all that build's examples write would take long.
        folder = tmp_path / command
        folder.mkdir()
        commands.run(["build", "--iters", "6", "--plain"], folder)
        lines = commands.run([command, "--help"], folder).stdout.splitlines()
        for line in lines:
            if line.strip().startswith("xlnet ") and ">" not in line:
                example = commands.run(line.split()[1:], folder)
                assert example.returncode == 0, (line, example.stderr)

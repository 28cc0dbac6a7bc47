"""How runs end, as `compare --csv` prints it: CSV for a program, a table for a person at a terminal."""

from __future__ import annotations

import csv
import io
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from xlnet.cli import cli
from xlnet.cli.table import aligned

RUNS = ["compare", "xor", "--seed", "1,2", "--iters", "30", "--csv"]


def printed(*arguments: str) -> str:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False).stdout


def on_a_terminal(*arguments: str, columns: int) -> str:
    """Return what a command prints on a terminal of so many columns."""
    fcntl, pty, termios = (pytest.importorskip(name) for name in ("fcntl", "pty", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [sys.executable, "-m", "xlnet", *arguments], stdout=theirs, stderr=subprocess.PIPE, env=environment
    ) as process:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
        os.close(ours)
        assert process.wait(timeout=60) == 0
    return said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 10_000)
    except OSError:
        # Linux says so where the last one to write has gone.
        return b""


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    return list(csv.reader(io.StringIO(printed(*RUNS))))


def test_a_terminal_has_a_table_of_its_width(rows: list[list[str]]) -> None:
    *lines, more = on_a_terminal(*RUNS, columns=90).splitlines()
    assert max(map(len, lines)) <= 90
    header = lines[0].split()
    assert header[:5] == ["run", "lr", "iters", "seed", "E"]
    assert header[-2:] == ["first_below", "diverged_at"]
    assert "a2_1@1" in header
    for line, row in zip(lines[1:], rows[1:], strict=True):
        values = dict(zip(rows[0], row, strict=True))
        shown = dict(zip(header, line.split(), strict=True))
        assert shown["run"] == values["run"]
        assert float(shown["E"]) == pytest.approx(float(values["E"]), rel=1e-5)
        assert float(shown["a2_1@1"]) == pytest.approx(float(values["a2_1@1"]), rel=1e-5)
        assert (shown["first_below"], values["first_below"]) == ("–", "")
    assert more == f"… and {len(rows[0]) - len(header)} more columns: in a wider window or with --format csv"


def test_a_wide_terminal_has_all_of_it_and_csv_where_asked(rows: list[list[str]]) -> None:
    lines = on_a_terminal(*RUNS, columns=1000).splitlines()
    assert [lines[0].split(), len(lines)] == [rows[0], 3]
    assert on_a_terminal(*RUNS, "--format", "csv", columns=90) == printed(*RUNS)


def test_a_table_where_it_is_asked_for() -> None:
    assert printed(*RUNS, "--format", "table").splitlines()[0].split()[:2] == ["run", "lr"]
    assert printed(*RUNS[:-1], "--format", "csv") == printed(*RUNS)


def test_every_sample_has_its_output() -> None:
    header = printed("compare", "regression", "--lr", "1e-5,1e-4", "--iters", "2", "--csv").splitlines()[0].split(",")
    assert [name for name in header if name.startswith("a1_1")] == [f"a1_1@{sample}" for sample in range(1, 16)]


def test_mini_batches_have_none_and_say_so() -> None:
    ran = CliRunner().invoke(cli, ["compare", "circle", "--lr", "0.1,0.2", "--iters", "2", "--csv"])
    assert "a run in mini-batches has no outputs here" in ran.stderr
    assert "a2_1" not in ran.stdout


def test_wide_characters_and_texts_are_aligned() -> None:
    table = aligned(["run", "note", "E"], [["平手", "", 0.5], ["b", "no\x1b", 1234567.0]], [], 80)
    assert table.split("\n") == [
        "run   note              E",
        "平手  –               0.5",
        "b     no\\x1b  1.23457e+06",
        "",
    ]
    assert aligned(["a", "b"], [["x", 1]], [1], 3).split("\n")[-2].startswith("… and 1 more columns")


def test_a_summary_and_a_workbook_are_two_things(tmp_path: Path) -> None:
    ran = CliRunner().invoke(cli, ["compare", "lesson", "--format", "table", "-o", str(tmp_path / "out.xlsx")])
    assert ran.exit_code == 2
    assert "--output: cannot be combined with --format, which writes no workbook" in ran.stderr

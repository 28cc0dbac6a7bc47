"""A build that is killed, starved of space or run beside another leaves whole files and nothing else."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook

import xlnet
from xlnet.xlsx import whole_file

BUILD = [sys.executable, "-m", "xlnet", "build", "--iters", "12000", "-o", "built.xlsx"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_killed_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "built.xlsx"
    xlnet.build(xlnet.load("seed", iters=7), path)
    whole = path.read_bytes()
    started = time.monotonic()
    subprocess.run([*BUILD, "-o", "other.xlsx"], cwd=tmp_path, check=True, capture_output=True)
    seconds = time.monotonic() - started
    left_something = 0
    for _ in range(20):
        with subprocess.Popen(BUILD, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
            time.sleep(random.uniform(0.2, 0.9) * seconds)
            process.kill()
        left_something += len(names(tmp_path)) > 2
        if path.read_bytes() != whole:
            # It was done before it was killed.
            assert load_workbook(path)["Training"].max_row == 12_003
            path.write_bytes(whole)
    assert left_something
    xlnet.build(xlnet.load("seed", iters=3), path)
    assert names(tmp_path) == ["built.xlsx", "other.xlsx"]


def test_two_builds_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    with subprocess.Popen(BUILD, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as long:
        while long.poll() is None:
            xlnet.build(xlnet.load("seed", iters=3), tmp_path / "short.xlsx")
        assert long.stdout is not None
        assert (long.returncode, long.stdout.read().strip()) == (0, "built.xlsx")
    assert names(tmp_path) == ["built.xlsx", "short.xlsx"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of a file by the system")
def test_no_space_left(tmp_path: Path) -> None:
    path = tmp_path / "built.xlsx"
    xlnet.build(xlnet.load("seed", iters=7), path)
    whole = path.read_bytes()
    limited = "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
    limited += "sys.argv = ['xlnet', *sys.argv[1:]]; runpy.run_module('xlnet', run_name='__main__')"
    command = [sys.executable, "-c", limited, *BUILD[3:]]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (2, "xlnet: built.xlsx: cannot be written: File too large\n")
    assert path.read_bytes() == whole
    assert names(tmp_path) == ["built.xlsx"]


def test_an_interrupt_when_the_file_has_just_come_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> bool:
        assert list(tmp_path.iterdir())
        raise KeyboardInterrupt

    monkeypatch.setattr(whole_file, "_locked", interrupted)
    with pytest.raises(KeyboardInterrupt):
        xlnet.build(xlnet.load("seed", iters=3), tmp_path / "built.xlsx", plain=True)
    assert list(tmp_path.iterdir()) == []

"""Engines recompute, keep their time, and leave nothing behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Build
from workbook_xml import poison

from xlnet.engines import conversion, libreoffice
from xlnet.engines.choose import KEPT, recalculate
from xlnet.engines.grid import Edit, Extent, Point
from xlnet.engines.job import Job
from xlnet.errors import EngineError, EngineStartError

EXTENT = Extent("Training", 33, 20)
HALVED = Point((Edit("Training", 2, 4, ((0.005,),)),))


def table(path: Path, engine: str, *points: Point) -> list[np.ndarray]:
    (results,) = recalculate(engine, [Job(path, [EXTENT], points)], 120)
    return [point["Training"].values[3:] for point in results.points]


def test_edits_build_on_each_other_until_reopened(built: Build, engine: str) -> None:
    path = built("seed", iters=30)
    poison(path)
    points = (Point(), HALVED, Point((Edit("Training", 4, 2, ((0.5, 0.6),)),)), Point(reopened=True))
    saved, halved, both, again = table(path, engine, *points)
    assert np.array_equal(saved, again)
    assert (halved[0] == saved[0]).all()
    assert halved[1, 1] != saved[1, 1]
    assert both[0, 1:3].tolist() == [0.5, 0.6]
    assert both[1, 1] - both[0, 1] == pytest.approx(-0.005 * both[0, 14])


def test_engines_agree(built: Build, require: Callable[[str], str]) -> None:
    path = built("mazur", iters=30)
    one, other = (table(path, require(engine), Point(), HALVED) for engine in ("libreoffice", "ironcalc"))
    for a, b in zip(one, other, strict=True):
        assert np.allclose(a, b, rtol=1e-13, atol=1e-15)


def test_conversion_where_there_is_no_uno(built: Build, require: Callable[[str], str], tmp_path: Path) -> None:
    require("libreoffice")
    soffice = libreoffice.find_soffice()
    assert soffice is not None
    path = built("seed", iters=30)
    poison(path)
    points = (Point(), HALVED, Point(reopened=True))
    folder = tmp_path / "conversion"
    folder.mkdir()
    shutil.copyfile(path, folder / path.name)
    (converted,) = conversion.Converting(soffice).do([Job(folder / path.name, [EXTENT], points)], folder, 120)
    assert converted.version.endswith("by conversion")
    direct = table(path, "libreoffice", *points)
    for grids, expected in zip(converted.points, direct, strict=True):
        assert np.allclose(grids["Training"].values[3:], expected, rtol=1e-13, atol=1e-14)


@pytest.fixture(autouse=True)
def _own_engines() -> Iterator[None]:
    """Start each engine for itself, and not once for all tests."""
    token = KEPT.set(None)
    yield
    KEPT.reset(token)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of this test alone."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def processes(scratch: Path) -> list[str]:
    """Return the running processes of an engine that works in this folder."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if f"{scratch}/xlnet-" in line]


def dead_sockets() -> set[Path]:
    """Return the sockets of engines that nobody listens on any more."""
    return {path for folder in ("/tmp", "/var/tmp") for path in Path(folder).glob("OSL_PIPE*") if is_dead(path)}


def is_dead(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return False


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, as another test may be in the midst of ending its own engine."""
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


posix = pytest.mark.skipif(sys.platform == "win32", reason="lists processes by ps")


@posix
@pytest.mark.parametrize("seconds", [0.05, 0.4, 0.8, 1.2, 1.6])
def test_a_timeout_leaves_nothing_behind(built: Build, engine: str, seconds: float, scratch: Path) -> None:
    path = built("seed", iters=20_000)
    before = dead_sockets()
    with pytest.raises(EngineError, match=r"took longer than [\d.]+ seconds: allow more with --timeout"):
        recalculate(engine, [Job(path, [Extent("Training", 20_003, 20)], [Point()] * 20)], seconds)
    assert processes(scratch) == []
    assert list(scratch.iterdir()) == []
    assert eventually(lambda: dead_sockets() <= before)


def checking(path: Path, engine: str, scratch: Path) -> subprocess.Popen[str]:
    """Start a check and return its process once the engine is at work."""
    command = [sys.executable, "-m", "xlnet", "check", str(path), "--engine", engine]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert eventually(lambda: bool(processes(scratch)))
    time.sleep(0.3)
    assert process.poll() is None
    return process


@posix
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_leaves_nothing_behind(
    built: Build, engine: str, sign: signal.Signals, scratch: Path
) -> None:
    before = dead_sockets()
    with checking(built("seed", iters=20_000), engine, scratch) as process:
        process.send_signal(sign)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (130, "xlnet: interrupted")
    assert processes(scratch) == []
    assert list(scratch.iterdir()) == []
    assert eventually(lambda: dead_sockets() <= before)


@posix
def test_a_killed_check_leaves_no_process_behind(built: Build, engine: str, scratch: Path) -> None:
    before = dead_sockets()
    with checking(built("seed", iters=20_000), engine, scratch) as process:
        process.kill()
    assert eventually(lambda: not processes(scratch))
    assert eventually(lambda: dead_sockets() <= before)


ADOPTING = """
import ctypes, os
from xlnet.engines.process import run
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
run(["sh", "-c", "sleep 100 </dev/null >/dev/null 2>&1 &"], engine="sh", seconds=60, environment={})
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("alone")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="36 is Linux's PR_SET_CHILD_SUBREAPER")
def test_what_the_first_process_of_a_container_adopts_is_waited_for() -> None:
    done = subprocess.run([sys.executable, "-c", ADOPTING], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("alone\n", "")


BROKEN = {
    "a stripped PATH": "#!/bin/sh\nexit 127\n",
    "a broken install": "#!/bin/sh\nexit 0\n",
    "no program": "hello\n",
}


@pytest.fixture
def soffice(tmp_path: Path) -> Callable[[str], Path]:
    """Write a program that stands where LibreOffice's should."""

    def write(text: str) -> Path:
        path = tmp_path / "soffice"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


def check_with(soffice: Path, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xlnet", "check", str(path), "-q", "--json", *options]
    environment = os.environ | {libreoffice.VARIABLE: str(soffice)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)


@posix
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_auto_passes_over_an_engine_that_does_not_start(
    plain: Build, require: Callable[[str], str], soffice: Callable[[str], Path], text: str
) -> None:
    require("ironcalc")
    path, program = plain("seed", iters=5), soffice(text)
    done = check_with(program, path)
    assert (done.returncode, json.loads(done.stdout)["engine"]) == (0, "IronCalc")
    (line,) = done.stderr.splitlines()
    assert re.fullmatch(r"xlnet: warning: LibreOffice cannot be started: .*; using ironcalc instead", line)
    named = check_with(program, path, "--engine", "libreoffice")
    assert named.returncode == 3
    assert named.stderr.startswith("xlnet: LibreOffice cannot be started: ")


@posix
def test_auto_passes_over_no_engine_that_takes_too_long(plain: Build, soffice: Callable[[str], Path]) -> None:
    done = check_with(soffice("#!/bin/sh\nsleep 100\n"), plain("seed", iters=5), "--timeout", "3")
    assert done.returncode == 3
    assert "took longer than 3 seconds" in done.stderr


@posix
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_conversion_with_an_engine_that_does_not_start(
    plain: Build, tmp_path: Path, soffice: Callable[[str], Path], text: str
) -> None:
    job = Job(plain("seed", iters=5), [EXTENT], [Point()])
    with pytest.raises(EngineStartError, match="LibreOffice cannot be started"):
        conversion.Converting(soffice(text)).do([job], tmp_path, 60)


def test_two_at_once_do_not_disturb_each_other(built: Build, require: Callable[[str], str]) -> None:
    path = built("seed", iters=30)
    require("libreoffice")
    command = [sys.executable, "-m", "xlnet", "check", str(path), "--engine", "libreoffice"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs

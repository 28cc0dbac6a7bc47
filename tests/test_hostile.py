"""Workbooks of a stranger who means harm: the check refuses them in a sentence, or judges them, and opens nothing."""

from __future__ import annotations

import http.server
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Build
from hostile import HOSTILE, formula, parts_of, template

import xlnet
from xlnet.checking import check_all
from xlnet.errors import UserError

if sys.platform == "win32":
    pytest.skip("Windows has no limit of memory for a process, and no FIFO", allow_module_level=True)

# Those whose files are large take seconds each: they were tried by hand.
LARGE = ("very many", "many layers", "many keys", "texts: too many", "table: ", "another sheet: ", "address: ")


def test_no_hostile_workbook_takes_the_machine(tmp_path: Path, require: Callable[[str], str]) -> None:
    """Under a limit of 2 GB for this process and the engine's; every third one, as each takes half a second."""
    require("ironcalc")
    names = [name for name in HOSTILE if not any(word in name for word in LARGE)][::3]
    assert len(names) > 40
    script = Path(__file__).with_name("hostile_run.py")
    command = [sys.executable, str(script), str(tmp_path), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    for name, (end, seconds) in json.loads(done.stdout).items():
        assert end == "judged" or end.startswith("exit 2: "), f"{name}: {end}"
        assert seconds < 60, name


def test_no_file_that_a_workbook_names_is_opened(built: Build, tmp_path: Path) -> None:
    whole = built("seed", iters=3)
    pipe, secret = tmp_path / "pipe", tmp_path / "secret.csv"
    os.mkfifo(pipe)
    secret.write_text("a,b\nwhisper,1\n", encoding="utf-8")
    for named in (pipe, secret, Path("/dev/zero")):
        path = tmp_path / "naming.xlsx"
        text = (
            "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\n"
            f'[data]\ncsv = "{named}"\ninputs = ["a"]\ntargets = ["b"]\n'
        )
        template(text)(parts_of(whole), path)
        with pytest.raises(UserError) as raised:
            xlnet.check(path, engine="ironcalc")
        assert "whisper" not in str(raised.value)


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine: its address, and what it was asked for."""
    requests: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_OPTIONS = do_HEAD = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", requests
        server.shutdown()


def test_nothing_is_fetched(built: Build, tmp_path: Path, engine: str, asked: tuple[str, list[str]]) -> None:
    address, requests = asked
    parts = parts_of(built("seed", iters=5))
    texts = (
        f'WEBSERVICE("{address}/a")',
        f"'{address}/b.xlsx'#$Sheet1.A1",
        f"INDIRECT(\"'{address}/c.xlsx'#$Sheet1.A1\")",
        f'DDE("soffice";"{address}/d.ods";"Sheet1.A1")',
        f'HYPERLINK("{address}/e")',
        f'IMAGE("{address}/f.png")',
    )
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"{number}.xlsx")
        formula(text.replace('"', "&quot;"))(parts, paths[-1])
    for report in check_all(list(paths), engine):
        assert [difference.cell for difference in report.differences] == ["H6"]
    assert requests == []


def test_damaged_files_are_refused_or_judged(built: Build, tmp_path: Path, require: Callable[[str], str]) -> None:
    """Cut off, or with bits turned over: a sentence or a verdict, whatever is hit."""
    content = built("seed", iters=3).read_bytes()
    draw = random.Random(12)
    readable = []
    for number in range(150):
        damaged = bytearray(content)
        if number % 3 == 0:
            del damaged[draw.randrange(len(damaged)) :]
        else:
            for _ in range(draw.randrange(1, 4)):
                damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(damaged)
        readable += [path] if is_readable(path) else []
    assert check_all(list(readable), require("ironcalc"))


def is_readable(path: Path) -> bool:
    from xlnet.checking.reading import open_workbook

    copy = path.with_suffix("")
    copy.mkdir()
    try:
        open_workbook(path, copy)
    except UserError:
        return False
    return True

"""Workbooks of a stranger who means harm: the check refuses them in a sentence, or judges them, and opens nothing."""

from __future__ import annotations

import http.server
import json
import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Build
from hostile import HOSTILE, LINKS, SHEET, WORKBOOK, Parts, formula, linked_picture, parts_of, template, write
from openpyxl import load_workbook
from workbook_xml import rewrite

import xlnet
from xlnet.checking import check_all, read
from xlnet.engines.choose import recalculate
from xlnet.engines.grid import Extent, Point
from xlnet.engines.job import Job
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
        f'DDE("soffice","{address}/d.ods","Sheet1.A1")',
        f'HYPERLINK("{address}/e")',
        f'IMAGE("{address}/f.png")',
    )
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"{number}.xlsx")
        formula(text)(parts, paths[-1])
    for report in check_all(list(paths), engine):
        assert [difference.cell for difference in report.differences] == ["H6"]
    assert requests == []


def test_libreoffice_fetches_nothing_even_of_a_file_as_it_is(
    built: Build, tmp_path: Path, require: Callable[[str], str], asked: tuple[str, list[str]]
) -> None:
    """The copy that it gets holds no picture; should one come that far, its own settings keep it from the network."""
    address, requests = asked
    path = tmp_path / "picture.xlsx"
    linked_picture(f"{address}/picture.png")(parts_of(built("seed", iters=5)), path)
    recalculate(require("libreoffice"), [Job(path, [Extent("Training", 8, 20)], [Point()])], 120)
    assert requests == []
    assert xlnet.check(path, engine="libreoffice").agrees
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
    from xlnet.checking.open.reading import open_workbook

    copy = path.with_suffix("")
    copy.mkdir()
    try:
        open_workbook(path, copy, {})
    except UserError:
        return False
    return True


def test_rows_in_a_comment_are_no_rows(plain: Build, tmp_path: Path, require: Callable[[str], str]) -> None:
    """They look like xlnet's own, and no program sees them."""
    parts = parts_of(plain("seed", iters=400))
    before, rest = parts[SHEET].split(b'<row r="100">')
    hidden, after = rest.split(b'<row r="300">')
    path = tmp_path / "hidden.xlsx"
    write(parts | {SHEET: before + b'<!-- <row r="100">' + hidden + b'--> <row r="300">' + after}, path)
    (first, *_) = xlnet.check(path, engine=require("ironcalc")).differences
    assert (first.cell, first.problem, first.also_wrong) == ("A100", "no number", 199)


def renamed(xml: bytes) -> bytes:
    """Give every element a prefix."""
    text = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", xml.decode())
    return text.replace(" xmlns=", " xmlns:x=", 1).replace("<?x:xml", "<?xml").encode()


ELSEWHERE = {
    "with prefixes": lambda parts: {SHEET: renamed(parts[SHEET]), WORKBOOK: renamed(parts[WORKBOOK])},
    "in UTF-16": lambda parts: {SHEET: _in_utf16(parts[SHEET])},
    "without addresses": lambda parts: {SHEET: re.sub(rb'(<c) r="[A-Z]+\d+"', rb"\1", parts[SHEET])},
    "linked from the root": lambda parts: {
        LINKS: parts[LINKS].replace(b'Target="', b'Target="/xl/').replace(b"/xl//xl", b"/xl")
    },
    "under other names": lambda parts: {
        "xl/tables/a b.xml": parts[SHEET],
        SHEET: b"",
        LINKS: parts[LINKS].replace(b"worksheets/sheet1.xml", b"tables/a b.xml"),
    },
}


@pytest.mark.parametrize("change", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_other_programs_may_write_is_read(
    plain: Build, tmp_path: Path, require: Callable[[str], str], change: Callable[[Parts], Parts]
) -> None:
    parts, path = parts_of(plain("seed", iters=30)), tmp_path / "saved.xlsx"
    write(parts | change(parts), path)
    report = xlnet.check(path, engine=require("ironcalc"))
    assert (report.agrees, report.rewritten) == (True, ())


def test_a_number_that_is_shown_as_a_date_is_its_number(plain: Build, require: Callable[[str], str]) -> None:
    path = plain("seed", iters=5)
    workbook = load_workbook(path)
    workbook["Training"]["A2"] = 3
    workbook["Training"]["A2"].number_format = "yyyy-mm-dd"
    workbook.save(path)
    assert xlnet.check(path, engine=require("ironcalc")).agrees


def test_a_formula_that_reaches_outside_is_shown_as_it_stands(
    built: Build, tmp_path: Path, require: Callable[[str], str]
) -> None:
    path = tmp_path / "outside.xlsx"
    formula("WEBSERVICE(A1)+H5")(parts_of(built("seed", iters=5)), path)
    (difference,) = xlnet.check(path, engine=require("ironcalc")).differences
    assert (difference.cell, difference.formula) == ("H6", "=WEBSERVICE(A1)+H5")


READERS: dict[str, Callable[[Path], object]] = {
    "template.toml": xlnet.load,
    "samples.csv": lambda path: xlnet.load(data=path, inputs="a", targets="b", layers="1-1"),
    "workbook.xlsx": xlnet.check,
}


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file_is_not_read(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(UserError, match=r"is not a file"):
        READERS[name](path)


def _in_utf16(xml: bytes) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-16"?>' + re.sub(r"^<\?xml[^>]*\?>", "", xml.decode())).encode("utf-16")


REFUSED = {
    "declares a document type": lambda xml: re.sub(r"(<worksheet)", r'<!DOCTYPE x [<!ENTITY e "1">]>\1', xml, count=1),
    "is nested more than 32 levels deep": lambda xml: xml.replace("</row>", f"{'<c>' * 40}{'</c>' * 40}</row>", 1),
}


@pytest.mark.parametrize("problem", REFUSED)
def test_what_no_workbook_declares_is_refused_by_name(plain: Build, tmp_path: Path, problem: str) -> None:
    path = plain("seed", iters=5)
    rewrite(path, REFUSED[problem])
    (copy := tmp_path / "copy").mkdir()
    with pytest.raises(UserError, match=problem):
        read([path], copy)

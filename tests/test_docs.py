"""The pages say what is so: every command shown is run, its output compared, and the reference is generated anew."""

from __future__ import annotations

import importlib.util
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from commands import run
from openpyxl import load_workbook

import xlnet
from xlnet.cli import cli
from xlnet.engines import ironcalc
from xlnet.template.parse import parse

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_NUMBER = re.compile(r"([-+]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[-+]?\d+)?)")
# What depends on the engine: its name and version, at how many points it gives no error, where rounding is worst.
_MASKED = (r"(?<=recalculated with ).*", r"(?<=agrees at )\d+", r"(?<=, in )[A-Z]+\d+$")


class Block(NamedTuple):
    """A fenced block of a page."""

    kind: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(*found) for found in re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.M)]


def console(page: Path) -> list[tuple[str, list[str]]]:
    """Return the commands of a page, each with the lines that it prints."""
    found: list[tuple[str, list[str]]] = []
    for line in (line for block in blocks(page) if block.kind == "console" for line in block.text.splitlines()):
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def ids(page: Path) -> str:
    return page.name


def test_the_reference_is_generated_anew() -> None:
    spec = importlib.util.spec_from_file_location("reference_page", ROOT / "docs" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "reference.md").read_text("utf-8") == module.page(), "run: python docs/reference.py"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.is_file(), link
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M) if anchor else []
            assert not anchor or anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}, link


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_options_shown_exist(page: Path) -> None:
    """In running text, too, where a command is not run."""
    for text in re.findall(r"`(xlnet \w[^`]*)`", page.read_text("utf-8")):
        name, *words = text.split()[1:]
        command = cli.commands[name]
        known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)} | {"--help"}
        assert [word for word in words if word.startswith("-") and word not in known] == [], text


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_set_up_is_what_the_makefile_and_pip_know(page: Path) -> None:
    """What needs a network is not run here: the Makefile's targets do it, and CI."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for line in (line for block in blocks(page) if block.kind == "sh" for line in block.text.splitlines()):
        command = line.partition("#")[0].strip()
        if command.startswith("make "):
            assert f"\n{command.removeprefix('make ')}:" in makefile
        else:
            assert command in ("python3 -m venv .venv", "source .venv/bin/activate", "pip install .")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has what the pages' commands name: the bundled templates and their data, a script."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "homework.py", folder / "docs")
    return folder


@pytest.fixture(scope="module")
def ran() -> dict[str, subprocess.CompletedProcess[str]]:
    """What has been run for one of the pages: what another one shows once more is there, and its files are."""
    return {}


def _edited(folder: Path, name: str, cell: str, content: float | str) -> None:
    xlnet.build(xlnet.load("seed"), folder / name)
    workbook = load_workbook(folder / name)
    workbook["Training"][cell] = content
    workbook.save(folder / name)


def _toml(page: Path, part: str) -> str:
    return next(block.text for block in blocks(page) if block.kind == "toml" and part in block.text)


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + "\n" + text if path.exists() else text, "utf-8")


# What a reader does by hand before these commands.
BY_HAND: dict[str, Callable[[Path, Path], None]] = {
    "xlnet check edited.xlsx": lambda folder, _: _edited(folder, "edited.xlsx", "H5", 0.3343),
    "xlnet check rewritten.xlsx": lambda folder, _: _edited(folder, "rewritten.xlsx", "K6", "=(J6-$C$2)^2*0.5"),
    "xlnet build templates/flowers.toml": lambda folder, page: _append(
        folder / "templates" / "flowers.toml", _toml(page, "iris.csv")
    ),
    "xlnet compare my.toml": lambda folder, page: _append(folder / "my.toml", _toml(page, "[[compare.runs]]")),
    "xlnet compare my.toml -o questions.xlsx": lambda folder, page: _append(
        folder / "my.toml", _toml(page, "[[compare.questions]]")
    ),
}


def _environment() -> dict[str, str]:
    # IronCalc is the quicker one; the engines' agreement is tested elsewhere.
    return os.environ | ({"XLNET_SOFFICE": "none"} if ironcalc.is_available() else {})


@pytest.mark.parametrize("page", [page for page in PAGES if console(page)], ids=ids)
def test_commands_print_what_the_page_shows(
    page: Path, checkout: Path, ran: dict[str, subprocess.CompletedProcess[str]]
) -> None:
    for command, expected in console(page):
        program, *words = shlex.split(command)
        assert program in ("xlnet", "python")
        if words[0] == "audit" and not ironcalc.is_available():
            continue
        target = words[words.index(">") + 1] if ">" in words else None
        if command in BY_HAND:
            BY_HAND[command](checkout, page)
        if command in BY_HAND or command not in ran:
            arguments = words[: words.index(">") if target else None]
            ran[command] = run(arguments, cwd=checkout, environment=_environment(), together=True)
        done = ran[command]
        if target:
            (checkout / target).write_text(done.stdout, "utf-8")
        finds_fault = any(re.search(r"\bwrong\b", line) for line in expected)
        assert done.returncode == (1 if finds_fault else 0), (command, done.stdout)
        printed = [] if target else done.stdout.replace("\\", "/").splitlines()
        assert _is_shown(expected, printed), (command, done.stdout)


def _is_shown(expected: list[str], printed: list[str]) -> bool:
    """Return whether lines are those that a page shows; a line of … stands for any lines."""
    if not expected:
        return not printed
    first, rest = expected[0], expected[1:]
    if first == "…":
        return any(_is_shown(rest, printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and _is_line(first, printed[0]) and _is_shown(rest, printed[1:])


def _is_line(expected: str, printed: str) -> bool:
    """Return whether a line is what a page shows: numbers may have more digits, and after a … anything may follow."""
    for mask in _MASKED:
        expected, printed = (re.sub(mask, "", line) for line in (expected, printed))
    shown, more, _ = expected.partition("…")
    wanted, found = _NUMBER.split(shown), _NUMBER.split(printed)
    if len(wanted) > len(found) or (len(wanted) < len(found) and not more):
        return False
    pairs = list(enumerate(zip(wanted, found, strict=False)))
    *before, (_, (last, its_last)) = pairs
    is_end = its_last.startswith(last) if more else its_last == last
    return is_end and all(
        math.isclose(_value(a), _value(b), rel_tol=1e-5, abs_tol=1e-6) if index % 2 else a == b
        for index, (a, b) in before
    )


def _value(text: str) -> float:
    return float(text.replace(",", "") or "nan")


@pytest.mark.parametrize("page", [page for page in PAGES if any(b.kind == "python" for b in blocks(page))], ids=ids)
def test_python_runs(page: Path, checkout: Path) -> None:
    script = "\n".join(block.text for block in blocks(page) if block.kind == "python")
    subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, env=_environment() | {"PYTHONPATH": str(ROOT)}, check=True
    )


@pytest.mark.parametrize("page", [page for page in PAGES if any(b.kind == "toml" for b in blocks(page))], ids=ids)
def test_templates_shown_are_templates(page: Path) -> None:
    for block in blocks(page):
        if block.kind == "toml":
            document = tomllib.loads(block.text)
            if "network" in document:
                parse(document, name="shown", label=page.name, folder=ROOT / "templates")

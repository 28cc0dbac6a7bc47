"""ARCHITECTURE.md's recipes work as they stand: followed in a copy of the package, they build what is checked.

A block of code there begins with the place where it goes: `# FILE, in TABLE`, in a function, or in a section of TOML,
first there unless it says `at the end of`; `at the head` of a module stand imports, `a new file` is all of one, and of
`a copy of` another file it has the lines that differ.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook
from workbook_xml import change_cell, typed_over

ROOT = Path(__file__).parent.parent
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
RECIPES = ARCHITECTURE.partition("\n## To add an activation")[2].partition("\n## How ")[0]
COPIED = ("xlnet", "templates")
BLOCK = re.compile(
    r"^```\w+\n# (?P<file>\S+), (?P<way>in |at the end of |a copy of )?(?P<place>\S+|at the head|a new file)\n"
    r"(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)

# What the recipes add, and how a workbook is built with it.
BUILDS = {
    "logsigmoid": ["--layers", "2-3-1", "--activation", "logsigmoid"],
    "pseudo_huber": ["--loss", "pseudo_huber"],
    "averaged": ["--optimizer", "averaged"],
    "inverse_root": ["mine.toml"],
    "lecun_uniform": ["--init", "lecun_uniform"],
}
SCHEDULED = '\n[training.schedule]\nname = "inverse_root"\ndecay = 0.5\n'


@dataclass(frozen=True)
class Block:
    """A block of code: the file and the place in it where it goes."""

    file: str
    way: str | None
    place: str
    code: str

    def insert(self, root: Path) -> None:
        """Put the code into its place."""
        path = root / self.file
        if self.way == "a copy of ":
            copied = path.with_name(self.place).read_text(encoding="utf-8")
            path.write_text(replaced(copied, self.code), encoding="utf-8")
            return
        if self.place == "a new file":
            path.write_text(self.code, encoding="utf-8")
            return
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        if self.place == "at the head":
            first = next(n for n, line in enumerate(lines) if line.startswith(("import ", "from ")))
            path.write_text("".join([*lines[: first + 1], self.code, *lines[first + 1 :]]), encoding="utf-8")
            return
        start = next(n for n, line in enumerate(lines) if re.match(rf"(def )?{re.escape(self.place)}(\W|$)", line))
        # A table opens with its own line, a function's cases after it, a section of TOML with its head.
        opening = next(
            n for n in range(start, len(lines)) if re.search(r"({|^[A-Z]+ = \(|match .*:|^\[.*\])$", lines[n].rstrip())
        )
        opener = lines[opening]
        indent = "" if opener.startswith("[") else " " * (len(opener) - len(opener.lstrip()) + 4)
        code = "".join(f"{indent}{line}" for line in self.code.splitlines(keepends=True))
        at = opening + 1
        if self.way == "at the end of ":
            at = next(n for n in range(at, len(lines)) if re.match(rf"{indent[4:]}[)}}]", lines[n]))
        path.write_text("".join([*lines[:at], code, *lines[at:]]), encoding="utf-8")


def replaced(toml: str, entries: str) -> str:
    """Put entries of TOML into the place of those of the same section and name."""
    section, *lines = "", *toml.splitlines()
    for entry in entries.splitlines():
        if entry.startswith("["):
            section = entry
        elif entry:
            name = entry.partition("=")[0]
            place = next(n for n in range(lines.index(section), len(lines)) if lines[n].startswith(f"{name}="))
            lines[place] = entry
    return "\n".join([*lines, ""])


BLOCKS = [Block(**match.groupdict()) for match in BLOCK.finditer(RECIPES)]
Run = Callable[..., str]


def copy(folder: Path, blocks: Iterable[Block]) -> Run:
    """Copy the package into a folder, put the blocks in, and return what runs that copy there."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for block in blocks:
        block.insert(folder)

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder)},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run("-c", "import xlnet; print(xlnet.__file__)").startswith(str(folder))
    seed = (ROOT / "templates" / "seed.toml").read_text(encoding="utf-8")
    (folder / "mine.toml").write_text(seed + SCHEDULED, encoding="utf-8")
    return run


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The package with all recipes followed."""
    return copy(tmp_path_factory.mktemp("recipes"), BLOCKS)


def added(place: str, blocks: Iterable[Block] = BLOCKS) -> set[str]:
    """The names that the blocks for tables of that name add."""
    return {re.split(r"\W+", block.code.strip(), maxsplit=2)[1] for block in blocks if block.place == place}


def test_every_recipe_is_tried() -> None:
    """A block whose first line names no place is not seen: then something is missing here."""
    tables = ("ACTIVATIONS", "LOSSES", "OPTIMIZERS", "SCHEDULES", "INITIALIZERS")
    assert [added(table) for table in tables] == [{name} for name in BUILDS]
    assert added("ENGINES") == {"second"}
    assert [Path(block.file).stem for block in BLOCKS if block.way == "a copy of "] == ["de"]
    assert len(BLOCKS) == len(re.findall(r"^```\w+$", RECIPES, re.MULTILINE))


@pytest.mark.parametrize(("name", "arguments"), BUILDS.items(), ids=BUILDS)
def test_what_a_recipe_adds_is_built_and_checked(
    followed: Run, tmp_path: Path, require: Callable[[str], str], name: str, arguments: list[str]
) -> None:
    path = str(tmp_path / "built.xlsx")
    followed("-m", "xlnet", "build", *arguments, "--iters", "12", "-o", path)
    template = "".join(str(cell.value) for cell in load_workbook(path)["Template"]["A"])
    # Of an initialiser the numbers are left.
    assert (f'"{name}"' in template) == (name != "lecun_uniform")
    assert "every cell agrees" in followed("-m", "xlnet", "check", path, "--engine", require("ironcalc"))


def test_the_sheet_that_a_recipe_adds_is_shown_and_judged(
    followed: Run, tmp_path: Path, require: Callable[[str], str]
) -> None:
    path = tmp_path / "sheet.xlsx"
    followed("-m", "xlnet", "build", "--layers", "2-3-1", "--iters", "12", "-o", str(path))
    workbook = load_workbook(path)
    assert "Largest" in {str(cell.value) for cell in workbook["Guide"]["B"]}
    values = load_workbook(path, data_only=True)
    headers, last = ([cell.value for cell in values["Training"][row]] for row in (3, 15))
    weights = [value for header, value in zip(headers, last, strict=True) if str(header).startswith("w")]
    assert len(weights) == 3 * 2 + 3
    assert values["Largest"]["C2"].value == max(float(str(value)) for value in weights)
    assert "every cell agrees" in followed("-m", "xlnet", "check", str(path), "--engine", require("ironcalc"))
    change_cell(path, "C2", typed_over, part=f"xl/worksheets/sheet{workbook.sheetnames.index('Largest') + 1}.xml")
    with pytest.raises(AssertionError, match="Largest!C2"):
        followed("-m", "xlnet", "check", str(path), "--engine", require("ironcalc"))


def test_the_engine_that_a_recipe_adds_checks(followed: Run, require: Callable[[str], str]) -> None:
    require("ironcalc")
    followed("-m", "xlnet", "build", "--iters", "12", "-o", "second.xlsx")
    report = json.loads(followed("-m", "xlnet", "check", "second.xlsx", "--engine", "second", "--json"))
    assert (report["agrees"], report["engine"]) == (True, "Second")
    names = followed("-c", "from xlnet.engines.choose import ENGINES; print(*ENGINES)").split()
    assert names == ["libreoffice", "ironcalc", "second"]
    assert "[auto|libreoffice|ironcalc|second]" in followed("-m", "xlnet", "check", "--help")


def test_the_language_that_a_recipe_adds_is_read_and_checked(
    followed: Run, tmp_path: Path, require: Callable[[str], str]
) -> None:
    path = tmp_path / "de.xlsx"
    followed("-m", "xlnet", "build", "--lang", "de", "--iters", "12", "-o", str(path))
    workbook = load_workbook(path, data_only=True)
    assert workbook.properties.language == "de-DE"
    shown = {row[1].value: row[2].value for row in workbook["Dashboard"].iter_rows()}
    assert (shown["Iterationen"], shown["diverged?"]) == (12, "nein")
    assert "every cell agrees" in followed("-m", "xlnet", "check", str(path), "--engine", require("ironcalc"))


def test_libreoffice_agrees_with_all_of_them_together(followed: Run, require: Callable[[str], str]) -> None:
    options = [*BUILDS["logsigmoid"], *BUILDS["pseudo_huber"], *BUILDS["averaged"], *BUILDS["lecun_uniform"]]
    followed("-m", "xlnet", "build", "mine.toml", *options, "--iters", "12", "-o", "all.xlsx")
    assert "every cell agrees" in followed("-m", "xlnet", "check", "all.xlsx", "--engine", require("libreoffice"))


def test_the_help_lists_what_was_added(followed: Run) -> None:
    words = re.split(r"[\s,:.]+", followed("-m", "xlnet", "build", "--help"))
    assert {*BUILDS} - {"inverse_root"} <= set(words)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_loss_is_built_before_its_sentence_is_written(tmp_path: Path, language: str) -> None:
    run = copy(tmp_path, [block for block in BLOCKS if block.place == "LOSSES"])
    run("-m", "xlnet", "build", "--loss", "pseudo_huber", "--iters", "3", "--lang", language, "-o", "bare.xlsx")

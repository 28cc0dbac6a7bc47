"""What is installed is whole: the wheel carries the templates and the texts, and works away from the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import xlnet

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked into an empty folder."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        package.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_builds_a_workbook_and_checks_it(unpacked: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(unpacked)}

    def run(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, encoding="utf-8"
        ).stdout

    where = run("-c", "import xlnet; print(xlnet.__file__)")
    assert where.startswith(str(unpacked))
    assert run("-m", "xlnet", "build", "--iters", "200", "--lr", "0.01").strip() == str(Path("output") / "seed.xlsx")
    assert "every cell agrees" in run("-m", "xlnet", "check", "output/seed.xlsx", "--engine", "ironcalc")


def test_the_wheel_holds_every_template(unpacked: Path) -> None:
    packed = {path.name for path in (unpacked / "xlnet" / "template" / "bundled").iterdir()}
    assert packed == {path.name for path in (ROOT / "templates").iterdir()}


def test_wheel_and_source_archive_say_that_they_are_typed(unpacked: Path, tmp_path: Path) -> None:
    """Type checkers pass over the hints of a package without this file."""
    assert (unpacked / "xlnet" / "py.typed").is_file()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)], cwd=ROOT, check=True
    )
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as package:
        packed = {name.partition("/")[2] for name in package.getnames()}
    assert "xlnet/py.typed" in packed
    # Whoever unpacks it can run the tests, and read how to go on.
    assert {"Makefile", ".ci/run", ".ci/system", "tests/conftest.py", "templates/seed.toml"} <= packed
    assert {path.name for path in ROOT.iterdir() if path.suffix in (".md", ".cff")} <= packed


def test_the_version_is_said_alike() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d\S*)\] - (\S+)$", changes, re.MULTILINE)
    assert newest is not None
    assert newest[1] == xlnet.__version__
    assert f"\nversion: {newest[1]}\ndate-released: {newest[2]}\n" in citation


def test_nothing_generated_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert not [name for name in listed.stdout.splitlines() if name.endswith((".xlsx", ".whl", ".pyc"))]

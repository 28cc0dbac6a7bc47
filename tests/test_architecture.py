"""ARCHITECTURE.md tells how the house is: its paths exist, and its rooms import only from below."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "xlnet"
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:[\w.]+/)*(?:\w+\.(?:py|toml|md)|\w+/))`")
# The package's front door, which hands the others' names on.
DOOR = {"__init__.py", "__main__.py"}

AUDITS_OF_XLSX = ("xlsx/package", "xlsx/unpack", "xlsx/whole_file")


def floors() -> dict[str, int]:
    """Return the floor of each room of the table, 0 the ground: a folder or module of the package."""
    table = re.findall(r"^\| (`.*?`) \|", TEXT.partition("\n## ")[0], re.MULTILINE)
    return {room: len(table) - 1 - row for row, cell in enumerate(table) for room in PATH.findall(cell)}


def room_of(path: Path) -> str:
    """Return the room that a file or folder of the package belongs to."""
    first, *rest = path.relative_to(PACKAGE).parts
    return f"{first}/" if rest or (PACKAGE / first).is_dir() else first


def imports() -> Iterator[tuple[Path, Path]]:
    """Yield each module of the package with each module or package of ours that it imports."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "xlnet":
                for name in node.names:
                    yield path, file_of(f"{node.module}.{name.name}")


def file_of(dotted: str) -> Path:
    """Return the module, or its package, that a dotted name stands in."""
    path = ROOT.joinpath(*dotted.split("."))
    while not path.is_dir() and not path.with_suffix(".py").is_file():
        path = path.parent
    return path if path.is_dir() else path.with_suffix(".py")


def test_every_path_is_there() -> None:
    paths = set(PATH.findall(TEXT))
    assert len(paths) > 50
    recipes = set(re.findall(r"^# (\S+), a new file$", TEXT, re.MULTILINE))
    assert [p for p in paths - recipes if not (ROOT / p).exists() and not (PACKAGE / p).exists()] == []


def test_every_module_has_a_room() -> None:
    rooms = {room_of(path) for path in PACKAGE.rglob("*.py")} - DOOR
    assert rooms - floors().keys() == set()


def test_rooms_import_only_from_below() -> None:
    floor = floors()
    found = [(room_of(path), room_of(imported)) for path, imported in imports() if imported != PACKAGE]
    known = [(room, below) for room, below in found if room not in DOOR]
    assert len(known) > 500
    upwards = {(room, below) for room, below in known if floor[below] > floor[room]}
    assert upwards == set()


def test_the_audit_shares_nothing_with_what_writes_workbooks() -> None:
    """So it judges our own workbooks as it does anybody's, and can be read by itself."""
    used = {imported.relative_to(PACKAGE) for path, imported in imports() if room_of(path) == "audit/"}
    outside = {path.as_posix() for path in used if path.parts[0] not in ("audit", "engines")}
    assert outside == {f"{name}.py" for name in ("errors", "sheet_size", "version", *AUDITS_OF_XLSX)}


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph: dict[Path, set[Path]] = {}
    for path, imported in imports():
        graph.setdefault(path, set()).add(imported / "__init__.py" if imported.is_dir() else imported)
    # It raises CycleError, with the circle.
    TopologicalSorter(graph).prepare()

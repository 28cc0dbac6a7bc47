"""Fixtures: real engines and real workbooks."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from kept import build as build_kept
from kept import keep_in
from slow import SLOW

import xlnet
from xlnet.engines import ironcalc, libreoffice
from xlnet.engines.choose import kept_running

# In CI the same templates are drawn every time, so that a change is judged by what it changes; elsewhere new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


# In the processes that tests start numpy need not start threads for large matrices: they are a quarter of its start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A workbook is many small objects that live long: by default a third of all time goes into looking for cycles in them.
gc.set_threshold(200_000, 20, 100)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutants", default="8", help="mutants of each template in the mutation campaign (default 8)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that take long, and let the files that take longest start first (see `--dist loadfile`)."""
    for item in items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if seconds_of(item) or "libreoffice" in (parameters.get("engine"), parameters.get("engine_name")):
            item.add_marker("slow")
    of_file = defaultdict[str, float](float)
    for test, seconds in SLOW.items():
        of_file[test.partition("::")[0]] += seconds
    items.sort(key=lambda item: of_file[item.path.name], reverse=True)


def seconds_of(item: pytest.Item) -> float:
    """Return how long all cases of a long test take; 0 for any other."""
    return SLOW.get(f"{item.path.name}::{item.name.partition('[')[0]}", 0.0)


@pytest.fixture(scope="session", autouse=True)
def _kept_workbooks(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the workbooks that are built once their folder: with several workers each has a part of one folder."""
    own = tmp_path_factory.getbasetemp()
    keep_in((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "kept")


@pytest.fixture(scope="session", autouse=True)
def _kept_engines() -> Iterator[None]:
    """Start each engine once: LibreOffice takes seconds."""
    with kept_running():
        yield


AVAILABLE = {"libreoffice": libreoffice.is_available, "ironcalc": ironcalc.is_available}

Build = Callable[..., Path]


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """Skip the test where an engine is missing; in CI that is a failure."""

    def require_engine(engine: str) -> str:
        if not AVAILABLE[engine]():
            reason = f"{engine} is not installed"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
        return engine

    return require_engine


# Not of the session: the engines then take turns test by test, and what one has made the other finds (see `kept`).
@pytest.fixture(params=["libreoffice", "ironcalc"])
def engine(request: pytest.FixtureRequest, require: Callable[[str], str]) -> str:
    """Each engine in turn."""
    return require(str(request.param))


ENGINES = tuple(AVAILABLE)


@pytest.fixture(scope="session")
def engines(require: Callable[[str], str]) -> list[str]:
    """The engines that are there, for work that is shared by the tests of each; in CI all must be there."""
    if os.environ.get("CI"):
        return [require(engine) for engine in ENGINES]
    return [engine for engine in ENGINES if AVAILABLE[engine]()]


@pytest.fixture(scope="session")
def validator() -> Path:
    """The folder in which npm has installed the Open XML validator; `make test` does, where there is node."""
    return _packages("@ooxml-tools/validate")


@pytest.fixture(scope="session")
def libraries() -> Path:
    """The folder in which npm has installed SheetJS and ExcelJS, with the validator."""
    return _packages("xlsx", "exceljs")


def _packages(*names: str) -> Path:
    """Return the folder of npm's packages. Without these, skip the test; in CI that is a failure."""
    folder = Path(os.environ.get("XLNET_VALIDATOR") or Path(sys.prefix) / "validator")
    if not (shutil.which("node") and all((folder / "node_modules" / name).is_dir() for name in names)):
        reason = f"node or its packages {', '.join(names)} are not installed"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return folder


@pytest.fixture
def plain(tmp_path: Path) -> Build:
    """Build a template without the sheets beside Training, where a test has nothing to do with them."""

    def build(template: str | Path = "seed", **overrides: object) -> Path:
        path = tmp_path / "plain.xlsx"
        build_kept(xlnet.load(template, **overrides), path, plain=True)
        return path

    return build


@pytest.fixture
def built(tmp_path: Path) -> Build:
    """Build a template with overrides and return the workbook's path."""

    def build(template: str | Path = "seed", **overrides: object) -> Path:
        path = tmp_path / "built.xlsx"
        build_kept(xlnet.load(template, **overrides), path)
        return path

    return build

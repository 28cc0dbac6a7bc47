"""Fixtures: real engines and real workbooks."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

import xlnet
from xlnet.engines import ironcalc, libreoffice

# In CI the same templates are drawn every time, so that a change is judged by what it changes; elsewhere new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutants", default="8", help="mutants of each template in the mutation campaign (default 8)")


AVAILABLE = {"libreoffice": libreoffice.is_available, "ironcalc": ironcalc.is_available}

Build = Callable[..., Path]


@pytest.fixture
def require() -> Callable[[str], str]:
    """Skip the test where an engine is missing; in CI that is a failure."""

    def require_engine(engine: str) -> str:
        if not AVAILABLE[engine]():
            reason = f"{engine} is not installed"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
        return engine

    return require_engine


@pytest.fixture(params=["libreoffice", "ironcalc"])
def engine(request: pytest.FixtureRequest, require: Callable[[str], str]) -> str:
    """Each engine in turn."""
    return require(str(request.param))


@pytest.fixture
def validator() -> Path:
    """The folder in which npm has installed the Open XML validator; `make test` does, where there is node."""
    return _packages("@ooxml-tools/validate")


@pytest.fixture
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
        xlnet.build(xlnet.load(template, **overrides), path, plain=True)
        return path

    return build


@pytest.fixture
def built(tmp_path: Path) -> Build:
    """Build a template with overrides and return the workbook's path."""

    def build(template: str | Path = "seed", **overrides: object) -> Path:
        path = tmp_path / "built.xlsx"
        xlnet.build(xlnet.load(template, **overrides), path)
        return path

    return build

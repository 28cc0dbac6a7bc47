"""Every bundled template, and templates drawn at random, build and agree with numpy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pytest
from conftest import ENGINES
from drawn import Document, covering, documents
from drawn_kinds import documents_with
from hypothesis import HealthCheck, Phase, given, settings
from workbook_xml import poison

import xlnet
from xlnet.checking.report.report import Report
from xlnet.model.layers import KINDS
from xlnet.template.parse import parse
from xlnet.template.sources import bundled_names

Reports = dict[str, list[Report]]


@pytest.fixture(scope="module")
def bundled(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The reports of each engine on all bundled templates."""
    folder = tmp_path_factory.mktemp("bundled")
    paths = [folder / f"{template}.xlsx" for template in bundled_names()]
    for template, path in zip(bundled_names(), paths, strict=True):
        kept.build(kept.some_iterations(template), path, plain=template not in kept.BUNDLED)
        poison(path)
    return kept.checked_by(engines, paths)


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("number", range(len(bundled_names())), ids=bundled_names())
def test_every_bundled_template_agrees(
    bundled: Reports, number: int, engine_name: str, require: Callable[[str], str]
) -> None:
    report = bundled[require(engine_name)][number]
    assert report.agrees, report.to_text()
    assert report.drift is not None
    assert report.drift < 1e-8


# Without shrinking: nothing is judged until all are drawn, and a drawn template is small as it is.
drawing = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


# How many templates are drawn, and how many of them an engine is given: LibreOffice takes longer.
DRAWN, GIVEN = 400, {"ironcalc": 80, "libreoffice": 36}


@pytest.fixture(scope="module")
def drawn(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Document, Report]]]:
    """Templates drawn at random with the reports on them; the sheets beside Training, much larger, in a quarter.

    Those that are built hold together every entry and every setting that has been drawn.
    """
    folder = tmp_path_factory.mktemp("drawn")
    every: list[Document] = []

    @settings(drawing, max_examples=DRAWN)
    @given(documents())
    def each(document: Document) -> None:
        every.append(document)

    each()
    built = covering(every, max(GIVEN.values()))
    paths = [folder / f"drawn{number}.xlsx" for number in range(len(built))]
    for number, (document, path) in enumerate(zip(built, paths, strict=True)):
        xlnet.build(parse(document, name="drawn", label="drawn"), path, plain=number % 4 > 0)
        poison(path)
    many, others = paths[: GIVEN["libreoffice"]], paths[GIVEN["libreoffice"] :]
    reports = kept.checked_by(engines, many)
    if "ironcalc" in engines:
        reports["ironcalc"] += kept.checked_by(["ironcalc"], others)["ironcalc"]
    return {engine: list(zip(built, found, strict=False)) for engine, found in reports.items()}


@pytest.mark.parametrize("engine_name", ENGINES)
def test_drawn_templates_agree(
    drawn: dict[str, list[tuple[Document, Report]]], engine_name: str, require: Callable[[str], str]
) -> None:
    of_engine = drawn[require(engine_name)]
    assert len(of_engine) == GIVEN[engine_name]
    for document, report in of_engine:
        assert report.agrees, json.dumps(document) + "\n" + report.to_text()


LONG = {
    "adam": {"optimizer": {"name": "adam"}, "iters": 9000},
    "nadam": {"optimizer": {"name": "nadam", "momentum_decay": 100.0}, "iters": 300},
    "step": {"iters": 500, "schedule": {"name": "step", "step_size": 1, "gamma": 0.1}},
    "exponential": {"iters": 9000, "schedule": {"name": "exponential", "gamma": 0.9}},
}


@pytest.mark.parametrize("changes", LONG.values(), ids=LONG.keys())
def test_powers_that_vanish_are_no_errors(tmp_path: Path, engine: str, changes: Document) -> None:
    """LibreOffice takes 0.9^9000 for an error."""
    document: Document = {
        "network": {"inputs": 1, "layers": [{"units": 1, "weights": [[0.5]], "bias": False}]},
        "data": {"x": [[1]], "t": [[2]]},
        "training": {"iters": changes["iters"], "optimizer": {"lr": 0.01} | changes.get("optimizer", {})},
    }
    if "schedule" in changes:
        document["training"]["schedule"] = changes["schedule"]
    path = tmp_path / "long.xlsx"
    kept.build(parse(document, name="long", label="long"), path)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()
    assert report.diverged_at is None


def test_squares_that_vanish_are_no_errors(tmp_path: Path, engine: str) -> None:
    """LibreOffice takes 1E-200^2 for an error."""
    document: Document = {
        "network": {"inputs": 1, "layers": [{"units": 1, "weights": [[1]], "bias": False}]},
        "data": {"x": [[1]], "t": [[0]]},
        "training": {"iters": 700, "optimizer": {"name": "sgd", "lr": 0.5}},
    }
    path = tmp_path / "tiny.xlsx"
    xlnet.build(parse(document, name="tiny", label="tiny"), path)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()
    assert report.diverged_at is None


@pytest.mark.parametrize("logits", [[1000.0, 0.0], [0.0, -1000.0], [800.0, 800.0]])
@pytest.mark.parametrize(("activation", "loss"), [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")])
def test_vanished_probabilities_are_no_errors(
    tmp_path: Path, engine: str, logits: list[float], activation: str, loss: str
) -> None:
    layer = {"units": 2, "activation": activation, "weights": [[0.0], [0.0]], "biases": logits}
    document: Document = {
        "network": {"inputs": 1, "layers": [layer]},
        "data": {"x": [[1]], "t": [[0, 1]]},
        "training": {"iters": 3, "loss": loss},
    }
    path = tmp_path / "far.xlsx"
    kept.build(parse(document, name="far", label="far"), path)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()
    assert report.diverged_at is None


def test_a_wide_network_agrees(tmp_path: Path, engine: str) -> None:
    """Of about 600 parameters: blocks of ten rows, SUMPRODUCTs over 24 cells, thousands of cells moved at once."""
    path = tmp_path / "wide.csv"
    header = ",".join(f"p{number}" for number in range(24))
    rows = [",".join(str((row * column) % 29) for column in range(1, 25)) + f",c{row % 4}" for row in range(40)]
    path.write_text("\n".join([f"{header},class", *rows]), encoding="utf-8")
    network: dict[str, Any] = {"layers": "24-20-4", "activation": "relu", "output_activation": "softmax"}
    data: dict[str, Any] = {"data": path, "inputs": header, "targets": "class", "standardize": True, "batch": 6}
    spec = xlnet.load(**network, **data, loss="cross_entropy", iters=14)
    workbook = tmp_path / "wide.xlsx"
    kept.build(spec, workbook)
    poison(workbook)
    report = kept.check(workbook, engine=engine)
    assert report.agrees, report.to_text()


# How many networks are drawn with each kind of layer.
OF_EACH_KIND = 3


@pytest.mark.parametrize("kind", KINDS)
def test_networks_of_every_kind_agree(tmp_path: Path, kind: str, require: Callable[[str], str]) -> None:
    """In either layout; one of them with the sheets beside Training."""
    found: dict[Path, Document] = {}

    @settings(drawing, max_examples=OF_EACH_KIND)
    @given(documents_with(kind))
    def each(document: Document) -> None:
        path = tmp_path / f"{kind}{len(found)}.xlsx"
        xlnet.build(parse(document, name="drawn", label="drawn"), path, plain=len(found) > 0)
        poison(path)
        found[path] = document

    each()
    for document, report in zip(found.values(), kept.check_all(list(found), require("ironcalc")), strict=True):
        assert report.agrees, json.dumps(document) + "\n" + report.to_text()

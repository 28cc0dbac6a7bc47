"""The limits of a sheet are told before any work starts, with what would fit."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from drawn import Document, documents
from hypothesis import given, settings

import xlnet
from xlnet.book.limits import require_room, require_room_for_runs
from xlnet.book.model import model_of
from xlnet.model.iteration import iteration
from xlnet.render.excel import length
from xlnet.render.room import block_size, columns_needed
from xlnet.spec import MATRIX, ROWS, Spec
from xlnet.template.parse import parse


@settings(deadline=None)
@given(documents())
def test_columns_are_counted_before_they_are_laid_out(document: Document) -> None:
    spec = parse(document, name="drawn", label="drawn")
    assert columns_needed(spec) == len(iteration(spec).nodes)


def wide(tmp_path: Path, samples: int) -> Path:
    path = tmp_path / "wide.csv"
    path.write_text("a,b,y\n" + "".join(f"{n},{n % 7},{n % 3}\n" for n in range(samples)), encoding="utf-8")
    return path


def longest(spec: Spec) -> int:
    """Return the characters of the longest formula."""
    model = model_of(spec)
    texts = [text for column in model.columns for text in (column.first_formula, column.formula) if text]
    return max(length(text, model.layout) for text in texts)


def test_the_message_says_what_would_fit(tmp_path: Path) -> None:
    """Of rows so many that matrices do not fit."""
    data = wide(tmp_path, 1000)
    given: dict[str, Any] = {"inputs": "a,b", "targets": "y", "layers": "2-4-1", "activation": "tanh"}
    given |= {"data": data, "iters": 1_000_000}
    out = tmp_path / "out.xlsx"
    with pytest.raises(xlnet.UserError, match=r"--batch 900 needs [\d,]+ columns, .* --batch \d+ would fit") as error:
        xlnet.build(replace(xlnet.load(**given, batch=900), layout=ROWS), out)
    assert not out.exists()
    fits = int(str(error.value).split("--batch ")[2].split(" ")[0])
    assert columns_needed(xlnet.load(**given, batch=fits)) <= 16_384
    assert longest(xlnet.load(**given, batch=fits)) <= 8192


def test_a_batch_too_large_for_a_row_is_laid_out_in_matrices(tmp_path: Path) -> None:
    given: dict[str, Any] = {"inputs": "a,b", "targets": "y", "layers": "2-4-1", "activation": "tanh", "batch": 900}
    spec = xlnet.load(data=wide(tmp_path, 1000), **given)
    assert spec.layout == MATRIX
    assert "an iteration does not fit a row of a sheet: it is laid out in matrices, a block of rows" in spec.notes[0]
    assert block_size(spec) == (model_of(spec).layout.stride, model_of(spec).layout.last_column)
    assert longest(spec) <= 8192
    most = (1_048_576 - 3) // block_size(spec)[0]
    require_room(replace(spec, training=replace(spec.training, iters=most)))
    said = rf"{most + 1:,} iterations of [\d,]+ rows each do not fit a sheet: --iters {most:,} would"
    with pytest.raises(xlnet.UserError, match=said):
        require_room(replace(spec, training=replace(spec.training, iters=most + 1)))


def test_runs_that_do_not_fit_one_workbook(tmp_path: Path) -> None:
    """The batch that is named holds all of them, and the next one does not."""
    given: dict[str, Any] = {"data": wide(tmp_path, 300), "inputs": "a,b", "targets": "y", "layers": "2-8-1"}
    given |= {"activation": "tanh"}
    said = {
        2: r"too large for one workbook: use --batch (\d+), fewer --iters or smaller --layers",
        5: r"5 runs, but a workbook holds at most 3 of this size: compare fewer, --batch (\d+), or print",
    }
    for count, message in said.items():
        rates = [0.1 * k for k in range(1, count + 1)]
        batch = 300 if count == 2 else 150
        with pytest.raises(xlnet.UserError, match=message) as error:
            require_room_for_runs(xlnet.load_comparison(lr=rates, batch=batch, **given))
        fits = int(str(error.value).split("--batch ")[1].split(",")[0])
        require_room_for_runs(xlnet.load_comparison(lr=rates, batch=fits, **given))
        with pytest.raises(xlnet.UserError, match=f"--batch {fits},"):
            require_room_for_runs(xlnet.load_comparison(lr=rates, batch=fits + 1, **given))


def test_a_network_that_is_too_wide(tmp_path: Path) -> None:
    started = time.monotonic()
    spec = xlnet.load("seed", layers="2-3000-1", bias=True)
    assert spec.layout == MATRIX
    said = r"the network needs [\d,]+ columns, but a sheet has 16,384: layout = .matrix. would fit"
    with pytest.raises(xlnet.UserError, match=said):
        xlnet.build(replace(spec, layout=ROWS), tmp_path / "out.xlsx")
    with pytest.raises(xlnet.UserError, match=r"an iteration needs [\d,]+ rows and [\d,]+ columns, .* make its layers"):
        xlnet.build(xlnet.load("seed", layers="2-9000-1", bias=True), tmp_path / "out.xlsx")
    assert time.monotonic() - started < 60


def test_weights_are_counted_before_they_are_drawn() -> None:
    wanted = (
        "iris: --layers: the layers have 208,008 weights and units, each a cell of every iteration: make them smaller"
    )
    with pytest.raises(xlnet.UserError, match=wanted):
        xlnet.load("iris", layers="4-16000-8", seed=1)


def test_a_gradient_of_all_samples_is_a_product_of_matrices(tmp_path: Path) -> None:
    spec = xlnet.load(data=wide(tmp_path, 900), inputs="a,b", targets="y", layers="2-1", iters=10, batch="full")
    assert spec.layout == ROWS
    assert longest(spec) < 100


def test_a_batch_that_nobody_chose_fits(tmp_path: Path) -> None:
    """Where a row has too many columns."""
    path = wide(tmp_path, 900)
    for layers in ("2-1", "2-300-1"):
        spec = xlnet.load(data=path, inputs="a,b", targets="y", layers=layers, iters=1)
        assert spec.batch_size == (900 if layers == "2-1" else 16)
        assert layers == "2-1" or [note for note in spec.notes if "linear" not in note] == [
            f"wide.csv: all 900 samples at once do not fit a sheet: the batch is {spec.batch_size} "
            "(--batch chooses another)",
        ]
        assert columns_needed(spec) <= 16_384
        assert longest(spec) <= 8192
    few = wide(tmp_path, 300)
    spec = xlnet.load(data=few, inputs="a,b", targets="y", layers="2-1")
    assert (spec.training.batch, spec.notes) == (None, ())

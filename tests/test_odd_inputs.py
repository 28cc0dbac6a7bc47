"""Whatever text or number a person gives: the workbook is built, or one sentence says what cannot be."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import xlnet
from xlnet.template.parse import parse
from xlnet.template.runs import load_comparison, parse_comparison
from xlnet.xlsx.whole_file import written_whole

TEXTS = ["size\x0bm2", "\x00", "\x1b[31m", "a\ud800", "\ufffe", "\uffff", "x" * 40_000, "  ", "", "=1+1", "@SUM(1)"]
TEXTS += ["=cmd|' /C calc'!A0", "-1", "a\r\nb", "_x0041_", "{row}{0}", "TRUE", "1e5", "😀" * 3_000, "\x7f", ']]>&"']
LARGEST = sys.float_info.max
NUMBERS = [0.0, 5e-324, 1e-200, 1e154, 1e200, LARGEST, -LARGEST, 10**308, 10**400]


def document(**data: Any) -> dict[str, Any]:
    """A network that classifies three samples by two inputs, without a hidden layer."""
    samples = {"x": [[0, 1], [1, 0], [1, 1]], "t": [[0, 1], [1, 0], [1, 0]]}
    return {
        "network": {"inputs": 2, "layers": [{"units": 2, "activation": "softmax", "init": "normal"}]},
        "data": samples | data,
        "training": {"iters": 2, "loss": "cross_entropy"},
    }


def built_or_refused(content: dict[str, Any], path: Path) -> str:
    """Return why a template cannot be built, nothing where it is; any other error is a fault of xlnet's."""
    try:
        xlnet.build(parse(content, name="odd", label="odd"), path)
    except xlnet.UserError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:12]))
def test_any_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.xlsx"
    holds_none = re.search("[\x00-\x08\x0b\ud800\ufffe\uffff\x1b]", text) or len(text) > 5_000
    for key, content in (
        ("title", document() | {"title": text}),
        ("description", document() | {"description": text}),
        ("data.x_names", document(x_names=[text, "b"])),
        ("data.t_names", document(t_names=["b", text])),
    ):
        problem = built_or_refused(content, path)
        is_refused = bool(holds_none) or ("names" in key and not text.strip())
        assert problem.startswith(f"odd: {key}: ") == is_refused, problem
    for run in ({"name": text}, {"note": text}, {"settings": {"k": text}}, {"settings": {text: 1}}, {text: 1}):
        content = document() | {"compare": {"runs": [{"lr": 0.1}, {"lr": 0.2} | run]}}
        with suppress(xlnet.UserError):
            xlnet.build_comparison(parse_comparison(content, "odd", "odd"), path)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:12]))
def test_any_name_in_a_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.csv"
    for header, name in ((text, "k"), ("a", text)):
        with file.open("w", newline="", encoding="utf-8", errors="surrogatepass") as target:
            csv.writer(target).writerows([[header, "b", "y"], [1, 2, "z"], [2, 1, name], [3, 3, "z"]])
        with suppress(xlnet.UserError):
            given: dict[str, Any] = {"inputs": [header.strip(), "b"], "targets": ["y"], "layers": "2-2", "iters": 2}
            xlnet.build(xlnet.load(data=file, **given), tmp_path / "odd.xlsx")


def test_a_class_that_no_cell_can_hold_is_named_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("a,y\n1,k\n2,size\x0bm2\n", encoding="utf-8")
    with pytest.raises(xlnet.UserError, match=r"odd\.csv: line 3, column y: contains a control character"):
        xlnet.load(data=file, inputs="a", targets="y", layers="1-2")


def test_two_classes_of_one_name_are_refused() -> None:
    """A sample of the one that is taken for the other would count as right."""
    with pytest.raises(xlnet.UserError, match=r"data\.t_names: two classes have the same name"):
        parse(document(t_names=["k", "k"]), name="odd", label="odd")


def numbered(number: float) -> Iterator[dict[str, Any]]:
    """Yield templates with a number everywhere that one can stand."""
    for standardize in (False, True):
        yield document(x=[[number, 0], [0, 1], [1, 2]], standardize=standardize)
        yield document(x=[[number, 0], [-number, 1], [0, 2]], standardize=standardize)
    for weight, x, t, lr in ((number, 1, 1, 0.1), (1, number, 1, 0.1), (1, 1, number, 0.1), (1, 1, 1, number)):
        layer = {"units": 1, "activation": "identity", "weights": [[weight]], "biases": [weight]}
        for samples in ([x], [x, -x]):
            yield {
                "network": {"inputs": 1, "layers": [layer]},
                "data": {"x": [[value] for value in samples], "t": [[t]] * len(samples)},
                "training": {"iters": 2, "optimizer": {"name": "adam", "lr": lr}},
            }


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number:.3e}" if number < 1e308 else "huge")
def test_any_number(tmp_path: Path, number: float) -> None:
    for content in numbered(number):
        problem = built_or_refused(content, tmp_path / "odd.xlsx")
        assert problem.startswith("odd: ") or not problem
    runs = [{"lr": 0.1}, {"lr": number, "settings": {"k": number}}]
    with suppress(xlnet.UserError):
        xlnet.build_comparison(
            parse_comparison(document() | {"compare": {"runs": runs}}, "odd", "odd"), tmp_path / "o.xlsx"
        )


@pytest.mark.parametrize("scale", [1e-200, 1e200, LARGEST])
def test_what_no_spreadsheet_can_standardise_is_refused(scale: float) -> None:
    with pytest.raises(xlnet.UserError, match=r"odd: data\.standardize: input 1 .*: use another unit of measurement"):
        parse(document(x=[[scale, 0], [0, 1], [0, 2]], standardize=True), name="odd", label="odd")


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(xlnet.UserError, match="not a valid file name"):
        xlnet.build(xlnet.load("seed", iters=2), tmp_path / "a\0.xlsx")
    for load in (xlnet.load, load_comparison):
        with pytest.raises(xlnet.UserError, match="not a valid file name"):
            load("a\0.toml")


def test_a_link_to_itself_is_told_from_a_fault(tmp_path: Path) -> None:
    (tmp_path / "loop.xlsx").symlink_to(tmp_path / "loop.xlsx")
    with pytest.raises(xlnet.UserError, match=r"cannot be written"):
        xlnet.build(xlnet.load("seed", iters=2), tmp_path / "loop.xlsx")
    with pytest.raises(RuntimeError, match="of our own"), written_whole(tmp_path / "whole.xlsx"):
        raise RuntimeError("of our own")
    assert not (tmp_path / "whole.xlsx").exists()

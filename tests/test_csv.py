"""Samples from CSV files: what is read, and what is refused with its row and column."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import xlnet
from xlnet.spec import Spec
from xlnet.template.parse import parse
from xlnet.template.runs import serialize_comparison
from xlnet.template.serialize import serialize
from xlnet.template.sources import read_toml


def load(path: Path, **overrides: Any) -> Spec:
    given: dict[str, Any] = {"inputs": "a,b", "targets": "y", "layers": "2-2-1"} | overrides
    return xlnet.load(data=path, **given)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my data.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_columns_are_found_by_name(file: Path, encoding: str, newline: str) -> None:
    text = '"a",skipped,y, b \n1,"x, y",3,"2"\n\n-4e-1,"say ""hi""",6, 5\n'
    file.write_bytes(text.replace("\n", newline).encode(encoding))
    spec = load(file)
    assert spec.data.x == ((1.0, 2.0), (-0.4, 5.0))
    assert spec.data.t == ((3.0,), (6.0,))
    assert spec.data.x_names == ("a", "b")
    assert spec.name == "my data"


def test_a_target_of_text_becomes_one_hot_in_order_of_appearance(file: Path) -> None:
    file.write_text("a,b,kind\n1,2,ζ\n3,4,a\n5,6,ζ\n", encoding="utf-8")
    spec = load(file, targets="kind", layers="2-3-2")
    assert spec.data.t == ((1, 0), (0, 1), (1, 0))
    assert spec.data.t_names == ("ζ", "a")


REFUSED = {
    "text among numbers": ("a,b,y\n1,2,3\n4,five,6\n", "line 3, column b: must be a number, not 'five'"),
    "text for an input": ("a,b,y\nred,2,3\nblue,5,6\n", "line 2, column a: must be a number, not 'red'"),
    "infinity": ("a,b,y\n1,2,3\n4,inf,6\n", "line 3, column b: must be a number, not 'inf'"),
    "short row": ("a,b,y\n1,2,3\n4,5\n", "line 3: has 2 cells, but the first line has 3"),
    "no such column": ("a,c,y\n1,2,3\n", "--inputs: b is not a column of the CSV file; its columns are a, c, y"),
    "column twice": ("a,b,b,y\n1,2,2,3\n", "--inputs: b is the name of columns 2 and 3 of the CSV file"),
    "no sample": ("a,b,y\n", "needs a header row and at least one sample"),
    "empty": ("", "has no samples"),
    "open quote": ('a,b,y\n1,2,"3\n', "not a CSV file: line 2: "),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(file: Path, text: str, message: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(xlnet.UserError, match=re.escape(message)) as error:
        load(file)
    assert file.name in str(error.value)


def test_other_encodings_are_refused(file: Path) -> None:
    file.write_bytes("a,b,y\n1,2,grün\n".encode("cp1252"))
    with pytest.raises(xlnet.UserError, match="not UTF-8 text: name its --encoding"):
        load(file)


def test_a_missing_file(file: Path) -> None:
    with pytest.raises(xlnet.UserError, match="no such file"):
        load(file)


def test_a_network_of_another_width(file: Path) -> None:
    file.write_text("a,b,y\n1,2,3\n", encoding="utf-8")
    with pytest.raises(xlnet.UserError, match="--inputs: 2 inputs, but the network has 3: --layers 2-1 would fit"):
        load(file, layers="3-1")


def test_a_constant_input_cannot_be_standardised(file: Path) -> None:
    file.write_text("a,b,y\n1,2,3\n1,4,3\n", encoding="utf-8")
    with pytest.raises(xlnet.UserError, match=r"input 1 \(a\) is the same in every sample"):
        load(file, standardize=True)


@pytest.mark.parametrize("missing", ["inputs", "targets", "layers"])
def test_what_is_needed_without_a_template(file: Path, missing: str) -> None:
    given: dict[str, Any] = {"inputs": "a", "targets": "y", "layers": "1-1"}
    del given[missing]
    with pytest.raises(xlnet.UserError, match=f"--data: without a template, --{missing} is also needed"):
        xlnet.load(data=file, **given)


def test_a_template_reads_its_csv_beside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "d.csv").write_text("a,y\n1,2\n3,4\n", encoding="utf-8")
    (tmp_path / "there" / "t.toml").write_text(
        "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\n"
        "[data]\ncsv = 'd.csv'\ninputs = ['a']\ntargets = ['y']\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert xlnet.load("there/t.toml").data.x == ((1.0,), (3.0,))


def test_the_workbook_says_where_its_samples_come_from(tmp_path: Path) -> None:
    """The numbers stand in it: whoever checks it needs no file."""
    path = tmp_path / "my\nfile.csv"
    path.write_text("a,b,y\n1,2,3\n4,5,6\n", encoding="utf-8")
    spec = load(path)
    text = serialize(spec)
    assert text.startswith("# samples read from my\\nfile.csv: inputs a, b; targets y\n")
    assert "csv =" not in text
    again = parse(read_toml(text, "Template"), name=spec.name, label="Template")
    assert again == spec
    comparison = xlnet.load_comparison(data=path, inputs="a,b", targets="y", layers="2-1", lr=[0.1, 0.2])
    assert serialize_comparison(comparison).startswith(text.partition("title")[0] + "title")

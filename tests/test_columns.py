"""Kinds of columns of a CSV file: classes, categories, missing values, and how many inputs and outputs they give."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from test_dialects import read

import xlnet

PENGUINS = "kind,bill,mass,sex\nA,39.1,3750,male\nG,NA,5000,female\nA,40.3,,female\nG,50,5100,null\nA,41,3500,male\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.csv"


def test_whole_numbers_are_classes_where_told(file: Path) -> None:
    data, _ = read(file, "a,y\n1,10\n2,2\n3,2.0\n4,0\n", inputs="a", targets="y", classes="y", layers="1-3")
    assert data.t_names == ("0", "2", "10")
    assert data.t == ((0, 0, 1), (0, 1, 0), (0, 1, 0), (1, 0, 0))


def test_texts_and_numbers_may_be_classes_together(file: Path) -> None:
    data, _ = read(file, "a,y\n1,7\n2,x\n3,7\n", inputs="a", targets="y", classes="y", layers="1-2")
    assert data.t_names == ("7", "x")


@pytest.mark.parametrize(
    ("zero", "one", "told"),
    [
        ("no", "yes", ""),
        ("FALSE", "True", ""),
        ("-1", "1", "y"),
        ("1", "2", "y"),
        ("negative", "positive", ""),
        ("normal", "abnormal", ""),
        ("B", "M", ""),
        ("阴性", "阳性", ""),
    ],
)
@pytest.mark.parametrize("is_turned", [False, True])
def test_two_classes_on_one_output_are_0_and_1(file: Path, zero: str, one: str, told: str, is_turned: bool) -> None:
    """Whichever comes first in the file."""
    entries = [one, zero, one] if is_turned else [zero, zero, one]
    text = "a,y\n" + "".join(f"{number},{entry}\n" for number, entry in enumerate(entries))
    given = {"classes": told} if told else {}
    data, notes = read(file, text, inputs="a", targets="y", layers="1-1", **given)
    assert data.class_names == (zero, one)
    assert data.t == tuple((float(entry == one),) for entry in entries)
    assert f"own.csv: y: 0 is {zero}, 1 is {one}" in notes
    several, _ = read(file, text, inputs="a", targets="y", layers="1-2", **given)
    assert several.class_names == ()
    assert sorted(several.t_names) == sorted((zero, one))


def test_several_columns_of_two_classes_have_an_output_each(file: Path) -> None:
    text = "a,p,q\n1,yes,m\n2,no,f\n"
    data, _ = read(file, text, inputs="a", targets="p,q", layers="1-2")
    assert data.t_names == ("p=yes", "q=m")
    assert data.t == ((1, 1), (0, 0))
    data, _ = read(file, text, inputs="a", targets="p,q", layers="1-4")
    assert data.t_names == ("p=yes", "p=no", "q=m", "q=f")


def test_categories_become_inputs_of_0_and_1(file: Path) -> None:
    text = "class,sex,fare,y\n3,male,7,0\n1,female,71,1\n3,female,8,1\n"
    data, _ = read(file, text, inputs="class,sex,fare", targets="y", categorical="sex,class", layers="5-1")
    assert data.x_names == ("class=1", "class=3", "sex=male", "sex=female", "fare")
    assert data.x == ((0, 1, 1, 0, 7), (1, 0, 0, 1, 71), (0, 1, 0, 1, 8))


def penguins(file: Path, **given: Any) -> Any:
    shape = {"inputs": "bill,mass", "targets": "kind", "layers": "2-1"} | given
    return read(file, PENGUINS, **shape)


def test_rows_that_miss_a_value_are_left_out(file: Path) -> None:
    data, notes = penguins(file, missing="drop")
    assert data.x == ((39.1, 3750), (50, 5100), (41, 3500))
    assert notes[0] == "own.csv: 2 of 5 rows left out, which miss a value (bill 1, mass 1)"
    assert "2 of 5 rows left out" in data.source


def test_the_mean_is_filled_in_for_numbers_alone(file: Path) -> None:
    """A row without its category is left out, and has no part in the mean."""
    data, notes = penguins(file, inputs="bill,mass,sex", categorical="sex", layers="4-1", missing="mean")
    assert data.x_names == ("bill", "mass", "sex=male", "sex=female")
    assert data.x[1] == (pytest.approx((39.1 + 40.3 + 41) / 3), 5000, 0, 1)
    assert data.x[2][1] == pytest.approx((3750 + 5000 + 3500) / 3)
    assert [note.removeprefix("own.csv: ") for note in notes[:3]] == [
        "1 of 5 rows left out, which miss a value (sex 1)",
        "kind: 0 is A, 1 is G",
        "1 of 4 values of bill filled in with the mean, 40.1333",
    ]


@pytest.mark.parametrize("sign", ["NA", "N/A", "?", "nan", "NaN", "null", "None", "", "  "])
def test_a_missing_value_is_never_a_class(file: Path, sign: str) -> None:
    text = f"a,y\n1,m\n2,{sign}\n3,f\n4,{sign}\n"
    given = {"inputs": "a", "targets": "y", "layers": "1-2"}
    with pytest.raises(xlnet.UserError, match=r"line 3, column y: the value is missing .*2 of 4 rows miss one \(y 2\)"):
        read(file, text, **given)
    data, _ = read(file, text, **given, missing="mean")
    assert (data.x, data.t_names) == (((1,), (3,)), ("m", "f"))


def test_samples_held_out_have_no_part_in_the_mean(file: Path) -> None:
    text = "a,y,part\n1,2,train\n3,4,train\n,5,train\n90,6,test\n,7,test\n"
    data, _ = read(file, text, inputs="a", targets="y", layers="1-1", split="part", missing="mean")
    assert data.x == ((1,), (3,), (2,))
    assert data.held_x == ((90,), (2,))


def test_a_value_that_misses_elsewhere_does_not_matter(file: Path) -> None:
    data, _ = read(file, "a,b,y\n1,,2\n3,,4\n", inputs="a", targets="y", layers="1-1")
    assert len(data.x) == 2


TITANIC = 'id,name,sex,age,cabin,y\n1,"Doe, Mr. J",male,22,,0\n2,"Roe, ""Liz""",female,35,C8,1\n'
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "all texts are named": (
        TITANIC,
        {"inputs": "all", "layers": "5-1"},
        "line 2, column name: must be a number, not 'Doe, Mr. J': leave out the inputs that are texts, or name them in "
        "--categorical if they are categories (name, sex, cabin)",
    ),
    "what columns give": (
        TITANIC,
        {"inputs": "sex,age", "categorical": "sex", "layers": "2-4-1"},
        "--inputs: 2 columns give 3 inputs, but the network has 2: --layers 3-4-1 would fit",
    ),
    "outputs, too": (
        "a,y\n1,p\n2,q\n3,r\n",
        {"inputs": "a", "layers": "2-1"},
        "1 input, but the network has 2; there are 3 targets (p, q, r), but the network has 1 output: --layers 1-3",
    ),
    "nothing in a column": ("a,b,y\n1,,2\n3,NA,4\n", {"inputs": "all", "layers": "2-1"}, "column b: has no value in"),
    "nothing is complete": (
        "a,b,y\n1,,2\n,1,4\n",
        {"inputs": "all", "layers": "2-1", "missing": "drop"},
        "every line misses a value: leave out the column that misses most, a",
    ),
    "a class that is a fraction": (
        "a,y\n1,2\n3,2.5\n",
        {"inputs": "a", "classes": "y", "layers": "1-2"},
        "line 3, column y: a class must be a text or a whole number, not '2.5'",
    ),
    "one class alone": ("a,y\n1,p\n2,p\n", {"inputs": "a", "layers": "1-1"}, "column y: has one class alone, 'p'"),
    "no target": (
        "a,y\n1,2\n",
        {"inputs": "a", "classes": "a", "layers": "1-1"},
        "--classes: a is not among the targets",
    ),
    "no input": (
        "a,b,y\n1,2,3\n",
        {"inputs": "a", "categorical": "b", "layers": "1-1"},
        "--categorical: b is not among the inputs",
    ),
    "numbers for a fused loss": (
        "a,y\n1,1\n2,2\n",
        {"inputs": "a", "layers": "1-1", "loss": "binary_cross_entropy", "output_activation": "sigmoid"},
        "name the column in --classes if it holds classes",
    ),
    "all but everything": ("a,y\n1,2\n", {"inputs": "all-but:a", "layers": "1-1"}, "--inputs: leaves no column"),
    "a near miss": (
        "size,y\n1,2\n",
        {"inputs": "sise", "layers": "1-1"},
        "(did you mean size?); its columns are size, y",
    ),
}


@pytest.mark.parametrize(("text", "given", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(file: Path, text: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(xlnet.UserError, match=re.escape(message)):
        read(file, text, targets="y", **given)


def test_class_names_are_those_of_0_and_1() -> None:
    with pytest.raises(xlnet.UserError, match="class_names: are those of 0 and 1"):
        xlnet.load("seed", **{"data.class_names": ["no", "yes"]})
    with pytest.raises(xlnet.UserError, match="class_names: two classes have the same name"):
        xlnet.load("xor", **{"data.class_names": ["no", "no"]})


def test_a_comparison_takes_how_a_file_is_read_and_what_differs(file: Path) -> None:
    file.write_text(PENGUINS, encoding="utf-8")
    given: dict[str, Any] = {
        "data": file,
        "inputs": "bill,mass",
        "targets": "kind",
        "layers": "2-1",
        "standardize": True,
    }
    runs = xlnet.load_comparison(**given, settings={"data.missing": ["drop", "mean"]}).runs
    assert [len(run.spec.data.x) for run in runs] == [3, 5]
    with pytest.raises(xlnet.UserError, match="set the same key"):
        xlnet.load_comparison(**given, settings={"data.inputs": [["bill"], ["mass"]]})


def test_what_would_fit_names_classes_where_numbers_may_be_some(file: Path) -> None:
    text = "a,digit\n" + "".join(f"{number},{number % 3}\n" for number in range(6))
    with pytest.raises(xlnet.UserError, match="name digit in --classes if its numbers are classes, or --layers 1-1"):
        read(file, text, inputs="a", targets="digit", layers="1-3")


def test_settings_of_a_loss_that_was_chosen_to_fit_are_taken(file: Path) -> None:
    file.write_text("a,y\n1,p\n2,q\n3,p\n", encoding="utf-8")
    given: dict[str, Any] = {"data": file, "inputs": "a", "targets": "y", "layers": "1-2"}
    given |= {"training.class_weights": [1, 2], "training.label_smoothing": 0.1}
    training = xlnet.load(**given).training
    assert (training.loss, training.class_weights) == ("cross_entropy", (1.0, 2.0))
    assert training.loss_settings == {"label_smoothing": 0.1}


def test_a_linear_network_and_targets_of_0_and_1_are_noted(file: Path) -> None:
    text = "a,y\n1,0\n2,1\n3,0\n"
    _, notes = read(file, text, inputs="a", targets="y", layers="1-2-1")
    assert [note.partition("(")[2] for note in notes] == [
        "--activation tanh changes that)",
        "--classes y takes them for classes)",
    ]
    _, notes = read(file, text, inputs="a", targets="y", layers="1-2-1", activation="tanh", loss="mse")
    assert notes == ()

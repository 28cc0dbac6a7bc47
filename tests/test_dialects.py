"""CSV files as people have them: synthetic ones in the shapes of those that everybody knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import xlnet
from xlnet.spec import Data
from xlnet.template.parse import parse
from xlnet.template.serialize import serialize
from xlnet.template.sources import read_toml

TWO = {"inputs": "a,b", "targets": "y", "layers": "2-1"}
NUMBERS = ((1.5, 20.0), (-0.25, 30.0)), ((1.0,), (0.0,))
GERMAN = "a;b;y\r\n1,5;20;1\r\n-0,25;30;0\r\n"


def read(path: Path, text: str, written: str = "utf-8", **given: Any) -> tuple[Data, tuple[str, ...]]:
    """Return the data of a file with this text, and what is said of it."""
    path.write_bytes(text.encode(written))
    spec = xlnet.load(data=path, **given)
    again = parse(read_toml(serialize(spec), "Template"), name=spec.name, label="Template")
    assert again == spec, "sheet Template says the same"
    return spec.data, spec.notes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.csv"


ALIKE: dict[str, tuple[str, str, dict[str, str]]] = {
    "comma": ("a,b,y\n1.5,20,1\n-0.25,30,0\n", "utf-8", {}),
    "semicolon": ("a;b;y\n1.5;20;1\n-0.25;30;0\n", "utf-8", {}),
    "tab": ("a\tb\ty\n1.5\t20\t1\n-0.25\t30\t0\n", "utf-8", {}),
    "two colons": ("a::b::y\n1.5::20::1\n-0.25::30::0\n", "latin-1", {}),
    "bars": ("a|b|y\n1.5|20|1\n-0.25|30|0\n", "utf-8", {}),
    "blanks": ("  a    b  y\n  1.50  20  1\n -0.25  30  0 \n", "utf-8", {}),
    "German": (GERMAN, "utf-8", {}),
    "German, with its mark": (GERMAN, "utf-8-sig", {}),
    "German, UTF-16": (GERMAN, "utf-16", {}),
    "German, UTF-32": (GERMAN, "utf-32", {}),
    "German, tabs": (GERMAN.replace(";", "\t"), "utf-8", {}),
    "German, named": (GERMAN, "utf-16-le", {"encoding": "utf-16-le", "separator": "semicolon", "decimal": "comma"}),
    "quoted decimal commas": ('a,b,y\n"1,5",20,1\n"-0,25",30,0\n', "utf-8", {"decimal": ","}),
    "sep=": ("sep=;\r\n" + GERMAN, "utf-8-sig", {}),
    "sep= of tabs": ("sep=\t\r\n" + GERMAN.replace(";", "\t"), "utf-16", {}),
    "comments and blank lines": ("# made by hand\n\n# again\na,b,y\n\n1.5,20,1\n\n-0.25,30,0\n\n", "utf-8", {}),
    "separators at the end": ("a,b,y,\n1.5,20,1,\n-0.25,30,0,\n", "utf-8", {}),
    "separators at the end of samples alone": ("a,b,y\n1.5,20,1,,\n-0.25,30,0,\n", "utf-8", {}),
    "old Macs": ("a,b,y\r1.5,20,1\r-0.25,30,0\r", "utf-8", {}),
}


@pytest.mark.parametrize(("text", "encoding", "given"), ALIKE.values(), ids=ALIKE)
def test_a_file_is_read_however_it_is_written(file: Path, text: str, encoding: str, given: dict[str, str]) -> None:
    data, notes = read(file, text, encoding, **TWO, **given)
    assert (data.x, data.t) == NUMBERS
    is_usual = text.startswith(("a,", "#")) or "encoding" in given
    assert any("separator" in note or "decimal" in note for note in notes) is not is_usual


def test_umlauts_need_a_name_for_their_encoding(file: Path) -> None:
    text = "Größe;y\n1,8;1\n1,6;2\n"
    given = {"inputs": "Größe", "targets": "y", "layers": "1-1"}
    with pytest.raises(xlnet.UserError, match="not UTF-8 text: name its --encoding, for example cp1252"):
        read(file, text, "cp1252", **given)
    with pytest.raises(xlnet.UserError, match="there is no encoding 'cp1253x'"):
        read(file, text, "cp1252", **given, encoding="cp1253x")
    with pytest.raises(xlnet.UserError, match=r"has bytes of 0.*--encoding utf-16-le"):
        read(file, "a,y\n1,2\n", "utf-16-le", **given)
    data, _ = read(file, text, "cp1252", **given, encoding="cp1252")
    assert data.x_names == ("Größe",)
    assert data.x == ((1.8,), (1.6,))


THOUSANDS = {
    "German": ("a;b;y\n1.234,5;2;3\n0,5;2;3\n", "line 2, column a: '1.234,5' has thousands separators"),
    "English": ('a,b,y\n"1,234.5",2,3\n', "line 2, column a: '1,234.5' has thousands separators"),
    "of a class": ('a,b,y\n1,2,"1,234"\n1,2,"2,345"\n', "line 2, column y: '1,234' has thousands separators"),
    "blanks": ("a,b,y\n1 234,2,3\n", "line 2, column a: '1 234' has thousands separators"),
    "may be either": ("a;b;y\n1.234;2;3\n", "line 2: '1.234' is either a decimal number or has a thousands separator"),
    "may be either, commas": ("a\tb\ty\n3\t1,234\t3\n", "line 2: '1,234' is either a decimal number"),
    "both signs": ("a;b;y\n1.5;2;3\n1,5;2;3\n", "line 3, column a: '1,5' is no number with a decimal point"),
}


@pytest.mark.parametrize(("text", "message"), THOUSANDS.values(), ids=THOUSANDS)
def test_thousands_are_never_a_wrong_number(file: Path, text: str, message: str) -> None:
    with pytest.raises(xlnet.UserError, match=re.escape(message)):
        read(file, text, **TWO)


def test_what_was_found_out_stands_in_errors_too(file: Path) -> None:
    message = (
        r"line 3, column b: must be a number, not 'x'.* \(the file was taken to have semicolon as separator and a "
    )
    with pytest.raises(xlnet.UserError, match=message + "decimal comma"):
        read(file, "a;b;y\n1,5;2;3\n1,5;x;3\n", **TWO)


@pytest.mark.parametrize("numbers", ["6,148,1\n1,85,0\n", "5.1,setosa,3\n4.9,virginica,2\n", "a,1990,1991\nb,2,3\n"])
def test_a_first_line_with_numbers_is_not_silently_a_header(file: Path, numbers: str) -> None:
    with pytest.raises(xlnet.UserError, match=r"line 1: holds numbers \(.*say --no-header.* or --header"):
        read(file, numbers, inputs="c1", targets="c3", layers="1-1")


def test_columns_without_names_are_numbered(file: Path) -> None:
    data, _ = read(file, "6,148,1\n1,85,0\n", inputs="all", targets="c3", layers="2-1", header=False)
    assert data.x_names == ("c1", "c2")
    assert data.x == ((6, 148), (1, 85))
    years, _ = read(file, "k,1990,1991\nb,2,3\n", inputs="1990", targets="1991", layers="1-1", header=True)
    assert years.x == ((2,),)
    with pytest.raises(xlnet.UserError, match=r"c7 is not a column.*say --no-header if it is a sample"):
        read(file, "p,x\ne,y\n", inputs="c7", targets="p", layers="1-1")


def test_names_of_columns(file: Path) -> None:
    """Blanks around them do not count, twins and nameless ones are chosen by position."""
    text = ' a ,"b, c",b,b,,y\n1,2,3,4,5,6\n7,8,9,10,11,12\n'
    data, _ = read(file, text, inputs='a,"b, c",c4,c5', targets="y", layers="4-1")
    assert data.x_names == ("a", "b, c", "b (c4)", "c5")
    assert data.x[0] == (1, 2, 4, 5)
    with pytest.raises(xlnet.UserError, match=r"b is the name of columns 3 and 4 .*choose by position, c3 or c4"):
        read(file, text, inputs="b", targets="y", layers="1-1")
    data, _ = read(file, text, inputs="all", targets="y", layers="4-1")
    assert data.x_names == ("a", "b, c", "b (c3)", "b (c4)")
    data, notes = read(file, text, inputs="all-but:c3", targets="y", layers="3-1")
    assert data.x_names == ("a", "b, c", "b (c4)")
    assert notes == ("own.csv: columns without a name are no inputs (by position: c5)",)


def test_an_index_as_pandas_writes_it_is_no_input(file: Path) -> None:
    data, notes = read(file, ",a,y\n0,5,6\n1,7,8\n", inputs="all", targets="y", layers="1-1")
    assert data.x == ((5,), (7,))
    assert notes == ("own.csv: columns without a name are no inputs (by position: c1)",)


@pytest.mark.parametrize(
    ("inputs", "names"),
    [
        ("all", ("p_1", "p_2", "q")),
        ("p_*", ("p_1", "p_2")),
        ("q,p_*", ("q", "p_1", "p_2")),
        ("all-but:q", ("p_1", "p_2")),
        ("all-but:p_*", ("q",)),
        (["p_[2-9]"], ("p_2",)),
    ],
)
def test_columns_are_chosen_by_patterns(file: Path, inputs: Any, names: tuple[str, ...]) -> None:
    text = "p_1,p_2,y,q\n1,2,3,4\n5,6,7,8\n"
    data, _ = read(file, text, inputs=inputs, targets="y", layers=f"{len(names)}-1")
    assert data.x_names == names


def test_a_template_says_it_as_the_command_line_does(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_bytes("1,5;-1;m\n2;1;f\n3;1;?\n".encode("utf-16"))
    (tmp_path / "t.toml").write_text(
        "[network]\ninputs = 3\n[[network.layers]]\nunits = 2\n[data]\ncsv = 'd.txt'\nheader = false\n"
        "separator = ';'\ndecimal = ','\nencoding = 'utf-16'\ninputs = 'all'\ntargets = ['c2']\nclasses = ['c2']\n"
        "categorical = ['c3']\nmissing = 'drop'\n",
        encoding="utf-8",
    )
    spec = xlnet.load(tmp_path / "t.toml")
    assert spec.data.x == ((1.5, 1, 0), (2, 0, 1))
    assert spec.data.t == ((1, 0), (0, 1))
    assert spec.data.t_names == ("-1", "1")


LINES = {
    "quoted lines": ('a,b,y\n1,"2",3\n1,"2\n",3\n1,x,3\n', {}, "line 5, column b"),
    "blank lines": ("\n\na,b,y\n\n1,2,3\n\n1,x,3\n", {}, "line 7, column b"),
    "sep=": ("sep=,\na,b,y\n1,2,3\n1,x,3\n", {}, "line 4, column b"),
    "comments": ("# one\n# two\na,b,y\n1,x,3\n", {}, "line 4, column b"),
    "old Macs": ("a,b,y\r\r1,2,3\r1,x,3\r", {}, "line 4, column b"),
    "rows left out": ("a,b,y\n1,NA,3\n\n1,2,3\n1,x,3\n", {"missing": "drop"}, "line 5, column b"),
    "short line": ('a,b,y\n"1\n1",2,3\n1,2\n', {}, "line 4: has 2 cells"),
    "two colons": ("a::b::y\n\n1::2::3\n1::x::3\n", {}, "line 4, column b"),
    "the loss's own": (
        "a,b,y\n1,?,3\n\n1,2,1\n1,2,3\n",
        {"missing": "drop", "loss": "binary_cross_entropy", "output_activation": "sigmoid"},
        "sample 2 (line 5 of the file)",
    ),
}


@pytest.mark.parametrize(("text", "given", "place"), LINES.values(), ids=LINES)
def test_numbers_of_rows_are_the_files_lines(file: Path, text: str, given: dict[str, str], place: str) -> None:
    with pytest.raises(xlnet.UserError, match=re.escape(place)):
        read(file, text, **TWO, **given)


def test_a_csv_key_without_a_csv_is_refused() -> None:
    for key, value in {"separator": ";", "header": False, "missing": "drop", "classes": "y"}.items():
        with pytest.raises(xlnet.UserError, match=f"--{key}: is about a CSV file, but there is no csv"):
            xlnet.load("seed", **{key: value})


@pytest.mark.parametrize(("option", "value"), [("separator", "abc"), ("separator", '"'), ("decimal", ";")])
def test_impossible_signs(file: Path, option: str, value: str) -> None:
    with pytest.raises(xlnet.UserError, match=f"--{option}: must be"):
        read(file, "a,b,y\n1,2,3\n", **TWO, **{option: value})

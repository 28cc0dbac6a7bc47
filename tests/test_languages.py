"""A workbook in another language says the same: all its texts are translated, and it is checked as any other."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import kept
import pytest
from recalculated import recalculated

import xlnet
from xlnet.book.texts import ENGLISH, LANGUAGES, load
from xlnet.template.runs import load_comparison
from xlnet.template.sources import bundled_names
from xlnet.template.topics import TOPICS

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
# Words of the template, of other programs and of the code, and the names of sheets, stay as they are.
SHEETS = r"Template|Training|Start|Dashboard|Explore|Proof|Predict|Data|Formulas|Guide"
KEPT = rf"xlnet|numpy|LibreOffice|Excel|Ctrl|NUM|{SHEETS}"


# What bundled templates say of themselves stands in English in the templates, in other languages with their texts.
TEMPLATES = tuple(
    f"template {part}" for part in ("topics", "titles", "descriptions", "notes", "runs", "questions", "names")
)


def texts(language: str) -> dict[str, str]:
    document = tomllib.loads((resources.files("xlnet.book.texts") / f"{language}.toml").read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": text
        for section, entries in document.items()
        if section not in TEMPLATES
        for name, text in entries.items()
    }


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"{\w*}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_with_its_places(language: str) -> None:
    english, other = texts(ENGLISH), texts(language)
    assert list(other) == list(english)
    assert {key: placeholders(text) for key, text in other.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_bundled_template_is_translated(language: str) -> None:
    document = tomllib.loads((resources.files("xlnet.book.texts") / f"{language}.toml").read_text(encoding="utf-8"))
    specs = [xlnet.load(name) for name in bundled_names()]
    assert list(document["template topics"]) == list(TOPICS)
    assert sorted(document["template titles"]) == sorted(spec.title for spec in specs)
    assert sorted(document["template descriptions"]) == sorted(spec.description for spec in specs)
    typed = [spec.data for spec in specs if not spec.data.source]
    assert sorted(document["template names"]) == sorted({n for data in typed for n in (*data.x_names, *data.t_names)})
    assert list(document["template notes"]) == [run.note for run in load_comparison("lesson").runs]
    named = [run.name for name in ("lesson", "resnet", "misconceptions") for run in load_comparison(name).runs]
    assert list(document["template runs"]) == named


def words_of(path: Path) -> set[str]:
    """Return the English words of a workbook, without its template and its keys."""
    found: set[str] = set()
    workbook: Any = kept.looked_at(path, data_only=True)
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                is_key = sheet.title == "Formulas" and cell.column in (1, 3, 7)
                if isinstance(cell.value, str) and sheet.title != "Template" and not is_key and cell.hyperlink is None:
                    found.update(re.findall(r"[A-Za-z]{4,}", re.sub(KEPT, "", cell.value)))
                if cell.comment is not None:
                    found.update(re.findall(r"[A-Za-z]{4,}", re.sub(KEPT, "", cell.comment.text)))
    return found


@pytest.mark.parametrize("template", ["seed", "iris", "byhand", "valley_adam", "regression", "taste"])
@pytest.mark.parametrize("language", OTHERS)
def test_no_english_word_is_left(tmp_path: Path, engine: str, language: str, template: str) -> None:
    path = tmp_path / "other.xlsx"
    spec = xlnet.load(template, iters=kept.few(template))
    kept.build(spec, path, language=language)
    names = (*spec.data.x_names, *spec.data.t_names) if spec.data.source else ()
    own = " ".join((spec.title, spec.description, *names, "softmax tanh relu sigmoid embedding flatten"))
    own += " identity toml build check beta alpha gamma epsilon"
    # The options that the findings on the Dashboard name.
    own += " iters seed init standardize leaky_relu xavier_uniform"
    assert words_of(path) - set(re.findall(r"[A-Za-z]{4,}", own)) == set()
    assert kept.looked_at(path).properties.language == load(language).tag
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()


def test_switches_take_the_language_s_words(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "zh.xlsx"
    kept.build(xlnet.load("seed", iters=30), path, language="zh")
    forward, backward = recalculated(path, engine, {"Explore!D5": "反向", "Predict!C4": "选定的", "Explore!D4": 7.0})
    assert (forward("Explore!H12"), backward("Explore!H12")) != ("←", "→")
    assert backward("Predict!C5") == 7
    assert forward("Proof!A9") == "6 个梯度中有 6 个一致"


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(xlnet.UserError, match="language: unknown language 'fr': use one of en, zh"):
        xlnet.build(xlnet.load("seed"), tmp_path / "fr.xlsx", language="fr")

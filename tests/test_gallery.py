"""The lessons by topic, and the pages by which they are downloaded."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import kept
import pytest
from openpyxl import load_workbook

import xlnet
from xlnet.book.texts import LANGUAGES, load
from xlnet.template.sources import bundled_names, open_template
from xlnet.template.topics import TOPICS

ROOT = Path(__file__).parent.parent
BUILT = ("seed", "lesson")


class Page(HTMLParser):
    """What a page has: headings, lessons, links and pictures, and all its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.articles: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids |= {own["id"]} if "id" in own else set()
        self.articles += [own["id"]] if tag == "article" else []
        self.links += [own[name] for name in ("href", "src") if name in own]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture
def gallery(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    return importlib.import_module("gallery")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of three small lessons, without pictures."""
    folder = tmp_path_factory.mktemp("gallery")
    options = ["--no-pictures", "--iters", "2", "--lessons", *BUILT]
    subprocess.run(
        [sys.executable, ROOT / "docs" / "gallery.py", folder, *options],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    return folder


def test_every_template_stands_in_one_topic() -> None:
    assert sorted(name for names in TOPICS.values() for name in names) == sorted(bundled_names())


def test_a_page_shows_every_lesson_in_its_language(gallery: Any, tmp_path: Path) -> None:
    topics = {topic: [gallery.lesson(name) for name in names] for topic, names in TOPICS.items()}
    assert set(gallery.SHEETS) <= set(bundled_names())
    for name in bundled_names():
        for language in LANGUAGES:
            (tmp_path / gallery.book_name(name, language)).touch()
            (tmp_path / gallery.picture_name(name, language)).touch()
    for language in LANGUAGES:
        page, texts = Page(gallery.page(topics, tmp_path, language)), load(language)
        assert page.articles == [name for names in TOPICS.values() for name in names]
        for name in bundled_names():
            document = open_template(name).document
            assert texts.of_template("titles", document["title"]) in page.words
            assert texts.of_template("descriptions", document["description"]) in page.words
            for each in LANGUAGES:
                assert gallery.book_name(name, each) in page.links
            assert gallery.picture_name(name, language) in page.links
        assert all(texts.of_template("topics", topic) in page.words for topic in TOPICS)


def test_a_built_gallery_is_whole(built: Path) -> None:
    for name in ("index.html", "index.zh.html"):
        text = (built / name).read_text(encoding="utf-8")
        page = Page(text)
        assert sorted(page.articles) == sorted(BUILT)
        # From a disk and from a server alike: what it links to lies beside it, or stands on it.
        assert all(link[1:] in page.ids if link.startswith("#") else (built / link).is_file() for link in page.links)
        assert {path.name for path in built.glob("*.xlsx")} <= set(page.links)
        assert not {"script", "link", "img"} & set(page.tags)
        assert "http" not in text
    assert len(list(built.glob("*.xlsx"))) == len(BUILT) * len(LANGUAGES)
    assert load_workbook(built / "seed.zh.xlsx").properties.language == load("zh").tag
    assert load_workbook(built / "lesson.en.xlsx").sheetnames[0] == "Compare"


def test_a_picture_is_of_one_sheet_with_what_it_looks_at(gallery: Any, tmp_path: Path) -> None:
    book, copy = tmp_path / "book.xlsx", tmp_path / "copy.xlsx"
    kept.build(xlnet.load("seed", iters=12), book)
    whole = kept.looked_at(book, data_only=True)
    needed = {"Dashboard": ["Dashboard", "Training"], "Predict": ["Predict"], "Start": ["Start", "Dashboard"]}
    for title, filled in needed.items():
        gallery.alone(book, title, copy)
        alone = load_workbook(copy, data_only=True)
        # It is printed first. One chart on Start shows the loss that stands on the Dashboard, where an array formula,
        # which LibreOffice would compute of empty cells, looks for a small loss on Training.
        assert alone.sheetnames[0] == title
        assert [sheet.title for sheet in alone if sheet.max_row > 1] == filled
        assert alone[title].print_area == whole[title].print_area
        shown = [[cell.value for row in each[title].iter_rows() for cell in row] for each in (whole, alone)]
        assert shown[0] == shown[1]
        charts = [len(each[title]._charts) for each in (whole, alone)]  # type: ignore[attr-defined]
        assert charts[0] == charts[1]

"""The pages of the gallery: what stands in a folder of workbooks and pictures, as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from xlnet.book.texts import LANGUAGES, Texts, load
from xlnet.version import VERSION

STYLE = Path(__file__).with_name("gallery.css")


@dataclass(frozen=True)
class Lesson:
    """A bundled template: its name, its texts in English, the sheet with its point, and whether it is a comparison."""

    name: str
    title: str
    description: str
    sheet: str
    is_comparison: bool

    @property
    def command(self) -> str:
        """The command that builds it."""
        return f"xlnet {'compare' if self.is_comparison else 'build'} {self.name}"


def page_name(language: str) -> str:
    """Return the name of the page in a language; the English one is what a browser opens first."""
    return "index.html" if language == LANGUAGES[0] else f"index.{language}.html"


def book_name(name: str, language: str) -> str:
    """Return the name of a lesson's workbook."""
    return f"{name}.{language}.xlsx"


def picture_name(name: str, language: str) -> str:
    """Return the name of a lesson's picture."""
    return f"{name}.{language}.png"


def page(topics: Mapping[str, Sequence[Lesson]], folder: Path, language: str) -> str:
    """Return the page in a language; `folder` has the workbooks, and the pictures if there are any."""
    return "\n".join(_lines(topics, folder, load(language), language)) + "\n"


def _lines(topics: Mapping[str, Sequence[Lesson]], folder: Path, texts: Texts, language: str) -> Iterator[str]:
    title = escape(texts.get("gallery", "title"))
    yield "<!DOCTYPE html>"
    yield f'<html lang="{texts.tag}">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>"
    yield f"<style>\n{STYLE.read_text('utf-8')}</style>"
    yield "</head>"
    yield "<body>"
    yield "<header>"
    yield f"<h1>{title}</h1>"
    yield f"<p>{escape(texts.get('gallery', 'about'))}</p>"
    for other in (other for other in LANGUAGES if other != language):
        words = load(other)
        yield f'<p><a href="{page_name(other)}" lang="{words.tag}">{escape(words.get("gallery", "language"))}</a></p>'
    yield "<nav>"
    for number, topic in enumerate(topics, 1):
        yield f'<a href="#topic-{number}">{escape(texts.of_template("topics", topic))}</a>'
    yield "</nav>"
    yield "</header>"
    yield "<main>"
    for number, (topic, lessons) in enumerate(topics.items(), 1):
        yield f'<h2 id="topic-{number}">{escape(texts.of_template("topics", topic))}</h2>'
        for lesson in lessons:
            yield from _lesson(lesson, folder, texts, language)
    yield "</main>"
    yield f"<footer>{escape(texts.get('gallery', 'made').format(version=VERSION))}</footer>"
    yield "</body>"
    yield "</html>"


def _lesson(lesson: Lesson, folder: Path, texts: Texts, language: str) -> Iterator[str]:
    title = texts.of_template("titles", lesson.title)
    yield f'<article id="{lesson.name}">'
    picture = picture_name(lesson.name, language)
    if (folder / picture).exists():
        caption = escape(texts.get("gallery", "sheet").format(sheet=lesson.sheet))
        yield f'<figure><a href="{picture}"><img src="{picture}" alt="{escape(title)}: {caption}" loading="lazy"></a>'
        yield f"<figcaption>{caption}</figcaption></figure>"
    yield "<div>"
    yield f"<h3>{escape(title)}</h3>"
    yield f"<p>{escape(texts.of_template('descriptions', lesson.description))}</p>"
    yield '<p class="books">'
    # The workbook in the page's own language comes first.
    for each in sorted(LANGUAGES, key=lambda other: other != language):
        book = book_name(lesson.name, each)
        size = f"{(folder / book).stat().st_size / 1e6:.1f} MB"
        words = load(each)
        label = escape(words.get("gallery", "workbook").format(size=size))
        yield f'<a href="{book}" lang="{words.tag}" download>{label}</a>'
    yield "</p>"
    yield f'<p class="build"><code>{escape(lesson.command)}</code></p>'
    yield "</div>"
    yield "</article>"

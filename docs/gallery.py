"""Makes the gallery: every lesson in every language as a workbook, and pages that show them: `make gallery`.

The pictures need LibreOffice, poppler's tools and Pillow; without them the pages have none.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gallery_page import Lesson, book_name, page, page_name, picture_name
from one_sheet import alone

import xlnet
from xlnet.book.texts import LANGUAGES
from xlnet.engines.libreoffice import find_soffice
from xlnet.template.sources import open_template
from xlnet.template.topics import TOPICS

# The sheet that shows the point of a lesson; where none is named that is Compare or Start.
SHEETS = {
    "misconceptions": "Questions",
    **dict.fromkeys((*TOPICS["Optimisers"], "echo", "memory", "taste", "autoencoder"), "Dashboard"),
    "logistic": "Predict",
    "xor": "Predict",
    "circle": "Predict",
    "regression": "Predict",
    "iris": "Predict",
    "overfit": "Validation",
    "conv": "Training",
    "edge": "Predict",
    "digits": "Predict",
    "attention": "Explore",
    "transformer": "Predict",
}
# Of a long table the beginning is shown: a picture is at most so high, by its width.
_HIGHEST = 0.625
_FIRST_PAGE = {"PageRange": ("string", "1"), "ExportNotes": ("boolean", "false")}
_FILTER = json.dumps({name: {"type": kind, "value": value} for name, (kind, value) in _FIRST_PAGE.items()})


def lesson(name: str) -> Lesson:
    """Return a bundled template as a lesson of the gallery."""
    document = open_template(name).document
    is_comparison = "compare" in document
    sheet = SHEETS.get(name, "Compare" if is_comparison else "Start")
    return Lesson(name, document["title"], document["description"], sheet, is_comparison)


def build(lesson: Lesson, language: str, folder: Path, overrides: Mapping[str, Any]) -> None:
    """Write the workbook of a lesson: the comparison, where it has the runs of one."""
    path = folder / book_name(lesson.name, language)
    if lesson.is_comparison:
        comparison = xlnet.load_comparison(lesson.name, **overrides)
        xlnet.build_comparison(comparison, path, small=True, language=language)
    else:
        xlnet.build(xlnet.load(lesson.name, **overrides), path, small=True, language=language)


def draw(lessons: Sequence[Lesson], folder: Path) -> None:
    """Make the pictures of the workbooks in a folder."""
    from pictures import convert, cropped, keep

    with tempfile.TemporaryDirectory() as scratch:
        copies = {}
        for each in lessons:
            for language in LANGUAGES:
                copy = Path(scratch) / book_name(each.name, language)
                alone(folder / copy.name, each.sheet, copy)
                copies[copy] = folder / picture_name(each.name, language)
        convert(list(copies), Path(scratch), f"pdf:calc_pdf_Export:{_FILTER}")
        for copy, picture in copies.items():
            image = cropped(copy.with_suffix(".pdf"), 1)
            keep(image.crop((0, 0, image.width, min(image.height, round(image.width * _HIGHEST)))), picture)


def missing() -> list[str]:
    """Return what pictures need and is not there."""
    found = {
        "LibreOffice": find_soffice(),
        "pdftoppm (poppler-utils)": shutil.which("pdftoppm"),
        "Pillow": find_spec("PIL"),
    }
    return [name for name, program in found.items() if not program]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the gallery.")
    parser.add_argument("folder", type=Path, help="where to write it")
    parser.add_argument("--lessons", nargs="+", help="these alone")
    parser.add_argument("--iters", type=int, help="iterations of each run")
    parser.add_argument("--no-pictures", action="store_true")
    asked = parser.parse_args()
    every = {topic: [lesson(name) for name in names] for topic, names in TOPICS.items()}
    if asked.lessons:
        every = {topic: [each for each in lessons if each.name in asked.lessons] for topic, lessons in every.items()}
        every = {topic: lessons for topic, lessons in every.items() if lessons}
    lessons = [each for of_topic in every.values() for each in of_topic]
    asked.folder.mkdir(parents=True, exist_ok=True)
    overrides = {} if asked.iters is None else {"iters": asked.iters}
    with ProcessPoolExecutor(min(len(lessons), os.cpu_count() or 1)) as pool:
        jobs = [pool.submit(build, each, tag, asked.folder, overrides) for each in lessons for tag in LANGUAGES]
        for job in jobs:
            job.result()
    if lacking := missing():
        print(f"gallery: no pictures, as there is no {', no '.join(lacking)}", file=sys.stderr)
    elif not asked.no_pictures:
        draw(lessons, asked.folder)
    for language in LANGUAGES:
        (asked.folder / page_name(language)).write_text(page(every, asked.folder, language), encoding="utf-8")
    print(asked.folder / page_name(LANGUAGES[0]))


if __name__ == "__main__":
    main()

"""Makes the pictures of README and docs; needs LibreOffice, poppler's tools and Pillow: `make pictures`."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from homework import CLASSIC, homework
from openpyxl import load_workbook
from PIL import Image, ImageChops

import xlnet
from xlnet.audit.annotate import annotate
from xlnet.audit.audited import audit_workbook
from xlnet.book.sheets.exercise import NAME
from xlnet.book.sheets.exercise.sources import plan_of
from xlnet.engines.libreoffice import find_soffice
from xlnet.exercise.making import true_values
from xlnet.exercise.marking import evaluator

FOLDER = Path(__file__).parent
MARGIN = 8
# Where a note stands: column and pixels, row and pixels, of its upper left and its lower right corner.
NOTE = b"4, 20, 0, 4, 14, 60, 3, 16"


def picture(template: str, name: str, text: str, *, plain: bool = False, **overrides: object) -> None:
    """Make the picture of a page of a template's workbook (see `printed`)."""
    printed(lambda path: xlnet.build(xlnet.load(template, **overrides), path, plain=plain), name, text)


def printed(build: Callable[[Path], object], name: str, text: str) -> None:
    """Build a workbook, let LibreOffice print it, and keep what is not white of the first page with this `text`."""
    with tempfile.TemporaryDirectory() as scratch:
        workbook = Path(scratch) / "workbook.xlsx"
        build(workbook)
        convert([workbook], workbook.parent)
        pdf = workbook.with_suffix(".pdf")
        page = next(number for number in count(1) if text in text_of(pdf, number))
        keep(cropped(pdf, page), FOLDER / f"{name}.png")


def convert(workbooks: Sequence[Path], folder: Path, to: str = "pdf") -> None:
    """Let LibreOffice print workbooks into a folder."""
    soffice = find_soffice()
    assert soffice is not None, "LibreOffice is not found"
    with tempfile.TemporaryDirectory() as profile:
        command = [str(soffice), f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--convert-to", to]
        subprocess.run([*command, "--outdir", str(folder), *map(str, workbooks)], check=True, capture_output=True)


def cropped(pdf: Path, page: int) -> Image.Image:
    """Return what is not white of a page, with a margin."""
    pages = ["pdftoppm", "-r", "150", "-png", "-f", str(page), "-l", str(page), "-singlefile"]
    subprocess.run([*pages, str(pdf), str(pdf.with_suffix(""))], check=True, stderr=subprocess.DEVNULL)
    image = Image.open(pdf.with_suffix(".png")).convert("RGB")
    left, top, right, bottom = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    return image.crop((left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN))


def keep(image: Image.Image, path: Path) -> None:
    """Write a picture, small."""
    image.quantize(200).save(path, optimize=True)


def annotated(path: Path) -> None:
    """Write the annotated copy of a homework, with its first note shown, as it is where the mouse rests on the cell."""
    plain, copy = path.with_name("ben.xlsx"), path.with_name("copy.xlsx")
    homework(plain, CLASSIC, steps=8)
    annotate(plain, audit_workbook(plain), copy)
    with zipfile.ZipFile(copy) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(".vml"):
                content = content.replace(b"visibility:hidden", b"visibility:visible", 1)
                content = re.sub(
                    rb"<x:Anchor>.*?</x:Anchor>", b"<x:Visible/><x:Anchor>%s</x:Anchor>" % NOTE, content, count=1
                )
            target.writestr(name, content)


def filled_in(path: Path) -> None:
    """Write an exercise as a student has filled it in, with some slips."""
    exercise = xlnet.load_exercise("mazur", share=0.6, seed=4)
    xlnet.build_exercise(exercise, path)
    plan = plan_of(exercise)
    value = evaluator(true_values(exercise.spec, plan.model.graph))
    workbook = load_workbook(path)
    sheet = workbook[NAME]
    sheet.cell(plan.face.name.row, plan.face.name.column).value = "Ada L."
    for number, blank in enumerate(plan.blanks[:-4]):
        # Each third box holds what one of its slips gives.
        slip = blank.alternatives[number % len(blank.alternatives)].value
        place = plan.face.values[blank.key]
        typed = round(value(blank.rule if number % 3 else slip), exercise.decimals)
        sheet.cell(place.row, place.column).value = typed
    workbook.save(path)


def text_of(pdf: Path, page: int) -> str:
    """Return the text of a page."""
    command = ["pdftotext", "-f", str(page), "-l", str(page), str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    picture("seed", "training", "iteration", iters=12)
    printed(filled_in, "exercise", "Ada L.")
    picture("attention", "matrices", "iteration", iters=12)
    picture("xor", "start", "Why did", iters=200)
    picture("seed", "dashboard", "logarithmic scale", iters=60)
    picture("mazur", "explore", "Explore: the network", iters=12)
    picture("mazur", "proof", "Proof: each gradient", iters=12)
    picture("circle", "predict", "Predict: outputs", iters=400)
    printed(lambda path: xlnet.build_comparison(xlnet.load_comparison("lesson"), path), "compare", "side by side")
    picture("mazur", "formulas", "Meaning", plain=True, iters=2)
    printed(annotated, "annotated", "∂E/∂w1")
    printed(annotated, "audit", "Live proof")

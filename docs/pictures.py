"""Makes the README's pictures from real workbooks; needs LibreOffice, pdftoppm and Pillow: `make pictures`."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

import xlnet
from xlnet.engines.libreoffice import find_soffice

FOLDER = Path(__file__).parent
MARGIN = 8


def picture(template: str, name: str, page: int = 1, *, plain: bool = False, **overrides: object) -> None:
    """Build a template, let LibreOffice print it, and keep the part of a page that is not white."""
    soffice = find_soffice()
    assert soffice is not None, "LibreOffice is not found"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        workbook = folder / "workbook.xlsx"
        xlnet.build(xlnet.load(template, **overrides), workbook, plain=plain)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = [str(soffice), profile, "--headless", "--convert-to", "pdf", "--outdir", scratch, str(workbook)]
        subprocess.run(convert, check=True, capture_output=True)
        pages = ["pdftoppm", "-r", "150", "-png", "-f", str(page), "-l", str(page), "-singlefile"]
        subprocess.run([*pages, str(folder / "workbook.pdf"), str(folder / "page")], check=True)
        image = Image.open(folder / "page.png").convert("RGB")
    left, top, right, bottom = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    cropped = image.crop((left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN))
    cropped.quantize(64).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    picture("seed", "training", iters=12)
    picture("seed", "dashboard", page=2, iters=60)
    picture("mazur", "formulas", page=3, plain=True, iters=2)

"""Colours: those of sections and of lines stay apart for those who see red and green alike; signs have their own."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from itertools import combinations
from math import atan2, degrees
from pathlib import Path
from xml.etree import ElementTree

import kept
import numpy as np
import pytest
from conftest import Build
from openpyxl.formatting.rule import ColorScale

import xlnet
from xlnet.book import style
from xlnet.graph.node import Group

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
# Transactions on Visualization and Computer Graphics 15 (2009), table 1, severity 1.0: of linear RGB.
SEEN = {
    "all three": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
# IEC 61966-2-1 (sRGB): from linear RGB to CIE XYZ, white D65.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_SHAPE = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}cNvPr"
SECTIONS = (Group.PARAMETERS, Group.FORWARD, Group.GRADIENTS, Group.STATE)


def linear(colour: str) -> np.ndarray:
    """Return the linear RGB of a colour in hexadecimal."""
    shares = np.array(list(bytes.fromhex(colour))) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(colour: str, seen: str = "all three") -> np.ndarray:
    """Return a colour in CIE Lab (CIE 15:2004, 8.2.1) as it is seen."""
    shares = XYZ @ np.clip(np.array(SEEN[seen]) @ linear(colour), 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(shares > (6 / 29) ** 3, np.cbrt(shares), shares * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def least_distance(colours: Iterable[str], seen: str) -> float:
    """Return the distance of those two colours that look most alike."""
    return min(float(np.linalg.norm(lab(one, seen) - lab(other, seen))) for one, other in combinations(colours, 2))


def test_distances_are_those_of_the_standard() -> None:
    assert lab("FFFFFF") == pytest.approx([100, 0, 0], abs=0.02)
    assert lab("FF0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.1)
    # Red and green of one lightness are one colour without the long cones, or the middle ones, but for their lightness.
    assert least_distance(["B91C1C", "4D7C0F"], "deuteranopia") < 35 < least_distance(["B91C1C", "4D7C0F"], "all three")


@pytest.mark.parametrize("seen", SEEN)
def test_sections_stay_apart(seen: str) -> None:
    headers = {group: palette.strong for group, palette in style.GROUPS.items()}
    assert least_distance([headers[group] for group in SECTIONS], seen) > 30
    # What is new of the weights has their colour.
    assert least_distance(set(headers.values()), seen) > 14


@pytest.mark.parametrize("seen", SEEN)
def test_lines_of_a_chart_stay_apart(seen: str) -> None:
    assert len(set(style.LINES)) == 12
    assert least_distance(style.LINES[:6], seen) > 30
    assert least_distance(style.LINES, seen) > 20


@pytest.mark.parametrize("seen", SEEN)
def test_signs_are_told_apart_and_are_no_section(seen: str) -> None:
    assert least_distance(style.SIGNED_SCALE, seen) > 25
    assert least_distance([style.NEGATIVE, style.POSITIVE], seen) > 60
    for palette in style.GROUPS.values():
        for behind in (style.BEHIND_NEGATIVE, style.BEHIND_POSITIVE):
            assert least_distance([palette.strong, palette.tint, behind], seen) > 20


def test_hues_of_sections_are_not_those_of_signs() -> None:
    """Of those with a hue: blue and orange belong to signs."""
    signs = [hue(style.NEGATIVE), hue(style.POSITIVE)]
    for group, palette in style.GROUPS.items():
        _, a, b = lab(palette.strong)
        if np.hypot(a, b) > 16:
            assert min(abs((hue(palette.strong) - sign + 180) % 360 - 180) for sign in signs) > 25, group


def hue(colour: str) -> float:
    """Return the hue of a colour in degrees."""
    _, a, b = lab(colour)
    return degrees(atan2(b, a)) % 360


def test_texts_are_read_on_their_fills() -> None:
    """By the Web Content Accessibility Guidelines 2.1, 1.4.3: a contrast of 4.5 at least."""
    for palette in (*style.GROUPS.values(), style.CONSTANTS):
        assert contrast("FFFFFF", palette.strong) >= 4.5
        assert contrast("000000", palette.tint) >= 4.5
    for fill in style.SIGNED_SCALE:
        assert contrast("000000", fill) >= 7


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours."""
    darker, lighter = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", ["seed", "xor", "edge"])
def test_scales_go_from_orange_over_white_to_blue(name: str, built: Build) -> None:
    workbook = kept.looked_at(built(name, iters=3))
    scales = [
        rule.colorScale
        for worksheet in workbook
        for formatted in worksheet.conditional_formatting
        for rule in formatted.rules
        if rule.colorScale
    ]
    assert scales
    for scale in scales:
        assert tuple(colours(scale)) in (
            style.SIGNED_SCALE,
            style.SIGNED_SCALE[1:],
            (style.BEHIND_NEGATIVE, style.CONSTANTS.tint, style.BEHIND_POSITIVE),
        )


@pytest.mark.parametrize(("language", "axis"), [("en", "Horizontally: iteration"), ("zh", "横轴：迭代")])
def test_every_chart_says_in_words_what_it_shows(language: str, axis: str, tmp_path: Path) -> None:
    paths = [tmp_path / "one.xlsx", tmp_path / "several.xlsx"]
    kept.build(xlnet.load("xor", iters=3), paths[0], language=language)
    kept.build_comparison(xlnet.load_comparison("seed", lr=[0.1, 0.2], iters=3), paths[1], language=language)
    for path in paths:
        with zipfile.ZipFile(path) as package:
            drawings = [name for name in package.namelist() if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name)]
            every = [shape for name in drawings for shape in ElementTree.fromstring(package.read(name)).iter(_SHAPE)]
            charts = [name for name in package.namelist() if name.startswith("xl/charts/chart")]
        words = [shape.get("descr", "") for shape in every]
        assert len(words) == len(charts) >= 4
        assert all(words)
        assert len(set(words)) == len(words)
        assert any(axis in each for each in words)


def colours(scale: ColorScale) -> list[str]:
    """Return the colours of a scale."""
    return [colour.rgb[-6:] for colour in scale.color]

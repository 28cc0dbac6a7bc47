"""What people call a cell: the text above it in its column, or at the left in its row."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import ErrorValue, Place

# A longer text is a remark.
LONGEST = 30
# So many blanks part one table from another.
_MOST_BLANKS = 3
# So many texts side by side are a row of headers, fewer the title of a list.
_HEADERS = 3


@dataclass(frozen=True)
class _Found:
    text: str
    place: Place
    distance: int
    blanks: int


def header(workbook: Workbook, place: Place) -> str:
    """Return the nearest text above a cell or at its left, whichever names it; "" where there is none."""
    above, left = _nearest(workbook, place, -1, 0), _nearest(workbook, place, 0, -1)
    if above is None or left is None:
        found = above or left
        return found.text if found else ""
    down, across = _is_filled(workbook, place, 1, 0), _is_filled(workbook, place, 0, 1)
    if down != across:
        return above.text if down else left.text
    if left.distance == 1 and _texts_beside(workbook, above.place) < _HEADERS:
        return left.text
    return left.text if left.blanks < above.blanks else above.text


def _nearest(workbook: Workbook, place: Place, down: int, right: int) -> _Found | None:
    sheet, row, column = place
    blanks = in_a_row = 0
    for distance in range(1, max(row, column)):
        here = (sheet, row + distance * down, column + distance * right)
        if here[1] < 1 or here[2] < 1:
            return None
        value = workbook.stored.get(here)
        text = _name(value)
        if text:
            return _Found(text, here, distance, blanks)
        is_blank = value is None and here not in workbook.trees
        blanks, in_a_row = blanks + is_blank, in_a_row + 1 if is_blank else 0
        if in_a_row > _MOST_BLANKS:
            return None
    return None


def _name(value: object) -> str:
    """Return a text that may name something, and "" for a number, a remark, an arrow or an error."""
    if not isinstance(value, str) or isinstance(value, ErrorValue):
        return ""
    text = " ".join(value.split()).rstrip(" :=")
    if len(text) > LONGEST or not any(letter.isalpha() for letter in text):
        return ""
    try:
        float(text)
    except ValueError:
        return text
    return ""


def _is_filled(workbook: Workbook, place: Place, down: int, right: int) -> bool:
    """Whether the cells on from this one have the same formula, or a typed one's next have."""
    trees, (sheet, row, column) = workbook.trees, place
    line = [trees.get((sheet, row + step * down, column + step * right)) for step in (-1, 0, 1, 2)]
    if line[1] is not None:
        return line[1] is line[0] or line[1] is line[2]
    return line[2] is not None and line[2] is line[3]


def _texts_beside(workbook: Workbook, place: Place) -> int:
    """Return how many texts stand side by side, one of them here."""
    sheet, row, column = place
    count = 1
    for step in (-1, 1):
        here = column + step
        while _name(workbook.stored.get((sheet, row, here))):
            count, here = count + 1, here + step
    return count

"""What people call a cell: the text above it in its column, at the left in its row, or above its matrix's corner."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet.audit.formula.shape import shape_of
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
    title = _title(workbook, place) if left is None or left.blanks else None
    if title is not None and (above is None or above.place < title.place):
        # What stands further up is the name of another matrix.
        return title.text
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


def _title(workbook: Workbook, place: Place) -> _Found | None:
    """Return the text above the upper left corner of the matrix that a cell is in, if it stands alone there.

    The cells from the corner's column to this one are of one kind, as a counter of steps and weights are not.
    """
    sheet, row, column = place
    first, last = column, column
    while _holds_number(workbook, (sheet, row, first - 1)):
        first -= 1
    while _holds_number(workbook, (sheet, row, last + 1)):
        last += 1
    title = _nearest(workbook, (sheet, row, first), -1, 0) if first < column else None
    if title is None or any(
        (sheet, title.place[1], each) in workbook.stored or (sheet, title.place[1], each) in workbook.trees
        for each in range(first + 1, last + 1)
    ):
        return None
    while _holds_number(workbook, (sheet, row, column)):
        if len({_kind(workbook, (sheet, row, each)) for each in range(first, column + 1)}) > 1:
            return None
        row += 1
    return title


def _holds_number(workbook: Workbook, place: Place) -> bool:
    return place in workbook.trees or workbook.is_typed_number(place)


def _kind(workbook: Workbook, place: Place) -> str:
    """Return the shape of a cell's formula; "" where it holds none."""
    tree = workbook.trees.get(place)
    return shape_of(tree) if tree is not None else "" if workbook.is_typed_number(place) else "blank"


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

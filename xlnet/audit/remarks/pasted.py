"""Pasted values: tables headed like that of a network, but with numbers for formulas."""

from __future__ import annotations

from xlnet.audit.findings import NotJudged
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.ranges import by_sheet, used_range
from xlnet.engines.live import Place

# A table is headed alike if it has so many of the headers; at least so many make a table.
_ALIKE, _FEWEST = 0.6, 5
# A header may stand so many rows above the first number.
_ABOVE = 3
_FEWEST_ROWS = 2


def pasted(workbook: Workbook, network: Network) -> list[NotJudged]:
    """Return the tables with the headers of a network's, where every cell is a typed number."""
    found: dict[str, NotJudged] = {}
    for cells in by_sheet(network.cells):
        headers = _headers(workbook, cells)
        least = max(_FEWEST, _ALIKE * len(headers))
        rows: dict[tuple[int, int], list[Place]] = {}
        for place, value in workbook.stored.items():
            if isinstance(value, str) and value.strip() in headers and place not in workbook.trees:
                rows.setdefault((place[0], place[1]), []).append(place)
        for heads in rows.values():
            columns = [numbers for head in heads if len(numbers := _below(workbook, head)) >= _FEWEST_ROWS]
            if len(columns) < least:
                continue
            numbers = [each for column in columns for each in column]
            area = used_range(numbers, workbook.sheets)
            found[area] = NotJudged(
                area,
                f"pasted values: the headers are those of sheet {workbook.sheets[cells[0][0]]}, but numbers stand for "
                "formulas, and without formulas no gradient can be judged.",
            )
    return list(found.values())


def _headers(workbook: Workbook, cells: list[Place]) -> set[str]:
    """Return the texts above the first cells of a network's columns that compute."""
    first: dict[int, Place] = {}
    for place in cells:
        first.setdefault(place[2], place)
    computing = {place[2] for place in cells if place in workbook.trees}
    found = set()
    for column in computing:
        sheet, row, _ = first[column]
        texts = (workbook.stored.get((sheet, row - above, column)) for above in range(1, _ABOVE + 1))
        found |= {text.strip() for text in texts if isinstance(text, str)}
    return found


def _below(workbook: Workbook, head: Place) -> list[Place]:
    """Return the typed numbers below a header; none where a formula is among them."""
    sheet, row, column = head
    found: list[Place] = []
    while True:
        place = (sheet, row + len(found) + 1, column)
        if place in workbook.trees or place in workbook.frozen:
            return []
        if not workbook.is_typed_number(place):
            return found
        found.append(place)

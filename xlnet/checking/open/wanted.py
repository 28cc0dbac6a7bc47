"""What a check wants of a workbook's sheets: as many rows and columns as xlnet writes, and its own formulas there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.checking.open.clean.copy import Wanted, WantedTable
from xlnet.render.excel import formula

# A sheet beside Training: its name, the cells that a person fills in, and its formulas.
Source = tuple[str, Sequence[Typed], Sequence[Live]]
Training = tuple[Model, Sequence[Source]]


def wanted(trainings: Iterable[Training]) -> dict[str, Wanted]:
    """Return what is wanted of the sheets of these trainings, by the workbook's own titles."""
    found: dict[str, Wanted] = {}
    for model, sources in trainings:
        table = {node.key: column for node, column in zip(model.graph.nodes, model.columns, strict=True)}
        live = {name: _own(lives) for name, _, lives in sources}
        layout = model.layout
        own_live = live.pop(model.name, {})
        found[model.name] = Wanted(layout.last_row, model.last_column, own_live, WantedTable(table, layout))
        if model.graph.data:
            own = {
                (place.row, place.column): formula(constant.formula, layout, place.sheet).removeprefix("=")
                for constant in (*(c for column in model.graph.data for c in column.constants), *model.graph.statistics)
                if constant.formula is not None
                for place in [layout.cells[constant.key]]
            }
            places = [place for place in layout.cells.values() if place.sheet == model.data_sheet]
            rows, width = max(place.row for place in places), max(place.column for place in places)
            _add(found, model.data_sheet, Wanted(rows, width, own))
        for name, typed, lives in sources:
            if name != model.name:
                cells = [(cell.row, cell.column) for cell in typed] + [(cell.row, cell.column) for cell in lives]
                rows, width = (max((cell[side] for cell in cells), default=1) for side in (0, 1))
                _add(found, name, Wanted(rows, width, live[name]))
    return found


def _add(found: dict[str, Wanted], title: str, more: Wanted) -> None:
    """Add what one training wants of a sheet to what others want of it."""
    known = found.get(title, more)
    rows, width = max(known.rows, more.rows), max(known.columns, more.columns)
    found[title] = Wanted(rows, width, {**known.own, **more.own})


def _own(lives: Iterable[Live]) -> dict[tuple[int, int], str]:
    return {(live.row, live.column): live.formula.removeprefix("=") for live in lives}

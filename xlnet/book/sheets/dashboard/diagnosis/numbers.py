"""The formulas of the signs: single numbers with their texts, and tables of units, layers and inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlnet import keys
from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard.diagnosis import recent
from xlnet.book.sheets.dashboard.diagnosis.signs import Signs
from xlnet.book.sheets.dashboard.plan import FIRST_POINT_ROW
from xlnet.book.sheets.explore.written import rounded
from xlnet.book.sheets.validation.plan import COUNTED, END, ValidationPlan
from xlnet.book.sheets.validation.plan import LOSSES as MEASURED
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Number, call, maximum, minimum
from xlnet.graph.references import NEITHER, InCell, InCells, Text, choose, compared, joined

VALIDATION_LOSS = MEASURED[1]
# So many units are named, the others are dots.
MOST_NAMED = 6
BETWEEN, MORE = ", ", " …"


def lives(signs: Signs) -> Iterator[Live]:
    """Yield the formulas."""
    for name in signs.numbers:
        cell, text = signs.number(name), signs.text(name)
        yield Live(name, NAME, cell.column, [cell.row], _number(signs, name), style.TEXT)
        yield Live(f"{name} as a text", NAME, text.column, [text.row], rounded(InCell(cell, NEITHER)), style.TEXT)
    yield from _relus(signs)
    yield from _layers(signs)
    yield from _sizes(signs)
    yield from _twins(signs)


def _number(signs: Signs, name: str) -> Expression:
    spec, layout, last = signs.model.spec, signs.model.layout, signs.last
    width = recent.epoch(spec)
    match name:
        case "eta":
            return InCell(layout.cell(keys.LEARNING_RATE, last))
        case "first loss":
            return _loss(signs, width)
        case "last loss":
            return _loss(signs, last)
        case "loss before":
            return _loss(signs, last - recent.tenth(spec))
        case "lowest loss":
            return call("min", InCells(layout.over(keys.LOSS)))
        case "lowest at":
            row = call("match", InCell(signs.number("lowest loss")), InCells(layout.over(keys.LOSS)), 0)
            return row if layout.stride == 1 else (row - 1) / layout.stride + 1
        case "gradient":
            cells = [InCells(area) for area in signs.gradients]
            return maximum(call("max", *cells), -call("min", *cells))
        case "dead layer":
            return _dead_layer(signs)
        case "slope":
            return call("min", InCells(column_of(signs.layer_column + 2, len(signs.bounded))))
        case "slope in percent":
            return 100 * InCell(signs.number("slope"))
        case "largest":
            return call("max", InCells(column_of(signs.size_column + 1, len(signs.sizes))))
        case "validation loss":
            return InCell(signs.model.once(ValidationPlan).summary_cell(END, VALIDATION_LOSS))
        case "lowest validation loss":
            validated = signs.model.once(ValidationPlan)
            return call("min", InCells(validated.over(validated.column(COUNTED))))
    return call("min", InCells(column_of(signs.size_column + 2, len(signs.sizes))))


def _loss(signs: Signs, iteration: int) -> Expression:
    """Return the loss of an iteration; where rows have batches of their own, the mean of an epoch that ends there."""
    width = min(recent.epoch(signs.model.spec), iteration)
    layout = signs.model.layout
    area = Area.between(layout.cell(keys.LOSS, iteration - width + 1), layout.cell(keys.LOSS, iteration))
    return InCell(area.first) if width == 1 else call("average_of", InCells(area))


def column_of(column: int, rows: int) -> Area:
    """Return the cells of a column of the tables."""
    return Area(NAME, FIRST_POINT_ROW, column, FIRST_POINT_ROW + rows - 1, column)


def _relus(signs: Signs) -> Iterator[Live]:
    column = signs.relu_column
    for row, unit in enumerate(signs.relus, FIRST_POINT_ROW):
        largest = call("max", *map(InCells, signs.activations(unit)))
        yield Live("largest activation of a unit", NAME, column + 1, [row], largest, style.TEXT)
    yield from _listed(column, [True] * len(signs.relus))


def _dead_layer(signs: Signs) -> Expression:
    """Return the number of the first layer without a unit above 0, 0 where there is none."""
    found: Expression = Number(0)
    for layer, rows in reversed(signs.relu_layers.items()):
        column = signs.relu_column + 1
        largest = call("max", InCells(Area(NAME, rows[0], column, rows[-1], column)))
        found = choose(compared(largest, "=", 0), layer, found)
    return found


def _twins(signs: Signs) -> Iterator[Live]:
    column = signs.twin_column
    weights = column + 4
    for row, unit in enumerate(signs.compared, FIRST_POINT_ROW):
        for offset, key in enumerate(unit.weights):
            cell = signs.model.layout.cell(key, signs.last)
            yield Live("weight of a unit", NAME, weights + offset, [row], InCell(cell), style.TEXT, shown=cell)
        before = rows_before(signs, row)
        if before:
            yield Live(
                "distance of a unit", NAME, column + 1, [row], _nearest(unit.weights, row, before, weights), style.TEXT
            )
    every = range(FIRST_POINT_ROW, FIRST_POINT_ROW + len(signs.compared))
    yield from _listed(column, [bool(rows_before(signs, row)) for row in every])


def rows_before(signs: Signs, row: int) -> range:
    """Return the rows of the units that stand before one in the same layer."""
    layers = [unit.layer for unit in signs.compared]
    return range(FIRST_POINT_ROW + layers.index(layers[row - FIRST_POINT_ROW]), row)


def _nearest(weights: Sequence[str], row: int, before: range, column: int) -> Expression:
    def own(row: int) -> InCells:
        return InCells(Area(NAME, row, column, row, column + len(weights) - 1), NEITHER)

    distances = [call("squared_distance", own(row), own(other)) for other in before]
    return distances[0] if len(distances) == 1 else minimum(*distances)


def _listed(column: int, counted: Sequence[bool]) -> Iterator[Live]:
    """Yield the formulas that count the units of a table with a 0, and list their names.

    Only those are `counted` that may be.
    """
    for row, may_count in enumerate(counted, FIRST_POINT_ROW):
        name, value, count = (InCell(Cell(NAME, row, column + offset), NEITHER) for offset in range(3))
        number, listed = _before(column, row)
        if may_count:
            is_zero = compared(value, "=", 0)
            number = number + choose(is_zero, 1, 0) if isinstance(number, InCell) else choose(is_zero, 1, 0)
            listed = choose(is_zero, _longer(listed, count, name), listed)
        yield Live("units counted", NAME, column + 2, [row], number, style.TEXT)
        yield Live("units named", NAME, column + 3, [row], listed, style.TEXT)


def _before(column: int, row: int) -> tuple[Expression, Expression]:
    """Return the count and the list of the row above, which the first row begins."""
    if row == FIRST_POINT_ROW:
        return Number(0), Text("")
    count, names = (InCell(Cell(NAME, row - 1, column + offset), NEITHER) for offset in (2, 3))
    return count, names


def _longer(before: Expression, count: Expression, name: Expression) -> Expression:
    """Return a list with one more name, or with dots once it is long."""
    another = joined(before, choose(compared(count, "=", 1), "", BETWEEN), name)
    dots = choose(compared(count, "=", MOST_NAMED + 1), joined(before, MORE), before)
    return choose(compared(count, "<=", MOST_NAMED), another, dots)


def _layers(signs: Signs) -> Iterator[Live]:
    for row, layer in enumerate(signs.bounded, FIRST_POINT_ROW):
        cells = [InCells(area) for area in signs.activations(layer)]
        count = len(layer.activations) * len(signs.window)
        squares = call("sumsq", *cells)
        # 1 − a² of tanh; of sigmoid a·(1 − a), which is at most ¼.
        slope = 1 - squares / count if layer.name == "tanh" else 4 * (call("sum", *cells) - squares) / count
        yield Live("slope of a layer", NAME, signs.layer_column + 2, [row], slope, style.TEXT)


def _sizes(signs: Signs) -> Iterator[Live]:
    column = signs.size_column
    for row, (_, area) in enumerate(signs.sizes, FIRST_POINT_ROW):
        size = maximum(call("max", InCells(area)), -call("min", InCells(area)))
        yield Live("size of an input", NAME, column + 1, [row], size, style.TEXT)
        own = InCell(Cell(NAME, row, column + 1), NEITHER)
        above = choose(compared(own, "=", 0), InCell(signs.number("largest")), own)
        yield Live("size of an input or the largest", NAME, column + 2, [row], above, style.TEXT)


def labels(signs: Signs) -> dict[Cell, str]:
    """Return the texts that stand in the tables, and that formulas cite."""
    found: dict[Cell, str] = {}

    def put(column: int, texts: Sequence[str]) -> None:
        found.update({Cell(NAME, row, column): text for row, text in enumerate(texts, FIRST_POINT_ROW)})

    put(signs.relu_column, [unit.name for unit in signs.relus])
    put(signs.twin_column, [unit.name for unit in signs.compared])
    put(signs.size_column, [name for name, _ in signs.sizes])
    put(signs.layer_column, [layer.name for layer in signs.bounded])
    put(signs.layer_column + 1, [str(layer.layer) for layer in signs.bounded])
    return found

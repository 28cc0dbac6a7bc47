"""The formulas of the network's picture: where each edge ends, and what stands in each unit.

An edge belongs to one of six series, by its sign and its size; in the other five it ends where it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlnet.book import shown as shows
from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.explore.faces import shown
from xlnet.book.sheets.explore.written import rounded
from xlnet.book.sheets.start import NAME
from xlnet.book.sheets.start.plan import StartPlan
from xlnet.book.sheets.start.tables import CLASSES
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, Number, absolute, call
from xlnet.graph.references import NEITHER, Beside, InCell, InCells, Text, choose, compared
from xlnet.model.passes import passes

# Above these shares of the largest weight an edge is wider: no simple ones, which simple weights would hit.
SHARES = (0.31, 0.63)
HIDDEN = "?"
# Where the number of a unit stands: shares of the height of the picture, and of the way between two layers.
_BELOW, _BESIDE = 0.085, 0.06


def labels(plan: StartPlan) -> dict[Cell, str]:
    """Return the symbols of the units, and of their slopes."""
    found: dict[Cell, str] = {}
    symbols = plan.model.symbols
    # Of a layer that is the identity, ∂E/∂z is ∂E/∂a, which has a name of its own.
    named = {alias: node.key for node in passes(plan.model.spec).nodes for alias in node.aliases}
    for number, unit in enumerate(plan.network.units if plan.units.count else (), 1):
        found[plan.units.cell("symbol", number)] = symbols(unit.key)
        if unit.delta:
            found[plan.units.cell("delta symbol", number)] = symbols(named.get(unit.delta, unit.delta))
    return found


def lives(plan: StartPlan) -> Iterator[Live]:
    """Yield the formulas."""
    yield from _units(plan)
    yield from _edges(plan)
    yield from _labels(plan)


def _units(plan: StartPlan) -> Iterator[Live]:
    explore, layout = plan.steps.explore, plan.model.layout

    def quantity(number: int, name: str, key: str) -> Live:
        cited = shown(explore, key)
        cell = plan.units.cell(name, number)
        source = shows.expression(cited, layout)
        return Live(f"{key} in the network", NAME, cell.column, [cell.row], source, style.TEXT, shown=cited)

    for number, unit in enumerate(plan.network.units, 1):
        yield quantity(number, "value", unit.key)
        if unit.delta and has(plan, unit.delta):
            yield quantity(number, "delta", unit.delta)
        if unit.target:
            yield quantity(number, "target", unit.target)
        value, text, seen = (plan.units.cell(name, number) for name in ("value", "text", "shown"))
        written = rounded(InCell(value, NEITHER))
        yield Live(f"{unit.key} as a text in the network", NAME, text.column, [text.row], written, style.TEXT)
        label, step = bare(InCell(text, NEITHER)), plan.steps.numbers.get(unit.key)
        if step is not None:
            label = choose(compared(InCell(plan.control("step")), ">=", step), label, HIDDEN)
        yield Live(f"{unit.key} once it is revealed", NAME, seen.column, [seen.row], label, style.TEXT)


def has(plan: StartPlan, key: str) -> bool:
    """Return whether an iteration has a quantity of a sample: what comes before all that learns has no slope."""
    cited = shown(plan.steps.explore, key)
    return cited.every_key()[0] in plan.model.layout.spots


def _edges(plan: StartPlan) -> Iterator[Live]:
    table = plan.edges
    rows = table.rows[1::3]

    def own(name: str) -> Beside:
        return Beside(NAME, table.column(name))

    for edge, row in zip(plan.network.edges, rows, strict=True):
        weight = plan.table.cell("value", plan.parameters.index(edge.key) + 1)
        yield Live(
            f"{edge.key} in the network", NAME, table.column("weight"), [row], InCell(weight), style.TEXT, shown=weight
        )
    largest = plan.number("largest")
    weights = InCells(table.area("weight"))
    size = call("max", call("max", weights), -call("min", weights))
    yield Live("largest weight in the network", NAME, largest.column, [largest.row], size, style.TEXT)
    yield Live("look of an edge", NAME, table.column("class"), rows, _class(own("weight"), InCell(largest)), style.TEXT)
    if plan.chosen:
        yield Live("edge of the path", NAME, table.column("lit"), rows, _lit(plan, own), style.TEXT)
    for name in (*CLASSES, "lit"):
        if name == "lit" and not plan.chosen:
            continue
        is_own = compared(own("lit"), "=", 1) if name == "lit" else compared(own("class"), "=", name)
        for axis in "xy":
            end = choose(is_own, own(f"{axis}2"), own(f"{axis}1"))
            yield Live("end of an edge", NAME, table.column(f"{axis} {name}"), rows, end, style.TEXT)


def _class(weight: Expression, largest: Expression) -> Expression:
    """Return the look of an edge: 1, 2 or 3 by its size, negative where the weight is."""
    wider = [choose(compared(absolute(weight), ">", share * largest), 1, 0) for share in SHARES]
    return choose(compared(weight, "<", 0), -1, 1) * (Number(1) + wider[0] + wider[1])


def _lit(plan: StartPlan, own: Callable[[str], Expression]) -> Expression:
    """Return 1 of an edge on the path from the chosen weight to the loss, 0 of another."""
    layer, to, source = (InCell(plan.number(name)) for name in ("layer", "to", "source"))
    is_it = choose(compared(own("source"), "=", source), choose(compared(own("to"), "=", to), 1, 0), 0)
    follows = choose(compared(own("source"), "=", to), 1, 0)
    later = choose(compared(own("layer"), "=", layer + 1), follows, 1)
    return choose(compared(own("layer"), "<", layer), 0, choose(compared(own("layer"), "=", layer), is_it, later))


def _labels(plan: StartPlan) -> Iterator[Live]:
    for number, edge in enumerate(plan.network.edges if plan.labels.count else (), 1):
        weight = plan.table.cell("text", plan.parameters.index(edge.key) + 1)
        cell = plan.labels.cell("text", number)
        text = bare(InCell(weight, NEITHER))
        yield Live("weight beside an edge", NAME, cell.column, [cell.row], text, style.TEXT)


def bare(text: Expression) -> Expression:
    """Return the text of a number without the brackets that a negative one has."""
    return call("substitute", call("substitute", text, Text("("), Text("")), Text(")"), Text(""))


def points(plan: StartPlan) -> Iterator[tuple[Cell, float]]:
    """Yield the numbers of the picture that no iteration changes: where units, edges and labels stand."""
    network = plan.network
    for number, unit in enumerate(network.units, 1):
        # Below a unit, or beside it where there is no room.
        x, y = (unit.x, unit.y - _BELOW * network.height) if network.has_room else (unit.x + _BESIDE, unit.y)
        if not network.has_room and not unit.layer:
            x = unit.x - _BESIDE
        places = {"x": unit.x, "y": unit.y, "text x": x, "text y": y}
        yield from ((plan.units.cell(name, number), value) for name, value in places.items())
    for number, edge in enumerate(network.edges):
        ends = dict(zip(("x1", "y1", "x2", "y2"), network.line(edge), strict=True))
        row = 3 * number + 2
        facts = {"layer": edge.layer, "source": edge.source, "to": edge.to} | ends
        yield from ((plan.edges.cell(name, row), value) for name, value in facts.items())
        for name in (*CLASSES, "lit"):
            yield from ((plan.edges.cell(f"{axis} {name}", row - 1), ends[f"{axis}1"]) for axis in "xy")
        if plan.labels.count:
            x, y = network.label(edge)
            yield plan.labels.cell("x", number + 1), x
            yield plan.labels.cell("y", number + 1), y

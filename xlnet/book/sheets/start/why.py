"""Why a weight changed: the numbers that its path to the loss has at the iteration, for the sentences on it."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet import keys
from xlnet.book import shown as shows
from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.explore.written import rounded
from xlnet.book.sheets.start import NAME
from xlnet.book.sheets.start.picture import has
from xlnet.book.sheets.start.plan import StartPlan
from xlnet.book.shown import Shown, at_iteration
from xlnet.cell import Cell
from xlnet.graph.expression import Expression, absolute, call, minimum
from xlnet.graph.references import NEITHER, InCell, InCells, choose, compared, element


def labels(plan: StartPlan) -> dict[Cell, str]:
    """Return the symbols of the parameters."""
    symbols = plan.model.symbols
    return {plan.table.cell("symbol", row): symbols(key) for row, key in enumerate(plan.parameters, 1)}


def facts(plan: StartPlan) -> Iterator[tuple[Cell, float]]:
    """Yield where each parameter that can be chosen stands in the network; 0 is no unit that is shown."""
    for row, key in enumerate(plan.chosen if plan.network.is_drawn else (), 1):
        found = zip(("layer", "to", "source"), plan.network.ends(key), strict=True)
        yield from ((plan.table.cell(name, row), float(number)) for name, number in found)


def parameters(plan: StartPlan) -> Iterator[Live]:
    """Yield the formulas of the table of parameters."""
    layout = plan.model.layout

    def quantity(row: int, name: str, cited: Shown) -> Live:
        cell, source = plan.table.cell(name, row), shows.expression(cited, layout)
        return Live(f"{cited.key} at the iteration", NAME, cell.column, [cell.row], source, style.TEXT, shown=cited)

    trained = set(plan.trained)
    for row, key in enumerate(plan.parameters, 1):
        value, text, gradient, after, part = (
            plan.table.cell(name, row) for name in ("value", "text", "gradient", "next", "part")
        )
        yield quantity(row, "value", Shown(key, plan.iteration))
        written = rounded(InCell(value, NEITHER))
        yield Live(f"{key} as a text at the iteration", NAME, text.column, [text.row], written, style.TEXT)
        if key in trained:
            yield quantity(row, "gradient", Shown(keys.gradient(key), plan.iteration))
            source = at_iteration(layout, key, following(plan))
            yield Live(f"{key} after the iteration", NAME, after.column, [after.row], source, style.TEXT)
            promised = InCell(gradient, NEITHER) * (InCell(value, NEITHER) - InCell(after, NEITHER))
            yield Live(f"what the step of {key} promises", NAME, part.column, [part.row], promised, style.TEXT)


def following(plan: StartPlan) -> Expression:
    """Return the iteration after the chosen one; the last one has none, and stands for it."""
    return minimum(InCell(plan.iteration.cell) + 1, plan.model.spec.training.iters)


def lives(plan: StartPlan) -> Iterator[Live]:
    """Yield the formulas of the numbers and of their texts."""
    for name, expression in _numbers(plan):
        cell, text = plan.number(name), plan.text(name)
        called = f"{name} of the chosen weight"
        yield Live(called, NAME, cell.column, [cell.row], expression, style.TEXT)
        if name not in ("chosen", "layer", "to", "source"):
            yield Live(f"{called} as a text", NAME, text.column, [text.row], rounded(InCell(cell, NEITHER)), style.TEXT)


def numbers_of(plan: StartPlan) -> list[str]:
    """Return the names of the numbers, in the order in which they are computed."""
    return [name for name, _ in _numbers(plan)]


def has_path(plan: StartPlan) -> bool:
    """Return whether the way of a weight to the loss is shown: every unit that learns has its slope."""
    units = plan.network.units if plan.network.is_drawn else ()
    first = min((keys.parts(key).layer or 0 for key in plan.chosen), default=0)
    return bool(units) and all(has(plan, unit.delta) for unit in units if unit.layer >= first)


def _numbers(plan: StartPlan) -> Iterator[tuple[str, Expression]]:
    model = plan.model
    iteration = InCell(plan.iteration.cell)
    count = len(plan.chosen)
    choice = InCell(plan.control("weight"))
    yield "chosen", call("match", choice, InCells(plan.table.area("symbol", count)), 0)

    def own(name: str) -> Expression:
        return element(InCells(plan.table.area(name, count)), InCell(plan.number("chosen")))

    def number(name: str) -> InCell:
        return InCell(plan.number(name))

    def of_unit(name: str, place: str) -> Expression:
        return element(InCells(plan.units.area(name)), number(place))

    if plan.network.is_drawn:
        yield from ((name, own(name)) for name in ("layer", "to", "source"))
    yield from (("weight", own("value")), ("gradient", own("gradient")), ("after", own("next")))
    yield "step", number("after") - number("weight")
    yield "eta", at_iteration(model.layout, keys.LEARNING_RATE, iteration)
    yield "loss", InCell(plan.readout("loss"))
    yield "loss after", at_iteration(model.layout, keys.LOSS, following(plan))
    if plan.has_all:
        yield "promised", call("sum", InCells(plan.table.area("part")))
        yield "promised rise", -number("promised")
    yield "fell", number("loss") - number("loss after")
    yield "rise", -number("fell")
    if has_path(plan):
        yield "delta", of_unit("delta", "to")
        # A bias weighs no unit.
        yield "source value", choose(compared(number("source"), "=", 0), 1, of_unit("value", "source"))
        yield "share", number("delta") * number("source value")
        is_output = compared(number("layer"), "=", plan.network.last)
        yield "output", of_unit("value", "to")
        yield "target", choose(is_output, of_unit("target", "to"), 0)
        yield "error", choose(is_output, absolute(number("output") - number("target")), 0)

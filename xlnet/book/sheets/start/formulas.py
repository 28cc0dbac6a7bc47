"""The formulas of the Start sheet, and the cells that a person fills in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlnet import keys
from xlnet.book import shown as shows
from xlnet.book import style
from xlnet.book.choices import sample_of
from xlnet.book.live import Live, Typed
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard.accuracy import mark
from xlnet.book.sheets.explore.faces import shown
from xlnet.book.sheets.explore.plan import ExplorePlan
from xlnet.book.sheets.start import NAME, picture, revealed, sentences, surface, why
from xlnet.book.sheets.start.plan import VALUE_COLUMN, StartPlan
from xlnet.book.shown import Shown
from xlnet.cell import Cell
from xlnet.graph.expression import call
from xlnet.graph.references import InCell, InCells
from xlnet.model import classification as classes
from xlnet.model.network import outputs, targets

VALUE = replace(style.TEXT, bold=True, border="below", horizontal="right")
_SHARE = replace(VALUE, number_format=style.SHARE)


def inputs(model: Model) -> list[Typed]:
    """Return the cells that a person fills in."""
    plan, spec = model.once(StartPlan), model.spec
    found = [_whole(plan, "iteration", range(1, spec.training.iters + 1), plan.iteration.first)]
    if "sample" in plan.controls:
        found.append(_whole(plan, "sample", range(1, spec.batch_size + 1), sample_of(spec).first))
    if "step" in plan.controls:
        count = len(plan.steps.entries)
        found.append(_whole(plan, "step", range(count + 1), count))
    if "weight" in plan.controls:
        symbols = tuple(map(model.symbols, plan.chosen))
        first = model.symbols(plan.first_chosen)
        area = plan.table.area("symbol", len(symbols))
        found.append(Typed("weight", plan.controls["weight"], VALUE_COLUMN, first, "choice", symbols, area))
    return found


def _whole(plan: StartPlan, name: str, choices: range, first: int) -> Typed:
    key = "sample of the batch" if name == "sample" else name
    return Typed(key, plan.controls[name], VALUE_COLUMN, first, "choice", choices)


def lives(model: Model) -> list[Live]:
    """Return every formula of the sheet."""
    plan = model.once(StartPlan)
    return [
        *_readouts(plan),
        *_marks(plan),
        *why.parameters(plan),
        *(picture.lives(plan) if plan.network.is_drawn else ()),
        *(surface.lives(plan.plane) if plan.plane else ()),
        *((*why.lives(plan), *sentences.lives(plan)) if plan.chosen else ()),
        *revealed.lives(plan),
    ]


def labels(model: Model) -> dict[Cell, str | float]:
    """Return the texts and the numbers that stand in cells, and that formulas cite."""
    plan = model.once(StartPlan)
    texts = {**why.labels(plan), **picture.labels(plan), **revealed.labels(plan)}
    numbers = [*why.facts(plan), *(picture.points(plan) if plan.network.is_drawn else ())]
    return {**texts, **dict(numbers)}


def _readouts(plan: StartPlan) -> Iterator[Live]:
    model, spec = plan.model, plan.model.spec

    def readout(name: str, cited: Shown | Cell) -> Live:
        expression = InCell(cited) if isinstance(cited, Cell) else shows.expression(cited, model.layout)
        return Live(
            f"{name} at the iteration", NAME, VALUE_COLUMN, [plan.readouts[name]], expression, VALUE, shown=cited
        )

    for key in plan.settings:
        yield readout(key, model.layout.cells[key])
    yield readout("loss", Shown(keys.LOSS, plan.iteration))
    if plan.has_accuracy:
        share = call("average_of", InCells(plan.marks.area("mark")))
        yield Live("accuracy at the iteration", NAME, VALUE_COLUMN, [plan.readouts["accuracy"]], share, _SHARE)
    explore = model.once(ExplorePlan)
    for key in (*outputs(spec), *targets(spec)):
        if key in plan.readouts:
            yield readout(key, shown(explore, key))


def _marks(plan: StartPlan) -> Iterator[Live]:
    """Yield a mark for each sample of the batch: 1 where it is classified right, or the share of its steps that are."""
    model, spec = plan.model, plan.model.spec
    groups = classes.groups(spec)
    for sample in range(1, plan.marks.count + 1):
        every = (outputs(spec, sample), targets(spec, sample))
        iteration = InCell(plan.iteration.cell)
        y, t = ([shows.at_iteration(model.layout, key, iteration) for key in own] for own in every)
        place = plan.marks.cell("mark", sample)
        yield Live("mark of a sample of the batch", NAME, place.column, [place.row], mark(groups, y, t), style.TEXT)

"""The sentences on why a weight changed, with their numbers; `checking.judge.sheets.start_why` is their counterpart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from xlnet.book import style
from xlnet.book.live import Live
from xlnet.book.sheets.start import NAME, why
from xlnet.book.sheets.start.picture import bare
from xlnet.book.sheets.start.plan import MIDDLE, WHY_ROW, StartPlan
from xlnet.graph.expression import Expression
from xlnet.graph.references import InCell, InCells, Text, choose, compared, element, joined, or_else

SENTENCE = replace(style.TEXT, size=10, vertical="top", horizontal="left", wrap=True)
HEADING = replace(style.TITLE, size=12)
# The sentences with the rows that each takes, below the heading.
ROWS = {"error": 1, "path": 1, "step": 1, "loss": 2}

# Settings with which a step of sgd is not η times the gradient.
_OTHERS = ("momentum", "weight_decay", "l1", "clip_value", "clip_norm")


def names(plan: StartPlan) -> list[str]:
    """Return the sentences of a network: of one that is not drawn there is no path."""
    return list(ROWS) if why.has_path(plan) else ["gradient", "step", "loss"]


def row_of(plan: StartPlan, name: str) -> int:
    """Return the first row of a sentence."""
    before = names(plan)[: names(plan).index(name)]
    return WHY_ROW + 1 + sum(rows_of(plan, each) for each in before)


def rows_of(plan: StartPlan, name: str) -> int:
    """Return the rows that a sentence takes: that on a share of a gradient is long."""
    return ROWS.get(name, 1) + (name == "path" and plan.model.spec.batch_size > 1)


def parts(plan: StartPlan, name: str) -> list[str]:
    """Return the text of a sentence in turns: text, what is cited there, … text; known words are filled in."""
    spec = plan.model.spec
    text = plan.model.texts.get("start", name)
    known = {
        "samples": str(spec.batch_size),
        "count": str(len(plan.trained)),
        "last": str(spec.training.iters),
    }
    for place, word in known.items():
        text = text.replace(f"{{{place}}}", word)
    return re.split(r"[{}]", text)


def cited(plan: StartPlan) -> Mapping[str, Callable[[], Expression]]:
    """Return what sentences cite, by the names of their places: the texts of numbers, and symbols."""

    def text(name: str) -> Callable[[], Expression]:
        return lambda: bare(InCell(plan.text(name)))

    def symbol(name: str, place: str) -> Callable[[], Expression]:
        return lambda: element(InCells(plan.units.area(name)), InCell(plan.number(place)))

    numbers = (
        "gradient",
        "weight",
        "after",
        "step",
        "eta",
        "promised",
        "promised rise",
        "fell",
        "rise",
        "loss",
        "loss after",
    )
    own = ("delta", "source value", "share", "target", "error")
    return {
        **{name: text(name) for name in (*numbers, *own)},
        "factor": lambda: InCell(plan.text("delta")),
        "times": lambda: InCell(plan.text("source value")),
        "symbol": lambda: InCell(plan.control("weight")),
        "unit": symbol("symbol", "to"),
        "slope": symbol("delta symbol", "to"),
        "source": symbol("symbol", "source"),
    }


def written(plan: StartPlan, name: str) -> Expression:
    """Return a text with what it cites."""
    places = cited(plan)
    every = [places[part]() if index % 2 else Text(part) for index, part in enumerate(parts(plan, name)) if part]
    return joined(*every)


def lives(plan: StartPlan) -> Iterator[Live]:
    """Yield the sentences, and their heading."""
    heading = or_else(written(plan, "why"), plan.model.texts.get("start", "no numbers"))
    yield Live("heading of the sentences", NAME, MIDDLE, [WHY_ROW], heading, HEADING)
    for name in names(plan):
        # An error in a number, as of a run that diverges, tells nothing.
        sentence = or_else(_sentence(plan, name), plan.model.texts.get("start", "no numbers"))
        yield Live(f"sentence: {name}", NAME, MIDDLE, [row_of(plan, name)], sentence, SENTENCE)


def _sentence(plan: StartPlan, name: str) -> Expression:
    def is_so(number: str, sign: str) -> Expression:
        return compared(InCell(plan.number(number)), sign, 0)

    def either(number: str, above: str, below: str, equal: str) -> Expression:
        others = choose(is_so(number, "<"), written(plan, below), written(plan, equal))
        return choose(is_so(number, ">"), written(plan, above), others)

    match name:
        case "error":
            output, target = InCell(plan.number("output")), InCell(plan.number("target"))
            low, high, right = (written(plan, each) for each in ("too low", "too high", "just right"))
            of_output = choose(compared(output, "<", target), low, choose(compared(output, ">", target), high, right))
            is_output = compared(InCell(plan.number("layer")), "=", plan.network.last)
            return choose(is_output, of_output, written(plan, "hidden"))
        case "path":
            several = plan.model.spec.batch_size > 1
            of_weight, of_bias = (
                ("share of a weight", "share of a bias") if several else ("path of a weight", "path of a bias")
            )
            return choose(is_so("source", "="), written(plan, of_bias), written(plan, of_weight))
        case "gradient":
            return written(plan, "gradient alone")
    is_last = compared(InCell(plan.iteration.cell), ">=", plan.model.spec.training.iters)
    if name == "step":
        by = "by sgd" if is_plain(plan) else "by another"
        grown = either("step", f"grows {by}", f"shrinks {by}", f"stays {by}")
        return choose(is_last, written(plan, "last iteration"), grown)
    fell = either("fell", "E fell", "E rose", "E stayed")
    if has_other_batch(plan):
        fell = written(plan, "other batch")
    if plan.has_all:
        fell = joined(either("promised", "promised to lower", "promised to raise", "promised nothing"), fell)
    return choose(is_last, "", fell)


def is_plain(plan: StartPlan) -> bool:
    """Return whether a step is η times the gradient."""
    settings = {setting.key for setting in plan.model.graph.settings}
    return plan.model.spec.training.optimizer.name == "sgd" and settings.isdisjoint(_OTHERS)


def has_other_batch(plan: StartPlan) -> bool:
    """Return whether the next iteration's loss is another one's: of other samples, or of other units left out."""
    spec = plan.model.spec
    return spec.draws_samples or any(layer.dropout for layer in spec.layers)

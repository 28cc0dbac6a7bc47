"""The Start sheet: why a weight changed, its numbers and sentences."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator

from xlnet import keys
from xlnet.book.sheets.start import NAME, why
from xlnet.book.sheets.start.plan import MIDDLE, WHY_ROW, StartPlan
from xlnet.book.sheets.start.sentences import has_other_batch, is_plain, names, parts, row_of
from xlnet.cell import Cell
from xlnet.checking.judge.sheets.findings import NEARLY_0
from xlnet.checking.judge.sheets.written import written
from xlnet.checking.judge.view import Expected, Near, View, is_tie, one_of

Cells = Iterator[tuple[Cell, Expected]]
# What engines snap to 0 of a difference, relative to its parts, is less.
_ROUNDING = 1e-14
_PLACES = ("chosen", "layer", "to", "source")


def following(view: View, plan: StartPlan) -> int | None:
    """Return the iteration after the chosen one, or that one where it is the last; None where none is chosen."""
    iteration, last = view.number(*plan.iteration.cell), plan.model.spec.training.iters
    return int(min(iteration + 1, last)) if 1 <= iteration < last + 1 else None


def expected_reasons(view: View, plan: StartPlan) -> Cells:
    """Yield the numbers, their texts, and the sentences."""
    for name in why.numbers_of(plan):
        yield plan.number(name), _number(view, plan, name)
        if name not in _PLACES:
            value = _of(view, plan, name)
            yield plan.text(name), written(value)
    none = plan.model.texts.get("start", "no numbers")
    yield Cell(NAME, WHY_ROW, MIDDLE), _filled(view, plan, "why") or none
    # A number that was typed as a text is one to some formulas.
    is_typed = any(view.cited(*plan.number(name)) is None for name in why.numbers_of(plan))
    for name in names(plan):
        if is_typed:
            yield Cell(NAME, row_of(plan, name), MIDDLE), None
            continue
        found = [text if text is not None else none for text in _sentence(view, plan, name)]
        yield Cell(NAME, row_of(plan, name), MIDDLE), one_of(found)


def _of(view: View, plan: StartPlan, name: str) -> float:
    return view.number(*plan.number(name))


def _number(view: View, plan: StartPlan, name: str) -> Expected:
    def of(other: str) -> float:
        return _of(view, plan, other)

    def difference(one: float, other: float) -> Near:
        return Near(one - other, _ROUNDING * max(abs(one), abs(other)))

    symbols = [plan.model.symbols(key) for key in plan.chosen]
    word = view.text(*plan.control("weight"))
    if name == "chosen":
        return float(symbols.index(word) + 1) if word in symbols else math.nan
    chosen = of("chosen")
    if math.isnan(chosen):
        return math.nan
    row, after = int(chosen), following(view, plan)
    table = {"weight": "value", "gradient": "gradient", "after": "next"}
    if name in table:
        return view.at(plan.table.cell(table[name], row))
    if name in _PLACES:
        return float(plan.network.ends(plan.chosen[row - 1])[_PLACES.index(name) - 1])
    match name:
        case "step":
            return difference(of("after"), of("weight"))
        case "eta" | "loss after":
            key, iteration = (
                (keys.LOSS, after) if name == "loss after" else (keys.LEARNING_RATE, _iteration(view, plan))
            )
            return None if iteration is None else view.of_iteration(key, iteration)
        case "loss":
            return view.at(plan.readout("loss"))
        case "promised":
            trained = set(plan.trained)
            rows = [number for number, key in enumerate(plan.parameters, 1) if key in trained]
            found = [view.number(*plan.table.cell("part", number)) for number in rows]
            return Near(math.fsum(found), _ROUNDING * sum(map(abs, found)))
        case "fell":
            return difference(of("loss"), of("loss after"))
        case "promised rise" | "rise":
            return -of("promised" if name == "promised rise" else "fell")
        case "share":
            return of("delta") * of("source value")
        case "error":
            is_output = of("layer") == plan.network.last
            one, other = of("output"), of("target")
            return Near(abs(one - other), _ROUNDING * max(abs(one), abs(other))) if is_output else 0.0
    return _of_unit(view, plan, name)


def _iteration(view: View, plan: StartPlan) -> int | None:
    iteration = view.number(*plan.iteration.cell)
    return int(iteration) if 1 <= iteration < plan.model.spec.training.iters + 1 else None


def _of_unit(view: View, plan: StartPlan, name: str) -> Expected:
    layer, to, source = (_of(view, plan, place) for place in ("layer", "to", "source"))
    if name == "source value":
        return view.at(plan.units.cell("value", int(source))) if source else 1.0
    if name == "target" and layer != plan.network.last:
        return 0.0
    return view.at(plan.units.cell({"output": "value"}.get(name, name), int(to)))


def _sentence(view: View, plan: StartPlan, name: str) -> list[str | None]:
    """Return what a sentence may be: one text, or several where rounding decides; None where a number is missing."""
    several = plan.model.spec.batch_size > 1
    match name:
        case "error":
            cited = ("layer", "output", "target")
            if any(math.isnan(_of(view, plan, each)) for each in cited):
                return [None]
            return [_filled(view, plan, each) for each in _errors(view, plan)]
        case "path":
            kind = "weight" if _of(view, plan, "source") else "bias"
            return [_filled(view, plan, f"{'share' if several else 'path'} of a {kind}")]
        case "gradient":
            return [_filled(view, plan, "gradient alone")]
    is_last = view.number(*plan.iteration.cell) >= plan.model.spec.training.iters
    if name == "step":
        by = "by sgd" if is_plain(plan) else "by another"
        words = {1: "grows", -1: "shrinks", 0: "stays"}
        ways = [f"{words[sign]} {by}" for sign in _signs(_of(view, plan, "step"))]
        return [_filled(view, plan, each) for each in (["last iteration"] if is_last else ways)]
    if is_last:
        return [""]
    fell = {1: "E fell", -1: "E rose", 0: "E stayed"}
    ends = ["other batch"] if has_other_batch(plan) else [fell[sign] for sign in _signs(_of(view, plan, "fell"))]
    if not plan.has_all:
        return [_filled(view, plan, end) for end in ends]
    promised = {1: "promised to lower", -1: "promised to raise", 0: "promised nothing"}
    starts = [promised[sign] for sign in _signs(_of(view, plan, "promised"))]
    found = [[_filled(view, plan, part) for part in pair] for pair in itertools.product(starts, ends)]
    return [None if None in pair else "".join(map(str, pair)) for pair in found] or [None]


def _errors(view: View, plan: StartPlan) -> list[str]:
    if _of(view, plan, "layer") != plan.network.last:
        return ["hidden"]
    output, target = _of(view, plan, "output"), _of(view, plan, "target")
    found = ["too low"] if output < target else ["too high"] if output > target else ["just right"]
    return ["too low", "too high", "just right"] if is_tie(output, target) else found


def _signs(value: float) -> list[int]:
    """Return the signs that a number may have to an engine; none of an error."""
    if math.isnan(value):
        return [1]
    own = (value > 0) - (value < 0)
    return [own, 0] if own and abs(value) < NEARLY_0 else [own]


def _filled(view: View, plan: StartPlan, name: str) -> str | None:
    """Return a text with the texts of its numbers, None where one is missing."""
    found = [_cited(view, plan, part) if index % 2 else part for index, part in enumerate(parts(plan, name))]
    return None if None in found else "".join(part for part in found if part is not None)


def _cited(view: View, plan: StartPlan, place: str) -> str | None:
    if place == "symbol":
        return view.text(*plan.control("weight"))
    if place in ("unit", "slope", "source"):
        column = {"unit": "symbol", "slope": "delta symbol", "source": "symbol"}[place]
        number = _of(view, plan, "source" if place == "source" else "to")
        return None if math.isnan(number) else view.text(*plan.units.cell(column, int(number)))
    name = {"factor": "delta", "times": "source value"}.get(place, place)
    if math.isnan(_of(view, plan, name)):
        return None
    text = view.text(*plan.text(name))
    return text if text is None or place in ("factor", "times") else re.sub(r"[()]", "", text)

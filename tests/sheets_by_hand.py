"""Workbooks as people make them by hand: what a network computes in a step, and where each quantity stands.

In a formula `[w1]` is a quantity of the same step, `[w1']` that of the step before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

_QUANTITY = re.compile(r"\[(\w+)('?)\]")
ACTIVATIONS = {
    "sigmoid": ("1/(1+EXP(-{0}))", "{1}*(1-{1})"),
    "tanh": ("TANH({0})", "(1-{1}^2)"),
    "relu": ("MAX(0,{0})", "IF({0}>0,1,0)"),
    "linear": ("{0}", "1"),
}
# The loss of an output, how they add up, and its derivative by the output (by the sum before it, for an entropy).
LOSSES = {
    "half": ("0.5*({0}-{1})^2", "SUM", "({1}-{0})"),
    "squares": ("({0}-{1})^2", "SUM", "2*({1}-{0})"),
    "mean": ("({0}-{1})^2", "AVERAGE", "({1}-{0})*2/{2}"),
    "entropy": ("-({0}*LN({1})+(1-{0})*LN(1-{1}))", "SUM", "({1}-{0})"),
    "softmax": ("-{0}*LN({1})", "SUM", "({1}-{0})"),
    "implied": ("", "", "({1}-{0})"),
}
_WEIGHTS = (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55, 0.35, 0.6, -0.3, 0.7)
_BIASES = (0.35, 0.3, 0.6, 0.55)


@dataclass(frozen=True)
class Rules:
    """What is typed once, typed in every step (in turn), typed in the first step alone, and computed in every step."""

    constants: dict[str, float]
    typed: dict[str, Sequence[float | str]]
    start: dict[str, float]
    formulas: dict[str, str]

    @property
    def weights(self) -> list[str]:
        return [name for name in self.start if name[0] in "wb"]

    def with_formulas(self, formulas: dict[str, str]) -> Rules:
        return replace(self, formulas=self.formulas | formulas)

    def without(self, *beginnings: str) -> Rules:
        return replace(self, formulas={k: v for k, v in self.formulas.items() if not k.startswith(beginnings)})

    def inlined(self, text: str, *beginnings: str) -> str:
        """Put the formulas of quantities in the place of these, in brackets."""
        return _QUANTITY.sub(
            lambda m: f"({self.inlined(self.formulas[m[1]], *beginnings)})" if m[1].startswith(beginnings) else m[0],
            text,
        )

    def before(self, text: str) -> str:
        """Make a formula cite the step before."""
        return _QUANTITY.sub(lambda m: m[0] if m[1] in self.constants else f"[{m[1]}']", text)


def network(
    hidden: str = "sigmoid",
    last: str = "sigmoid",
    loss: str = "half",
    *,
    outputs: int = 2,
    bias: bool = False,
    deltas: bool = False,
    inputs: Sequence[Sequence[float]] = ((0.05, 0.1),),
    targets: Sequence[Sequence[float]] = ((0.01, 0.99),),
    rate: float = 0.5,
) -> Rules:
    """Return a network of two inputs and two hidden units, and the gradients of its weights: `gw1`, …, `gb1`, …"""
    typed: dict[str, Sequence[float | str]] = {f"x{i}": [row[i - 1] for row in inputs] for i in (1, 2)}
    typed |= {f"t{k}": [row[k - 1] for row in targets] for k in range(1, outputs + 1)}
    biases = {f"b{n + 1}": _BIASES[n] for n in range(2 + outputs)} if bias else {}
    start = {f"w{n + 1}": _WEIGHTS[n] for n in range(4 + 2 * outputs)} | biases
    own = {f"{unit}{n}": f"b{n + 2 * (unit == 'o')}" for unit, n in [*product("h", (1, 2)), *product("oo", (1, 2))]}
    rules: dict[str, str] = {}
    outs = range(1, outputs + 1)

    def unit(name: str, sources: str, first: int) -> str:
        terms = [f"[w{first}]*[{sources}1]", f"[w{first + 1}]*[{sources}2]"] + [f"[{own[name]}]"] * bias
        return "+".join(terms)

    for j in (1, 2):
        rules[f"h{j}"] = unit(f"h{j}", "x", 2 * j - 1)
        rules[f"a{j}"] = ACTIVATIONS[hidden][0].format(f"[h{j}]")
    for k in outs:
        rules[f"o{k}"] = unit(f"o{k}", "a", 3 + 2 * k)
        rules[f"y{k}"] = ACTIVATIONS[last][0].format(f"[o{k}]")
    if loss == "softmax":
        rules |= {f"y{k}": f"EXP([o{k}])/(" + "+".join(f"EXP([o{i}])" for i in outs) + ")" for k in outs}
    each, total, slope = LOSSES[loss]
    if each:
        rules |= {f"e{k}": each.format(f"[t{k}]", f"[y{k}]") for k in outs}
        rules["E_total"] = total + "(" + ",".join(f"[e{k}]" for k in outs) + ")"
        if outputs == 1:
            rules["E_total"] = rules.pop("e1")
    for k in outs:
        own_slope = "" if loss in ("entropy", "softmax") else ACTIVATIONS[last][1].format(f"[o{k}]", f"[y{k}]")
        rules[f"d{k + 2}"] = slope.format(f"[t{k}]", f"[y{k}]", outputs) + f"*{own_slope}" * bool(own_slope)
    for j in (1, 2):
        back = "+".join(f"[d{k + 2}]*[w{2 + 2 * k + j}]" for k in outs)
        rules[f"d{j}"] = f"({back})*" + ACTIVATIONS[hidden][1].format(f"[h{j}]", f"[a{j}]")
    for weight in start:
        n = int(weight[1:])
        source = f"x{2 - n % 2}" if n <= 4 else f"a{2 - n % 2}"
        rules[f"g{weight}"] = f"[d{(n + 1) // 2}]*[{source}]" if weight[0] == "w" else f"[d{n}]"
    found = Rules({"rate": rate}, typed, start, rules)
    if deltas:
        return found
    own_cells = {name: found.inlined(text, "d") for name, text in rules.items() if name[0] == "g"}
    return found.with_formulas(own_cells).without("d")


def over_samples(rules: Rules, count: int, total: str = "SUM") -> Rules:
    """Compute a step from `count` samples, whose losses and gradients are summed or averaged."""

    def of(sample: int, text: str) -> str:
        return _QUANTITY.sub(lambda m: m[0] if m[1] in rules.start else f"[{m[1]}_{sample}]", text)

    samples = range(1, count + 1)
    typed = {f"{name}_{s}": [values[s - 1]] for s in samples for name, values in rules.typed.items()}
    formulas = {f"{name}_{s}": of(s, text) for s in samples for name, text in rules.formulas.items()}
    for name in rules.formulas:
        if name == "E_total" or name[0] == "g":
            formulas[name] = total + "(" + ",".join(f"[{name}_{s}]" for s in samples) + ")"
    return Rules(rules.constants, dict(typed), rules.start, formulas)


def updated(rules: Rules, update: str = "W-[rate]*G", **more: str) -> Rules:
    """Add the updates, and `more` quantities of each weight.

    W, G stand for a weight and its gradient in the step before, g for the gradient in the same step.
    """
    formulas: dict[str, str] = {}
    start: dict[str, float] = {}
    for weight in rules.weights:

        def said(text: str, weight: str = weight) -> str:
            meanings = {"W": f"[{weight}']", "G": f"[g{weight}']", "g": f"[g{weight}]"}
            meanings |= {each: f"[{each}{weight}]" for each in more}
            for short, meaning in meanings.items():
                text = re.sub(rf"\b{short}\b(?!\])", meaning, text)
            return text.replace("]'", "']")

        for name, text in more.items():
            formulas[name + weight] = said(text)
            # What cites the step before has a typed start.
            if "'" in formulas[name + weight]:
                start[name + weight] = 0.0
        formulas[weight] = said(update)
    return replace(rules, start=rules.start | start, formulas=rules.formulas | formulas)


def inline(rules: Rules) -> Rules:
    """Give the gradients no cells of their own: each is in its weight's update."""
    updates = {w: f"[{w}']-[rate]*" + rules.before(rules.inlined(f"[g{w}]", "g")) for w in rules.weights}
    return rules.without("g").with_formulas(updates)


def with_new_weights(rules: Rules) -> Rules:
    """Let each step have its new weights, which the next step cites."""
    new = {f"n{weight}": f"[{weight}]-[rate]*[g{weight}]" for weight in rules.weights}
    return rules.with_formulas(new | {weight: f"[n{weight}']" for weight in rules.weights})


@dataclass(frozen=True)
class Layout:
    """Where quantities stand in the first step, and how far away they are in the next one.

    With several sheets each step has one. `by_index` cites weights as `INDEX(A:A,14+INT((ROW()-18)/8)*8)`.
    """

    cells: dict[str, tuple[int, int]]
    down: int = 0
    across: int = 0
    sheets: tuple[str, ...] = ("Sheet1",)
    by_index: bool = False
    name: str = ""
    constants: tuple[int, int] = (1, 2)
    has_headers: bool = True

    def sheet(self, step: int) -> str:
        return self.sheets[step if len(self.sheets) > 1 else 0]

    def place(self, name: str, step: int) -> tuple[int, int]:
        row, column = self.cells[name]
        return row + self.down * step, column + self.across * step

    def address(self, name: str, step: int) -> str:
        row, column = self.place(name, step)
        return f"{get_column_letter(column)}{row}"


def _order(rules: Rules) -> list[str]:
    return list(dict.fromkeys([*rules.typed, *rules.start, *rules.formulas]))


def as_rows(rules: Rules, top: int = 4, left: int = 1, **more: object) -> Layout:
    """One row a step."""
    cells = {name: (top, left + n) for n, name in enumerate(_order(rules))}
    return Layout(cells, down=1, **more)  # type: ignore[arg-type]


def as_columns(rules: Rules) -> Layout:
    """One column a step."""
    return Layout({name: (4 + n, 2) for n, name in enumerate(_order(rules))}, across=1)


def as_blocks(rules: Rules, width: int = 6, *, across: bool = False, top: int = 4, **more: object) -> Layout:
    """Several rows a step, each below a row of headers; the steps below each other or side by side."""
    names = _order(rules)
    cells = {name: (top + n // width * 2, 1 + n % width) for n, name in enumerate(names)}
    height = 2 * -(-len(names) // width) + 1
    return Layout(cells, **{"across" if across else "down": width + 1 if across else height}, **more)  # type: ignore[arg-type]


def on_sheets(rules: Rules, titles: Sequence[str]) -> Layout:
    """A sheet a step."""
    return replace(as_blocks(rules), down=0, sheets=tuple(titles))


def as_list(rules: Rules) -> Layout:
    """One step: each kind of quantity in a column of its own, so that the weights are below each other."""
    kinds: dict[str, int] = {}
    cells = {}
    for name in _order(rules):
        kind = re.sub(r"[wb]?\d+", "", name) or "w"
        cells[name] = (4 + kinds.setdefault(kind, 0), 1 + 2 * list(kinds).index(kind))
        kinds[kind] += 1
    return Layout(cells, has_headers=False)


@dataclass(frozen=True)
class Made:
    """What is in a workbook: the weights, how many updates each has, and where quantities stand in each step."""

    path: Path
    weights: list[str]
    updates: int
    layout: Layout
    formulas: dict[tuple[str, int], str]
    constants: dict[str, str]

    @property
    def judged(self) -> int:
        return len(self.weights) * self.updates

    @property
    def gradients(self) -> list[str]:
        """The gradients that have cells of their own."""
        return [f"g{weight}" for weight in self.weights if f"g{weight}" in self.layout.cells]

    def address(self, name: str, step: int = 0) -> str:
        return self.layout.address(name, step)


def write(
    path: Path,
    rules: Rules,
    layout: Layout,
    steps: int = 5,
    changed: Mapping[tuple[str, int], str | float] | None = None,
    book: Workbook | None = None,
) -> Made:
    """Write a workbook, or more tables into one. `changed` are what certain cells hold in place of what they should."""
    if book is None:
        book = Workbook()
        del book["Sheet"]
    for title in layout.sheets:
        if title not in book.sheetnames:
            book.create_sheet(title)
    first = book[layout.sheet(0)]
    row, left = layout.constants
    constants = {}
    for n, (name, value) in enumerate(rules.constants.items()):
        first.cell(row, left + 2 * n - 1, name)
        first.cell(row, left + 2 * n, value)
        constants[name] = f"${get_column_letter(left + 2 * n)}${row}"
    if layout.name:
        target = f"{quote_sheetname(first.title)}!{constants['rate']}"
        book.defined_names[layout.name] = DefinedName(layout.name, attr_text=target)

    def cited(step: int, quantity: re.Match[str]) -> str:
        name, is_before, prefix = quantity[1], quantity[2] != "", ""
        if name in constants:
            if layout.name and name == "rate":
                return layout.name
            source, text = 0, constants[name]
        else:
            source = step - is_before
            text = layout.address(name, source)
            if layout.by_index and name in rules.start and not is_before:
                row, column = layout.cells[name]
                letter, top = get_column_letter(column), min(each for each, _ in layout.cells.values())
                return f"INDEX({letter}:{letter},{row}+INT((ROW()-{top})/{layout.down})*{layout.down})"
        if layout.sheet(source) != layout.sheet(step):
            prefix = quote_sheetname(layout.sheet(source)) + "!"
        return prefix + text

    formulas: dict[tuple[str, int], str] = {}
    for step in range(steps):
        sheet = book[layout.sheet(step)]
        for name in layout.cells:
            place = layout.place(name, step)
            if layout.has_headers and (step == 0 or layout.down != 1):
                above = (place[0], place[1] - 1) if layout.across == 1 else (place[0] - 1, place[1])
                if layout.across != 1 or step == 0:
                    sheet.cell(*above, name)
            content: float | str
            if name in rules.typed:
                content = rules.typed[name][step % len(rules.typed[name])]
            elif step == 0 and name in rules.start:
                content = rules.start[name]
            else:
                content = "=" + _QUANTITY.sub(partial(cited, step), rules.formulas[name])
                formulas[name, step] = content
            sheet.cell(*place, (changed or {}).get((name, step), content))
    book.save(path)
    has_new = any(name.startswith("nw") for name in layout.cells)
    addresses = {name: address.replace("$", "") for name, address in constants.items()}
    return Made(path, rules.weights, steps if has_new else steps - 1, layout, formulas, addresses)

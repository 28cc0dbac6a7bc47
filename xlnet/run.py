"""Runs the graph itself, for the values that the cells carry.

The graph is turned once into a straight-line Python function of one iteration. These values are no proof of anything:
they are what the workbook claims, and `checking` judges the workbook by the reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from xlnet.graph.expression import Expression, Quantity
from xlnet.graph.node import Graph, Node
from xlnet.graph.printing import Notation, write

Values = list[float]
Row = Callable[[Values, Mapping[int, float]], Values]
Cell = Callable[["_Guarded", "_Guarded", Mapping[int, float]], float]

_FUNCTIONS = ("abs", "cos", "exp", "floor", "ln", "max", "min", "mod", "sign", "sqrt", "tanh")
_ENVIRONMENT: dict[str, object] = {
    "cos": math.cos,
    "exp": math.exp,
    "floor": math.floor,
    "ln": math.log,
    "mod": math.fmod,
    "sign": lambda x: math.copysign(1.0, x) if x else 0.0,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "__builtins__": {"abs": abs, "int": int, "max": max, "min": min},
}


def iterations(graph: Graph, iters: int) -> Iterator[Values]:
    """Yield the values of the graph's nodes, an iteration at a time; NaN is a cell that has no finite value."""
    first = _Row(graph, first=True)
    later = _Row(graph, first=False)
    typed = [(column, node.typed) for column, node in enumerate(graph.nodes) if node.typed is not None]
    values: Values = [math.nan] * len(graph.nodes)
    for number in range(iters):
        drawn = {column: numbers[number] for column, numbers in typed}
        values = (later if number else first)(values, drawn)
        yield values


class _Row:
    """One iteration as a function from the values of the iteration before to its own."""

    def __init__(self, graph: Graph, *, first: bool) -> None:
        places = {key: column for column, node in enumerate(graph.nodes) for key in (node.key, *node.aliases)}
        constants = [*graph.settings, *(c for column in graph.data for c in column.constants)]
        fixed = {constant.key: constant.value for constant in constants}
        python = _python(places, {key: index for index, key in enumerate(fixed)})
        environment = _ENVIRONMENT | {"fixed": list(fixed.values())}
        for column in graph.data:
            environment[column.key] = [constant.value for constant in column.constants]
        sources = [_source(node, column, python, first=first) for column, node in enumerate(graph.nodes)]
        self._row, self._cells = _compiled(sources, environment)

    def __call__(self, above: Values, typed: Mapping[int, float]) -> Values:
        try:
            values = self._row(above, typed)
        except (ArithmeticError, ValueError):
            return self._cell_by_cell(above, typed)
        # One sum finds every inf and NaN of the row; a sum that overflows by itself costs only the slow way.
        return values if math.isfinite(sum(values)) else self._cell_by_cell(above, typed)

    def _cell_by_cell(self, above: Values, typed: Mapping[int, float]) -> Values:
        """Return the row as a spreadsheet has it: a cell without a finite value is an error, and so are its heirs."""
        values: Values = []
        for cell in self._cells:
            try:
                value = cell(_Guarded(above), _Guarded(values), typed)
            except (ArithmeticError, ValueError):
                value = math.nan
            values.append(value if math.isfinite(value) else math.nan)
        return values


def _source(node: Node, column: int, python: Notation, *, first: bool) -> str:
    """Return the Python expression of a node's value in the first or a later row."""
    if node.typed is not None:
        return f"typed[{column}]"
    chosen = node.first if first and node.first is not None else node.formula
    return write(chosen, python) if isinstance(chosen, Expression) else repr(chosen)


class _Guarded:
    """Values that raise where a cell in error is cited, as max() and comparisons would pass over a NaN."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def __getitem__(self, column: int) -> float:
        value = self._values[column]
        if math.isnan(value):
            raise ArithmeticError
        return value


def _python(places: Mapping[str, int], fixed: Mapping[str, int]) -> Notation:
    def quantity(cited: Quantity) -> str:
        if cited.key in places:
            return f"{'above' if cited.above else 'here'}[{places[cited.key]}]"
        return f"fixed[{fixed[cited.key]}]"

    def call(function: str) -> Callable[..., str]:
        return lambda *arguments: f"{function}({', '.join(arguments)})"

    return Notation(
        plus=" + ",
        minus=" - ",
        times=" * ",
        over=" / ",
        power=lambda base, exponent: f"{base} ** {exponent}",
        square=lambda base: f"{base} * {base}",
        number=repr,
        functions={name: call(name) for name in _FUNCTIONS} | {"pi": lambda: repr(math.pi)},
        quantity=quantity,
        choice=lambda left, right, then, otherwise: f"({then} if {left} > {right} else {otherwise})",
        lookup=lambda column, number: f"{column}[int({number}) - 1]",
    )


def _compiled(sources: list[str], environment: Mapping[str, object]) -> tuple[Row, Sequence[Cell]]:
    """Return a function that computes a row, and one for each of its cells."""
    lines = (
        "def row(above, typed):",
        " here = []",
        " append = here.append",
        *(f" append({source})" for source in sources),
        " return here",
        "cells = [",
        *(f" lambda above, here, typed: {source}," for source in sources),
        "]",
    )
    namespace = dict(environment)
    # Compiled first: an interrupt inside exec() of a text would end Python by a signal, whatever is done about it.
    exec(compile("\n".join(lines), "<graph>", "exec"), namespace)
    return cast(Row, namespace["row"]), cast(Sequence[Cell], namespace["cells"])

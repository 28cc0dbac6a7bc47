"""Runs the graph itself, for the values that the cells carry.

The graph is turned once into a straight-line Python function of one iteration. These values are no proof of anything:
they are what the workbook claims, and `checking` judges the workbook by the reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from xlnet.graph.expression import Expression, Quantity
from xlnet.graph.node import Graph
from xlnet.graph.printing import Notation, write

Values = list[float]
Row = Callable[[Values], Values]
Cell = Callable[["_Guarded", "_Guarded"], float]

_FUNCTIONS = {
    "exp": lambda x: f"exp({x})",
    "max": lambda *xs: f"max({', '.join(xs)})",
}
_ENVIRONMENT = {"exp": math.exp, "__builtins__": {"max": max}}


def iterations(graph: Graph, iters: int) -> Iterator[Values]:
    """Yield the values of the graph's nodes, an iteration at a time; NaN is a cell that has no finite value."""
    constants = {constant.key: constant.value for constant in graph.constants}
    first = _Row(graph, constants, first=True)
    later = _Row(graph, constants, first=False)
    values: Values = [math.nan] * len(graph.nodes)
    for number in range(iters):
        values = (later if number else first)(values)
        yield values


class _Row:
    """One iteration as a function from the values of the iteration before to its own."""

    def __init__(self, graph: Graph, constants: Mapping[str, float], *, first: bool) -> None:
        places = {key: column for column, node in enumerate(graph.nodes) for key in (node.key, *node.aliases)}
        python = _python(places, list(constants))
        environment = _ENVIRONMENT | {"fixed": list(constants.values())}
        sources = []
        for node in graph.nodes:
            chosen = node.first if first and node.first is not None else node.formula
            sources.append(write(chosen, python) if isinstance(chosen, Expression) else repr(float(chosen)))
        self._row, self._cells = _compiled(sources, environment)

    def __call__(self, above: Values) -> Values:
        try:
            values = self._row(above)
        except ArithmeticError:
            return self._cell_by_cell(above)
        # One sum finds every inf and NaN of the row; a sum that overflows by itself costs only the slow way.
        return values if math.isfinite(sum(values)) else self._cell_by_cell(above)

    def _cell_by_cell(self, above: Values) -> Values:
        """Return the row as a spreadsheet has it: a cell without a finite value is an error, and so are its heirs."""
        values: Values = []
        for cell in self._cells:
            try:
                value = cell(_Guarded(above), _Guarded(values))
            except ArithmeticError:
                value = math.nan
            values.append(value if math.isfinite(value) else math.nan)
        return values


class _Guarded:
    """Values that raise where a cell in error is cited, as max() and comparisons would pass over a NaN."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def __getitem__(self, column: int) -> float:
        value = self._values[column]
        if math.isnan(value):
            raise ArithmeticError
        return value


def _python(places: Mapping[str, int], constants: list[str]) -> Notation:
    def quantity(cited: Quantity) -> str:
        if cited.key in constants:
            return f"fixed[{constants.index(cited.key)}]"
        return f"{'above' if cited.above else 'here'}[{places[cited.key]}]"

    return Notation(
        plus=" + ",
        minus=" - ",
        times=" * ",
        over=" / ",
        power=lambda base, exponent: f"{base} ** {exponent}",
        number=repr,
        functions=_FUNCTIONS,
        quantity=quantity,
    )


def _compiled(sources: list[str], environment: Mapping[str, object]) -> tuple[Row, Sequence[Cell]]:
    """Return a function that computes a row, and one for each of its cells."""
    lines = (
        "def row(above):",
        " here = []",
        " append = here.append",
        *(f" append({source})" for source in sources),
        " return here",
        "cells = [",
        *(f" lambda above, here: {source}," for source in sources),
        "]",
    )
    namespace = dict(environment)
    # Compiled first: an interrupt inside exec() of a text would end Python by a signal, whatever is done about it.
    exec(compile("\n".join(lines), "<graph>", "exec"), namespace)
    return cast(Row, namespace["row"]), cast(Sequence[Cell], namespace["cells"])

"""Runs the graph itself, for the values that the cells carry.

The graph is turned once into a straight-line Python loop over iterations; that of a large network computes its sums
from slices of a list. These values are no proof of anything: they are what the workbook claims, and `checking` judges
the workbook by the reference.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import cast, overload

from xlnet.graph.expression import Expression, Quantity, Sum, total
from xlnet.graph.node import Constant, Graph, Group, Node
from xlnet.graph.printing import ATOM, SUM, Notation, write
from xlnet.render.functions import NUMERIC
from xlnet.render.slices import FUNCTIONS, in_slices
from xlnet.xlsx.table import RowBlock

Values = list[float]
Typed = Iterator[Values]
Rows = Callable[[Values, Typed, bool, Values], None]
CellFunction = Callable[["_Guarded", "_Guarded", Values, bool], float]

_LONGEST_SUM = 2_000
# Local variables are faster than a list, but Python takes some microseconds to compile a term.
_MOST_TERMS = 100_000
_SIGNS = {">": ">", "=": "=="}
_FUNCTIONS = (*NUMERIC, "max", "min")
_ENVIRONMENT: dict[str, object] = {**NUMERIC, **FUNCTIONS, "__builtins__": {"int": int, "max": max, "min": min}}


def iterations(graph: Graph, sizes: Sequence[int]) -> Iterator[RowBlock]:
    """Yield the values of the graph's nodes, a block of iterations at a time; NaN is a cell that has no finite value.

    The first block is one iteration.
    """
    run = _Run(graph)
    drawn = [node.typed for node in graph.nodes if node.typed is not None]
    previous: Values = [math.nan] * len(graph.nodes)
    start = 0
    for count in sizes:
        typed = [[numbers[row] for numbers in drawn] for row in range(start, start + count)]
        block = run.block(previous, typed, count, is_first=start == 0)
        previous = block.values[-len(graph.nodes) :]
        start += count
        yield block


def rows(typed: Mapping[str, Values], fixed: Mapping[str, float], nodes: Sequence[Node]) -> dict[str, Values]:
    """Return the values of `nodes`, and of their aliases, in rows that share nothing but the constants `fixed`.

    `typed` are the numbers that each row has, by key, as many for every key. NaN is a cell without a finite value.
    """
    columns = [Node(key, "typed", None, typed=numbers) for key, numbers in typed.items()]
    settings = tuple(Constant(key, Group.SETTINGS, value) for key, value in fixed.items())
    every = (*columns, *nodes)
    count = len(columns[0].typed or ())
    sizes = [1, count - 1] if count > 1 else [1]
    values = [value for block in iterations(Graph(settings, (), (), every), sizes) for value in block.values]
    width = len(every)
    return {key: values[index::width] for index, node in enumerate(every) for key in (node.key, *node.aliases)}


class _Run:
    """Iterations as functions of the values of the iteration before."""

    def __init__(self, graph: Graph) -> None:
        self._nodes = graph.nodes
        constants = [*graph.settings, *(c for column in graph.data for c in column.constants)]
        fixed = {constant.key: constant.value for constant in constants}
        self._environment = _ENVIRONMENT | {"fixed": list(fixed.values())}
        for column in graph.data:
            self._environment[column.key] = [constant.value for constant in column.constants]
        self._places = {key: number for number, node in enumerate(self._nodes) for key in (node.key, *node.aliases)}
        self._positions = {key: index for index, key in enumerate(fixed)}
        terms = sum(len(node.formula.terms) for node in graph.nodes if isinstance(node.formula, Sum))
        if terms > _MOST_TERMS:
            self._rows = _rows_in_list(self._in_lists, self._environment)
        else:
            self._rows = _rows_of(self._sources(_python(self._places, self._positions)), self._environment)

    @cached_property
    def _cells(self) -> Sequence[CellFunction]:
        """A function for each cell of a row: compiled where a row has a cell without a finite value alone."""
        return _cells_of(self._in_lists, self._environment)

    @cached_property
    def _in_lists(self) -> list[str]:
        """The Python expression of each node where the values of an iteration are a list."""
        return self._sources(_python_of_lists(self._places, self._positions))

    def _sources(self, python: Notation) -> list[str]:
        """Return the Python expression of each node."""
        drawn = {node.key: index for index, node in enumerate(n for n in self._nodes if n.typed is not None)}
        return [_source(node, drawn, python) for node in self._nodes]

    def block(self, previous: Values, typed: Sequence[Values], count: int, *, is_first: bool) -> RowBlock:
        """Return the next `count` rows, or the first one."""
        values: Values = []
        with suppress(ArithmeticError, ValueError):
            self._rows(previous, iter(typed), is_first, values)
            # One sum finds every inf and NaN; a sum that overflows by itself costs only the slow way.
            if math.isfinite(sum(values)):
                return RowBlock(values, is_finite=True)
        values = []
        for row in range(count):
            previous = self._cell_by_cell(previous, typed[row], is_first=is_first)
            values += previous
        return RowBlock(values, is_finite=False)

    def _cell_by_cell(self, previous: Values, typed: Values, *, is_first: bool) -> Values:
        """Return the row as a spreadsheet has it: a cell without a finite value is an error, and so are its heirs."""
        values: Values = []
        for cell in self._cells:
            try:
                value = cell(_Guarded(previous), _Guarded(values), typed, is_first)
            except (ArithmeticError, ValueError):
                value = math.nan
            values.append(value if math.isfinite(value) else math.nan)
        return values


def _source(node: Node, drawn: Mapping[str, int], python: Notation) -> str:
    """Return the Python expression of a node's value."""
    if node.typed is not None:
        return f"typed[{drawn[node.key]}]"
    later = _written(node.formula, python)
    return later if node.first is None else f"({_written(node.first, python)} if is_first else {later})"


def _written(value: Expression | float | None, python: Notation) -> str:
    return write(value, python) if isinstance(value, Expression) else repr(value)


class _Guarded:
    """Values that raise where a cell in error is cited, as max() and comparisons would pass over a NaN."""

    def __init__(self, values: Values) -> None:
        self._values = values

    @overload
    def __getitem__(self, place: int) -> float: ...
    @overload
    def __getitem__(self, place: slice) -> Values: ...
    def __getitem__(self, place: int | slice) -> float | Values:
        found = self._values[place]
        if any(map(math.isnan, found if isinstance(found, list) else [found])):
            raise ArithmeticError
        return found


def _python(places: Mapping[str, int], fixed: Mapping[str, int]) -> Notation:
    """Return how Python computes with a local variable for each value: `n3` of this iteration, `a3` of the last."""

    def quantity(cited: Quantity) -> str:
        if cited.key in places:
            return f"{'a' if cited.previous else 'n'}{places[cited.key]}"
        return f"fixed[{fixed[cited.key]}]"

    notation = _notation(quantity, lambda terms: _in_parts(terms, notation))
    return notation


def _python_of_lists(places: Mapping[str, int], fixed: Mapping[str, int]) -> Notation:
    """Return how Python computes with lists: the values of this iteration, and of the last."""

    def placed(cited: Quantity) -> tuple[str, int]:
        if cited.key in places:
            return "previous" if cited.previous else "here", places[cited.key]
        return "fixed", fixed[cited.key]

    def quantity(cited: Quantity) -> str:
        name, place = placed(cited)
        return f"{name}[{place}]"

    def long_sum(terms: Sum) -> tuple[str, int] | None:
        text = in_slices(terms, placed)
        return _in_parts(terms, notation) if text is None else (text, ATOM)

    notation = _notation(quantity, long_sum)
    return notation


def _notation(quantity: Callable[[Quantity], str], long_sum: Callable[[Sum], tuple[str, int] | None]) -> Notation:
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
        choice=lambda sign, left, right, then, otherwise: f"({then} if {left} {_SIGNS[sign]} {right} else {otherwise})",
        lookup=lambda column, number: f"{column}[int({number}) - 1]",
        long_sum=long_sum,
    )


def _in_parts(terms: Sum, python: Notation) -> tuple[str, int] | None:
    """Return a very long sum as one of shorter ones, None where it is none: Python compiles no longer one."""
    if len(terms.terms) <= _LONGEST_SUM:
        return None
    starts = range(0, len(terms.terms), _LONGEST_SUM)
    return " + ".join(f"({write(total(*terms.terms[s : s + _LONGEST_SUM]), python)})" for s in starts), SUM


def _rows_of(sources: Sequence[str], environment: Mapping[str, object]) -> Rows:
    """Return a function that appends rows to a list.

    In it a value is a local variable: `n3` is that of node 3 and `a3` that of the iteration before.
    """
    cited_previous = sorted({int(number) for source in sources for number in re.findall(r"\ba(\d+)\b", source)})
    names = [f"n{number}" for number in range(len(sources))]
    lines = (
        "def rows(previous, drawn, is_first, values):",
        f" {', '.join(names)}, = previous",
        " extend = values.extend",
        " for typed in drawn:",
        *(f"  a{number} = n{number}" for number in cited_previous),
        *(f"  {name} = {source}" for name, source in zip(names, sources, strict=True)),
        f"  extend(({', '.join(names)},))",
    )
    return cast(Rows, _executed(lines, environment)["rows"])


def _rows_in_list(sources: Sequence[str], environment: Mapping[str, object]) -> Rows:
    """Return a function that appends rows to a list, which computes each in a list of its own."""
    lines = (
        "def rows(previous, drawn, is_first, values):",
        " for typed in drawn:",
        f"  here = [0.0] * {len(sources)}",
        *(f"  here[{number}] = {source}" for number, source in enumerate(sources)),
        "  values.extend(here)",
        "  previous = here",
    )
    return cast(Rows, _executed(lines, environment)["rows"])


def _cells_of(sources: Sequence[str], environment: Mapping[str, object]) -> Sequence[CellFunction]:
    """Return a function for each cell of a row."""
    lines = ("cells = [", *(f" lambda previous, here, typed, is_first: {source}," for source in sources), "]")
    return cast(Sequence[CellFunction], _executed(lines, environment)["cells"])


def _executed(lines: Sequence[str], environment: Mapping[str, object]) -> dict[str, object]:
    namespace = dict(environment)
    # Compiled first: an interrupt inside exec() of a text would end Python by a signal, whatever is done about it.
    exec(compile("\n".join(lines), "<graph>", "exec"), namespace)
    return namespace

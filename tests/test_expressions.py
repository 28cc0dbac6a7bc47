"""Expressions mean in a spreadsheet what they mean in Python, with no bracket too few and none too many."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from xlnet.cell import Area, Cell
from xlnet.engines.choose import recalculate
from xlnet.engines.grid import Extent, Point
from xlnet.engines.job import Job
from xlnet.graph.expression import (
    Call,
    Expression,
    Lookup,
    Negative,
    Number,
    Power,
    Product,
    Quantity,
    Quotient,
    Square,
    Sum,
    absolute,
    call,
    exp,
    ln,
    maximum,
    over,
    square,
    square_root,
    total,
    where_above,
)
from xlnet.render.excel import at_row, formula
from xlnet.render.layout import Layout
from xlnet.render.spot import Spot

LETTERS = "abcdefgh"
LAYOUT = Layout(
    cells={"k": Cell("Training", 2, 1)},
    spots={letter: Spot("Training", column) for column, letter in enumerate(LETTERS, 1)},
    data={"data_c": Area("Data", 2, 3, 9, 3)},
)
A, B, C = (Quantity(letter) for letter in "abc")


def excel(expression: Expression) -> str:
    return at_row(formula(expression, LAYOUT), 5)


WRITTEN = {
    "difference": (A - B, "=A5-B5"),
    "difference of a sum": (A - (B + C), "=A5-(B5+C5)"),
    "sum after a product": (A * B + C, "=A5*B5+C5"),
    "product of a sum": (A * (B + C), "=A5*(B5+C5)"),
    "negative base of a power": (Power(Negative(A), Number(2)), "=(-A5)^2"),
    "power under a minus": (Negative(Power(A, Number(2))), "=-(A5^2)"),
    "power subtracted": (A - B**2, "=A5-B5^2"),
    "power of a power": (Power(Power(A, B), C), "=(A5^B5)^C5"),
    "quotient of a product": (Quotient(Product((A, B)), C), "=A5*B5/C5"),
    "quotient of a quotient": (Quotient(A, Quotient(B, C)), "=A5/(B5/C5)"),
    "square of a difference, halved": (square(A - B) / 2, "=(A5-B5)*(A5-B5)/2"),
    "square in a product": (A * square(B), "=A5*B5*B5"),
    "square in a divisor": (A / square(B), "=A5/(B5*B5)"),
    "square subtracted": (1 - square(A), "=1-A5*A5"),
    "square of a product": (square(A * B), "=(A5*B5)*(A5*B5)"),
    "minus a minus": (A - Negative(B), "=A5-(-B5)"),
    "function": (1 / (1 + exp(-A)), "=1/(1+EXP(-A5))"),
    "negative number": (maximum(A, -700), "=MAX(A5,-700)"),
    "row above and constant": (Quantity("a", previous=True) - Quantity("k", previous=True) * B, "=A4-$A$2*B5"),
    "exact number": (A * 0.1, "=A5*0.1"),
    "tiny number": (A * 1e-300, "=A5*1E-300"),
    "choice": (where_above(A, 0, B, C * 2), "=IF(A5>0,B5,C5*2)"),
    "lookup": (Lookup("data_c", A), "=INDEX(Data!$C$2:$C$9,A5)"),
    "division of a division": (over(over(2 * (A - B), 3), 4), "=2*(A5-B5)/12"),
    "division by one": (over(A, 1), "=A5"),
    "functions": (ln(absolute(A)) + square_root(B) - call("floor", C), "=LN(ABS(A5))+SQRT(B5)-INT(C5)"),
    "sum of five neighbours": (total(*map(Quantity, "abcde")), "=SUM(A5:E5)"),
    "sum of others": (total(*map(Quantity, "acegb")), "=A5+C5+E5+G5+B5"),
    "sum of products subtracted": (
        A - total(*(Quantity(p) * Quantity(q) for p, q in ("ad", "be", "cf", "dg", "eh"))),
        "=A5-SUMPRODUCT(A5:E5,D5:H5)",
    ),
    "four products": (total(*(A * Quantity(q) for q in "efgh")), "=A5*E5+A5*F5+A5*G5+A5*H5"),
}


@pytest.mark.parametrize(("expression", "text"), WRITTEN.values(), ids=WRITTEN.keys())
def test_written_in_excel(expression: Expression, text: str) -> None:
    assert excel(expression) == text


def neighbours(count: int, step: int = 1) -> tuple[Layout, Expression]:
    w, a = [f"w{i}" for i in range(count)], [f"a{i}" for i in range(count)]
    columns = {key: 1 + step * i for i, key in enumerate(w)} | {key: 101 + i for i, key in enumerate(a)}
    products = [Quantity(x) * Quantity(y) for x, y in zip(w, a, strict=True)]
    spots = {key: Spot("Training", column) for key, column in (columns | {"b": 99}).items()}
    return Layout({}, spots), total(*products, Quantity("b"))


def test_five_products_of_neighbours_are_a_sumproduct() -> None:
    layout, expression = neighbours(5)
    assert formula(expression, layout) == "=SUMPRODUCT(A{here[0]}:E{here[0]},CW{here[0]}:DA{here[0]})+CU{here[0]}"


def test_products_that_are_not_neighbours_are_written_out() -> None:
    layout, expression = neighbours(5, step=2)
    assert formula(expression, layout).startswith("=A{here[0]}*CW{here[0]}+C{here[0]}*CX{here[0]}+")


def evaluated(expression: Expression, values: dict[str, float]) -> float:
    """Evaluate without printing: what the expression means."""
    match expression:
        case Number(value):
            return value
        case Quantity(key):
            return values[key]
        case Sum(terms):
            return sum(evaluated(term, values) for term in terms)
        case Product(factors):
            return math.prod(evaluated(factor, values) for factor in factors)
        case Quotient(numerator, denominator):
            return evaluated(numerator, values) / evaluated(denominator, values)
        case Power(base, exponent):
            return float(evaluated(base, values) ** evaluated(exponent, values))
        case Square(operand):
            return evaluated(operand, values) ** 2
        case Negative(operand):
            return -evaluated(operand, values)
        case Call("exp", (argument,)):
            return math.exp(evaluated(argument, values))
        case Call("max", arguments):
            return max(evaluated(argument, values) for argument in arguments)
    raise TypeError(expression)


def drawn(source: random.Random, depth: int) -> Expression:
    if depth == 0:
        return Number(source.choice([-2.0, 0.5, 3.0])) if source.random() < 0.2 else Quantity(source.choice(LETTERS))
    several = tuple(drawn(source, depth - 1) for _ in range(source.choice([2, 3])))
    kind = source.choice(["sum", "product", "quotient", "power", "square", "negative", "call"])
    match kind:
        case "sum":
            return Sum(several)
        case "product":
            return Product(several)
        case "quotient":
            return Quotient(*several[:2])
        case "power":
            return Power(several[0], Number(2.0))
        case "square":
            return Square(several[0])
        case "negative":
            # IronCalc 0.9.1 loses the brackets of -(a·b) when it loads them; no formula of a workbook has that form.
            return Negative(several[0]) if isinstance(several[0], Quantity | Call) else several[0]
    return maximum(*several)


def finite_expressions(count: int, values: dict[str, float]) -> list[Expression]:
    source = random.Random(11)
    found: list[Expression] = []
    while len(found) < count:
        expression = drawn(source, source.choice([1, 2, 3, 4]))
        try:
            if abs(evaluated(expression, values)) < 1e100:
                found.append(expression)
        except ArithmeticError:
            continue
    return found


def test_random_expressions_recalculated(engine: str, tmp_path: Path) -> None:
    values = {letter: 0.3 * (index + 1) * (-1) ** index for index, letter in enumerate(LETTERS)}
    expressions = finite_expressions(400, values)
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row, expression in enumerate(expressions, 1):
        for column, value in enumerate(values.values(), 1):
            sheet.cell(row, column, value)
        sheet.cell(row, 9, at_row(formula(expression, LAYOUT), row))
    path = tmp_path / "expressions.xlsx"
    workbook.save(path)
    extent = Extent(sheet.title, len(expressions), 9)
    (recalculation,) = recalculate(engine, [Job(path, [extent], [Point()])], 120)
    (point,) = recalculation.points
    found = point[sheet.title].values[:, 8]
    expected = np.array([evaluated(expression, values) for expression in expressions])
    for row, expression in enumerate(expressions):
        assert found[row] == pytest.approx(expected[row], rel=1e-9, abs=1e-9), (
            at_row(formula(expression, LAYOUT), row + 1),
            expression,
        )

"""The kinds of workbooks that people make by hand, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from sheets_by_hand import (
    Layout,
    Made,
    Rules,
    as_blocks,
    as_columns,
    as_list,
    as_rows,
    inline,
    network,
    on_sheets,
    over_samples,
    updated,
    with_new_weights,
    write,
)

XOR = ((0.1, 0.2), (0.1, 0.9), (0.8, 0.2), (0.8, 0.9))
ONE_TARGET = ((0.1,), (0.9,), (0.8,), (0.3,))


def online(**more: object) -> Rules:
    """A network with one output that takes one sample a step."""
    return network(outputs=1, bias=True, inputs=XOR, targets=ONE_TARGET, **more)  # type: ignore[arg-type]


def batch(total: str = "SUM", **more: object) -> Rules:
    """A network with one output whose step takes all samples."""
    return over_samples(online(**more), 4, total)


_RULES: dict[str, Rules] = {
    # The loss and the activations.
    "the course's": updated(network()),
    "with biases": updated(network(bias=True)),
    "tanh": updated(network("tanh", "tanh")),
    "ReLU": updated(network("relu", "linear")),
    "ReLU before sigmoid": updated(network("relu", bias=True)),
    "linear": updated(network("linear", "linear", outputs=1, rate=0.05)),
    "squares": updated(network(loss="squares")),
    "mean of squares": updated(network(loss="mean")),
    "cross-entropy": updated(network(loss="entropy", bias=True)),
    "softmax": updated(network("tanh", loss="softmax", targets=((0.0, 1.0),))),
    "no loss": updated(network(loss="implied")),
    "no loss, tanh": updated(network("tanh", "tanh", "implied")),
    "an input of zero": updated(network(inputs=((0.0, 0.1),))),
    # Where the gradient and the learning rate stand.
    "inline": inline(network()),
    "inline, with deltas": inline(network(bias=True, deltas=True)),
    "inline, no loss": inline(network(loss="implied", deltas=True)),
    "deltas": updated(network(deltas=True)),
    "steps in cells": updated(network(), "W+s'", s="-[rate]*g"),
    "rate in each row": updated(network(), "W-[rate']*G"),
    "rate typed into formulas": updated(network(), "W-0.5*G"),
    "rate behind": updated(network(), "W-G*[rate]"),
    "weight behind": updated(network(), "-[rate]*G+W"),
    "as a sum": updated(network(), "SUM(W,-[rate]*G)"),
    "rounded": updated(network(), "ROUND(W-[rate]*G,12)"),
    "in brackets": updated(network(), "(W)-([rate]*(G))"),
    "new weights": with_new_weights(network(bias=True)),
    # More than one sample.
    "online": updated(online()),
    "online, inline": inline(online()),
    "batch, summed": updated(batch()),
    "batch, averaged": updated(batch("AVERAGE")),
    # Optimizers.
    "momentum": updated(network(), "W-[rate]*v", v="0.9*v'+G"),
    "momentum of steps": updated(network(), "W+v", v="0.9*v'-[rate]*G"),
    "AdaGrad": updated(network(), "W-[rate]*G/(SQRT(q)+0.00000001)", q="q'+G^2"),
    "RMSProp": updated(network(rate=0.01), "W-[rate]*G/SQRT(q+0.00000001)", q="0.9*q'+0.1*G^2"),
}


def _in_each_row(rules: Rules) -> Rules:
    return replace(rules, constants={}, typed={"rate": [0.5], **rules.typed})


def _adam() -> Rules:
    rules = updated(
        network(bias=True, rate=0.01),
        "W-[rate]*(m/(1-0.9^[n']))/(SQRT(q/(1-0.999^[n']))+0.00000001)",
        m="0.9*m'+0.1*G",
        q="0.999*q'+0.001*G^2",
    )
    return replace(rules, typed={"n": range(1, 20), **rules.typed})


_RULES["rate in each row"] = _in_each_row(_RULES["rate in each row"])
_RULES["Adam"] = _adam()
_RULES["numbers as text"] = replace(
    _RULES["the course's"], typed={"x1": ["0.05"], "x2": ["0.1"], "t1": ["0.01"], "t2": ["0.99"]}
)

_LAYOUTS: dict[str, tuple[Rules, Callable[[Rules], Layout], int]] = {
    "columns": (_RULES["the course's"], as_columns, 5),
    "columns, with deltas": (_RULES["deltas"], as_columns, 5),
    "blocks": (_RULES["with biases"], as_blocks, 4),
    "blocks, by index": (_RULES["with biases"], lambda rules: as_blocks(rules, top=18, by_index=True), 4),
    "side by side": (_RULES["the course's"], lambda rules: as_blocks(rules, across=True), 4),
    "batch in blocks": (batch_rules := updated(batch()), lambda rules: as_blocks(rules, 8), 4),
    "batch side by side": (batch_rules, lambda rules: as_blocks(rules, 8, across=True), 3),
    "a sheet a step": (_RULES["the course's"], lambda rules: on_sheets(rules, [f"Шаг {n}" for n in range(4)]), 4),
    "one step, listed": (with_new_weights(network(bias=True, deltas=True)), as_list, 1),
    "one step in a row": (_RULES["new weights"], as_rows, 1),
    "far from the edge": (_RULES["the course's"], lambda rules: as_rows(rules, 30, 27, constants=(27, 29)), 5),
    "no headers": (_RULES["the course's"], lambda rules: as_rows(rules, has_headers=False), 5),
    "named": (_RULES["the course's"], lambda rules: as_rows(rules, name="eta"), 5),
    "a foreign title": (_RULES["the course's"], lambda rules: as_rows(rules, sheets=("시트 d'Étude (1)",)), 5),
}
KINDS = [*_RULES, *_LAYOUTS]


def make(kind: str, path: Path, changed: Mapping[tuple[str, int], str | float] | None = None) -> Made:
    """Write a workbook of one of the `KINDS`."""
    rules, layout, steps = _LAYOUTS.get(kind) or (_RULES[kind], as_rows, 5)
    return write(path, rules, layout(rules), steps, changed)


def with_two_tables(path: Path) -> list[Made]:
    """Write two tables below each other on one sheet, of two networks, and a third one on a sheet of its own."""
    book = Workbook()
    del book["Sheet"]
    first, second, third = _RULES["the course's"], _RULES["online"], _RULES["inline"]
    return [
        write(path, first, as_rows(first), 5, book=book),
        write(path, second, as_rows(second, 24, constants=(21, 2)), 9, book=book),
        write(path, third, as_rows(third, sheets=("Rate 0,1",)), 5, book=book),
    ]


MATRIX_STEPS = 4


def with_matrices(path: Path) -> dict[str, tuple[str, str]]:
    """Write blocks of matrices, computed by array formulas; return the first and last cell of each gradient."""
    book = Workbook()
    sheet = book["Sheet"]
    sheet["A1"], sheet["B1"] = "learning rate", 0.5

    def array(first: str, last: str, formula: str) -> None:
        sheet[first] = ArrayFormula(f"{first}:{last}" if first != last else first, f"={formula}")

    def typed(row: int, column: int, *rows: tuple[float, ...]) -> None:
        for r, values in enumerate(rows):
            for c, value in enumerate(values):
                sheet.cell(row + r, column + c, value)

    for step in range(MATRIX_STEPS):
        # A block of eight rows: two of W1 (A:B), x (D), h (E), a (F), delta (G), gradients (H:I); W2 and so on below.
        r = 4 + 8 * step
        s, q = r + 1, r + 4
        u, old = q + 1, r - 8
        typed(r, 4, (0.05,), (0.1,))
        typed(q, 4, (0.01,), (0.99,))
        if step == 0:
            typed(r, 1, (0.15, 0.2), (0.25, 0.3))
            typed(q, 1, (0.4, 0.45), (0.5, 0.55))
        else:
            array(f"A{r}", f"B{s}", f"A{old}:B{old + 1}-$B$1*H{old}:I{old + 1}")
            array(f"A{q}", f"B{u}", f"A{q - 8}:B{u - 8}-$B$1*H{q - 8}:I{u - 8}")
        array(f"E{r}", f"E{s}", f"MMULT(A{r}:B{s},D{r}:D{s})")
        array(f"F{r}", f"F{s}", f"1/(1+EXP(-E{r}:E{s}))")
        array(f"E{q}", f"E{u}", f"MMULT(A{q}:B{u},F{r}:F{s})")
        array(f"F{q}", f"F{u}", f"1/(1+EXP(-E{q}:E{u}))")
        array(f"G{q}", f"G{u}", f"(F{q}:F{u}-D{q}:D{u})*F{q}:F{u}*(1-F{q}:F{u})")
        array(f"G{r}", f"G{s}", f"MMULT(TRANSPOSE(A{q}:B{u}),G{q}:G{u})*F{r}:F{s}*(1-F{r}:F{s})")
        array(f"H{r}", f"I{s}", f"MMULT(G{r}:G{s},TRANSPOSE(D{r}:D{s}))")
        array(f"H{q}", f"I{u}", f"MMULT(G{q}:G{u},TRANSPOSE(F{r}:F{s}))")
        sheet.cell(r - 1, 11, "Loss")
        sheet.cell(r, 11, f"=SUMXMY2(D{q}:D{u},F{q}:F{u})/2")
    book.save(path)
    return {"W1": ("H4", "I5"), "W2": ("H8", "I9")}

"""A formula as a tree. References are relative to the cell that holds it, so that cells filled down share a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from xlnet.engines.live import Place


@dataclass(frozen=True)
class Number:
    """A number, with the text that was typed."""

    value: float
    text: str


@dataclass(frozen=True)
class Text:
    """A text in quotation marks."""

    value: str


@dataclass(frozen=True)
class Word:
    """TRUE, FALSE, an error such as #REF!, or what is left blank between two commas."""

    text: str


@dataclass(frozen=True)
class Name:
    """A name that stands for no cells that are known."""

    text: str


@dataclass(frozen=True)
class Ref:
    """A cell: where absolute, its row or column; otherwise how far it is from the cell that holds the formula.

    `sheet` is None for the sheet of the formula.
    """

    row: int
    column: int
    is_row_absolute: bool = False
    is_column_absolute: bool = False
    sheet: int | None = None

    def at(self, place: Place) -> Place:
        """Return the cell that is meant in a formula at `place`."""
        sheet, row, column = place
        return (
            sheet if self.sheet is None else self.sheet,
            self.row if self.is_row_absolute else row + self.row,
            self.column if self.is_column_absolute else column + self.column,
        )


@dataclass(frozen=True)
class Area:
    """The cells from one corner to the other; the whole of a column ends at the last row of a sheet."""

    first: Ref
    last: Ref

    def at(self, place: Place) -> tuple[Place, Place]:
        """Return the corners that are meant in a formula at `place`, the upper left one first."""
        sheet, row, column = self.first.at(place)
        _, last_row, last_column = self.last.at(place)
        return (
            (sheet, min(row, last_row), min(column, last_column)),
            (sheet, max(row, last_row), max(column, last_column)),
        )


@dataclass(frozen=True)
class Sign:
    """A sign before (`+`, `-`, `@`) or after (`%`, `#`) what it applies to."""

    sign: str
    of: Tree

    @property
    def is_after(self) -> bool:
        """Whether the sign is written after its operand."""
        return self.sign in "%#"


@dataclass(frozen=True)
class Operation:
    """Two operands with an operator between them."""

    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Call:
    """A function, in capital letters, of its arguments."""

    function: str
    arguments: tuple[Tree, ...]


@dataclass(frozen=True)
class Brackets:
    """What stands in brackets of its own."""

    of: Tree


@dataclass(frozen=True)
class Listed:
    """Constants in braces, as they are written."""

    text: str


Tree: TypeAlias = Number | Text | Word | Name | Ref | Area | Sign | Operation | Call | Brackets | Listed


def parts(tree: Tree) -> tuple[Tree, ...]:
    """Return what a node is made of; an area is one piece."""
    if isinstance(tree, Operation):
        return (tree.left, tree.right)
    if isinstance(tree, Call):
        return tree.arguments
    if isinstance(tree, Sign | Brackets):
        return (tree.of,)
    return ()


def nodes(tree: Tree) -> Iterator[Tree]:
    """Yield all nodes of a tree, from the left, each before its parts."""
    yield tree
    for part in parts(tree):
        yield from nodes(part)


def with_parts(tree: Tree, new: tuple[Tree, ...]) -> Tree:
    """Return a node made of other parts."""
    if isinstance(tree, Operation):
        return replace(tree, left=new[0], right=new[1])
    if isinstance(tree, Call):
        return replace(tree, arguments=new)
    if isinstance(tree, Sign | Brackets):
        return replace(tree, of=new[0])
    return tree


def mapped(tree: Tree, change: Callable[[Tree], Tree | None]) -> Tree:
    """Return a tree in which each node for which `change` gives another one is replaced, the outermost first."""
    changed = change(tree)
    if changed is not None:
        return changed
    old = parts(tree)
    new = tuple(mapped(part, change) for part in old)
    return tree if all(a is b for a, b in zip(old, new, strict=True)) else with_parts(tree, new)


def bare(tree: Tree) -> Tree:
    """Return what stands in brackets, or after a plus, without them."""
    while isinstance(tree, Brackets) or (isinstance(tree, Sign) and tree.sign in "+@"):
        tree = tree.of
    return tree


def cited(tree: Tree) -> list[Ref | Area]:
    """Return the cells and areas that a formula cites, from the left."""
    return [node for node in nodes(tree) if isinstance(node, Ref | Area)]


def moved(tree: Tree, by: Place, to: Place) -> Tree:
    """Return the formula of the cell `by` as it must be written in the cell `to` to cite the same cells."""

    def move(node: Tree) -> Tree | None:
        if isinstance(node, Ref):
            return reference_to(node.at(by), to, node)
        if isinstance(node, Area):
            return Area(reference_to(node.first.at(by), to, node.first), reference_to(node.last.at(by), to, node.last))
        return None

    return mapped(tree, move)


def reference_to(target: Place, host: Place, like: Ref | None = None) -> Ref:
    """Return the reference in a formula at `host` to `target`, with the dollar signs that another one has."""
    row_absolute, column_absolute = (like.is_row_absolute, like.is_column_absolute) if like else (False, False)
    return Ref(
        row=target[1] if row_absolute else target[1] - host[1],
        column=target[2] if column_absolute else target[2] - host[2],
        is_row_absolute=row_absolute,
        is_column_absolute=column_absolute,
        sheet=None if target[0] == host[0] else target[0],
    )

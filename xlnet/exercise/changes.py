"""Expressions with something changed, left out or exchanged: what a slip makes of a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from xlnet.graph.expression import Expression, Negative, Product, Quantity, Square, Sum, product, total

Change = Callable[[Expression], Expression | None]


def changed(value: Expression, change: Change) -> Expression:
    """Return `value` with each part, from the whole inwards, that `change` gives another for; None leaves it."""
    other = change(value)
    if other is not None:
        return other
    if isinstance(value, Quantity):
        return value

    def inner(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(map(inner, part))
        return changed(part, change) if isinstance(part, Expression) else part

    parts = {field.name: inner(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
    return type(value)(**parts)


def exchanged(value: Expression, others: Mapping[str, Expression]) -> Expression:
    """Return `value` with other expressions in the place of some quantities."""
    return changed(value, lambda part: others.get(part.key) if isinstance(part, Quantity) else None)


def added(value: Expression) -> Expression:
    """Return `value` with its products as sums."""
    return changed(value, lambda part: total(*part.factors) if isinstance(part, Product) else None)


def without_squares(value: Expression) -> Expression:
    """Return `value` with what it squares as it is."""
    return changed(value, lambda part: part.operand if isinstance(part, Square) else None)


def terms(value: Expression) -> tuple[Expression, ...]:
    """Return the terms of a sum, or the only one."""
    return value.terms if isinstance(value, Sum) else (value,)


def factors(value: Expression) -> tuple[Expression, ...]:
    """Return the factors of a product, or the only one."""
    return value.factors if isinstance(value, Product) else (value,)


def without_term(value: Sum, place: int) -> Expression:
    """Return a sum without one of its terms."""
    return total(*(term for number, term in enumerate(value.terms) if number != place))


def without_last_factor(value: Expression) -> Expression:
    """Return a sum of products without the last factor of each."""
    return total(*(product(*factors(term)[:-1]) for term in terms(value)))


def is_weighted_sum(value: Expression) -> bool:
    """Return whether `value` is a sum of quantities and products of two of them."""
    return all(
        len(factors(term)) <= 2 and all(isinstance(factor, Quantity) for factor in factors(term))
        for term in terms(value)
    )


def negative(value: Expression) -> Expression:
    """Return −value, of −x x itself."""
    return value.operand if isinstance(value, Negative) else Negative(value)

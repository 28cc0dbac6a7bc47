"""The table of slips: what a student may have computed instead, each an expression made from the quantity's own rule.

To add a slip, add an entry to `SLIPS`, and its words to section [slips] of every language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xlnet import keys
from xlnet.exercise import changes
from xlnet.exercise.exercise import new
from xlnet.exercise.subject import Subject, inner_key, is_bias, is_parameter
from xlnet.graph.expression import Call, Expression, Number, Quantity, Quotient, Square, Sum, product, square
from xlnet.graph.node import Group
from xlnet.graph.references import quantities, walk

# Of one quantity; further ones are rarely meant.
MOST_ALTERNATIVES = 14
_MOST_TERMS = 4


@dataclass(frozen=True)
class Alternative:
    """What a slip gives instead of a quantity's value; `said` is what its words name: an expression, or a key."""

    slip: str
    value: Expression
    said: Expression | None = None


Found = Iterable[tuple[Expression, Expression | None]]


@dataclass(frozen=True)
class Slip:
    """A slip by its name; `found` gives what it makes of a quantity, nothing where it cannot be made."""

    name: str
    found: Callable[[Subject], Found]


def alternatives(subject: Subject) -> list[Alternative]:
    """Return what slips make of a quantity, those that give the same by the same expression once."""
    known: set[Expression] = {subject.rule}
    found: list[Alternative] = []
    for slip in SLIPS:
        for value, said in slip.found(subject):
            if value not in known and len(found) < MOST_ALTERNATIVES:
                known.add(value)
                found.append(Alternative(slip.name, value, said))
    return found


def _turned(s: Subject) -> Found:
    if s.compares and s.group == Group.DELTAS:
        yield changes.negative(s.rule), None


def _sign(s: Subject) -> Found:
    if not s.parameter and not (s.compares and s.group == Group.DELTAS):
        yield changes.negative(s.rule), None


def _uphill(s: Subject) -> Found:
    if s.parameter:
        yield 2 * Quantity(s.parameter) - s.rule, None


def _no_rate(s: Subject) -> Found:
    if s.parameter and keys.LEARNING_RATE in s.cited:
        own = Quantity(s.parameter)
        yield own - (own - s.rule) / Quantity(keys.LEARNING_RATE), None


def _step_alone(s: Subject) -> Found:
    if s.parameter:
        own = Quantity(s.parameter)
        yield own - s.rule, None
        yield s.rule - own, None


def _not_moved(s: Subject) -> Found:
    if s.parameter:
        yield Quantity(s.parameter), None


def _no_slope(s: Subject) -> Found:
    if s.slope:
        yield s.slope[0], s.slope[1]


def _other_slope(s: Subject) -> Found:
    """The derivative of another function, or one at z where it is at a."""
    if not s.slope:
        return
    delta, slope = s.slope
    z = s.node.of
    a = inner_key(delta.key)
    if a == z:
        return
    own = Quantity(a)
    others = (own * (1 - own), 1 - square(own), changes.exchanged(slope, {a: Quantity(z)}))
    yield from ((product(delta, other), other) for other in others if product(other) != slope)


def _new_weight(s: Subject) -> Found:
    if s.group == Group.DELTAS:
        trained = set(s.quantities.trained)
        later: dict[str, Expression] = {key: Quantity(new(key)) for key in s.cited if key in trained}
        if later:
            yield changes.exchanged(s.rule, later), None


def _no_bias(s: Subject) -> Found:
    if s.group == Group.FORWARD and isinstance(s.rule, Sum):
        for place, term in enumerate(s.rule.terms):
            if isinstance(term, Quantity) and is_bias(term.key, s.quantities):
                yield changes.without_term(s.rule, place), term


def _missing_term(s: Subject) -> Found:
    if s.parameter or not isinstance(s.rule, Sum) or s.compares or len(s.rule.terms) > _MOST_TERMS:
        return
    for place, term in enumerate(s.rule.terms):
        if not (isinstance(term, Quantity) and is_bias(term.key, s.quantities)):
            yield changes.without_term(s.rule, place), term


def _no_activation(s: Subject) -> Found:
    if s.of_activation:
        yield Quantity(s.of_activation), None


def _sign_of_exponent(s: Subject) -> Found:
    if s.of_activation and any(isinstance(part, Call) and part.function == "exp" for part in walk(s.rule)):
        yield changes.exchanged(s.rule, {s.of_activation: changes.negative(Quantity(s.of_activation))}), None


def _transposed(s: Subject) -> Found:
    places = {key: keys.parts(key) for key in s.cited if is_parameter(key, s.quantities)}
    others: dict[str, Expression] = {}
    for key, own in places.items():
        if own.layer is None or len(own.indices) < 2:
            continue
        turned = keys.of_layer(own.letter, own.layer, *own.indices[:-2], own.indices[-1], own.indices[-2])
        if turned not in s.quantities.nodes:
            return
        others[key] = Quantity(turned)
    if others and not s.parameter:
        yield changes.exchanged(s.rule, others), None


def _neighbour(s: Subject) -> Found:
    for key in s.neighbours:
        yield s.quantities.rule(key), Quantity(key)


def _no_factor(s: Subject) -> Found:
    """∂E/∂w is δ·x: without x, or without δ; ∂E/∂h is δ·w."""
    if s.group not in (Group.DELTAS, Group.GRADIENTS) or s.slope or not changes.is_weighted_sum(s.rule):
        return
    every = [changes.factors(term) for term in changes.terms(s.rule)]
    if all(len(own) == 2 for own in every):
        yield changes.without_last_factor(s.rule), every[0][1] if len(every) == 1 else _whole(every[0][1])
        if len(every) == 1:
            yield every[0][1], every[0][0]


def _rate_too(s: Subject) -> Found:
    if s.group == Group.GRADIENTS and keys.LEARNING_RATE not in s.cited:
        yield s.rule * Quantity(keys.LEARNING_RATE), None


def _two(s: Subject) -> Found:
    if s.compares and not s.parameter:
        yield s.rule * 2, None
        yield s.rule / 2, None


def _no_square(s: Subject) -> Found:
    if s.compares and any(isinstance(part, Square) for part in walk(s.rule)):
        yield changes.without_squares(s.rule), None


def _no_mean(s: Subject) -> Found:
    """The batch's mean belongs into ∂E/∂ of the output, and into E: forgotten there, or taken once more later."""
    if s.share == 1 or s.parameter:
        return
    if any(isinstance(part, Number) and part.value == s.share for part in walk(s.rule)):
        yield s.rule * s.share, None


def _mean_twice(s: Subject) -> Found:
    if s.share > 1 and s.group == Group.GRADIENTS:
        yield s.rule / s.share, None


def _added(s: Subject) -> Found:
    if not s.parameter and not s.slope and changes.is_weighted_sum(s.rule):
        yield changes.added(s.rule), None


def _no_division(s: Subject) -> Found:
    if isinstance(s.rule, Quotient) and not s.of_activation and any(quantities(s.rule.denominator)):
        yield s.rule.numerator, s.rule.denominator


# In the order in which they are named where several give the same number.
SLIPS = (
    Slip("turned", _turned),
    Slip("sign", _sign),
    Slip("uphill", _uphill),
    Slip("no rate", _no_rate),
    Slip("step alone", _step_alone),
    Slip("not moved", _not_moved),
    Slip("no slope", _no_slope),
    Slip("other slope", _other_slope),
    Slip("new weight", _new_weight),
    Slip("no bias", _no_bias),
    Slip("no activation", _no_activation),
    Slip("sign of exponent", _sign_of_exponent),
    Slip("no square", _no_square),
    Slip("two", _two),
    Slip("no mean", _no_mean),
    Slip("mean twice", _mean_twice),
    Slip("no factor", _no_factor),
    Slip("rate too", _rate_too),
    Slip("no division", _no_division),
    Slip("added", _added),
    Slip("transposed", _transposed),
    Slip("neighbour", _neighbour),
    Slip("missing term", _missing_term),
)


def _whole(value: Expression) -> Expression:
    """Return what stands for a quantity of all samples: the factor that each term of a batch has."""
    return Quantity(keys.without_sample(value.key)) if isinstance(value, Quantity) else value

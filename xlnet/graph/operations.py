"""The operation table: every operation with its value, its derivative and its readable mathematics.

To add an activation, add an entry to `ACTIVATIONS`; a loss, an entry to `LOSSES`. Textbook rules stay whole here
(`delta · a · (1 − a)` for the sigmoid), so that a student meets them in the sheet as they stand in a book.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from xlnet.graph.expression import (
    Expression,
    Number,
    absolute,
    call,
    exp,
    ln,
    maximum,
    minimum,
    over,
    square,
    square_root,
    total,
    where_above,
)


@dataclass(frozen=True)
class Step:
    """A named quantity between z and a: its letter in keys, and its value from z and the steps before it.

    `mathematics` is the value in Unicode, letters in braces, where as computed it does not read like a textbook's.
    """

    letter: str
    value: Callable[..., Expression]
    mathematics: str | None = None


@dataclass(frozen=True)
class Activation:
    """A function of one unit's weighted sum.

    `value(z)` is a = f(z); `derivative(a, z)` is f′(z), by a or by z as the textbook has it, at a kink PyTorch's value;
    None for the identity, whose z and a are one quantity. `steps` are quantities on the way, each with a cell of its
    own: `value` and `derivative` take them as further arguments, in order. `mathematics` is f in Unicode, {z} for the
    weighted sum, where the value as it is computed does not read like the textbook's. `settings` are numbers that a
    layer may give it, with their defaults: `value` and `derivative` take them by name, as cells where they are given.
    """

    value: Callable[..., Expression]
    derivative: Callable[..., Expression] | None
    mathematics: str | None = None
    steps: tuple[Step, ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Loss:
    """A function of one sample's outputs y and targets t, lists of one entry per output.

    `value(y, t)` is the loss, `derivative(y, t)` the list of ∂loss/∂y. A loss that is `fused` with an activation of the
    last layer is a function of that layer's weighted sums instead: its value takes z and t, and ∂loss/∂z is y − t.
    `normalized` tells that a sample's targets are shares of 1, `signed` that each is −1 or 1. `settings` are numbers
    that a template may give it, with their defaults: `value` and `derivative` take them by name, as cells where they
    are given. Where `has_classes`, its targets may be smoothed and its classes weighted (see `model.targets`).
    """

    value: Callable[..., Expression]
    derivative: Callable[..., list[Expression]]
    fused: str | None = None
    normalized: bool = False
    signed: bool = False
    settings: Mapping[str, float] = field(default_factory=dict)
    has_classes: bool = False


SOFTMAX = "softmax"
# EXP(710) is #NUM! in a spreadsheet, so the exponent is bounded where the sigmoid is 0 to 300 places anyway.
_LOWEST_EXPONENT = -700


def _sigmoid(z: Expression) -> Expression:
    return 1 / (1 + exp(-maximum(z, _LOWEST_EXPONENT)))


def _softplus(z: Expression) -> Expression:
    """ln(1 + e^z), with no exponent above 0."""
    return maximum(z, 0) + ln(1 + exp(-absolute(z)))


# Beyond this |z| the tanh of gelu is ±1 to the last digit; its argument goes on as a line, so that no cube overflows.
_GELU_BOUND = 10


def _gelu_argument(z: Expression) -> Expression:
    """√(2/π)·(z + 0.044715·z³)."""
    return square_root(2 / call("pi")) * z * (1 + 0.044715 * square(minimum(absolute(z), _GELU_BOUND)))


def _gelu_slope(a: Expression, z: Expression, u: Expression, s: Expression) -> Expression:  # noqa: ARG001
    """½(1 + s) + ½·(1 − s²)·z·∂u/∂z, where z·∂u/∂z = √(2/π)·(z + 3·0.044715·z³) = 3u − 2·√(2/π)·z."""
    return (1 + s) / 2 + (1 - square(s)) * (3 * u - 2 * square_root(2 / call("pi")) * z) / 2


# Klambauer et al. 2017: with these two a layer keeps mean 0 and variance 1.
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


# Softmax is of a whole layer and has its steps in `blocks`.
ACTIVATIONS = {
    "identity": Activation(value=lambda z: z, derivative=None),
    "sigmoid": Activation(
        value=_sigmoid,
        derivative=lambda a, z: a * (1 - a),
        mathematics="1 / (1 + e^(−{z}))",
    ),
    "tanh": Activation(
        value=lambda z: call("tanh", z),
        derivative=lambda a, z: 1 - square(a),
    ),
    "relu": Activation(
        value=lambda z: maximum(z, 0),
        derivative=lambda a, z: where_above(z, 0, 1, 0),
    ),
    "leaky_relu": Activation(
        settings={"slope": 0.01},
        value=lambda z, slope: where_above(z, 0, z, slope * z),
        derivative=lambda a, z, slope: where_above(z, 0, 1, slope),
    ),
    "relu6": Activation(
        value=lambda z: minimum(maximum(z, 0), 6),
        derivative=lambda a, z: where_above(z, 0, where_above(Number(6), z, 1, 0), 0),
    ),
    "elu": Activation(
        value=lambda z: where_above(z, 0, z, exp(z) - 1),
        derivative=lambda a, z: where_above(z, 0, 1, exp(z)),
    ),
    "selu": Activation(
        value=lambda z: _SELU_SCALE * where_above(z, 0, z, _SELU_ALPHA * (exp(z) - 1)),
        derivative=lambda a, z: _SELU_SCALE * where_above(z, 0, 1, _SELU_ALPHA * exp(z)),
    ),
    "softplus": Activation(
        value=_softplus,
        derivative=lambda a, z: _sigmoid(z),
        mathematics="ln(1 + e^{z})",
    ),
    "softsign": Activation(
        value=lambda z: z / (1 + absolute(z)),
        derivative=lambda a, z: square(1 / (1 + absolute(z))),
    ),
    "hardtanh": Activation(
        value=lambda z: maximum(-1, minimum(1, z)),
        derivative=lambda a, z: where_above(Number(1), absolute(z), 1, 0),
    ),
    "hardsigmoid": Activation(
        value=lambda z: maximum(0, minimum(1, z / 6 + 0.5)),
        derivative=lambda a, z: where_above(Number(3), absolute(z), Number(1) / 6, 0),
    ),
    # z times the share of a normal distribution below z.
    "gelu": Activation(
        steps=(Step("s", lambda z: call("normal", z)),),
        value=lambda z, s: z * s,
        derivative=lambda a, z, s: s + z * call("normal_density", z),
    ),
    # PyTorch's gelu with approximate="tanh".
    "gelu_tanh": Activation(
        steps=(
            Step("u", _gelu_argument, mathematics="√(2 / π)·({z} + 0.044715·{z}³)"),
            Step("s", lambda z, u: call("tanh", u)),
        ),
        value=lambda z, u, s: z * (1 + s) / 2,
        derivative=_gelu_slope,
    ),
    "silu": Activation(
        steps=(Step("s", _sigmoid, mathematics="1 / (1 + e^(−{z}))"),),
        value=lambda z, s: z * s,
        derivative=lambda a, z, s: s + a * (1 - s),
    ),
    "mish": Activation(
        steps=(
            Step("u", _softplus, mathematics="ln(1 + e^{z})"),
            Step("s", lambda z, u: call("tanh", u)),
        ),
        value=lambda z, u, s: z * s,
        derivative=lambda a, z, u, s: s + z * (1 - square(s)) / (1 + exp(-maximum(z, _LOWEST_EXPONENT))),
    ),
}

# The settings that a layer may give its activation.
ACTIVATION_SETTINGS = tuple(dict.fromkeys(key for rule in ACTIVATIONS.values() for key in rule.settings))

# Operations whose slope jumps somewhere.
KINKED = frozenset({"relu", "leaky_relu", "relu6", "selu", "hardtanh", "hardsigmoid", "mae", "hinge"})


def _differences(y: Sequence[Expression], t: Sequence[Expression]) -> list[Expression]:
    return [a - b for a, b in zip(y, t, strict=True)]


def _sum_of_squares(y: Sequence[Expression], t: Sequence[Expression]) -> Expression:
    return total(*map(square, _differences(y, t)))


def _huber(difference: Expression, delta: Expression | float) -> Expression:
    distance = absolute(difference)
    return where_above(distance, delta, delta * (distance - delta / 2), square(difference) / 2)


def _log_cosh(difference: Expression) -> Expression:
    """ln((e^d + e^−d) / 2), with no exponent above 0."""
    return absolute(difference) + ln((1 + exp(-2 * absolute(difference))) / 2)


def _margins(y: Sequence[Expression], t: Sequence[Expression]) -> list[Expression]:
    """How far each output is short of 1 on its target's side."""
    return [maximum(1 - b * a, 0) for a, b in zip(y, t, strict=True)]


def _binary_cross_entropy(z: Expression, t: Expression) -> Expression:
    """−t·ln y − (1 − t)·ln(1 − y) by z: where y is within rounding of 1, 1 − y would be 0."""
    return maximum(z, 0) - z * t + ln(1 + exp(-absolute(z)))


LOSSES = {
    "half_squared_error": Loss(
        value=lambda y, t: _sum_of_squares(y, t) / 2,
        derivative=_differences,
    ),
    "squared_error": Loss(
        value=_sum_of_squares,
        derivative=lambda y, t: [2 * difference for difference in _differences(y, t)],
    ),
    "mse": Loss(
        value=lambda y, t: over(_sum_of_squares(y, t), len(y)),
        derivative=lambda y, t: [over(2 * difference, len(y)) for difference in _differences(y, t)],
    ),
    "mae": Loss(
        value=lambda y, t: over(total(*map(absolute, _differences(y, t))), len(y)),
        derivative=lambda y, t: [over(call("sign", difference), len(y)) for difference in _differences(y, t)],
    ),
    "huber": Loss(
        settings={"delta": 1.0},
        value=lambda y, t, delta: over(total(*(_huber(each, delta) for each in _differences(y, t))), len(y)),
        derivative=lambda y, t, delta: [
            over(maximum(-delta, minimum(delta, difference)), len(y)) for difference in _differences(y, t)
        ],
    ),
    "log_cosh": Loss(
        value=lambda y, t: over(total(*map(_log_cosh, _differences(y, t))), len(y)),
        derivative=lambda y, t: [over(call("tanh", difference), len(y)) for difference in _differences(y, t)],
    ),
    "hinge": Loss(
        value=lambda y, t: over(total(*_margins(y, t)), len(y)),
        derivative=lambda y, t: [over(where_above(Number(1), b * a, -b, 0), len(y)) for a, b in zip(y, t, strict=True)],
        signed=True,
    ),
    "squared_hinge": Loss(
        value=lambda y, t: over(total(*map(square, _margins(y, t))), len(y)),
        derivative=lambda y, t: [over(-2 * b * margin, len(y)) for b, margin in zip(t, _margins(y, t), strict=True)],
        signed=True,
    ),
    "binary_cross_entropy": Loss(
        value=lambda z, t: total(*map(_binary_cross_entropy, z, t)),
        derivative=_differences,
        fused="sigmoid",
    ),
    # ln Σe^z − Σt·z: `blocks.softmax` names the first part, so the value here is the second.
    "cross_entropy": Loss(
        value=lambda z, t: total(*(a * b for a, b in zip(t, z, strict=True))),
        derivative=_differences,
        fused=SOFTMAX,
        normalized=True,
        has_classes=True,
    ),
    # ln Σe^z − Σt·(z − ln t), where a t of 0 adds nothing.
    "kl_div": Loss(
        value=lambda z, t: total(*(where_above(b, 0, b * (a - ln(b)), 0) for a, b in zip(z, t, strict=True))),
        derivative=_differences,
        fused=SOFTMAX,
        normalized=True,
    ),
}

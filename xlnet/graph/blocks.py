"""Blocks of the forward pass: operations on named quantities, each able to hand a gradient back to its inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from xlnet.graph.expression import Expression, Quantity, exp, ln, maximum, over, product, total
from xlnet.graph.node import Group, Node
from xlnet.graph.operations import Activation, Loss

Parts = list[tuple[str, Expression]]
# Settings of an activation or a loss, by name: cells, or numbers in the formula.
Settings = Mapping[str, Expression | float]


@dataclass(frozen=True)
class Block:
    """Quantities that do not depend on each other, computed from `inputs`.

    `pullback` takes ∂E/∂ of each node, in order, and returns what that makes of ∂E/∂input, by the input's key; an input
    may come more than once.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...] = ()
    pullback: Callable[[Sequence[Expression]], Parts] = lambda _: []


@dataclass(frozen=True)
class Unit:
    """What the weighted sum of one unit is made of, by keys: weights, each with what it weighs, and a bias or two."""

    terms: Sequence[tuple[str, str]]
    bias: str | None
    second_bias: str | None = None

    @property
    def biases(self) -> list[str]:
        """Its biases."""
        return [bias for bias in (self.bias, self.second_bias) if bias is not None]


def weighted_sums(keys: Sequence[str], units: Sequence[Unit], aliases: Sequence[str] = ()) -> Block:
    """Return z = Σ wᵢ·aᵢ + b of every unit; with δ = ∂E/∂z, ∂E/∂wᵢ and ∂E/∂aᵢ get δ·aᵢ and δ·wᵢ, ∂E/∂b gets δ.

    A weight may lead to several units, and get a part from each.
    """

    biases = (bias for unit in units for bias in unit.biases)
    cited = tuple(dict.fromkeys((*(key for unit in units for term in unit.terms for key in term), *biases)))
    # Each is cited by many sums.
    quantity = {key: Quantity(key) for key in cited}

    def pullback(deltas: Sequence[Expression]) -> Parts:
        parts: Parts = []
        for unit, delta in zip(units, deltas, strict=True):
            parts += [(w, product(delta, quantity[source])) for w, source in unit.terms]
            parts += [(source, product(delta, quantity[w])) for w, source in unit.terms]
            parts += [(bias, delta) for bias in unit.biases]
        return parts

    def weighted_sum(unit: Unit) -> Expression:
        products = (product(quantity[w], quantity[source]) for w, source in unit.terms)
        return total(*products, *(quantity[bias] for bias in unit.biases))

    return Block(
        nodes=tuple(
            Node(key, Group.FORWARD, weighted_sum(unit), aliases=tuple(aliases[index : index + 1]))
            for index, (key, unit) in enumerate(zip(keys, units, strict=True))
        ),
        inputs=cited,
        pullback=pullback,
    )


def copies(keys: Sequence[str], sources: Sequence[str]) -> Block:
    """Return quantities that are others under new names; ∂E/∂source gets ∂E/∂copy."""
    return Block(
        nodes=tuple(Node(key, Group.FORWARD, Quantity(source)) for key, source in zip(keys, sources, strict=True)),
        inputs=tuple(sources),
        pullback=lambda deltas: list(zip(sources, deltas, strict=True)),
    )


def sums_of_two(keys: Sequence[str], left: Sequence[str], right: Sequence[str]) -> Block:
    """Return the sum of two quantities each; both get its gradient."""
    every = list(zip(keys, left, right, strict=True))
    return Block(
        nodes=tuple(Node(key, Group.FORWARD, Quantity(one) + Quantity(other)) for key, one, other in every),
        inputs=(*left, *right),
        pullback=lambda deltas: [
            part
            for (_, one, other), delta in zip(every, deltas, strict=True)
            for part in ((one, delta), (other, delta))
        ],
    )


def activations(
    keys: Sequence[str],
    sums: Sequence[str],
    function: Activation,
    steps: Sequence[Sequence[str]],
    settings: Settings,
) -> list[Block]:
    """Return a = f(z) of a layer; ∂E/∂z = ∂E/∂a · f′(z).

    `steps` are the keys of the function's steps, of every unit in turn; no gradient goes by way of them.
    """
    derivative = function.derivative
    assert derivative is not None, "an identity layer has no activations of its own"
    # Of every unit, z and the steps.
    every = [_quantities(unit) for unit in zip(sums, *steps, strict=True)]
    names = ["z", *(step.letter for step in function.steps)]

    def nodes(of: Sequence[str], number: int, value: Callable[..., Expression], mathematics: str | None) -> list[Node]:
        return [
            Node(key, Group.FORWARD, value(*known[:number]), mathematics=_mathematics(mathematics, names, known))
            for key, known in zip(of, every, strict=True)
        ]

    return [
        *(
            Block(tuple(nodes(of, number, step.value, step.mathematics)))
            for number, (step, of) in enumerate(zip(function.steps, steps, strict=True), 1)
        ),
        Block(
            nodes=tuple(nodes(keys, len(names), partial(function.value, **settings), function.mathematics)),
            inputs=tuple(sums),
            pullback=lambda deltas: [
                (z, product(delta, derivative(Quantity(key), *known, **settings)))
                for key, z, known, delta in zip(keys, sums, every, deltas, strict=True)
            ],
        ),
    ]


def _mathematics(text: str | None, names: Sequence[str], known: Sequence[Quantity]) -> str | None:
    return text and text.format(**{name: f"{{{own.key}}}" for name, own in zip(names, known, strict=True)})


def dropout(keys: Sequence[str], sources: Sequence[str], masks: Sequence[str], rate: str) -> Block:
    """Return a = f·r / (1 − p) of a layer, by its masks r of 0 and 1; ∂E/∂f = ∂E/∂a · r / (1 − p).

    What is left is enlarged, so that it is as much on average as without (Srivastava et al. 2014, as torch.nn.Dropout).
    """
    every_mask, share = _quantities(masks), 1 - Quantity(rate)
    return Block(
        nodes=tuple(
            Node(key, Group.FORWARD, product(f, r) / share)
            for key, f, r in zip(keys, _quantities(sources), every_mask, strict=True)
        ),
        inputs=tuple(sources),
        pullback=lambda deltas: [
            (source, product(delta, r) / share) for source, delta, r in zip(sources, deltas, every_mask, strict=True)
        ],
    )


@dataclass(frozen=True)
class SoftmaxKeys:
    """The keys of a softmax layer: the largest z, e^(z − largest) of each unit, and their sum."""

    largest: str
    exponentials: Sequence[str]
    sum: str


def softmax(keys: Sequence[str], sums: Sequence[str], helpers: SoftmaxKeys) -> list[Block]:
    """Return a = e^z / Σe^z of a layer; ∂E/∂zⱼ = aⱼ·(∂E/∂aⱼ − Σ ∂E/∂aᵢ·aᵢ).

    The largest z is subtracted first: e^1000 overflows. It cancels out, so no gradient goes by way of the helpers.
    """
    z, a, e = _quantities(sums), _quantities(keys), _quantities(helpers.exponentials)
    largest, sum_ = Quantity(helpers.largest), Quantity(helpers.sum)

    def pullback(deltas: Sequence[Expression]) -> Parts:
        mean = total(*map(product, deltas, a))
        return [(key, product(own, delta - mean)) for key, own, delta in zip(sums, a, deltas, strict=True)]

    return [
        Block((Node(helpers.largest, Group.FORWARD, maximum(*z)),)),
        Block(
            tuple(
                Node(key, Group.FORWARD, exp(own - largest)) for key, own in zip(helpers.exponentials, z, strict=True)
            )
        ),
        Block((Node(helpers.sum, Group.FORWARD, total(*e)),)),
        Block(
            nodes=tuple(Node(key, Group.FORWARD, own / sum_) for key, own in zip(keys, e, strict=True)),
            inputs=tuple(sums),
            pullback=pullback,
        ),
    ]


def loss(
    key: str, outputs: Sequence[str], targets: Sequence[str], function: Loss, share: int, settings: Settings
) -> Block:
    """Return the loss of a sample's outputs; ∂E/∂y by the loss's own derivative, divided by the batch's `share`."""
    y, t = _quantities(outputs), _quantities(targets)
    slopes = function.derivative(y, t, **settings)
    return Block(
        nodes=(Node(key, Group.LOSS, function.value(y, t, **settings)),),
        inputs=tuple(outputs),
        pullback=lambda _: [(output, over(slope, share)) for output, slope in zip(outputs, slopes, strict=True)],
    )


def fused_loss(
    key: str,
    sums: Sequence[str],
    outputs: Sequence[str],
    targets: Sequence[str],
    function: Loss,
    share: int,
    helpers: Sequence[SoftmaxKeys],
    steps: int = 1,
) -> Block:
    """Return a loss that is computed from the last layer's z: ∂E/∂z = y − t, divided by the batch's `share`.

    `helpers` are those of every softmax that there is. The losses of `steps` steps are divided by their number.
    """
    z, t = _quantities(sums), _quantities(targets)
    value = function.value(z, t)
    if helpers:
        value = total(*(term for each in helpers for term in (ln(Quantity(each.sum)), Quantity(each.largest))), -value)
    slopes = function.derivative(_quantities(outputs), t)
    return Block(
        nodes=(Node(key, Group.LOSS, over(value, steps)),),
        inputs=tuple(sums),
        pullback=lambda _: [(own, over(slope, share * steps)) for own, slope in zip(sums, slopes, strict=True)],
    )


@dataclass(frozen=True)
class WeightedTargets:
    """A sample's targets, each with the weight of its class, by keys.

    `sums` are the sums of these products, of each step of a sequence its own, and `share` what they make of the
    batch's; `is_alone` where it is all of it.
    """

    targets: Sequence[str]
    weights: Sequence[str]
    sums: Sequence[str]
    share: int | Expression
    is_alone: bool


def weighted_loss(
    key: str, sums: Sequence[str], outputs: Sequence[str], weighted: WeightedTargets, helpers: Sequence[SoftmaxKeys]
) -> Block:
    """Return −Σ ω·t·ln y of a sample, computed from the last layer's z: ∂E/∂z = y·Σωt − ω·t, divided by the share.

    `helpers` are those of every softmax that there is: each has a Σωt of its own.
    """
    z, y, every_sum = _quantities(sums), _quantities(outputs), _quantities(weighted.sums)
    parts = [product(Quantity(w), Quantity(t)) for w, t in zip(weighted.weights, weighted.targets, strict=True)]
    logarithms = [ln(Quantity(each.sum)) + Quantity(each.largest) for each in helpers]
    value = total(*map(product, every_sum, logarithms)) - total(*map(product, parts, z))
    of_outputs = [own for own in every_sum for _ in range(len(z) // len(every_sum))]
    slopes = [product(own, output) - part for own, output, part in zip(of_outputs, y, parts, strict=True)]
    return Block(
        nodes=(Node(key, Group.LOSS, over(value, weighted.share) if weighted.is_alone else value),),
        inputs=tuple(sums),
        pullback=lambda _: [(own, over(slope, weighted.share)) for own, slope in zip(sums, slopes, strict=True)],
    )


def _quantities(keys: Sequence[str]) -> list[Quantity]:
    return [Quantity(key) for key in keys]

"""The chain rule on the Guide sheet and the meanings on the Formulas sheet say what the formulas compute."""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from drawn import Document
from test_images import IMAGES
from test_layers import CONVOLUTIONS, NETWORK, spec_of
from test_sequences import SEQUENCES

import xlnet
from xlnet import keys
from xlnet.book.model import Model, model_of
from xlnet.book.sheets import guide
from xlnet.graph.expression import Expression, Product, Quantity, Sum, cited
from xlnet.graph.node import Node
from xlnet.graph.operations import LOSSES
from xlnet.keys import parts as split
from xlnet.model.iteration import iteration
from xlnet.model.layers import KINDS
from xlnet.model.loss import steps_of
from xlnet.model.network import inputs, outputs, parameters, targets, units
from xlnet.model.passes import passes
from xlnet.model.tokens import tokens
from xlnet.render.evaluate import rows
from xlnet.spec import Spec, indices
from xlnet.template.sources import bundled_names


def fused(loss: str, activation: str, **given: Any) -> Document:
    layers = [{"units": 3, "activation": "tanh"}, {"units": 2, "activation": activation}]
    return {
        "network": {"inputs": 2, "layers": layers},
        "data": {"x": [[0.5, -1.2]], "t": [[1, 0]]},
        "training": {"iters": 1, "loss": loss, **given},
    }


NETWORKS: dict[str, Spec] = {
    # Of the digits the same layers are small in the pictures.
    **{name: xlnet.load(name) for name in bundled_names() if name != "digits"},
    **{f"convolution {name}": spec_of(document) for name, document in CONVOLUTIONS.items()},
    **{f"sequence {name}": spec_of(SEQUENCES[name]) for name in ("decoder", "no bias", "last step", "users and films")},
    **{f"picture {name}": spec_of(document) for name, document in IMAGES.items()},
    "one way": xlnet.load("seed", layers="2-1-1", activation="mish"),
    "frozen": xlnet.load("mazur", layers="2-3-3-2", seed=1, **{"network.layers[2].frozen": True}),
    "two outputs": xlnet.load("mazur", layers="2-2-2", seed=1),
    "softmax": spec_of(fused("cross_entropy", "softmax")),
    "kl_div": spec_of(fused("kl_div", "softmax")),
    "smoothed": spec_of(fused("cross_entropy", "softmax", label_smoothing=0.1)),
    "weighted": spec_of(fused("cross_entropy", "softmax", class_weights=[1, 3])),
    "both": spec_of(fused("cross_entropy", "softmax", label_smoothing=0.1, class_weights=[1, 3])),
    "sigmoid": spec_of(fused("binary_cross_entropy", "sigmoid")),
}
every_network = pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS.keys())
# All ways from the loss to a weight are gone, by differences: of a large network these take minutes.
SMALL = {name: spec for name, spec in NETWORKS.items() if len(passes(spec).nodes) <= 350}
# Of a sequence a weight is in the sums of every step: tests/test_sequences.py has their meanings.
FLAT = {
    name: spec
    for name, spec in NETWORKS.items()
    if all(KINDS[layer.type].takes_steps is not True and layer.type != "embedding" for layer in spec.layers)
}


class Slopes:
    """The pass of one sample at a point where nothing is special, and its slopes by central differences.

    Only quantities that have a gradient are steps of a chain: others, as the sum of a softmax, are computed on the way.
    """

    def __init__(self, spec: Spec) -> None:
        drawn = random.Random(1)
        self.spec = spec.of_one_sample
        nodes = passes(self.spec).nodes
        self.nodes = {node.key: node for node in nodes if node.group in ("forward", "loss")}
        self.gradients = {node.key for node in nodes}
        given = [*inputs(spec), *(parameter.key for parameter in parameters(spec))]
        typed = {key: [drawn.uniform(-1.5, 1.5)] for key in given}
        typed |= {key: [drawn.choice(tokens(spec))] for key in (inputs(spec) if tokens(spec) else ())}
        self.width = spec.outputs // steps_of(spec)
        for start in range(0, spec.outputs, self.width):
            own = targets(spec)[start : start + self.width]
            shares = [drawn.random() for _ in own]
            typed |= {key: [share / sum(shares)] for key, share in zip(own, shares, strict=True)}
        settings = [c for c in iteration(spec).settings if c.group == "settings"]
        typed |= {constant.key: [constant.value] for constant in settings}
        values = rows(typed, {}, nodes)
        self.values = {key: column[0] for key, column in (values | typed).items()}
        self.parameters = {parameter.key for parameter in parameters(spec) if parameter.trained}

    def steps(self, key: str) -> set[str]:
        """Return the quantities with a gradient that a node is computed from."""
        if key == "E" and LOSSES[self.spec.training.loss].fused:
            return set(outputs(self.spec))
        found: set[str] = set()
        for quantity in cited(formula_of(self.nodes[key])):
            if quantity.key in self.parameters or self.is_step(quantity.key):
                found.add(quantity.key)
            elif quantity.key in self.nodes:
                found |= self.steps(quantity.key)
        return found

    def is_step(self, key: str) -> bool:
        letter = re.match("[a-z]+", key)
        has_slope = keys.gradient(key) in self.gradients
        return key in self.nodes and (has_slope or (letter is not None and letter[0] in ("z", "a")))

    def slope(self, key: str, step: str) -> float:
        """Return ∂key/∂step, all other steps held."""
        if key == "E" and LOSSES[self.spec.training.loss].fused:
            y = self.values[step]
            t = self.target(outputs(self.spec).index(step))
            is_shares = LOSSES[self.spec.training.loss].normalized
            return -t / y if is_shares else (y - t) / (y * (1 - y))
        between = [node for node in self.nodes.values() if node.key == key or not self.is_step(node.key)]
        held = {name: [value, value] for name, value in self.values.items() if name not in {n.key for n in between}}
        h = 1e-6
        held[step] = [self.values[step] + h, self.values[step] - h]
        above, below = rows(held, {}, [node for node in between if node.key != "E" or key == "E"])[key]
        return (above - below) / (2 * h)

    def target(self, output: int) -> float:
        """Return a target as cross-entropy takes it, by what PyTorch's documentation says of it."""
        training, t = self.spec.training, [self.values[key] for key in targets(self.spec)]
        smoothing, weights = (
            training.loss_settings.get("label_smoothing", 0.0),
            training.class_weights or (1.0,) * len(t),
        )
        divided = sum(map(math.prod, zip(weights, t, strict=True))) if self.spec.has_weighted_mean else 1.0
        # The mean over the steps, where there are several.
        divided *= len(t) / self.width
        return weights[output] * ((1 - smoothing) * t[output] + smoothing / self.width) / divided


def formula_of(node: Node) -> Expression:
    assert node.formula is not None
    return node.formula


def chain_lines(model: Model) -> list[tuple[str, list[tuple[str, str]], bool]]:
    """Return the chain rule's lines: the weight, the factors as pairs of keys, and whether there are other ways."""
    known = {
        model.symbols(key): node.key
        for node in passes(model.spec).nodes
        if node.group in ("forward", "loss")
        for key in (*node.aliases, node.key)
    }
    known |= {model.symbols(parameter.key): parameter.key for parameter in parameters(model.spec)}
    found = []
    for line in guide.lines(model):
        left, _, right = line.text.partition(" = ")
        if (
            line.kind == "backward"
            and re.search("∂.*/∂.* · ", right + " · ")
            and re.fullmatch(r"(∂[^ ]+/∂[^ ]+)( · ∂[^ ]+/∂[^ ]+)+( \+ …)?", right)
        ):
            pairs = [re.fullmatch("∂(.+)/∂(.+)", part) for part in right.removesuffix(" + …").split(" · ")]
            factors = [(known[pair[1]], known[pair[2]]) for pair in pairs if pair]
            found.append((known[left.removeprefix("∂E/∂")], factors, right.endswith("…")))
    return found


@pytest.mark.parametrize("spec", SMALL.values(), ids=SMALL.keys())
def test_the_chain_rule_holds(spec: Spec) -> None:
    """Each factor is a step of a formula, and the products along all ways add up to the gradient."""
    model = model_of(spec)
    lines = chain_lines(model)
    assert [re.match(r"[a-z]+(\d+)", weight)[1] for weight, _, _ in lines] == [  # type: ignore[index]
        str(number) for number, layer in reversed(list(enumerate(spec.layers, 1))) if layer.arrays and not layer.frozen
    ]
    slopes = Slopes(spec)
    for weight, factors, has_others in lines:
        assert factors[0][0] == "E"
        assert factors[-1][1] == weight
        assert all(lower == upper for (_, lower), (upper, _) in pairwise(factors))
        assert all(lower in slopes.steps(upper) for upper, lower in factors), factors
        ways, total = ways_to(slopes, weight)
        assert has_others == (ways > 1)
        gradient = slopes.values[f"d_{weight}"]
        assert total == pytest.approx(gradient, rel=1e-5, abs=1e-7)
        if not has_others:
            product = math.prod(slopes.slope(upper, lower) for upper, lower in factors)
            assert product == pytest.approx(gradient, rel=1e-5, abs=1e-7)


def ways_to(slopes: Slopes, weight: str) -> tuple[int, float]:
    """Return the number of ways from the loss to a weight, and the sum of the products of the slopes along them."""
    counts, sums = defaultdict(int, {"E": 1}), defaultdict(float, {"E": 1.0})
    for key in reversed(slopes.nodes):
        if counts[key] and (key == "E" or slopes.is_step(key)):
            for step in slopes.steps(key):
                if step == weight or slopes.is_step(step):
                    counts[step] += counts[key]
                    sums[step] += sums[key] * slopes.slope(key, step)
    return counts[weight], sums[weight]


def terms(node: Node) -> Iterator[tuple[str, str]]:
    """Yield weight and source of each product of a weighted sum."""
    formula = formula_of(node)
    for term in formula.terms if isinstance(formula, Sum) else (formula,):
        if isinstance(term, Product):
            weight, source = term.factors
            assert isinstance(weight, Quantity)
            assert isinstance(source, Quantity)
            yield weight.key, source.key


WEIGHT = re.compile(
    r"weight of layer (?P<layer>\d+), from (?P<source>.+?) to (?:unit (?P<unit>\d+)|channel (?P<channel>\d+))"
    r"(?:, tap (?P<tap>\d+)|, row (?P<row>\d+), column (?P<column>\d+) of the kernel)?"
)
SOURCES: dict[str, Callable[..., list[str]]] = {
    r"input (\d+)": lambda spec, layer, n: [f"x_{n}"],
    r"unit (\d+) of layer (\d+)": lambda spec, layer, n, before: [f"a{before}_{n}"],
    r"channel (\d+), position (\d+) of layer (\d+)": lambda spec, layer, c, p, before: [f"a{before}_{c}_{p}"],
    r"channel (\d+), row (\d+), column (\d+) of layer (\d+)": lambda spec, layer, c, y, x, before: [
        f"a{before}_{c}_{y}_{x}"
    ],
    r"input channel (\d+)": lambda spec, layer, c: channel_of(spec, 0, int(c)),
    r"channel (\d+) of layer (\d+)": lambda spec, layer, c, before: channel_of(spec, int(before), int(c)),
}


def channel_of(spec: Spec, layer: int, channel: int) -> list[str]:
    """Return the keys along a channel of what layer number `layer` gives; 0 are the inputs."""
    length = math.prod(spec.layers[layer].takes[1:])
    return units(spec.in_rows, layer)[(channel - 1) * length : channel * length]


def said(spec: Spec, meaning: str) -> set[tuple[str, str]]:
    """Return the sums that a weight's meaning tells it is in, each with what it weighs there."""
    match = WEIGHT.fullmatch(meaning)
    assert match, meaning
    number, (pattern, keys_of) = (
        int(match["layer"]),
        next((pattern, keys) for pattern, keys in SOURCES.items() if re.fullmatch(pattern, match["source"])),
    )
    places = re.fullmatch(pattern, match["source"])
    assert places
    sources = keys_of(spec, number, *places.groups())
    if match["unit"]:
        return {(f"z{number}_{match['unit']}", sources[0])}
    layer = spec.layers[number - 1]
    taps = [int(match[name]) for name in ("tap", "row", "column") if match[name]]
    found = set()
    for place in indices(layer.gives[1:]):
        at = [
            (p - 1) * stride + tap - padding
            for p, tap, stride, padding in zip(place, taps, layer.along["stride"], layer.along["padding"], strict=True)
        ]
        if tuple(at) in (met := list(indices(layer.takes[1:]))):
            key = keys.of_layer("z", number, int(match["channel"]), *place)
            found.add((key, sources[met.index(tuple(at))]))
    return found


@pytest.mark.parametrize("spec", FLAT.values(), ids=FLAT.keys())
def test_a_weights_meaning_is_what_its_formulas_say(spec: Spec) -> None:
    texts = model_of(spec).texts
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for node in passes(spec.of_one_sample).forward:
        for key in (node.key, *node.aliases):
            if key.startswith("z") and not key.startswith("zmax"):
                for weight, source in terms(node):
                    found[weight].add((key, source))
    for parameter in parameters(spec):
        if parameter.key.startswith("w"):
            meaning = texts.meaning(parameter.key, spec.layers)
            # Another layer that shares the weight uses it too, of which its meaning says nothing.
            number = split(parameter.key).layer
            own = {(key, source) for key, source in found[parameter.key] if split(key).layer == number}
            assert said(spec, meaning) == own, meaning


PLACES = {
    r"weighted sum of layer (\d+), unit (\d+)": "z{0}_{1}",
    r"weighted sum of layer (\d+), channel (\d+), position (\d+)": "z{0}_{1}_{2}",
    r"weighted sum of layer (\d+), channel (\d+), row (\d+), column (\d+)": "z{0}_{1}_{2}_{3}",
    r"activation of layer (\d+), channel (\d+), row (\d+), column (\d+)": "a{0}_{1}_{2}_{3}",
    r"number of the largest in its window, .*: layer (\d+), channel (\d+), row (\d+), column (\d+)": "s{0}_{1}_{2}_{3}",
    r"number of the largest in its window, .*: layer (\d+), channel (\d+), position (\d+)": "s{0}_{1}_{2}",
    r"activation of layer (\d+), unit (\d+)": "a{0}_{1}",
    r"activation of layer (\d+), channel (\d+), position (\d+)": "a{0}_{1}_{2}",
    r"bias of layer (\d+), (?:unit|channel) (\d+)": "b{0}_{1}",
    r"(?:argument of the tanh in gelu|softplus in mish), layer (\d+), unit (\d+)": "u{0}_{1}",
    r"argument of the tanh in gelu, layer (\d+), channel (\d+), position (\d+)": "u{0}_{1}_{2}",
    r"(?:tanh in gelu|tanh in mish), layer (\d+), unit (\d+)": "s{0}_{1}",
    r"(?:tanh in gelu|sigmoid in silu), layer (\d+), channel (\d+), position (\d+)": "s{0}_{1}_{2}",
    r"weighted sum of layer (\d+), step (\d+), unit (\d+)": "z{0}_{1}_{2}",
    r"(?:activation|output) of layer (\d+), step (\d+), unit (\d+)": "a{0}_{1}_{2}",
    r"query of layer (\d+), step (\d+), unit (\d+): .*": "q{0}_{1}_{2}",
    r"key of layer (\d+), step (\d+), unit (\d+): .*": "k{0}_{1}_{2}",
    r"value of layer (\d+), step (\d+), unit (\d+): .*": "v{0}_{1}_{2}",
    r"score of step (\d+) with step (\d+), head (\d+) of layer (\d+): .*": "s{3}_{2}_{0}_{1}",
    r"attention of step (\d+) to step (\d+), head (\d+) of layer (\d+): .*": "alpha{3}_{2}_{0}_{1}",
    r"unit (\d+) of what layer (\d+) looks up for step (\d+)": "a{1}_{2}_{0}",
    r"largest weighted sum of layer (\d+) at step (\d+)": "zmax{0}_{1}",
    r"sum of these exponentials in layer (\d+) at step (\d+)": "esum{0}_{1}",
    r"target of output (\d+), smoothed": "q_{0}",
    r"how much class (\d+) counts in the loss": "cw_{0}",
    r"target of output (\d+)": "t_{0}",
}


@every_network
def test_a_units_meaning_leads_to_its_key(spec: Spec) -> None:
    texts = model_of(spec).texts
    one = iteration(spec.of_one_sample)
    keys = [constant.key for constant in one.settings]
    keys += [key for node in one.nodes for key in (node.key, *node.aliases)]
    told = 0
    for key in keys:
        meaning = texts.meaning(key, spec.layers)
        output = re.fullmatch(
            r"output (\d+) of the network(?:: (?:channel|step) (\d+), (?:position|unit|row) (\d+)(, column \d+)?)?",
            meaning,
        )
        if output:
            assert outputs(spec)[int(output[1]) - 1] == key
            column = (output[4] or "").replace(", column ", "_")
            assert output[2] is None or key.endswith(f"_{output[2]}_{output[3]}{column}")
            told += 1
        for pattern, wanted in PLACES.items():
            match = re.fullmatch(pattern, meaning)
            if match:
                assert wanted.format(*match.groups()) == key
                told += 1
    assert told >= sum(layer.units for layer in spec.layers) + spec.outputs


def test_the_way_of_a_tap_that_meets_padding_at_first() -> None:
    _, (weight, factors, has_others) = chain_lines(model_of(spec_of(NETWORK)))
    assert (weight, factors[-1], has_others) == ("w1_1_1_1", ("z1_1_2", "w1_1_1_1"), True)

"""The rules of a network on the Guide sheet: forward, the chain rule, backward, and the update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets.guide_lines import GuideLine, heading
from xlnet.graph.expression import Number
from xlnet.graph.node import Group, Node
from xlnet.graph.operations import LOSSES
from xlnet.graph.paths import Ways, ways
from xlnet.model.layers import KINDS
from xlnet.model.network import outputs, parameters
from xlnet.model.optimizers import taken
from xlnet.model.passes import passes
from xlnet.spec import Spec

# A longer list of rules shows those of the first unit of each layer, and a very long one of the first layer of a kind.
_MOST_RULES, _MOST_FIRST_RULES = 12, 30


def rules(model: Model) -> Iterator[GuideLine]:
    """Yield the rules, with a sentence before each group of them."""
    texts, symbols = model.texts, model.symbols
    nodes = passes(model.spec).nodes
    several = model.spec.batch_size > 1
    yield heading(model, "rules")
    yield GuideLine("text", texts.get("guide", "forward of a sample" if several else "forward"))
    yield from _listed(model, [node for node in nodes if node.group in (Group.FORWARD, Group.LOSS)], "rule")
    if any(layer.dropout for layer in model.spec.layers):
        yield GuideLine("text", texts.get("guide", "dropout"))
    yield from (GuideLine("text", sentence) for sentence in _of_loss(model))
    if several:
        yield GuideLine("text", texts.get("guide", f"loss by {model.reduction}"))
    yield GuideLine("text", texts.get("guide", "chain"))
    aliases = {alias for node in nodes for alias in node.aliases}
    yield from (GuideLine("backward", text) for text in _chains(model, aliases))
    backward = "backward" if not several else f"backward of a sample by {model.spec.training.reduction}"
    yield GuideLine("text", texts.get("guide", backward).format(share=model.share))
    if LOSSES[model.spec.training.loss].fused:
        yield GuideLine("text", texts.get("guide", _fused(model.spec)))
    yield from _listed(model, [node for node in nodes if node.group == Group.DELTAS], "backward")
    yield from _listed(model, [node for node in nodes if node.group == Group.GRADIENTS], "backward")
    yield from (GuideLine("text", text) for text in _shared(model))
    graph = model.graph.nodes
    yield from (GuideLine("text", text) for text in _taken(model))
    yield GuideLine("text", texts.get("guide", _update(model)))
    first = next(node.of for node in graph if node.group == Group.GRADIENTS)
    steps = [node for node in graph if node.group == Group.SCHEDULE or _belongs(node, first)]
    # The weight takes its step by what the optimiser keeps of this row's gradient.
    yield from (GuideLine("update", symbols.rule(node)) for node in sorted(steps, key=lambda node: node.key == first))


def _shared(model: Model) -> Iterator[str]:
    """Yield the sentences on weights that are used more than once, whose gradients are sums."""
    texts, layers = model.texts, model.spec.layers
    with_weights = [layer for layer in layers if layer.arrays or layer.share]
    if any(KINDS[layer.type].axes(layer)[0] == "channel" for layer in with_weights):
        yield texts.get("guide", "shared")
    if any(KINDS[layer.type].axes(layer)[0] == "step" or KINDS[layer.type].takes_steps for layer in with_weights):
        yield texts.get("guide", "shared by steps")
    for number, layer in enumerate(layers, 1):
        if layer.share:
            yield texts.get("guide", "shared by layers").format(layer=number, other=layer.share)


def _taken(model: Model) -> Iterator[str]:
    """Yield what is done to the gradients before the optimiser uses them, and what learns nothing."""
    texts, symbols, training = model.texts, model.symbols, model.spec.training
    frozen = [str(number) for number, layer in enumerate(model.spec.layers, 1) if layer.frozen]
    if frozen:
        name = "frozen" if len(frozen) == 1 else "several frozen"
        yield texts.get("guide", name).format(layers=", ".join(frozen))
    for name in taken.active(training):
        yield texts.get("guide", name).format(bound=symbols(name), weight=symbols(name))
    pulls = training.l1 or training.optimizer.settings.get("weight_decay")
    if pulls and not training.decay_biases and model.has_biases:
        yield texts.get("guide", "decay of weights")


def _update(model: Model) -> str:
    """Return the name of the text on the update: whether the optimiser carries something from row to row."""
    own = f"update {model.spec.training.optimizer.name}"
    if own in model.texts.sections["guide"]:
        return own
    carries = any(node.group == Group.STATE and node.first is not None for node in model.graph.nodes)
    return "update with state" if carries else "update"


def _of_loss(model: Model) -> Iterator[str]:
    """Yield the sentences on the loss, and on what a template sets of it."""
    training = model.spec.training
    given = (*training.loss_settings, *(("class_weights",) if training.class_weights else ()))
    for name in (training.loss, *(f"{training.loss} with {key}" for key in given)):
        if sentence := model.texts.of_loss(name):
            yield sentence


def _fused(spec: Spec) -> str:
    """Return the name of the text on a loss that is computed from the last weighted sums."""
    if spec.training.class_weights:
        return "fused and weighted"
    return "fused and smoothed" if keys.LABEL_SMOOTHING in spec.training.loss_settings else "fused"


def _belongs(node: Node, key: str) -> bool:
    """Return whether a node is this parameter, or a part of the optimiser's state for it or for all."""
    if node.group in (Group.STATE, Group.NEXT):
        return node.of in ("", key)
    return node.key == key and node.first is not None


def _listed(model: Model, nodes: Sequence[Node], kind: str) -> Iterator[GuideLine]:
    """Yield rules; of many those of the first unit of each layer, and of the first layer of each kind."""
    shown = nodes if len(nodes) <= _MOST_RULES else [node for node in nodes if _is_first(node.of or node.key)]
    if len(shown) > _MOST_FIRST_RULES:
        types = [layer.type for layer in model.spec.layers]
        firsts = {None, *(types.index(name) + 1 for name in types)}
        shown = [node for node in shown if keys.parts(node.of or node.key).layer in firsts]
    yield from (GuideLine(kind, model.symbols.rule(node)) for node in shown)
    if len(shown) < len(nodes):
        yield GuideLine("text", model.texts.get("guide", "and so on"))


def _is_first(key: str) -> bool:
    return all(index == 1 for index in keys.parts(key).indices)


def _chains(model: Model, aliases: set[str]) -> Iterator[str]:
    """Yield the chain rule for the first weight of each layer, along the first of the ways to the loss.

    `aliases` are the keys of quantities that are the same as another one.
    """
    symbols, found = model.symbols, _ways(model.spec)
    for weight in reversed(_first_weights(model.spec, found)):
        way = [key for key in reversed(found.first(weight)) if key not in aliases]
        factors = [f"∂{symbols(upper)}/∂{symbols(lower)}" for upper, lower in pairwise(way)]
        others = " + …" if found.counts[weight] > 1 else ""
        yield f"∂E/∂{symbols(weight)} = {' · '.join(factors)}{others}"


def _ways(spec: Spec) -> Ways:
    """Return the ways from the weights to the loss, by the outputs also where the loss is computed from their sums."""
    *blocks, last = passes(spec).blocks
    if LOSSES[spec.training.loss].fused:
        last = replace(last, pullback=lambda _: [(output, Number(1)) for output in outputs(spec)])
    return ways([*blocks, last])


def _first_weights(spec: Spec, found: Ways) -> list[str]:
    """Return the first weight of each layer that leads to the loss: one may meet nothing but padding."""
    firsts: dict[int | None, str] = {}
    for parameter in parameters(spec):
        if parameter.trained and found.counts.get(parameter.key):
            firsts.setdefault(keys.parts(parameter.key).layer, parameter.key)
    return list(firsts.values())

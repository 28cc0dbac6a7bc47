"""The loss of a sample: its targets as the loss takes them, smoothed and weighted by class where a template says so.

Smoothed targets are q = (1 − s)·t + s / n over n classes. Class weights are those of torch.nn.CrossEntropyLoss: under
mean, what the samples of a batch lose is divided by the sum of the weights of their classes, instead of their number.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlnet import keys
from xlnet.graph import blocks
from xlnet.graph.blocks import Block, WeightedTargets
from xlnet.graph.expression import Expression, Quantity, over, product, total
from xlnet.graph.node import Group, Node
from xlnet.graph.operations import LOSSES, SOFTMAX
from xlnet.model.layers import KINDS, Names
from xlnet.model.layers.activated import softmax_keys
from xlnet.spec import Spec


def settings(spec: Spec) -> dict[str, float]:
    """Return the settings of the loss that stand in cells, by key."""
    weights = {keys.class_weight(number): weight for number, weight in enumerate(spec.training.class_weights, 1)}
    return dict(spec.training.loss_settings) | weights


def losses(spec: Spec, names: Names, targets: Sequence[str]) -> list[Block]:
    """Return the blocks of a sample's loss, the loss last; `names` are those of the last layer."""
    training, function = spec.training, LOSSES[spec.training.loss]
    key, sums, outputs = keys.of_sample(keys.LOSS, names.sample), names.every("z"), names.every("a")
    if function.fused is None:
        given = {
            name: Quantity(name) if name in training.loss_settings else default
            for name, default in function.settings.items()
        }
        return [blocks.loss(key, outputs, targets, function, spec.share, given)]
    helpers = softmax_keys(names) if function.fused == SOFTMAX else []
    steps = steps_of(spec)
    smoothed = _smoothed(targets, names) if keys.LABEL_SMOOTHING in training.loss_settings else []
    taken = [node.key for node in smoothed] or targets
    before = [Block(tuple(smoothed))] if smoothed else []
    if not training.class_weights:
        divided = steps if training.reduction == "mean" else 1
        return [*before, blocks.fused_loss(key, sums, outputs, taken, function, spec.share, helpers, divided)]
    assert steps == 1, "classes have weights where there is one softmax"
    weights = [keys.class_weight(number) for number in range(1, spec.outputs + 1)]
    if not smoothed or spec.has_weighted_mean:
        before.append(_weighed(keys.of_sample(keys.TARGET_WEIGHT, names.sample), weights, targets))
    if smoothed:
        before.append(_weighed(keys.of_sample(keys.SMOOTHED_WEIGHT, names.sample), weights, taken))
    weighted = WeightedTargets(taken, weights, before[-1].nodes[0].key, divisor(spec), spec.batch_size == 1)
    return [*before, blocks.weighted_loss(key, sums, outputs, weighted, helpers[0])]


def steps_of(spec: Spec) -> int:
    """Return at how many steps of a sequence a fused loss is taken: each counts as a sample of its own."""
    last = spec.layers[spec.last - 1]
    is_sequence = KINDS[last.type].axes(last)[0] == "step" and len(last.gives) > 1
    return last.gives[0] if is_sequence and LOSSES[spec.training.loss].fused else 1


def divisor(spec: Spec) -> int | Expression:
    """Return what the losses of a batch are divided by in its own."""
    if not spec.has_weighted_mean:
        return spec.share
    return Quantity(keys.TARGET_WEIGHT if spec.batch_size == 1 else keys.BATCH_WEIGHT)


def of_batch(spec: Spec, samples: Sequence[int | None]) -> list[Node]:
    """Return E of a batch of several samples, the mean or the sum of their losses, and what it needs."""
    if spec.batch_size == 1:
        return []
    found = []
    if spec.has_weighted_mean:
        found.append(Node(keys.BATCH_WEIGHT, Group.LOSS, _sum_over(samples, keys.TARGET_WEIGHT)))
    return [*found, Node(keys.LOSS, Group.LOSS, over(_sum_over(samples, keys.LOSS), divisor(spec)))]


def _sum_over(samples: Sequence[int | None], key: str) -> Expression:
    return total(*(Quantity(keys.of_sample(key, sample)) for sample in samples))


def _smoothed(targets: Sequence[str], names: Names) -> list[Node]:
    share, count = Quantity(keys.LABEL_SMOOTHING), names.layer.gives[-1]
    return [
        Node(
            keys.of_sample(keys.smoothed(number), names.sample),
            Group.LOSS,
            (1 - share) * Quantity(target) + share / count,
        )
        for number, target in enumerate(targets, 1)
    ]


def _weighed(key: str, weights: Sequence[str], targets: Sequence[str]) -> Block:
    parts = (product(Quantity(w), Quantity(t)) for w, t in zip(weights, targets, strict=True))
    return Block((Node(key, Group.LOSS, total(*parts)),))

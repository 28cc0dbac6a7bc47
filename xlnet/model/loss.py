"""The loss of a sample: its targets as the loss takes them, smoothed and weighted by class where a template says so.

Smoothed targets are q = (1 − s)·t + s / n over n classes. Class weights are those of torch.nn.CrossEntropyLoss: under
mean, what the samples of a batch lose is divided by the sum of the weights of their classes, instead of their number;
a step of a sequence counts as a sample does.
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
from xlnet.spec import Spec, indices


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
    smoothed = _smoothed(targets, names) if keys.LABEL_SMOOTHING in training.loss_settings else []
    taken = [node.key for node in smoothed] or targets
    before = [Block(tuple(smoothed))] if smoothed else []
    if not training.class_weights:
        divided = steps_of(spec) if training.reduction == "mean" else 1
        return [*before, blocks.fused_loss(key, sums, outputs, taken, function, spec.share, helpers, divided)]
    weights = [keys.class_weight(number) for number in range(1, names.layer.gives[-1] + 1)]
    as_given = _weighed(keys.TARGET_WEIGHT, weights, targets, names)
    if not smoothed or spec.has_weighted_mean:
        before.append(Block(as_given))
    if spec.has_weighted_mean and steps_of(spec) > 1:
        whole = total(*(Quantity(node.key) for node in as_given))
        before.append(Block((Node(keys.of_sample(keys.STEPS_WEIGHT, names.sample), Group.LOSS, whole),)))
    if smoothed:
        as_given = _weighed(keys.SMOOTHED_WEIGHT, weights, taken, names)
        before.append(Block(as_given))
    of_steps = [node.key for node in as_given]
    weighted = WeightedTargets(taken, weights * len(of_steps), of_steps, divisor(spec), spec.batch_size == 1)
    return [*before, blocks.weighted_loss(key, sums, outputs, weighted, helpers)]


def steps_of(spec: Spec) -> int:
    """Return at how many steps of a sequence a fused loss is taken: each counts as a sample of its own."""
    last = spec.layers[spec.last - 1]
    is_sequence = KINDS[last.type].axes(last)[0] == "step" and len(last.gives) > 1
    return last.gives[0] if is_sequence and LOSSES[spec.training.loss].fused else 1


def divisor(spec: Spec) -> int | Expression:
    """Return what the losses of a batch are divided by in its own."""
    if not spec.has_weighted_mean:
        return spec.share
    return Quantity(weight_of_sample(spec) if spec.batch_size == 1 else keys.BATCH_WEIGHT)


def weight_of_sample(spec: Spec) -> str:
    """Return the key of the class weights of all that a sample has to be: of its class, or of that of every step."""
    return keys.STEPS_WEIGHT if steps_of(spec) > 1 else keys.TARGET_WEIGHT


def of_batch(spec: Spec, samples: Sequence[int | None]) -> list[Node]:
    """Return E of a batch of several samples, the mean or the sum of their losses, and what it needs."""
    if spec.batch_size == 1:
        return []
    found = []
    if spec.has_weighted_mean:
        found.append(Node(keys.BATCH_WEIGHT, Group.LOSS, _sum_over(samples, weight_of_sample(spec))))
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


def _weighed(letter: str, weights: Sequence[str], targets: Sequence[str], names: Names) -> tuple[Node, ...]:
    """Return the sum of the targets times the weights of their classes, of each step of a sequence its own."""
    found, every = [], iter(targets)
    for step in indices(names.layer.gives[:-1]):
        parts = (product(Quantity(w), Quantity(t)) for w, t in zip(weights, every, strict=False))
        found.append(Node(keys.of_sample(keys.element(letter, *step), names.sample), Group.LOSS, total(*parts)))
    return tuple(found)

"""What a template leaves unsaid and what depends on its data: a loss for classes, a batch that a sheet has room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlnet.graph.operations import LOSSES, SOFTMAX
from xlnet.model.layers import DENSE, KINDS
from xlnet.render.room import has_room, with_batch
from xlnet.spec import Data, Spec
from xlnet.template.toml_table import TomlTable

# The loss of classes, by the activation of the last layer.
_OF_CLASSES = {SOFTMAX: "cross_entropy", "sigmoid": "binary_cross_entropy"}
# Where all samples at once are too many: what Keras takes unless told, and with wide layers less.
_BATCHES = (32, 16, 8, 4, 2, 1)


def fitting(spec: Spec, training: TomlTable, layers: Sequence[TomlTable]) -> Spec:
    """Return `spec` with what its tables leave unsaid made to fit its data, and note what was decided."""
    found = _with_loss(spec, training, layers[spec.last - 1])
    if spec.data.lines:
        _note_what_to_say(found, training, layers)
    return found if "batch" in training.content else _with_batch(found, training)


def _note_what_to_say(spec: Spec, training: TomlTable, layers: Sequence[TomlTable]) -> None:
    """Note what people who bring a file of their own may have meant to say."""
    hidden = [each for number, each in enumerate(layers, 1) if number != spec.last]
    if hidden and all(
        layer.type == DENSE and "activation" not in table.content
        for layer, table in zip(spec.layers, hidden, strict=False)
    ):
        training.note("the hidden layers have no activation, so the network is linear (--activation tanh changes that)")
    is_unsaid = "loss" not in training.content and "activation" not in layers[spec.last - 1].content
    if is_unsaid and not spec.data.of_classes and {row[0] for row in spec.data.t} == {0.0, 1.0} and spec.outputs == 1:
        name = spec.data.t_names[0]
        training.note(f"the targets are 0 and 1, taken for numbers (--classes {name} takes them for classes)")


def _with_loss(spec: Spec, training: TomlTable, last_layer: TomlTable) -> Spec:
    loss, activation = spec.training.loss, spec.layers[spec.last - 1].activation
    # Those that the last layer may have: a residual layer, say, has none.
    possible = KINDS[spec.layers[spec.last - 1].type].activations
    is_loss_said, is_activation_said = "loss" in training.content, "activation" in last_layer.content
    fused, of_classes = LOSSES[loss].fused, SOFTMAX if _is_one_of_several(spec.data) else "sigmoid"
    if is_loss_said and not is_activation_said and fused in possible:
        activation = fused or activation
        training.note(f"{loss} goes with {activation}: the activation of the last layer is {activation}")
    elif spec.data.of_classes and is_activation_said and not is_loss_said and activation in _OF_CLASSES:
        loss = _OF_CLASSES[activation]
        training.note(f"the targets are classes: the loss is {loss} (--loss chooses another)")
    elif spec.data.of_classes and not is_activation_said and not is_loss_said and of_classes in possible:
        activation, loss = of_classes, _OF_CLASSES[of_classes]
        training.note(
            f"the targets are classes: the last layer is {activation} and the loss {loss} "
            "(--output-activation and --loss choose others)"
        )
    return replace(spec.with_last(activation), training=replace(spec.training, loss=loss))


def _is_one_of_several(data: Data) -> bool:
    """Return whether each sample is of exactly one class, and each class has a target of its own."""
    return len(data.t[0]) > 1 and all(sum(row) == 1 for row in data.t)


def _with_batch(spec: Spec, training: TomlTable) -> Spec:
    if has_room(spec):
        return spec
    smaller = (with_batch(spec, size) for size in _BATCHES if size < spec.samples)
    found = next(filter(has_room, smaller), None)
    if found is None:
        return spec
    training.note(
        f"all {spec.samples:,} samples at once do not fit a sheet: the batch is {found.batch_size} "
        "(--batch chooses another)"
    )
    return found

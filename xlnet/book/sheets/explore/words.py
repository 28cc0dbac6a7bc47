"""What the parts of the Explore sheet are called: the layers of the picture, and the groups of the table."""

from __future__ import annotations

from xlnet.book.sheets.explore.picture import Heading
from xlnet.book.sheets.explore.plan import ExplorePlan
from xlnet.graph.node import Group
from xlnet.model.layers import DENSE


def heading_text(plan: ExplorePlan, heading: Heading) -> str:
    """Return what stands above a layer, the inputs, or the targets with the loss."""
    layers, texts = plan.model.spec.layers, plan.model.texts
    if heading.number == 0:
        return texts.get("explore", "inputs")
    if heading.number > len(layers):
        return texts.get("explore", "loss")
    layer = layers[heading.number - 1]
    name = "layer" if layer.type == DENSE else "layer of a kind"
    if layer.type != DENSE and layer.activation == "identity":
        name = "layer of a kind alone"
    text = texts.get("explore", name).format(layer=heading.number, kind=layer.type, activation=layer.activation)
    if layer.share:
        name = "shared and transposed" if layer.transpose else "shared"
        text += texts.get("explore", name).format(layer=layer.share)
    return text


def group_name(plan: ExplorePlan, group: str) -> str:
    """Return what a group of the table is called."""
    own = plan.model.texts.sections["explore groups"]
    spec = plan.model.spec
    name = f"{group} of a sample" if spec.batch_size > 1 else group
    if group == Group.SAMPLES and (spec.data.standardize or spec.data.standardize_targets):
        every = "samples, all standardised" if spec.data.standardize else "samples, targets standardised"
        name = every if spec.data.standardize_targets else "samples, standardised"
    if group == Group.LOSS and spec.batch_size > 1:
        name = f"loss of a sample by {spec.training.reduction}"
    text = own.get(name) or own.get(group) or plan.model.group_name(group)
    return str(text).format(share=plan.model.share)


def short_name(plan: ExplorePlan, group: str) -> str:
    """Return what a link to a group of the table says."""
    known = plan.model.texts.sections["explore"]
    if group == Group.SETTINGS:
        return group_name(plan, group)
    return str(known.get(f"way {group}") or plan.model.group_name(group))

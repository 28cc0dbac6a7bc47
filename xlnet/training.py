"""From a template to the graph of one iteration: forward pass, loss, backward pass and update."""

from __future__ import annotations

from xlnet import keys
from xlnet.graph.expression import Quantity
from xlnet.graph.gradient import backward
from xlnet.graph.node import Constant, Graph, Node
from xlnet.graph.step import Step
from xlnet.network import Parameter, forward, parameters
from xlnet.optimizers import OPTIMIZERS, OptimizerRule
from xlnet.spec import Spec


def iteration(spec: Spec) -> Graph:
    """Return the graph of one iteration, its nodes in the order of the sheet's columns."""
    rule = OPTIMIZERS[spec.training.optimizer.name]
    every_parameter = parameters(spec)
    trained = [parameter.key for parameter in every_parameter if parameter.trained]
    blocks = forward(spec)
    deltas, gradients = backward(blocks, trained)
    return Graph(
        constants=_constants(spec),
        nodes=(
            Node(keys.ITERATION, "iteration", Quantity(keys.ITERATION, above=True) + 1, first=1.0),
            *(_parameter(parameter, rule) for parameter in every_parameter),
            *(_forward(step) for block in blocks for step in block),
            *deltas,
            *gradients,
            *(node for key in trained for node in rule.state(key)),
        ),
    )


def _constants(spec: Spec) -> tuple[Constant, ...]:
    sample, targets = spec.x[0], spec.t[0]
    return (
        *(Constant(keys.activation(0, i), "inputs", x) for i, x in enumerate(sample, 1)),
        *(Constant(keys.target(i), "targets", t) for i, t in enumerate(targets, 1)),
        Constant(keys.LEARNING_RATE, "settings", spec.training.optimizer.lr),
    )


def _parameter(parameter: Parameter, rule: OptimizerRule) -> Node:
    """Return a parameter's column: its initial value, then the update by the row above."""
    unchanged = Quantity(parameter.key, above=True)
    formula = rule.update(parameter.key) if parameter.trained else unchanged
    return Node(parameter.key, "parameters", formula, first=parameter.value)


def _forward(step: Step) -> Node:
    group = "loss" if step.key == keys.LOSS else "forward"
    return Node(step.key, group, step.formula, aliases=step.aliases, mathematics=step.mathematics)

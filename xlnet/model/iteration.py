"""From a template to the graph of one iteration: samples, forward pass, loss, backward pass and update."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity, here
from xlnet.graph.gradient import Gradients
from xlnet.graph.node import Constant, Graph, Group, Node
from xlnet.model import dropout, loss, samples
from xlnet.model.network import Parameter, forward, is_joint, joint_forward, parameters
from xlnet.model.optimizers import OPTIMIZERS, taken
from xlnet.model.schedules import SCHEDULES, active_settings, typed_learning_rate
from xlnet.spec import Spec


def iteration(spec: Spec) -> Graph:
    """Return the graph of one iteration, its nodes in the order of the sheet's columns."""
    every_parameter = parameters(spec)
    trained = [parameter for parameter in every_parameter if parameter.trained]
    batch = samples.batch(spec)
    passes = [joint_forward(spec, batch)] if is_joint(spec) else [forward(spec, sample) for sample in batch]
    gradients = Gradients([parameter.key for parameter in trained])
    deltas = [delta for blocks in passes for delta in gradients.backward(blocks)]
    if is_joint(spec):
        deltas = _by_sample(deltas)
    every_node = [node for blocks in passes for block in blocks for node in block.nodes]
    training = spec.training
    rule = OPTIMIZERS[training.optimizer.name]
    return Graph(
        settings=_settings(spec),
        data=samples.columns(spec),
        held=samples.held_columns(spec),
        statistics=samples.statistics(spec),
        nodes=(
            Node(keys.ITERATION, Group.ITERATION, Quantity(keys.ITERATION, previous=True) + 1, first=1.0),
            *samples.row_nodes(spec),
            *dropout.row_nodes(spec),
            *_learning_rate(spec),
            *(_parameter(parameter, spec) for parameter in every_parameter),
            *(node for node in every_node if node.group == Group.FORWARD),
            *(node for node in every_node if node.group == Group.LOSS),
            *loss.of_batch(spec, samples.batch(spec)),
            *deltas,
            *gradients.of_parameters(),
            *taken.norm(trained, training),
            *taken.taken(trained, training),
            *rule.shared(training.optimizer.settings),
            *(node for parameter in trained for node in rule.state(taken.own(parameter, training))),
            *(_next(parameter, spec) for parameter in trained if spec.shows_next),
        ),
    )


def _by_sample(deltas: Sequence[Node]) -> list[Node]:
    """Return the deltas of a joint pass, which comes back from the last sample to the first, in the order of samples.

    What every sample has takes the places that it had, so that samples are as far apart as in the forward pass.
    """
    places: dict[str, list[int]] = {}
    for place, node in enumerate(deltas):
        places.setdefault(keys.without_sample(node.key), []).append(place)
    found = dict[int, Node]()
    for own in places.values():
        ordered = sorted((deltas[place] for place in own), key=lambda node: _sample(node.key))
        found.update(zip(own, ordered, strict=True))
    return [found[place] for place in range(len(deltas))]


def _sample(key: str) -> int:
    belonging = keys.belonging(key)
    return keys.parts(belonging[1] if belonging else key).sample or 0


def _settings(spec: Spec) -> tuple[Constant, ...]:
    """Return the constants of the Training sheet: the only sample, η, and the other numbers of what is used."""
    constants = []
    if not spec.has_data_sheet:
        sample, targets = spec.data.x[0], spec.data.t[0]
        constants += [Constant(keys.input_(i), Group.INPUTS, x) for i, x in enumerate(sample, 1)]
        constants += [Constant(keys.target(i), Group.TARGETS, t) for i, t in enumerate(targets, 1)]
    optimizer, schedule = spec.training.optimizer, spec.training.schedule
    numbers = {typed_learning_rate(spec): optimizer.lr}
    numbers |= {name: optimizer.settings[name] for name in OPTIMIZERS[optimizer.name].active(optimizer.settings)}
    numbers |= taken.active(spec.training)
    numbers |= active_settings(schedule) if schedule else {}
    numbers |= dropout.rates(spec)
    numbers |= loss.settings(spec)
    for number, layer in enumerate(spec.layers, 1):
        numbers |= {keys.of_layer(name, number): value for name, value in layer.settings.items()}
    return (*constants, *(Constant(key, Group.SETTINGS, value) for key, value in numbers.items()))


def _learning_rate(spec: Spec) -> list[Node]:
    schedule = spec.training.schedule
    if schedule is None:
        return []
    rule = SCHEDULES[schedule.name]
    eta = Node(keys.LEARNING_RATE, Group.SCHEDULE, rule.eta(schedule.settings), mathematics=rule.mathematics)
    return [*rule.columns(schedule.settings), eta]


def _parameter(parameter: Parameter, spec: Spec) -> Node:
    """Return a parameter's column: its initial value, then the update by the row above."""
    if not parameter.trained:
        formula = parameter.follows or Quantity(parameter.key, previous=True)
    elif spec.shows_next:
        formula = Quantity(keys.state(keys.NEXT, parameter.key), previous=True)
    else:
        formula = _update(parameter, spec)
    return Node(parameter.key, Group.PARAMETERS, formula, first=parameter.value)


def _next(parameter: Parameter, spec: Spec) -> Node:
    """Return what an iteration makes of a parameter, for the next one."""
    return Node(keys.state(keys.NEXT, parameter.key), Group.NEXT, here(_update(parameter, spec)), of=parameter.key)


def _update(parameter: Parameter, spec: Spec) -> Expression:
    return OPTIMIZERS[spec.training.optimizer.name].update(taken.own(parameter, spec.training))

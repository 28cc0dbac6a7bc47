"""Draws whole templates: networks, data and training rules of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from xlnet.graph.operations import ACTIVATIONS, LOSSES, SOFTMAX
from xlnet.model.initializers import INITIALIZERS
from xlnet.model.optimizers import OPTIMIZERS
from xlnet.model.schedules import SCHEDULES
from xlnet.spec import ORDERS, REDUCTIONS

Document = dict[str, Any]

SETTINGS: dict[str, list[float]] = {
    "slope": [0.0, 0.2, 1.5],
    "delta": [0.5, 2.0],
    "label_smoothing": [0.0, 0.1],
    "momentum": [0.0, 0.5, 0.9],
    "dampening": [0.0, 0.1],
    "weight_decay": [0.0, 0.01],
    "lr_decay": [0.0, 0.1],
    "initial_accumulator_value": [0.0, 0.1],
    "alpha": [0.9, 0.99],
    "beta1": [0.8, 0.9],
    "beta2": [0.9, 0.999],
    "eps": [1e-8, 1e-3],
    "gamma": [0.9, 0.5],
    "step_size": [1, 3, 10],
    "decay": [0.1],
    "t_max": [5, 40],
    "eta_min": [0.0, 0.001],
    "end_lr": [0.001],
    "steps": [7, 40],
    "rho": [0.9, 0.5],
    "momentum_decay": [4e-3, 0.0],
    "etaminus": [0.5, 0.3],
    "etaplus": [1.2, 2.0],
    "step_size_min": [1e-6, 1e-3],
    "step_size_max": [50.0, 0.02],
    "start_factor": [1 / 3, 0.0],
    "end_factor": [1.0, 0.5],
    "total_iters": [5, 3],
    "total_steps": [7, 40],
    "pct_start": [0.3, 0.5, 0.0],
    "div_factor": [25, 4],
    "final_div_factor": [1e4, 10],
    "t_0": [2, 5],
    "t_mult": [1, 2],
    "l1": [0.01],
    "clip_value": [0.1, 1.0],
    "clip_norm": [0.1, 1.0],
}


@st.composite
def optimizers(draw: st.DrawFn) -> Document:
    name = draw(st.sampled_from(list(OPTIMIZERS)))
    rule = OPTIMIZERS[name]
    chosen: Document = {"name": name, "lr": draw(st.sampled_from([0.001, 0.01, 0.1]))}
    for key in rule.defaults:
        if draw(st.booleans()):
            chosen[key] = draw(st.booleans() if key in rule.flags else st.sampled_from(SETTINGS[key]))
    if chosen.get("nesterov"):
        chosen |= {"momentum": 0.9, "dampening": 0.0}
    return chosen


@st.composite
def schedules(draw: st.DrawFn) -> Document:
    name = draw(st.sampled_from(list(SCHEDULES)))
    known = {**SETTINGS, **SCHEDULES[name].choices}
    return {"name": name} | {key: draw(st.sampled_from(known[key])) for key in SCHEDULES[name].defaults}


@st.composite
def takings(draw: st.DrawFn) -> Document:
    """Draw what is done to gradients before an optimiser takes them: a gradient is clipped in one way at most."""
    names = [*draw(st.sampled_from([[], [], ["clip_value"], ["clip_norm"]])), *draw(st.sampled_from([[], ["l1"]]))]
    return {name: draw(st.sampled_from(SETTINGS[name])) for name in names} | {"decay_biases": draw(st.booleans())}


def some(draw: st.DrawFn, names: Iterable[str]) -> Document:
    """Draw which of some settings are given, and their values."""
    return {name: draw(st.sampled_from(SETTINGS[name])) for name in names if draw(st.booleans())}


def targets(draw: st.DrawFn, loss: str, samples: int, outputs: int) -> list[list[float]]:
    """Draw targets that a loss takes."""
    rule = LOSSES[loss]
    if rule.signed:
        return draw(
            st.lists(
                st.lists(st.sampled_from([-1.0, 1.0]), min_size=outputs, max_size=outputs),
                min_size=samples,
                max_size=samples,
            )
        )
    if not rule.fused:
        return numbers(draw, samples, outputs)
    t = [[float(position == row % outputs) for position in range(outputs)] for row in range(samples)]
    if rule.normalized and draw(st.booleans()):
        # Shares, of which the first is half.
        t[0] = [0.5, *[0.5 / (outputs - 1)] * (outputs - 1)] if outputs > 1 else [1.0]
    return t


def numbers(draw: st.DrawFn, rows: int, columns: int) -> list[list[float]]:
    # Few digits, and exact ties: kinks are hit.
    number = st.sampled_from([-1.5, -1.0, -0.3, 0.0, 0.25, 0.5, 1.0, 2.0])
    return draw(st.lists(st.lists(number, min_size=columns, max_size=columns), min_size=rows, max_size=rows))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw the TOML document of a template."""
    inputs, *units = draw(st.lists(st.integers(1, 6), min_size=2, max_size=4))
    loss = draw(st.sampled_from(list(LOSSES)))
    last = LOSSES[loss].fused or draw(st.sampled_from([*ACTIVATIONS, SOFTMAX]))
    layers: list[Document] = []
    for number, count in enumerate(units, 1):
        activation = last if number == len(units) else draw(st.sampled_from(list(ACTIVATIONS)))
        layer: Document = {"units": count, "activation": activation, "bias": draw(st.booleans())}
        layer |= some(draw, ACTIVATIONS[activation].settings if activation in ACTIVATIONS else ())
        if number < len(units):
            layer["dropout"] = draw(st.sampled_from([0.0, 0.0, 0.0, 0.25]))
            layer["frozen"] = draw(st.sampled_from([False, False, True]))
        layers.append(layer | {"init": draw(st.sampled_from(list(INITIALIZERS)))})
    samples = draw(st.integers(1, 6))
    x = numbers(draw, samples, inputs)
    t = targets(draw, loss, samples, units[-1])
    distinct = all(len(set(column)) > 1 for column in zip(*x, strict=True))
    training: Document = {
        "iters": draw(st.integers(1, 25)),
        "loss": loss,
        "reduction": draw(st.sampled_from(REDUCTIONS)),
        "batch": draw(st.just("full") | st.integers(1, samples)),
        "order": draw(st.sampled_from(ORDERS)),
        "seed": draw(st.integers(0, 1000)),
        "train_biases": draw(st.booleans()),
        "optimizer": draw(optimizers()),
        **draw(takings()),
    }
    training |= some(draw, [*LOSSES[loss].settings, *(["label_smoothing"] if LOSSES[loss].has_classes else [])])
    if LOSSES[loss].has_classes and draw(st.booleans()):
        training["class_weights"] = [1.0, 2.0, 0.5, 1.5, 3.0, 0.25][: units[-1]]
    if draw(st.booleans()):
        training["schedule"] = draw(schedules())
    data: Document = {"x": x, "t": t}
    if samples > 1:
        of_inputs, of_targets = draw(st.sampled_from([(False, False), (True, False), (False, True), (True, True)]))
        data |= {"standardize": of_inputs, "standardize_targets": of_targets and not LOSSES[loss].fused}
        data |= {"constant": "error" if distinct and not of_targets else "zero"}
    held_out: Document = {}
    if samples > 1 and draw(st.sampled_from([False, False, True])):
        held = draw(st.integers(1, 3))
        held_out = {"held_x": numbers(draw, held, inputs), "held_t": (t * 2)[1 : held + 1]}
    data |= held_out
    return {"network": {"inputs": inputs, "layers": layers}, "data": data, "training": training}


def things(document: Document) -> Iterator[tuple[str, str]]:
    """What a drawn document holds: table and name, or owner and setting."""
    training: Mapping[str, Any] = document["training"]
    for layer in document["network"]["layers"]:
        yield "activation", layer["activation"]
        yield "initializer", layer["init"]
        yield from ((f"activation {layer['activation']}", key) for key in layer)
    yield from ((f"loss {training['loss']}", key) for key in training)
    for table in ("loss", "reduction", "order"):
        yield table, training[table]
    for table in ("optimizer", "schedule"):
        rule = training.get(table, {})
        for key in rule:
            yield (table, rule["name"]) if key == "name" else (f"{table} {rule['name']}", key)


def covering(every: Iterable[Document], count: int) -> list[Document]:
    """Return `count` of some documents: first those, as few as can be, that hold together all that any of them does."""
    left = [(document, set(things(document))) for document in every]
    found: list[Document] = []
    seen: set[tuple[str, str]] = set()
    while len(found) < count:
        best = max(range(len(left)), key=lambda number: len(left[number][1] - seen))
        document, own = left.pop(best)
        found.append(document)
        seen |= own
    return found

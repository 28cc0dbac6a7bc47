"""The independent witness: the network's training in numpy, from the spec alone, with gradients derived by hand.

It shares no code with the graph that becomes the workbook and imports nothing of xlnet but the spec. A quantity is an
array whose first axis is the row (the iteration); the second, where each sample of a batch has its own, is the sample:

    x    (rows, samples, inputs)         w1, w2 …  (rows, units, inputs of the layer)      E         (rows,)
    t    (rows, samples, outputs)        b1, b2 …  (rows, units)                           losses    (rows, samples)
    z1, a1 …  (rows, samples, units)     m_w1 …    like w1: an optimiser's state           eta, iter (rows,)
    d_K  like K: ∂E/∂K                   data_x    (rows, all samples, inputs)

An axis of rows may have the length 1 where all rows share the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlnet.spec import Spec

Array = NDArray[np.float64]
Quantities = dict[str, Array]
Function = Callable[[Quantities], Array]
Rule = tuple[str, Function]


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^−z), written so that neither tail overflows."""
    e = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1.0, e) / (1.0 + e))


def softmax(z: Array) -> Array:
    """e^z / Σe^z over the last axis."""
    e = np.exp(z - z.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))


# name: (f(z), f′ from z and a = f(z)). np.heaviside and np.maximum keep a NaN, which the check relies on.
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array, Array], Array]]] = {
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
    "sigmoid": (sigmoid, lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 / np.cosh(np.clip(z, -300, 300)) ** 2),
    "relu": (lambda z: np.maximum(0.0, z), lambda z, a: np.heaviside(z, 0.0)),
    "leaky_relu": (lambda z: np.maximum(z, 0.01 * z), lambda z, a: 0.01 + 0.99 * np.heaviside(z, 0.0)),
    "elu": (
        lambda z: np.maximum(z, 0.0) + np.expm1(np.minimum(z, 0.0)),
        lambda z, a: np.exp(np.minimum(z, 0.0)),
    ),
    "softplus": (lambda z: np.logaddexp(0.0, z), lambda z, a: sigmoid(z)),
}

# name: (loss of outputs y and targets t over the last axis; ∂loss/∂y)
LOSSES: dict[str, tuple[Callable[[Array, Array], Array], Callable[[Array, Array], Array]]] = {
    "half_squared_error": (lambda y, t: ((y - t) ** 2).sum(-1) / 2, lambda y, t: y - t),
    "squared_error": (lambda y, t: ((y - t) ** 2).sum(-1), lambda y, t: 2 * (y - t)),
    "mse": (lambda y, t: ((y - t) ** 2).mean(-1), lambda y, t: 2 * (y - t) / y.shape[-1]),
    "mae": (lambda y, t: np.abs(y - t).mean(-1), lambda y, t: np.sign(y - t) / y.shape[-1]),
    "huber": (
        lambda y, t: (np.minimum(np.abs(y - t), 1) * (np.abs(y - t) - np.minimum(np.abs(y - t), 1) / 2)).mean(-1),
        lambda y, t: np.clip(y - t, -1, 1) / y.shape[-1],
    ),
}

# Losses of the last layer's weighted sums z: ∂loss/∂z is y − t.
FUSED_LOSSES: dict[str, Callable[[Quantities, int], Array]] = {
    "binary_cross_entropy": lambda q, last: (np.logaddexp(0.0, q[f"z{last}"]) - q["t"] * q[f"z{last}"]).sum(-1),
    "cross_entropy": lambda q, last: np.log(q[f"esum{last}"]) + q[f"zmax{last}"] - (q["t"] * q[f"z{last}"]).sum(-1),
}


@dataclass(frozen=True)
class Axes:
    """The axes of a quantity after the rows: one for the samples of the batch, if `sampled`, then those of `shape`."""

    shape: tuple[int, ...] = ()
    sampled: bool = False


def axes(spec: Spec) -> dict[str, Axes]:
    """Return the axes of every quantity of a row, constants and data included."""
    found = {"iter": Axes(), "E": Axes()}
    found |= {name: Axes() for name in _numbers(spec)}
    found |= {"x": Axes((spec.inputs,), True), "t": Axes((spec.outputs,), True)}
    if spec.has_data_sheet and spec.data.standardize:
        found |= {"raw_x": Axes((spec.samples, spec.inputs))}
        found |= {name: Axes((spec.inputs,)) for name in ("mean_x", "sd_x")}
    if spec.draws_samples:
        found |= {"epoch": Axes(), "sample": Axes((), True)}
        found |= {"data_x": Axes((spec.samples, spec.inputs)), "data_t": Axes((spec.samples, spec.outputs))}
    if spec.training.schedule:
        found |= {"eta": Axes()}
    for number, layer in enumerate(spec.layers, 1):
        found |= {f"w{number}": Axes((layer.units, layer.inputs))}
        found |= {f"{name}{number}": Axes((layer.units,), True) for name in ("z", "a", "d_z", "d_a")}
        if layer.biases is not None:
            found[f"b{number}"] = Axes((layer.units,))
        if layer.activation == "softmax":
            found |= {f"zmax{number}": Axes((), True), f"esum{number}": Axes((), True)}
            found |= {f"e{number}": Axes((layer.units,), True)}
    if spec.training.loss in FUSED_LOSSES:
        del found[f"d_a{len(spec.layers)}"]
    if spec.batch_size > 1:
        found["losses"] = Axes((), True)
    found |= {name: Axes() for name, _ in _powers(spec)}
    found |= {f"d_{name}": found[name] for name in trained(spec)}
    found |= {f"{prefix}_{name}": found[name] for name in trained(spec) for prefix, _ in state_rules(spec, name)}
    return found


def trained(spec: Spec) -> list[str]:
    """Return the names of the parameter arrays that training changes."""
    names = []
    for number, layer in enumerate(spec.layers, 1):
        names.append(f"w{number}")
        if layer.biases is not None and spec.training.train_biases:
            names.append(f"b{number}")
    return names


def initial(spec: Spec) -> Quantities:
    """Return what the first row starts from: iteration 1, weights and biases, each with one row."""
    values = {"iter": np.ones(1)}
    for number, layer in enumerate(spec.layers, 1):
        values[f"w{number}"] = np.array([layer.weights], dtype=float)
        if layer.biases is not None:
            values[f"b{number}"] = np.array([layer.biases], dtype=float)
    return values


def constants(spec: Spec) -> Quantities:
    """Return what a user may change beside the initial weights, each with one row: samples and settings."""
    x, t = np.array([spec.data.x], dtype=float), np.array([spec.data.t], dtype=float)
    values = {name: np.array([value], dtype=float) for name, value in _numbers(spec).items()}
    prefix = "data_" if spec.draws_samples else ""
    standardized = spec.has_data_sheet and spec.data.standardize
    return values | {"raw_x" if standardized else f"{prefix}x": x, f"{prefix}t": t}


def _numbers(spec: Spec) -> dict[str, float]:
    """Return the settings that training uses; one that is 0 where it could be left out is left out."""
    optimizer, schedule = spec.training.optimizer, spec.training.schedule
    always = {"eps", "beta1", "beta2", "alpha"}
    switched = {"nesterov", "centered", "amsgrad"} | (set() if optimizer.settings.get("momentum") else {"dampening"})
    used = {k: v for k, v in optimizer.settings.items() if k not in switched and (v or k in always)}
    return {"eta_0" if schedule else "eta": optimizer.lr} | used | dict(schedule.settings if schedule else {})


def fixed_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what is computed once: x ← (x − mean) / standard deviation of the population, over all samples."""
    if spec.has_data_sheet and spec.data.standardize:
        yield "mean_x", lambda q: q["raw_x"].mean(1)
        yield "sd_x", lambda q: q["raw_x"].std(1)
        name = "data_x" if spec.draws_samples else "x"
        yield name, lambda q: (q["raw_x"] - q["mean_x"][:, None]) / q["sd_x"][:, None]


def row_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what a row computes from its own parameters and the state above, in order: name and rule.

    Forward, z = W·a_before + b and a = f(z). Backward, δa of the last layer = ∂loss/∂y, δz = δa ∘ f′(z),
    δa_before = Wᵀ·δz, ∂E/∂W = Σ δz·a_beforeᵀ and ∂E/∂b = Σ δz over the samples (Rumelhart, Hinton & Williams 1986).
    """
    yield from _sample_rules(spec)
    if spec.training.schedule:
        yield "eta", SCHEDULES[spec.training.schedule.name]
    last = len(spec.layers)
    for number in range(1, last + 1):
        yield from _layer_rules(number, spec)
    yield from _loss_rules(spec)
    for number in range(last, 0, -1):
        if number < last or spec.training.loss not in FUSED_LOSSES:
            yield f"d_z{number}", _delta(number, spec)
        if number > 1:
            yield f"d_a{number - 1}", _handed_back(number)
    for name in trained(spec):
        yield f"d_{name}", _gradient(name)
    yield from _powers(spec)
    for name in trained(spec):
        for prefix, rule in state_rules(spec, name):
            yield f"{prefix}_{name}", rule


def next_row_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what a row makes of the next one: its number, and every parameter."""
    yield "iter", lambda q: q["iter"] + 1
    changed = trained(spec)
    for name in initial(spec):
        if name != "iter":
            yield name, _updated(spec, name) if name in changed else _unchanged(name)


def train(spec: Spec, start: Quantities, fixed: Quantities, iters: int, samples: Array | None = None) -> Quantities:
    """Return `iters` rows of training from `start` (see `initial`), with the constants `fixed` in every row.

    `samples`, of the shape (iters, batch size), are the samples of each row where their order is shuffled. Overflow
    gives inf or NaN, as the mathematics has it.
    """
    of_row, of_next = list(row_rules(spec)), list(next_row_rules(spec))
    every = axes(spec)
    given = [] if samples is None else ["sample"]
    names = list(dict.fromkeys([*start, *given, *(name for name, _ in of_row)]))
    run = {name: np.empty((iters, *_shape(every[name], spec))) for name in names}
    row = start | fixed
    with np.errstate(all="ignore"):
        _apply(fixed_rules(spec), row, row)
        states = [name for name in names if _is_state(name)]
        row |= {f"above {name}": np.full((1, *every[name].shape), np.nan) for name in states}
        for number in range(iters):
            if samples is not None:
                row["sample"] = samples[number : number + 1].astype(float)
            row["is_first"] = np.array([number == 0], dtype=float)
            _apply(of_row, row, row)
            for name in names:
                run[name][number] = row[name][0]
            following: Quantities = {}
            _apply(of_next, row, following)
            row |= following
            row |= {f"above {name}": row[name] for name in states}
    return run


def expected(spec: Spec, found: Quantities) -> Quantities:
    """Return every quantity of every row as its rule gives it from the quantities in `found`.

    Each is computed from what was found, not from what is expected, so one wrong value is wrong alone. Initial weights
    and biases are for the user to choose: NaN stands for them.
    """
    rows = len(found["iter"])
    given = dict(found)
    given["is_first"] = (np.arange(rows) == 0).astype(float)
    for name in list(found):
        if _is_state(name):
            given[f"above {name}"] = np.concatenate([np.full_like(found[name][:1], np.nan), found[name][:-1]])
    results: Quantities = {}
    following: Quantities = {}
    with np.errstate(all="ignore"):
        _apply(fixed_rules(spec), given, results)
        _apply(row_rules(spec), given, results)
        _apply(next_row_rules(spec), given, following)
    for name, values in following.items():
        results[name] = np.full_like(values, np.nan)
        results[name][1:] = values[:-1]
    results["iter"][0] = 1
    return results


def _apply(rules: Iterable[Rule], given: Quantities, results: Quantities) -> None:
    for name, rule in rules:
        results[name] = rule(given)


def _shape(axis: Axes, spec: Spec) -> tuple[int, ...]:
    return (spec.batch_size, *axis.shape) if axis.sampled else axis.shape


# Samples: the j-th one drawn, in sequential order, is number ((j − 1) mod N) + 1.
def _sample_rules(spec: Spec) -> Iterator[Rule]:
    if not spec.draws_samples:
        return
    size, count = spec.batch_size, spec.samples
    yield "epoch", lambda q: np.floor((q["iter"] - 1) * size / count) + 1
    if spec.training.order == "sequential":
        yield "sample", lambda q: ((q["iter"][:, None] - 1) * size + np.arange(size)) % count + 1
    for name in ("x", "t"):
        yield name, _drawn(name, count)


def _drawn(name: str, count: int) -> Function:
    def rule(q: Quantities) -> Array:
        sample = q["sample"]
        is_known = (sample >= 1) & (sample < count + 1)
        index = np.where(is_known, sample, 1).astype(int) - 1
        values: Array = np.where(is_known[..., None], q[f"data_{name}"][0][index], np.nan)
        return values

    return rule


# η of iteration k, from η₀
SCHEDULES: dict[str, Function] = {
    "step": lambda q: q["eta_0"] * q["gamma"] ** np.floor((q["iter"] - 1) / q["step_size"]),
    "exponential": lambda q: q["eta_0"] * q["gamma"] ** (q["iter"] - 1),
    "inverse_time": lambda q: q["eta_0"] / (1 + q["decay"] * (q["iter"] - 1)),
    "cosine": lambda q: (
        q["eta_min"] + (q["eta_0"] - q["eta_min"]) / 2 * (1 + np.cos(np.pi * (q["iter"] - 1) / q["t_max"]))
    ),
    "linear": lambda q: q["eta_0"] + (q["end_lr"] - q["eta_0"]) * np.minimum((q["iter"] - 1) / q["steps"], 1),
}


def _before(number: int) -> str:
    return f"a{number - 1}" if number > 1 else "x"


def _layer_rules(number: int, spec: Spec) -> Iterator[Rule]:
    layer = spec.layers[number - 1]

    def weighted_sum(q: Quantities) -> Array:
        z: Array = np.einsum("rui,rsi->rsu", q[f"w{number}"], q[_before(number)])
        return z if layer.biases is None else z + q[f"b{number}"][:, None]

    yield f"z{number}", weighted_sum
    if layer.activation == "softmax":
        yield f"zmax{number}", lambda q: q[f"z{number}"].max(-1)
        yield f"e{number}", lambda q: np.exp(q[f"z{number}"] - q[f"zmax{number}"][..., None])
        yield f"esum{number}", lambda q: q[f"e{number}"].sum(-1)
        yield f"a{number}", lambda q: q[f"e{number}"] / q[f"esum{number}"][..., None]
    else:
        yield f"a{number}", lambda q: ACTIVATIONS[layer.activation][0](q[f"z{number}"])


def _loss_rules(spec: Spec) -> Iterator[Rule]:
    last, name, share = len(spec.layers), spec.training.loss, spec.share
    several = spec.batch_size > 1
    if name in FUSED_LOSSES:
        each: Function = lambda q: FUSED_LOSSES[name](q, last)  # noqa: E731
        slope: Rule = f"d_z{last}", lambda q: (q[f"a{last}"] - q["t"]) / share
    else:
        each = lambda q: LOSSES[name][0](q[f"a{last}"], q["t"])  # noqa: E731
        slope = f"d_a{last}", lambda q: LOSSES[name][1](q[f"a{last}"], q["t"]) / share
    if several:
        yield "losses", each
    yield "E", (lambda q: q["losses"].sum(1) / share) if several else (lambda q: each(q)[:, 0])
    yield slope


def _delta(number: int, spec: Spec) -> Function:
    activation = spec.layers[number - 1].activation
    if activation == "softmax":
        return lambda q: (
            q[f"a{number}"] * (q[f"d_a{number}"] - (q[f"d_a{number}"] * q[f"a{number}"]).sum(-1, keepdims=True))
        )
    derivative = ACTIVATIONS[activation][1]
    return lambda q: q[f"d_a{number}"] * derivative(q[f"z{number}"], q[f"a{number}"])


def _handed_back(number: int) -> Function:
    return lambda q: np.einsum("rui,rsu->rsi", q[f"w{number}"], q[f"d_z{number}"])


def _gradient(name: str) -> Function:
    number = int(name[1:])
    if name.startswith("b"):
        return lambda q: q[f"d_z{number}"].sum(1)
    return lambda q: np.einsum("rsu,rsi->rui", q[f"d_z{number}"], q[_before(number)])


# Optimisers. A state of a row is the state after that row's gradient: `above` is the row above's.
_POWERS = ("beta1_k", "beta2_k")


def _is_state(name: str) -> bool:
    return name in _POWERS or name.split("_")[0] in ("m", "v", "g", "vmax")


def _powers(spec: Spec) -> list[Rule]:
    """βᵏ, multiplied up from row to row."""
    if spec.training.optimizer.name not in ("adam", "adamw"):
        return []
    return [(name, _multiplied(name, name.removesuffix("_k"))) for name in _POWERS]


def _multiplied(name: str, factor: str) -> Function:
    return lambda q: np.where(q["is_first"] > 0, q[factor], q[f"above {name}"] * q[factor])


def _number(q: Quantities, name: str, like: Array) -> Array:
    """Return a setting or a number of the row in a shape that multiplies `like`; 0 where it is left out."""
    return q[name].reshape(-1, *(1,) * (like.ndim - 1)) if name in q else np.zeros(1)


def _decayed(q: Quantities, name: str) -> Array:
    """∂E/∂w + λ·w."""
    gradient = q[f"d_{name}"]
    return gradient + _number(q, "weight_decay", gradient) * q[name]


def _kept(prefix: str, name: str, first: Function, later: Callable[[Quantities, Array], Array]) -> tuple[str, Function]:
    def rule(q: Quantities) -> Array:
        is_first = _number(q, "is_first", q[name])
        return np.where(is_first > 0, first(q), later(q, q[f"above {prefix}_{name}"]))

    return prefix, rule


def _averaged(prefix: str, name: str, rate: str, value: Function) -> tuple[str, Function]:
    """kept ← rate·kept + (1 − rate)·value, from 0."""
    return _kept(
        prefix,
        name,
        lambda q: (1 - _number(q, rate, q[name])) * value(q),
        lambda q, kept: _number(q, rate, q[name]) * kept + (1 - _number(q, rate, q[name])) * value(q),
    )


def state_rules(spec: Spec, name: str) -> list[tuple[str, Function]]:
    """Return what an optimiser keeps for a parameter array: prefix and rule."""
    optimizer = spec.training.optimizer
    s = optimizer.settings
    gradient: Function = lambda q: _decayed(q, name)  # noqa: E731
    if optimizer.name == "adamw":
        gradient = lambda q: q[f"d_{name}"]  # noqa: E731
    square: Function = lambda q: gradient(q) ** 2  # noqa: E731
    match optimizer.name:
        case "sgd" if s["momentum"]:
            return [_kept("m", name, gradient, lambda q, m: _momentum(q, name, m))]
        case "adagrad":
            start: Function = lambda q: _number(q, "initial_accumulator_value", q[name]) + square(q)  # noqa: E731
            return [_kept("v", name, start, lambda q, v: v + square(q))]
        case "rmsprop":
            rules = [_averaged("v", name, "alpha", square)]
            rules += [_averaged("g", name, "alpha", gradient)] if s["centered"] else []
            step: Function = lambda q: _rmsprop_step(q, name)  # noqa: E731
            later = lambda q, m: _number(q, "momentum", m) * m + step(q)  # noqa: E731
            return [*rules, _kept("m", name, step, later)] if s["momentum"] else rules
        case "adam" | "adamw":
            rules = [_averaged("m", name, "beta1", gradient), _averaged("v", name, "beta2", square)]
            largest = _kept(
                "vmax", name, lambda q: q[f"v_{name}"], lambda q, largest: np.maximum(largest, q[f"v_{name}"])
            )
            return [*rules, largest] if s["amsgrad"] else rules
    return []


def _momentum(q: Quantities, name: str, m: Array) -> Array:
    return _number(q, "momentum", m) * m + (1 - _number(q, "dampening", m)) * _decayed(q, name)


def _rmsprop_step(q: Quantities, name: str) -> Array:
    variance = q[f"v_{name}"] - (q[f"g_{name}"] ** 2 if f"g_{name}" in q else 0.0)
    root: Array = np.sqrt(np.maximum(variance, 0.0))
    return _decayed(q, name) / (root + _number(q, "eps", root))


def _adam_step(q: Quantities, name: str) -> Array:
    """m̂ / (√v̂ + ε) with the bias of k steps corrected (Kingma & Ba 2015)."""
    m, v = q[f"m_{name}"], q.get(f"vmax_{name}", q[f"v_{name}"])
    corrected = m / (1 - _number(q, "beta1_k", m))
    root: Array = np.sqrt(v / (1 - _number(q, "beta2_k", m)))
    return corrected / (root + _number(q, "eps", m))


def _updated(spec: Spec, name: str) -> Function:
    """Return the rule of a parameter's next value."""
    optimizer = spec.training.optimizer
    s = optimizer.settings

    def step(q: Quantities) -> Array:
        match optimizer.name:
            case "sgd" if s["nesterov"]:
                return _decayed(q, name) + _number(q, "momentum", q[name]) * q[f"m_{name}"]
            case "sgd" if s["momentum"]:
                return q[f"m_{name}"]
            case "adagrad":
                root: Array = np.sqrt(q[f"v_{name}"])
                slowed = 1 + (_number(q, "iter", root) - 1) * _number(q, "lr_decay", root)
                return _decayed(q, name) / (root + _number(q, "eps", root)) / slowed
            case "rmsprop":
                return q[f"m_{name}"] if s["momentum"] else _rmsprop_step(q, name)
            case "adam":
                return _adam_step(q, name)
            case "adamw":
                return _adam_step(q, name) + _number(q, "weight_decay", q[name]) * q[name]
        return _decayed(q, name)

    return lambda q: q[name] - _number(q, "eta", q[name]) * step(q)


def _unchanged(name: str) -> Function:
    return lambda q: q[name]

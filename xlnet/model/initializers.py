"""The initialiser table: how initial weights are drawn.

Names and formulas are those of torch.nn.init with its default gains: xavier (Glorot & Bengio 2010) for the identity, he
(He et al. 2015) for ReLU. To add one, add an entry to `INITIALIZERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights: TypeAlias = NDArray[np.float64]

# Drawing imports numpy where it happens, so that `xlnet build --help` lists these names without waiting for it.


@dataclass(frozen=True)
class Initializer:
    """`draw(random, units, inputs)` returns weights of the shape (units, inputs); `random` tells if they are drawn."""

    draw: Callable[[np.random.Generator, int, int], Weights]
    random: bool = True


def generator(seed: int, stream: int | None = None) -> np.random.Generator:
    """Return the one source of drawn numbers, numpy's PCG64, or one of its independent streams."""
    import numpy as np

    return np.random.Generator(np.random.PCG64(seed if stream is None else [seed, stream]))


def _uniform(bound: Callable[[int, int], float]) -> Initializer:
    def draw(random: np.random.Generator, units: int, inputs: int) -> Weights:
        return random.uniform(-bound(units, inputs), bound(units, inputs), (units, inputs))

    return Initializer(draw)


def _normal(deviation: Callable[[int, int], float]) -> Initializer:
    def draw(random: np.random.Generator, units: int, inputs: int) -> Weights:
        return random.normal(0.0, deviation(units, inputs), (units, inputs))

    return Initializer(draw)


def _constant(value: float) -> Initializer:
    def draw(_: np.random.Generator, units: int, inputs: int) -> Weights:
        import numpy as np

        return np.full((units, inputs), value)

    return Initializer(draw, random=False)


INITIALIZERS = {
    "zeros": _constant(0.0),
    "constant": _constant(1.0),
    "uniform": _uniform(lambda units, inputs: 1.0),
    "normal": _normal(lambda units, inputs: 1.0),
    "xavier_uniform": _uniform(lambda units, inputs: sqrt(6 / (inputs + units))),
    "xavier_normal": _normal(lambda units, inputs: sqrt(2 / (inputs + units))),
    "he_uniform": _uniform(lambda units, inputs: sqrt(6 / inputs)),
    "he_normal": _normal(lambda units, inputs: sqrt(2 / inputs)),
}

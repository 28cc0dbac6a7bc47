"""The initialiser table: how initial weights are drawn.

Names and formulas are those of torch.nn.init with its default gains: xavier (Glorot & Bengio 2010) for the identity, he
(He et al. 2015) for ReLU. To add one, add an entry to `INITIALIZERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod, sqrt
from typing import TYPE_CHECKING, TypeAlias

from xlnet.spec import Shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights: TypeAlias = NDArray[np.float64]

# Drawing imports numpy where it happens, so that `xlnet build --help` lists these names without waiting for it.


@dataclass(frozen=True)
class Initializer:
    """`draw(random, shape)` returns weights of that shape; `random` tells if they are drawn.

    As in PyTorch the first axis of the shape is what they lead to, the second what they come from, and every place of
    the others counts for both.
    """

    draw: Callable[[np.random.Generator, Shape], Weights]
    random: bool = True


def generator(seed: int, stream: int | None = None) -> np.random.Generator:
    """Return the one source of drawn numbers, numpy's PCG64, or one of its independent streams."""
    import numpy as np

    return np.random.Generator(np.random.PCG64(seed if stream is None else [seed, stream]))


def _uniform(bound: Callable[[int, int], float]) -> Initializer:
    def draw(random: np.random.Generator, shape: Shape) -> Weights:
        return random.uniform(-bound(*_fans(shape)), bound(*_fans(shape)), shape)

    return Initializer(draw)


def _normal(deviation: Callable[[int, int], float]) -> Initializer:
    return Initializer(lambda random, shape: random.normal(0.0, deviation(*_fans(shape)), shape))


def _constant(value: float) -> Initializer:
    def draw(_: np.random.Generator, shape: Shape) -> Weights:
        import numpy as np

        return np.full(shape, value)

    return Initializer(draw, random=False)


def _fans(shape: Shape) -> tuple[int, int]:
    """Return how many weights come from one place, and how many lead to one."""
    places = prod(shape[2:])
    return shape[0] * places, shape[1] * places


INITIALIZERS = {
    "zeros": _constant(0.0),
    "constant": _constant(1.0),
    "uniform": _uniform(lambda to, of: 1.0),
    "normal": _normal(lambda to, of: 1.0),
    "xavier_uniform": _uniform(lambda to, of: sqrt(6 / (of + to))),
    "xavier_normal": _normal(lambda to, of: sqrt(2 / (of + to))),
    "he_uniform": _uniform(lambda to, of: sqrt(6 / of)),
    "he_normal": _normal(lambda to, of: sqrt(2 / of)),
}

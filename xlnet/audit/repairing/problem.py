"""A wrong gradient to be repaired, and the repair that was found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlnet.engines.live import Place

Floats = NDArray[np.float64]
FEWEST_POINTS = 4
# Where the derivative is 0, almost any change fits.
_FEWEST_NOT_ZERO = 3
# What counts as 0, as part of the largest value.
_ZERO = 1e-3


@dataclass(frozen=True)
class Problem:
    """Cells where the same mistake stands, and what they should be: `expected` is of shape (hosts, states).

    `scale` is what an error is small against, the expected values where it is None: for an update the step, as the
    weight itself is much larger. `weights` are the weights at each host. `forward` are the cells from which the losses
    of these steps are computed from these weights: a cell that a gradient cites is only changed where `forward` is
    known and it is none of them. `right` are gradients of the first host's step that are right: so is all that they
    are computed from. `wrong` are the others that are wrong, as is perhaps something that they share.
    """

    hosts: Sequence[Place]
    expected: Floats
    tolerance: float = 1e-6
    scale: Floats | None = None
    weights: Sequence[Place] = ()
    forward: Collection[Place] = frozenset()
    right: Collection[Place] = frozenset()
    wrong: Collection[Place] = frozenset()


@dataclass(frozen=True)
class Repair:
    """The change with which it is right: `formula`, with "=", is that of `cell`, in the step of the first host.

    `fault` is a short name of the mistake, the same in other people's workbooks.
    """

    sentence: str
    formula: str
    cell: Place
    fault: str


class Target:
    """What the values at all points must be."""

    def __init__(self, expected: Floats, scale: Floats | None, tolerance: float) -> None:
        size = np.abs(expected if scale is None else scale).ravel()
        known = np.isfinite(expected.ravel()) & np.isfinite(size)
        self._at = np.flatnonzero(known)
        self.expected = expected.ravel()[self._at]
        size = size[self._at]
        largest = float(size.max(initial=0.0))
        self._allowed = tolerance * np.maximum(size, _ZERO * largest)
        self._points = expected.size
        # Points that are the same count once.
        distinct = np.unique(np.round(self.expected[size > _ZERO * largest] / (largest or 1.0), 9))
        self._not_zero = len(distinct)

    @property
    def is_enough(self) -> bool:
        """Whether there are so many points that nothing fits by chance."""
        return len(self._at) >= FEWEST_POINTS and self._not_zero >= _FEWEST_NOT_ZERO

    @property
    def few(self) -> NDArray[np.intp]:
        """The points that tell most candidates apart: with the largest values."""
        return self._at[np.argsort(-np.abs(self.expected))[:3]]

    def fits(self, values: Floats, at: NDArray[np.intp] | None = None) -> NDArray[np.bool_]:
        """Return which of the candidates fit at all points, or at those whose values are given: the last axis."""
        points = self._points if at is None else len(at)
        full = np.broadcast_to(values, np.broadcast_shapes(values.shape, (points,)))
        own = slice(None) if at is None else np.searchsorted(self._at, at)
        # NaN is never within the bounds.
        error = np.abs((full[..., self._at] if at is None else full) - self.expected[own])
        return np.asarray((error <= self._allowed[own]).all(axis=-1))

    def ratio(self, values: Floats) -> float | None:
        """Return what the values must be multiplied by to fit, where it is the same at all points."""
        at = np.broadcast_to(values, (self._points,))[self._at]
        largest = int(np.argmax(np.abs(self.expected)))
        if not np.isfinite(at).all() or at[largest] == 0:
            return None
        ratio = float(self.expected[largest] / at[largest])
        return ratio if bool(self.fits(values * ratio)) else None

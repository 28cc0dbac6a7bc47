"""What steps have beside the derivative by intent: a penalty that the loss does not show, or a bound of length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.judging.verdict import Ruling, Verdict
from xlnet.engines.live import Place

Floats = NDArray[np.float64]
# Of the gradients that are wrong without it, for it to be meant.
_MOST = 2 / 3
_FEWEST_POINTS = 6
_TOLERANCE = 1e-6
# Below this part of the largest value, a number is rounding.
_ROUNDING = 1e-9

PENALTIES: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
    "w": ("weight decay (L2)", lambda weights: weights),
    "SIGN(w)": ("a penalty on the sizes of weights (L1)", np.sign),
}


@dataclass(frozen=True)
class Beside:
    """Verdicts with what was understood, and a sentence on it."""

    verdicts: list[Verdict]
    sentence: str


def beside(
    verdicts: Sequence[Verdict],
    found: Sequence[Sequence[float]],
    wanted: Sequence[Floats],
    states: Sequence[Mapping[Place, float]],
    steps: Mapping[Place, Place],
) -> Beside | None:
    """Return verdicts in which gradients that are right but for a penalty, or a common bound, are right.

    `found` and `wanted` are the gradients and the derivatives in all states. None where most of the wrong ones are not.
    """
    wrong = [number for number, verdict in enumerate(verdicts) if verdict.ruling in (Ruling.WRONG, Ruling.LUCKY)]
    if all(verdict.ruling is not Ruling.WRONG for verdict in verdicts):
        return None
    actual, right = np.array([found[n] for n in wrong]), np.array([wanted[n] for n in wrong])
    weights = np.array([[state[verdicts[n].subject.weight] for state in states] for n in wrong])
    for name, (meaning, penalty) in PENALTIES.items():
        size, fits = _penalty(actual - right, penalty(weights), np.abs(actual) + np.abs(right))
        if fits.sum() > _MOST * len(wrong):
            sentence = (
                f"beside the derivative of the loss, the gradients have {size:.6g}*{name}: that is {meaning}, which "
                "the loss does not show"
            )
            return Beside(_now_right(verdicts, [n for n, fit in zip(wrong, fits, strict=True) if fit]), sentence)
    bounded = _bounded(actual, right, [steps[verdicts[n].subject.weight] for n in wrong])
    if bounded.sum() > _MOST * len(wrong):
        sentence = "all gradients of a step are made smaller alike where they are long: they are clipped"
        return Beside(_now_right(verdicts, [n for n, fit in zip(wrong, bounded, strict=True) if fit]), sentence)
    return None


def _now_right(verdicts: Sequence[Verdict], numbers: Sequence[int]) -> list[Verdict]:
    chosen = set(numbers)
    return [replace(each, ruling=Ruling.RIGHT) if n in chosen else each for n, each in enumerate(verdicts)]


def _penalty(rest: Floats, penalty: Floats, sizes: Floats) -> tuple[float, NDArray[np.bool_]]:
    """Return the commonest share of the penalty in what is left over, and which rows it explains in all states."""
    none = np.zeros(len(rest), dtype=bool)
    with np.errstate(all="ignore"):
        shares = np.where(np.abs(penalty) > 0, rest / penalty, np.nan)
    usable = shares[np.isfinite(shares)]
    if usable.size < _FEWEST_POINTS:
        return 0.0, none
    share = float(np.median(usable))
    error = np.abs(rest - share * penalty)
    allowed = _TOLERANCE * (np.abs(share * penalty) + sizes)
    known = np.isfinite(error)
    fits = np.where(known, error <= allowed, True).all(axis=1) & known.any(axis=1)
    return share, np.asarray(fits) if abs(share) > _ROUNDING else none


def _bounded(actual: Floats, right: Floats, steps: Sequence[Place]) -> NDArray[np.bool_]:
    """Return which rows are the derivative times a number of their step and state, the same for all, at most 1."""
    rows: dict[Place, list[int]] = defaultdict(list)
    for row, step in enumerate(steps):
        rows[step].append(row)
    fits = np.zeros(len(actual), dtype=bool)
    shares: list[float] = []
    with np.errstate(all="ignore"):
        for own in rows.values():
            if len(own) < 2:
                continue
            largest = np.nanmax(np.abs(right[own]), axis=0)
            ratios = np.where(np.abs(right[own]) > _TOLERANCE * largest, actual[own] / right[own], np.nan)
            times = np.nanmedian(ratios, axis=0)
            error = np.abs(actual[own] - times * right[own])
            is_alike = np.where(np.isfinite(error), error <= _TOLERANCE * largest, True).all(axis=1)
            known = times[np.isfinite(times)]
            is_most = 2 * is_alike.sum() > len(own)
            if is_most and known.size and (known > 0).all() and (known <= 1 + _TOLERANCE).all():
                fits[own] = is_alike
                shares += known.tolist()
    # A number that is the same everywhere is a factor of the loss, or a mistake.
    is_varied = len(shares) >= _FEWEST_POINTS and np.ptp(shares) > 1e-3 * max(shares)
    return fits if is_varied else np.zeros(len(actual), dtype=bool)

"""Which loss the gradients are those of, and times which common factor."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.finding.differences import Difference
from xlnet.audit.finding.gradients import Subject
from xlnet.audit.finding.losses import Family, has_title
from xlnet.audit.judging.laboratory import Derivatives
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

_SHARE_OF_COVERED = 0.2
_SAME_RATIO, _SAME_DIGITS = 2e-5, 1e-4
_FEWEST_SEEN = 0.25
RELATIVE, ABSOLUTE = 2e-6, 1e-14
HALF_SQUARES, BINARY_CROSS_ENTROPY, CROSS_ENTROPY = "½ Σ (y − t)²", "−Σ (t ln y + (1 − t) ln(1 − y))", "−Σ t ln y"

# The family of its cells, or the name of an implied one.
PossibleLoss: TypeAlias = tuple[Family | None, str]
Slope = Callable[[float, float], float]
IMPLIED: dict[str, Slope] = {
    HALF_SQUARES: lambda y, t: y - t,
    BINARY_CROSS_ENTROPY: lambda y, t: (y - t) / (y * (1 - y)) if 0 < y < 1 else math.nan,
    CROSS_ENTROPY: lambda y, t: -t / y if y > 0 else math.nan,
}


@dataclass(frozen=True)
class Chosen:
    """A loss: the family of its cells, or the name of the implied one; and the factor of the gradients."""

    family: Family | None
    implied: str
    factor: float


@dataclass(frozen=True)
class Reading:
    """What was measured in a state: values of cells, and derivatives; `places` are the cells of differences' sides."""

    values: Mapping[Place, float]
    derivatives: Derivatives
    places: Mapping[Difference, tuple[Place, Place]]

    def of_family(self, family: Family, weight: Place) -> tuple[float, float] | None:
        """Return the derivative of a weight's losses and its error; None where none depends on it."""
        members = family.losses.get(weight)
        return self._sum([(1.0, place) for place in members], weight) if members else None

    def of_implied(
        self, slope: Slope, differences: Collection[Difference], weight: Place
    ) -> tuple[float, float] | None:
        """Return the derivative of a loss that is implied by differences, and its error."""
        parts = []
        for each in differences:
            output, target = self.places[each]
            if (output, weight) not in self.derivatives.values:
                continue
            try:
                parts.append((slope(self.values[output], self.values[target]), output))
            except ZeroDivisionError:
                parts.append((math.nan, output))
        return self._sum(parts, weight) if parts else None

    def _sum(self, parts: Sequence[tuple[float, Place]], weight: Place) -> tuple[float, float]:
        values, errors = self.derivatives.values, self.derivatives.errors
        return (
            sum(share * values[place, weight] for share, place in parts),
            sum(abs(share) * errors[place, weight] for share, place in parts),
        )


def expected(
    chosen: Chosen, subject: Subject, differences: Collection[Difference], reading: Reading
) -> tuple[float, float] | None:
    """Return the derivative that a gradient should have, without the factor, and its error."""
    if chosen.family is not None:
        return reading.of_family(chosen.family, subject.weight)
    return reading.of_implied(IMPLIED[chosen.implied], differences, subject.weight)


def agree(
    found: NDArray[np.float64], wanted: NDArray[np.float64], error: NDArray[np.float64], absolute: float = ABSOLUTE
) -> NDArray[np.bool_]:
    """Return where gradients are the derivatives, as far as these are known."""
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(found), np.abs(wanted))
        result: NDArray[np.bool_] = np.abs(found - wanted) <= RELATIVE * size + 4 * error + absolute
    return result


def choose(
    workbook: Workbook,
    subjects: Sequence[Subject],
    found: Sequence[float],
    differences: Sequence[Collection[Difference]],
    losses: Sequence[PossibleLoss],
    reading: Reading,
    *,
    has_rate: bool = True,
) -> Chosen:
    """Return the loss whose derivatives most gradients of a table are; `found` are the gradients in this state.

    Where steps are judged whose learning rate is not known, any factor may be their common one.
    """
    best: _Possible | None = None
    in_cells: list[_Possible] = []
    values = np.array(found)
    for order, (family, name) in enumerate(losses):
        pairs = [
            expected(Chosen(family, name, 1.0), subject, each, reading)
            for subject, each in zip(subjects, differences, strict=True)
        ]
        if all(pair is None for pair in pairs):
            continue
        slopes = np.array([math.nan if pair is None else pair[0] for pair in pairs])
        errors = np.array([math.nan if pair is None else pair[1] for pair in pairs])
        for factor in _factors(values, slopes, differences, has_rate=has_rate):
            agreeing = agree(values, factor * slopes, abs(factor) * errors)
            right = agreeing & (np.abs(slopes) > 10 * errors)
            score = (
                # A loss that says something about all weights is worth more than one that suits a few.
                np.count_nonzero(right) + _SHARE_OF_COVERED * np.count_nonzero(~np.isnan(slopes)),
                float(family is not None),
                float(factor == 1),
                # Of a total and what it is the total of, the total.
                float(family.level) if family else 0.0,
                family.plausibility if family else 0.0,
                float(-order),
            )
            is_covered = ~np.isnan(slopes)
            here = _Possible(
                score,
                Chosen(family, name, factor),
                int(np.count_nonzero(right)),
                int(np.count_nonzero(is_covered)),
                int(np.count_nonzero(~agreeing & is_covered)),
            )
            in_cells += [here] if family is not None else []
            if best is None or score > best.score:
                best = here
    if best is None or best.score[0] < 1:
        # All gradients are wrong, or zero.
        agreeing_all = [each for each in in_cells if each.chosen.factor == 1 and not each.disagreeing]
        if agreeing_all:
            return max(agreeing_all, key=lambda each: each.score).chosen
        likely = [family for family, _ in losses if family is not None]
        if (None, HALF_SQUARES) in losses:
            likely = [family for family in likely if has_title(workbook, family.first)]
        return Chosen(likely[0], "", 1.0) if likely else Chosen(None, HALF_SQUARES, 1.0)
    return best.chosen if best.chosen.family else _in_a_cell(best, in_cells).chosen


@dataclass(frozen=True)
class _Possible:
    """A loss with its score: how many gradients are right by it, how many it covers, how many disagree with it."""

    score: tuple[float, ...]
    chosen: Chosen
    right: int
    covered: int
    disagreeing: int


def _in_a_cell(implied: _Possible, in_cells: Sequence[_Possible]) -> _Possible:
    """Return a loss in a cell that says the same as an implied one.

    Near its least value it shows fewer derivatives than the differences do from which it is computed.
    """
    same = [
        each
        for each in in_cells
        if each.chosen.factor == implied.chosen.factor
        and each.covered >= implied.covered
        and each.disagreeing <= implied.disagreeing
        and _FEWEST_SEEN * implied.right <= each.right
    ]
    return max(same, key=lambda each: each.score, default=implied)


def _factors(
    found: NDArray[np.float64],
    slopes: NDArray[np.float64],
    differences: Sequence[Collection[Difference]],
    *,
    has_rate: bool,
) -> list[float]:
    """Return 1, and the factors that most gradients have of their own, if it is one of 2, ½, 1/n, 2/n, ln 10."""
    with np.errstate(all="ignore"):
        ratios = found / slopes
    ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
    if not ratios.size:
        return [1.0]
    counts: dict[float, int] = {}
    for ratio in ratios:
        key = float(f"{ratio:.5g}")
        counts[key] = counts.get(key, 0) + 1
    most = sorted(counts, key=lambda key: -counts[key])[:4]
    if not has_rate:
        return [float(np.median(ratios[np.abs(ratios / key - 1) < _SAME_DIGITS])) for key in most]
    numbers = {len(each) for each in differences if each}
    numbers |= {len({d.output for d in each}) for each in differences if each}
    allowed = {2.0, 0.5, math.log(10), 1 / math.log(10), 2 * math.log(10)}
    for number in numbers - {0, 1}:
        allowed |= {1 / number, 2 / number, float(number), number / 2, 1 / (2 * number)}
    return [1.0, *(each for each in sorted(allowed) if any(abs(each / key - 1) < _SAME_RATIO for key in most))]

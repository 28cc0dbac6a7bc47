"""An exercise: an iteration of a network of which some quantities are left blank."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet import keys
from xlnet.spec import Spec

# What may be practised.
FORWARD, BACKWARD, UPDATE = PRACTISED = ("forward", "backward", "update")
# A number is right within this share of the true one, or within half a unit of its last decimal; of a parameter after
# the update it is the share of its step.
TOLERANCE = 0.005
LEAST_DECIMALS, MOST_DECIMALS = 3, 6
# With more blanks nobody gets to the end, and no sheet opens at a glance.
MOST_BLANKS = 1_000


@dataclass(frozen=True)
class Exercise:
    """An exercise for one student: the network with its numbers, and the keys of the quantities that are left blank.

    `practised` are some of `PRACTISED`. `seed` is what the numbers and the blanks were drawn with, None where the
    numbers are the template's own, and `student` the number of the student in a class, 0 where there is only one. A
    number is right within the share `tolerance` of the true one, or within half a unit of the last of so many
    `decimals`. `is_handout` tells that it is to be printed.
    """

    spec: Spec
    blanks: tuple[str, ...]
    practised: tuple[str, ...] = PRACTISED
    share: float = 0.5
    seed: int | None = None
    student: int = 0
    decimals: int = LEAST_DECIMALS
    tolerance: float = TOLERANCE
    is_handout: bool = False

    @property
    def name(self) -> str:
        """The name of the template."""
        return self.spec.name


def new(key: str) -> str:
    """Return the key of a parameter's value after the update."""
    return keys.state(keys.NEXT, key)


def before_update(key: str) -> str | None:
    """Return the key of the parameter whose value after the update this is, None of any other quantity."""
    prefix, _, inner = key.partition("_")
    return inner if prefix == keys.NEXT else None

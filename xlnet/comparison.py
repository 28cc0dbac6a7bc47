"""Several runs side by side, as a template or the command line asks for them: checked and complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlnet.spec import Spec

# A loss below it counts as small; the user may type another one.
BOUND = 0.01

Setting = str | float | bool
# What a question may be about: the loss at the end, or that of the samples held out.
LOSS, VALIDATION_LOSS = "loss", "validation_loss"
MEASURES = (LOSS, VALIDATION_LOSS)


@dataclass(frozen=True)
class Run:
    """A run: its name, which its sheet bears, its spec, the settings that set it apart, and what it shows, in words."""

    name: str
    spec: Spec
    settings: Mapping[str, Setting]
    note: str = ""


@dataclass(frozen=True)
class Question:
    """A prediction to make: which of some runs, by their numbers from 0, will end with the lowest `measure`?

    `choices` are what the runs are called there, and `why` is the reason, to be read after the prediction.
    """

    title: str
    text: str
    runs: tuple[int, ...]
    choices: tuple[str, ...]
    measure: str
    why: str


@dataclass(frozen=True)
class Comparison:
    """The runs of a comparison, and questions about them. `bound` is the loss below which one counts as small."""

    name: str
    title: str
    description: str
    runs: tuple[Run, ...]
    bound: float = BOUND
    questions: tuple[Question, ...] = ()

    @property
    def has_one_data(self) -> bool:
        """Whether all runs learn from the same samples, as the sheets have them."""
        first = self.runs[0].spec
        return all(run.spec.data == first.data for run in self.runs)

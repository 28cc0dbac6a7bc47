"""The blanks of an exercise: each with its rule, the earlier blanks that it depends on, and what slips give instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlnet.exercise.exercise import before_update
from xlnet.exercise.quantities import Quantities
from xlnet.exercise.slips import Alternative, alternatives
from xlnet.exercise.subject import Subject
from xlnet.graph.expression import Expression
from xlnet.graph.node import Graph
from xlnet.spec import Spec


@dataclass(frozen=True)
class Blank:
    """A quantity that is left blank; `cites` are the blanks among what its rule cites.

    `origin` is the parameter from which one is moved by the update: how near a number is, is a share of the step.
    """

    key: str
    rule: Expression
    cites: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    origin: str | None = None


def blanks(spec: Spec, graph: Graph, every: Sequence[str]) -> list[Blank]:
    """Return the blanks of these keys, in the order in which they are computed."""
    known, wanted = Quantities(graph), set(every)
    order = [key for key, _ in known.asked() if key in wanted]
    return [
        Blank(
            key,
            known.rule(key),
            tuple(cited for cited in known.cites(key) if cited in wanted),
            tuple(alternatives(Subject(key, known, spec.share))),
            before_update(key),
        )
        for key in order
    ]

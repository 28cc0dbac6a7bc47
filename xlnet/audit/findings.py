"""What an audit found, as plain facts: reports, notes and other programs are made of these alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Wrong:
    """A gradient, or an update, that is not what the derivative says.

    `cell` is the gradient's cell, or the update's where the gradient has none of its own (with its sheet where that is
    not the table's). `found` and `expected` are the gradient's values (without a unit), where `is_probe` says so not as
    the workbook stands but with other numbers typed. `repair` is a sentence, `repaired` the formula that it proposes.
    `weight` and `update` are the cells of the weight and of its update, `loss` the formula of the loss of that step,
    with sheets, `fault` a short name that is the same for the same mistake in another workbook, without cells.
    `is_step` says that `cell` is that of a step or an update, whose gradient has no cell of its own.
    `repaired_in` is the cell that `repaired` is for, where that is one that the gradient cites.
    """

    cell: str
    found: float
    expected: float
    repair: str | None = None
    repaired: str | None = None
    weight: str = ""
    update: str = ""
    formula: str = ""
    loss: str = ""
    is_probe: bool = False
    fault: str = ""
    repaired_in: str = ""
    is_step: bool = False


@dataclass(frozen=True)
class Weight:
    """A weight over all steps: its first and last cell, what stands above or beside it, and its gradients' verdict.

    `judged`, `right` and `wrong` are of the gradients that updates use; `unused` are wrong ones after the last update.
    """

    first: str
    last: str
    header: str
    judged: int
    right: int
    wrong: tuple[Wrong, ...] = ()
    gradients: str = ""
    unused: tuple[Wrong, ...] = ()

    @property
    def every_wrong(self) -> tuple[Wrong, ...]:
        """All wrong gradients, whether an update uses them or not."""
        return self.wrong + self.unused


@dataclass(frozen=True)
class Loss:
    """The loss whose derivative was taken: the first step's cell, or None where it was implied by the gradients.

    `form` is "cell" or "implied"; `header` says what stands above the cell, or which loss is implied.
    """

    cell: str | None
    header: str
    form: str


@dataclass(frozen=True)
class Table:
    """Weights that are updated together, over all their steps. `factor` is what all gradients are times the loss's."""

    sheet: str
    weights: tuple[Weight, ...]
    rate: tuple[str, ...]
    loss: Loss
    factor: float
    judged: int
    right: int
    steps: int


@dataclass(frozen=True)
class Break:
    """A cell unlike its neighbours, or one that computes otherwise than it looks.

    `cell` is an address or range with its sheet, `kind` one of `KINDS`, `expected` what its neighbours have, or what to
    do, `sentence` all of it for a person.
    """

    cell: str
    kind: str
    expected: str
    sentence: str = ""


@dataclass(frozen=True)
class NotJudged:
    """Cells that could not be judged, as a range with its sheet, and why."""

    cells: str
    why: str


@dataclass(frozen=True)
class Audit:
    """What was found in a workbook. `error` says why nothing could be read or judged; then exit status 2."""

    path: str
    tables: tuple[Table, ...] = ()
    breaks: tuple[Break, ...] = ()
    remarks: tuple[str, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    error: str | None = None

    @property
    def judged(self) -> int:
        """The gradients that were judged."""
        return sum(table.judged for table in self.tables)

    @property
    def right(self) -> int:
        """The gradients that are right."""
        return sum(table.right for table in self.tables)

    @property
    def is_right(self) -> bool:
        """Whether something was judged, and all of it is right."""
        return self.error is None and self.judged > 0 and next(self.wrong(), None) is None

    def wrong(self) -> Iterator[tuple[Table, Weight, Wrong]]:
        """Yield each wrong gradient with its table and weight."""
        for table in self.tables:
            for weight in table.weights:
                for wrong in weight.every_wrong:
                    yield table, weight, wrong

    def to_dict(self) -> dict[str, Any]:
        """Return the audit as JSON has it."""
        return asdict(self)


def from_dict(data: dict[str, Any]) -> Audit:
    """Return the audit that `to_dict` gave."""
    return Audit(
        path=data["path"],
        tables=tuple(
            Table(
                **{
                    **table,
                    "weights": tuple(
                        Weight(
                            **{
                                **weight,
                                "wrong": tuple(Wrong(**each) for each in weight["wrong"]),
                                "unused": tuple(Wrong(**each) for each in weight["unused"]),
                            }
                        )
                        for weight in table["weights"]
                    ),
                    "rate": tuple(table["rate"]),
                    "loss": Loss(**table["loss"]),
                }
            )
            for table in data["tables"]
        ),
        breaks=tuple(Break(**each) for each in data["breaks"]),
        remarks=tuple(data["remarks"]),
        not_judged=tuple(NotJudged(**each) for each in data["not_judged"]),
        error=data["error"],
    )

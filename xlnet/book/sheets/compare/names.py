"""What a person reads as the name of a run: that which the template gives, or else what sets it apart: "η 0.1, seed 2".

Its sheet and all that cites it keep the run's own name. A setting that a cell holds is in the name what it is there, so
that the legends of charts stay true when it is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlnet.book.sheets.compare import NAME
from xlnet.book.sheets.compare.plan import ComparePlan
from xlnet.book.sheets.explore.written import DIGITS, rounded
from xlnet.cell import Cell
from xlnet.comparison import Setting
from xlnet.graph.expression import Expression
from xlnet.graph.references import InCell, Text, joined
from xlnet.template.overrides import short_name

_BETWEEN = ", "


@dataclass(frozen=True)
class Part:
    """A setting in a name: what it is called, its value as it was asked for, and the cell that holds it, or None."""

    called: str
    value: Setting
    place: Cell | None

    @property
    def text(self) -> str:
        """The part as it is at first."""
        return f"{self.called}{written(self.value)}"


def written(value: Setting) -> str:
    """Return a setting as a name has it."""
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    # As `rounded` writes it: 2E-5.
    return f"{value:.{DIGITS}G}".replace("E-0", "E-")


def parts(plan: ComparePlan, index: int) -> list[Part]:
    """Return what sets a run apart; nothing where the template has named it."""
    run = plan.comparison.runs[index]
    if run.name != f"run{index + 1}":
        return []
    return [_part(plan, index, short_name(name), value) for name, value in run.settings.items()]


def _part(plan: ComparePlan, index: int, name: str, value: Setting) -> Part:
    # The words of a choice say by themselves what is chosen.
    is_word = isinstance(value, str)
    called = "" if is_word else f"{plan.called(name).rpartition('.')[2]} "
    is_live = not is_word and name in plan.settings and plan.constant(index, name) is not None
    return Part(called, value, Cell(NAME, plan.row(index), plan.column("setting", name)) if is_live else None)


def name_of(plan: ComparePlan, index: int) -> str:
    """Return what a run is called at first."""
    own = plan.comparison.runs[index].name
    return _BETWEEN.join(part.text for part in parts(plan, index)) or plan.texts.of_template("runs", own)


def live_name(plan: ComparePlan, index: int) -> Expression | None:
    """Return the formula of a name, None where no cell holds anything of it."""
    every = parts(plan, index)
    if not any(part.place for part in every):
        return None
    return joined(*_pieces(every))


def _pieces(every: list[Part]) -> Iterator[Expression]:
    text = ""
    for number, part in enumerate(every):
        text += _BETWEEN * (number > 0) + part.called
        if part.place is None:
            text += written(part.value)
            continue
        yield Text(text)
        yield rounded(InCell(part.place))
        text = ""
    if text:
        yield Text(text)

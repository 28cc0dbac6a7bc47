"""What the user says that is what: weights with their gradients or steps, a learning rate, a loss."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from xlnet.audit.finding.candidates import origin
from xlnet.audit.finding.gradients import Subject
from xlnet.audit.finding.losses import Family
from xlnet.audit.finding.pairing import Cell, counterparts
from xlnet.audit.finding.rates import Rate
from xlnet.audit.finding.reach import reach
from xlnet.audit.formula.areas import NamedArea, read_areas
from xlnet.audit.formula.shape import shape_of
from xlnet.audit.formula.tree import Operation, reference_to
from xlnet.audit.options import Options
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place
from xlnet.errors import UserError

_MOST_TITLES = 8


@dataclass(frozen=True)
class Told:
    """Subjects as they are told, table by table; where the cells can be paired in two ways, both are there.

    `ways` says by which of the ways each table was made. `has_rate` says whether steps are divided by a rate.
    """

    tables: Sequence[Sequence[Subject]]
    ways: Sequence[int]
    has_rate: bool


class Teller:
    """Looks up in a workbook what options name. Raises UserError where there is no such thing."""

    def __init__(self, workbook: Workbook, options: Options) -> None:
        self._workbook, self._options = workbook, options
        self._sheet = 0 if options.sheet is None else self.number("--sheet", options.sheet)

    def number(self, option: str, title: str) -> int:
        """Return the number of a sheet."""
        sheets = self._workbook.sheets
        for number, each in enumerate(sheets):
            if each.casefold() == title.casefold():
                return number
        more = ", …" if len(sheets) > _MOST_TITLES else ""
        raise UserError(f"{option}: there is no sheet {title}: name one of {', '.join(sheets[:_MOST_TITLES])}{more}")

    def areas(self, option: str, text: str, sheet: int | None = None) -> list[tuple[int, NamedArea]]:
        """Return the areas that an option names, with their sheets; without a title on `sheet`, or the usual one."""
        try:
            named = read_areas(text)
        except ValueError:
            raise UserError(f"{option}: must be cells, like B4:E9 or 'My sheet'!B4:E9, not {text}") from None
        usual = self._sheet if sheet is None else sheet
        return [(usual if each.title is None else self.number(option, each.title), each) for each in named]

    def cell(self, option: str, text: str | None) -> Place | None:
        """Return the cell that an option names."""
        if text is None:
            return None
        (sheet, area), *more = self.areas(option, text)
        if more or area.shape != (1, 1):
            raise UserError(f"{option}: must be one cell, like B4 or Sheet1!B4, not {text}")
        return sheet, area.row, area.column

    def rate(self) -> Place | None:
        """Return the cell of the learning rate."""
        place = self.cell("--rate", self._options.rate)
        if place is not None:
            value = self._workbook.live.numbers([place])[0]
            if not value or value != value:
                raise UserError(f"--rate: {self._workbook.show(place)} must hold a number that is not 0")
        return place

    def subjects(self, citations: Citations) -> Told | None:
        """Return what is to be judged where the options name weights; None where they do not."""
        options = self._options
        if options.weights is None:
            return None
        option, text = ("--steps", options.steps) if options.gradients is None else ("--gradients", options.gradients)
        if text is None:
            raise UserError("--weights: add --gradients RANGE, or --steps RANGE for what is added to the weights")
        weights = self.areas("--weights", options.weights)
        others = self.areas(option, text, weights[0][0])
        rate = self.rate() if option == "--steps" else None
        readings = counterparts([area for _, area in weights], [area for _, area in others], option)
        tables: list[list[Subject]] = []
        ways: list[int] = []
        for way in range(max(map(len, readings))):
            samples: dict[int, dict[Place, Subject]] = {}
            for reading in readings:
                for number, pairs in enumerate(reading[min(way, len(reading) - 1)]):
                    places = [(_place(weights, own), _place(others, other)) for own, other in pairs]
                    subjects = self._of_pairs(places, option, rate, citations)
                    # A weight that is named again has its gradient for another sample.
                    while any(subject.weight in samples.get(number, ()) for subject in subjects):
                        number += 1
                    samples.setdefault(number, {}).update({subject.weight: subject for subject in subjects})
            tables += [list(each.values()) for each in samples.values()]
            ways += [way] * len(samples)
        self._require_formulas(option, tables[0])
        return Told(tables, ways, option == "--gradients" or rate is not None)

    def _of_pairs(
        self,
        pairs: Sequence[tuple[Place, Place]],
        option: str,
        rate: Place | None,
        citations: Citations,
    ) -> list[Subject]:
        found = []
        for shown, cell in pairs:
            self._require_number("--weights", shown)
            self._require_number(option, cell)
            weight = origin(shown, self._workbook, citations)
            tree = reference_to(cell, cell)
            subject = Subject(weight, shown, None, cell, tree, 1, cell, Rate((), 1.0), is_plain=True)
            if option == "--steps":
                # What is added to the weight is the negative of the gradient times the rate.
                subject = replace(subject, sign=-1, cell=None)
            if rate is not None:
                divided = Operation("/", tree, reference_to(rate, cell))
                subject = replace(subject, tree=divided, rate=Rate((rate,), 1.0))
            found.append(subject)
        return found

    def _require_number(self, option: str, place: Place) -> None:
        value = self._workbook.stored.get(place)
        if place in self._workbook.trees or isinstance(value, int | float):
            return
        what = "is empty" if value is None or value == "" else "holds a text"
        raise UserError(
            f"{option}: {self._workbook.show(place)} {what}: name cells that hold numbers or formulas alone"
        )

    def _require_formulas(self, option: str, subjects: Sequence[Subject]) -> None:
        if not any(subject.host in self._workbook.trees for subject in subjects):
            raise UserError(f"{option}: these cells hold numbers, and no formula that could be proved: name others")


def _place(areas: Sequence[tuple[int, NamedArea]], cell: Cell) -> Place:
    return areas[cell[0]][0], cell[1], cell[2]


def told_loss(
    cell: Place, workbook: Workbook, citations: Citations, steps: Mapping[Place, Place], new: Set[Place]
) -> Family:
    """Return the told loss with those of other steps: filled like it, or like it in its column, row, or address.

    Raises UserError where it is no loss of a step.
    """
    shown = workbook.show(cell)
    if cell not in workbook.trees:
        raise UserError(f"--loss: {shown} holds no formula: name the cell that computes the loss")
    reached = reach(citations, steps, new)

    def on(place: Place) -> frozenset[Place]:
        return frozenset(each for each in reached.get(place, ()) if each in steps)

    if not on(cell):
        met = citations.ancestors([cell]) & steps.keys()
        why = "depends on the weights of several steps" if met else "depends on none of the weights"
        raise UserError(f"--loss: {shown} {why}: name the loss of one step, which is computed from its weights")
    members = {steps[next(iter(on(cell)))]: cell}
    for place in sorted(_alike(cell, workbook, reached), key=lambda each: (_unlike(each, cell, workbook), each)):
        weights = on(place)
        if weights:
            members.setdefault(steps[next(iter(weights))], place)
    return Family({place: on(place) for place in members.values()}, cell, 1.0, citations.levels[cell])


def _alike(cell: Place, workbook: Workbook, places: Collection[Place]) -> list[Place]:
    tree, shape = workbook.trees[cell], shape_of(workbook.trees[cell])
    return [
        place
        for place in places
        if place in workbook.trees
        and (workbook.trees[place] is tree or (_in_line(place, cell) and shape_of(workbook.trees[place]) == shape))
    ]


def _in_line(place: Place, cell: Place) -> bool:
    return place[1] == cell[1] or place[2] == cell[2]


def _unlike(place: Place, cell: Place, workbook: Workbook) -> tuple[bool, bool]:
    return workbook.trees[place] is not workbook.trees[cell], not _in_line(place, cell)

"""What the Compare sheet has, and where it stands: controls, a table with one row per run, charts and their points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, cast

from xlnet import keys
from xlnet.book.model import Model, model_of
from xlnet.book.sheets.compare import NAME
from xlnet.book.sheets.dashboard.plan import outputs
from xlnet.book.spread import spread
from xlnet.book.texts import ENGLISH, Texts
from xlnet.book.texts import load as load_texts
from xlnet.cell import Area, Cell
from xlnet.comparison import Comparison, Setting
from xlnet.model.network import inputs, targets
from xlnet.model.schedules import typed_learning_rate
from xlnet.render.layout import DATA
from xlnet.render.mathematics import Symbols
from xlnet.template.overrides import short_name

Made = TypeVar("Made")

LABEL_COLUMN, VALUE_COLUMN, SHARED_COLUMN = 2, 3, 5
WAYS_ROW, TITLE_ROW, CONTROL_ROW = 1, 2, 5
SHARED_ROW = CONTROL_ROW
WEIGHTS = 2
BAND_ROW, HEADER_ROW, FIRST_RUN_ROW = 9, 10, 11
# Above the points of a chosen weight: its place in an iteration on the run's sheet.
PLACE_ROW = BAND_ROW
# More parameters than these are left to the runs' own sheets.
MOST_PARAMETERS = 9
# Charts stand so many abreast, each so many columns of the table wide.
CHARTS_ABREAST, CHART_COLUMNS = 3, 6
# A chart shows so many iterations of each run, fewer where there are many runs.
_MOST_POINTS, _FEWER_POINTS, _MANY_RUNS = 200, 100, 12
# The words of a list of choices may have 255 characters.
_LONGEST_LIST = 255
# What stands where a run has no number.
NONE = "–"
# Beyond these multiples of a run's beginnings charts draw nothing.
LOSS_TIMES, OUTPUT_TIMES, WEIGHT_TIMES = 2, 2, 3


class Column(NamedTuple):
    """A column of the table: what it shows, and of which setting, output (of the first run) or parameter."""

    name: str
    key: str = ""


class Series(NamedTuple):
    """What a run shows in a chart, in a column of its own; the charts of a chosen weight are numbered from 0."""

    name: str
    number: int = 0


LOSS, LOG_LOSS, OUTPUT = Series("loss"), Series("log loss"), Series("output")


@dataclass(frozen=True)
class ComparePlan:
    """The sheet of a comparison with its runs' sheets, in their order."""

    comparison: Comparison
    models: tuple[Model, ...]
    _made: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, make: Callable[[ComparePlan], Made]) -> Made:
        """Return what `make` makes of this plan; it is made at the first call."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(Made, self._made[make])

    @property
    def texts(self) -> Texts:
        """The texts of the workbook's language."""
        return self.models[0].texts

    @property
    def title(self) -> str:
        """What the comparison is called."""
        return self.texts.of_template("titles", self.comparison.title)

    @property
    def symbols(self) -> Symbols:
        """What quantities are called; by the first run, as all runs call what they have in common."""
        return self.models[0].symbols

    @cached_property
    def settings(self) -> list[str]:
        """The settings that set runs apart, by their short names, η first; iterations have a column of their own."""
        named = [short_name(name) for run in self.comparison.runs for name in run.settings]
        return ["lr", *dict.fromkeys(name for name in named if name not in ("lr", "iters"))]

    def called(self, name: str) -> str:
        """Return what a setting is called."""
        return self.symbols(keys.LEARNING_RATE) if name == "lr" else self.texts.sections["setting"].get(name, name)

    def constant(self, index: int, name: str) -> str | None:
        """Return the key of the constant that holds a run's setting; None where no cell does."""
        model = self.models[index]
        if name == "lr":
            return typed_learning_rate(model.spec)
        is_rule = name.startswith(("training.optimizer.", "training.schedule."))
        key = name.rpartition(".")[2]
        return key if is_rule and key in model.constants else None

    def setting(self, index: int, name: str) -> Setting:
        """Return a run's setting as it was asked for; "" where it was not."""
        own = {short_name(key): value for key, value in self.comparison.runs[index].settings.items()}
        return own.get(name, "")

    @cached_property
    def shared(self) -> dict[str, Cell]:
        """Where the only sample stands, for all runs: on this sheet."""
        return shared_places(self.comparison)

    @cached_property
    def outputs(self) -> range:
        """The numbers of the outputs that are shown, from 0: as many as every run shows."""
        return range(min(len(outputs(model.spec)) for model in self.models))

    def output_key(self, index: int, number: int) -> str:
        """Return the key of an output of a run, which tells the number of its last layer."""
        return outputs(self.models[index].spec)[number]

    @cached_property
    def parameters(self) -> list[str]:
        """The parameters in the table: the first ones of all runs together."""
        every = dict.fromkeys(key for sheet in self.models for key in sheet.parameters)
        return list(every)[:MOST_PARAMETERS]

    @cached_property
    def choosable(self) -> list[str]:
        """The parameters that can be chosen for a chart: those that every run has, as many as a list takes."""
        chosen: list[str] = []
        for key in _common(sheet.parameters for sheet in self.models):
            if len(",".join(map(self.symbols, [*chosen, key]))) > _LONGEST_LIST:
                break
            chosen.append(key)
        return chosen

    def block(self, index: int) -> Area:
        """Return the cells of a run's iterations, as wide as its parameters stand."""
        layout, own = self.models[index].layout, self.models[index].parameters
        columns = [layout.column(key) for key in own]
        return Area(layout.sheet, layout.first_row, min(columns), layout.last_row, max(columns))

    def place(self, index: int, key: str) -> int:
        """Return the place of a parameter in an iteration of a run, from 1: that in a block is counted line by line."""
        block, cell = self.block(index), self.models[index].layout.cell(key)
        return (cell.row - block.top) * (block.right - block.left + 1) + cell.column - block.left + 1

    @cached_property
    def columns(self) -> dict[Column, int]:
        """The columns of the table, from its left."""
        found = [Column("run"), *(Column("setting", name) for name in self.settings)]
        found += map(Column, ("iterations", "first loss", "final loss"))
        found += (Column("output", self.output_key(0, number)) for number in self.outputs)
        found += map(Column, ("first below", "diverged"))
        found += (Column(when, key) for when in ("initial", "final") for key in self.parameters)
        return {each: column for column, each in enumerate(found, LABEL_COLUMN)}

    def column(self, name: str, key: str = "") -> int:
        """Return a column of the table."""
        return self.columns[Column(name, key)]

    def output_column(self, number: int) -> int:
        """Return the column of an output, of all runs."""
        return self.column("output", self.output_key(0, number))

    def row(self, index: int) -> int:
        """Return the row of a run."""
        return FIRST_RUN_ROW + index

    @property
    def last_run_row(self) -> int:
        """The row of the last run."""
        return self.row(len(self.models) - 1)

    def weight_row(self, number: int) -> int:
        """Return the row in which the weight of chart number 0 or 1 is chosen."""
        return CONTROL_ROW + 1 + number

    @property
    def charted_weights(self) -> range:
        """The numbers of the charts of a chosen weight."""
        return range(WEIGHTS if self.choosable else 0)

    @cached_property
    def series(self) -> list[Series]:
        """What the charts show of a run, one column each."""
        output = [OUTPUT] if self.outputs else []
        return [LOSS, LOG_LOSS, *output, *(Series("weight", number) for number in self.charted_weights)]

    @property
    def limits_column(self) -> int:
        """The column of the limits beyond which nothing is drawn, right of the table and of the charts."""
        return max(max(self.columns.values()), LABEL_COLUMN + CHARTS_ABREAST * (CHART_COLUMNS + 1)) + 2

    @property
    def limits(self) -> dict[str, int]:
        """The rows of these limits."""
        return {name: CONTROL_ROW + number for number, name in enumerate(("loss", "output", "weight"))}

    @cached_property
    def axes(self) -> dict[int, int]:
        """The columns of the iterations shown, by the number of iterations of a run."""
        every = dict.fromkeys(model.spec.training.iters for model in self.models)
        return {iters: column for column, iters in enumerate(every, self.limits_column + 3)}

    def series_column(self, index: int, series: Series) -> int:
        """Return the column of what a chart shows of a run: the runs side by side, chart by chart."""
        first = max(self.axes.values()) + 1
        return first + self.series.index(series) * len(self.models) + index

    def points(self, index: int) -> list[int]:
        """Return the iterations of a run that charts show, evenly spaced."""
        iters = self.models[index].spec.training.iters
        count = min(iters, _FEWER_POINTS if len(self.models) > _MANY_RUNS else _MOST_POINTS)
        return spread(count, iters)

    def owns_axis(self, index: int) -> bool:
        """Return whether a run is the first with its number of iterations, whose axis the others share."""
        iters = [model.spec.training.iters for model in self.models]
        return iters.index(iters[index]) == index

    def wanted(self, index: int) -> set[int]:
        """Return the iterations of a run that the sheet shows."""
        return {1, self.models[index].spec.training.iters, *self.points(index)}

    def targets(self) -> Area:
        """Return the cells of the targets, as the first run has them."""
        layout, spec = self.models[0].layout, self.models[0].spec
        if not spec.has_data_sheet:
            return Area.between(*(layout.cells[keys.target(output)] for output in (1, spec.outputs)))
        ends = [layout.data[keys.data(keys.target(output))] for output in (1, spec.outputs)]
        return Area.between(ends[0].first, ends[1].last)


def _common(lists: Iterable[list[str]]) -> list[str]:
    first, *others = lists
    return [key for key in first if all(key in other for other in others)]


def plan_of(comparison: Comparison, language: str = ENGLISH) -> ComparePlan:
    """Return the plan of a comparison with the sheets of its runs."""
    titles, texts = data_titles(comparison), load_texts(language)
    shared = shared_places(comparison)
    models = [
        model_of(
            run.spec,
            language,
            title=f"{texts.of_template('titles', comparison.title)}: {run.name}",
            sheet=run.name,
            data_sheet=titles[index],
            shared=shared,
        )
        for index, run in enumerate(comparison.runs)
    ]
    return ComparePlan(comparison, tuple(models))


def data_titles(comparison: Comparison) -> list[str]:
    """Return the title of each run's Data sheet: all the same where the samples are."""
    names = [run.name for run in comparison.runs]
    return [DATA for _ in names] if comparison.has_one_data else [f"{DATA} {name}" for name in names]


def shared_places(comparison: Comparison) -> dict[str, Cell]:
    """Return where the inputs and targets of the only sample stand on the Compare sheet, if all runs share it."""
    spec = comparison.runs[0].spec
    if spec.has_data_sheet or not comparison.has_one_data:
        return {}
    every = [*inputs(spec), *targets(spec)]
    return {key: Cell(NAME, SHARED_ROW + 1, column) for column, key in enumerate(every, SHARED_COLUMN)}

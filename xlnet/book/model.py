"""What a workbook shows of a run: the graph of an iteration, where its quantities stand, and what they are called.

All sheets are drawn from it and every check starts from it. What is made of it is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar, cast

from xlnet import keys
from xlnet.book.texts import ENGLISH, Texts
from xlnet.book.texts import load as load_texts
from xlnet.cell import Cell
from xlnet.errors import UserError
from xlnet.graph.node import Graph, Group, Node
from xlnet.model.iteration import iteration
from xlnet.render.excel import formula, length
from xlnet.render.layout import DATA, TRAINING, Layout, layout_of
from xlnet.render.mathematics import Symbols
from xlnet.render.room import mend
from xlnet.sheet_size import LONGEST_FORMULA
from xlnet.spec import Spec
from xlnet.xlsx.table import TableColumn

Made = TypeVar("Made")


@dataclass(frozen=True)
class Model:
    """A network, the graph of an iteration, where its quantities stand, what they are called.

    `shared` are the constants that stand on another sheet, for all runs of a comparison: here they are repeated.
    """

    spec: Spec
    graph: Graph
    layout: Layout
    symbols: Symbols
    texts: Texts
    title: str
    data_sheet: str = DATA
    shared: Mapping[str, Cell] = field(default_factory=dict)
    _made: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    _rules: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def once(self, make: Callable[[Model], Made]) -> Made:
        """Return what `make` makes of this model; it is made at the first call."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(Made, self._made[make])

    @property
    def name(self) -> str:
        """What the sheet is called."""
        return self.layout.sheet

    @property
    def last_column(self) -> int:
        """The last column of the sheet: of the table, or of the constants above it."""
        return max(self.layout.last_column, len(self.graph.settings))

    @property
    def description(self) -> str:
        """What the workbook is about."""
        return self.texts.of_template("descriptions", self.spec.description)

    @cached_property
    def constants(self) -> dict[str, float]:
        """The values of all that stands in a cell of its own, by key."""
        graph = self.graph
        return {constant.key: constant.value for constant in (*graph.settings, *graph.data_constants)}

    @cached_property
    def parameters(self) -> list[str]:
        """The keys of the weights and biases, which stand side by side."""
        return [node.key for node in self.graph.nodes if node.group == Group.PARAMETERS]

    @property
    def reduction(self) -> str:
        """How the losses of a batch become one, as texts call it."""
        return "weighted mean" if self.spec.has_weighted_mean else self.spec.training.reduction

    @property
    def share(self) -> str:
        """What a sample's loss is divided by in the batch's."""
        return self.symbols(keys.BATCH_WEIGHT) if self.spec.has_weighted_mean else str(self.spec.share)

    @property
    def has_biases(self) -> bool:
        """Whether any unit has a bias."""
        return any(keys.parts(node.key).letter == "b" for node in self.graph.nodes)

    @cached_property
    def columns(self) -> list[TableColumn]:
        """The formulas of the nodes, ready to be filled down, and where they stand."""
        spots = (self.layout.spots[node.key] for node in self.graph.nodes)
        return [
            TableColumn(
                first_formula=None if node.first_formula is None else formula(node.first_formula, self.layout),
                formula=None if node.formula is None else formula(node.formula, self.layout),
                column=spot.column,
                offset=spot.offset,
            )
            for node, spot in zip(self.graph.nodes, spots, strict=True)
        ]

    def require_lengths(self) -> None:
        """Raise UserError where a formula becomes longer than Excel takes."""
        for node, column in zip(self.graph.nodes, self.columns, strict=True):
            needed = max(length(text or "", self.layout) for text in (column.first_formula, column.formula))
            if needed > LONGEST_FORMULA:
                is_of_batch = node.group == Group.GRADIENTS
                advice = mend(self.spec, self.layout.sheet, self.data_sheet) if is_of_batch else "use smaller layers"
                raise UserError(
                    f"{self.spec.name}: the formula of {node.key} has {needed:,} characters, but Excel allows "
                    f"{LONGEST_FORMULA:,}: {advice}"
                )

    def group_name(self, group: str) -> str:
        """Return what a group of quantities is called."""
        if group == Group.PARAMETERS and self.has_biases:
            return self.texts.get("group", "parameters_with_biases")
        return self.texts.get("group", group)

    def rule(self, node: Node) -> str:
        """Return the rule of a node's column (see `Symbols.rule`); it is written once."""
        if node.key not in self._rules:
            self._rules[node.key] = self.symbols.rule(node)
        return self._rules[node.key]

    def header(self, node: Node) -> str:
        """Return the header of a node's column."""
        if node.key in self.texts.sections["header"]:
            return self.texts.get("header", node.key)
        return self.symbols(node.key)


def model_of(
    spec: Spec,
    language: str = ENGLISH,
    *,
    title: str | None = None,
    sheet: str = TRAINING,
    data_sheet: str = DATA,
    shared: Mapping[str, Cell] | None = None,
) -> Model:
    """Return the model of a spec, in a language of `texts`, with what its sheets are called."""
    texts = load_texts(language)
    spec = _called(spec, texts)
    graph = iteration(spec)
    if spec.training.schedule:
        texts = texts.of_schedule(spec.training.schedule.name)
    return Model(
        spec=spec,
        graph=graph,
        layout=layout_of(graph, spec.training.iters, training=sheet, data=data_sheet, arrangement=spec.layout),
        symbols=Symbols.of(spec, texts.sections["symbols"]),
        texts=texts,
        title=texts.of_template("titles", spec.title) if title is None else title,
        data_sheet=data_sheet,
        shared=shared or {},
    )


def _called(spec: Spec, texts: Texts) -> Spec:
    """Return a spec whose inputs and outputs are called as the language has it; names from a file stay as they are."""
    data = spec.data
    if data.source or not (data.x_names or data.t_names):
        return spec
    x_names, t_names = (
        tuple(texts.of_template("names", name) for name in names) for names in (data.x_names, data.t_names)
    )
    return replace(spec, data=replace(data, x_names=x_names, t_names=t_names))

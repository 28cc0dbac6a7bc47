"""The Guide sheet: what the workbook shows, the rules of this very network, what to try, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import merge, put_text
from xlnet.book.drawing.links import put_link
from xlnet.book.drawing.page import fit_height, lines_of, print_landscape
from xlnet.book.drawing.protection import protect
from xlnet.book.live import Formula, Live, Typed, put_all
from xlnet.book.model import Model
from xlnet.book.sheets.proof import NAME as PROOF
from xlnet.book.sheets.proof.plan import HEADLINE_ROW, LABEL_COLUMN
from xlnet.book.sheets.validation import NAME as VALIDATION
from xlnet.cell import Cell
from xlnet.graph.expression import Number
from xlnet.graph.node import Group, Node
from xlnet.graph.operations import LOSSES
from xlnet.graph.paths import Ways, ways
from xlnet.graph.references import InCell
from xlnet.model.layers import KINDS
from xlnet.model.network import outputs, parameters
from xlnet.model.optimizers import taken
from xlnet.model.passes import passes
from xlnet.model.schedules import typed_learning_rate
from xlnet.render.excel import cell
from xlnet.render.layout import DATA, TRAINING
from xlnet.spec import Spec
from xlnet.version import VERSION
from xlnet.xlsx.page import Page

NAME = "Guide"
NAME_COLUMN, TEXT_COLUMN = 2, 3
TITLE_ROW, FIRST_LINE_ROW = 2, 4
# The sheets that it tells of, in the order of the workbook; `"sheet NAME"` of the texts says what each is.
SHEETS = (
    TRAINING,
    "Dashboard",
    "Explore",
    PROOF,
    "Predict",
    VALIDATION,
    DATA,
    "Formulas",
    "Template",
)
_WIDTHS = {1: 2, NAME_COLUMN: 16, TEXT_COLUMN: 110}
_CHARACTERS_PER_LINE = 108
# A longer list of rules shows those of the first unit of each layer.
_MOST_RULES = 12
_TEXT = replace(style.TEXT, wrap=True, vertical="top")
_LOOKS = {
    "heading": replace(style.BAND, fill=style.GROUPS[Group.ITERATION].strong),
    "text": _TEXT,
    "rule": replace(style.CODE, fill=style.GROUPS[Group.FORWARD].tint),
    "backward": replace(style.CODE, fill=style.GROUPS[Group.GRADIENTS].tint),
    "update": replace(style.CODE, fill=style.GROUPS[Group.PARAMETERS].tint),
}
_LINK = replace(style.LINK, vertical="top", bold=True)
_NAME = replace(style.TEXT, vertical="top", bold=True)


@dataclass(frozen=True)
class GuideLine:
    """A row: the kind of its look, its text, what stands before it, and the sheet that leads to."""

    kind: str
    text: str
    name: str = ""
    target: str = ""


def lives(model: Model) -> list[Live]:
    """Return every formula of the sheet: what the Proof sheet has found."""
    headline = InCell(Cell(PROOF, HEADLINE_ROW, LABEL_COLUMN))
    return [Live("gradients that agree", NAME, TEXT_COLUMN, [proof_row(model)], headline, replace(_TEXT, bold=True))]


def inputs(_: Model) -> list[Typed]:
    """Return the cells that a person fills in: none."""
    return []


def proof_row(model: Model) -> int:
    """Return the row that repeats the headline of the Proof sheet."""
    return FIRST_LINE_ROW + len(model.once(lines))


def lines(model: Model) -> list[GuideLine]:
    """Return the rows of the sheet, from the first; the last one's text is a formula that follows."""
    overfitting = _overfitting(model) if model.spec.held_out else ()
    return [*_sheets(model), *_rules(model), *_experiments(model), *overfitting, *_making(model)]


def _heading(model: Model, name: str) -> GuideLine:
    return GuideLine("heading", model.texts.get("guide", name))


def _sheets(model: Model) -> Iterator[GuideLine]:
    yield _heading(model, "sheets")
    there = {DATA: bool(model.graph.data), VALIDATION: model.spec.held_out > 0}
    for name in SHEETS:
        if there.get(name, True):
            text = "sheet Data of both" if name == DATA and model.spec.held_out else f"sheet {name}"
            yield GuideLine("text", model.texts.get("guide", text), name, f"{name}!A1")


def _rules(model: Model) -> Iterator[GuideLine]:
    texts, symbols = model.texts, model.symbols
    nodes = passes(model.spec).nodes
    several = model.spec.batch_size > 1
    yield _heading(model, "rules")
    yield GuideLine("text", texts.get("guide", "forward of a sample" if several else "forward"))
    yield from _listed(model, [node for node in nodes if node.group in (Group.FORWARD, Group.LOSS)], "rule")
    if any(layer.dropout for layer in model.spec.layers):
        yield GuideLine("text", texts.get("guide", "dropout"))
    yield from (GuideLine("text", sentence) for sentence in _of_loss(model))
    if several:
        yield GuideLine("text", texts.get("guide", f"loss by {model.reduction}"))
    yield GuideLine("text", texts.get("guide", "chain"))
    aliases = {alias for node in nodes for alias in node.aliases}
    yield from (GuideLine("backward", text) for text in _chains(model, aliases))
    backward = "backward" if not several else f"backward of a sample by {model.spec.training.reduction}"
    yield GuideLine("text", texts.get("guide", backward).format(share=model.share))
    if LOSSES[model.spec.training.loss].fused:
        yield GuideLine("text", texts.get("guide", _fused(model.spec)))
    yield from _listed(model, [node for node in nodes if node.group == Group.DELTAS], "backward")
    yield from _listed(model, [node for node in nodes if node.group == Group.GRADIENTS], "backward")
    if any(KINDS[layer.type].shares_weights for layer in model.spec.layers):
        yield GuideLine("text", texts.get("guide", "shared"))
    graph = model.graph.nodes
    yield from (GuideLine("text", text) for text in _taken(model))
    yield GuideLine("text", texts.get("guide", _update(model)))
    first = next(node.of for node in graph if node.group == Group.GRADIENTS)
    steps = [node for node in graph if node.group == Group.SCHEDULE or _belongs(node, first)]
    # The weight takes its step by what the optimiser keeps of this row's gradient.
    yield from (GuideLine("update", symbols.rule(node)) for node in sorted(steps, key=lambda node: node.key == first))


def _taken(model: Model) -> Iterator[str]:
    """Yield what is done to the gradients before the optimiser uses them, and what learns nothing."""
    texts, symbols, training = model.texts, model.symbols, model.spec.training
    frozen = [str(number) for number, layer in enumerate(model.spec.layers, 1) if layer.frozen]
    if frozen:
        name = "frozen" if len(frozen) == 1 else "several frozen"
        yield texts.get("guide", name).format(layers=", ".join(frozen))
    for name in taken.active(training):
        yield texts.get("guide", name).format(bound=symbols(name), weight=symbols(name))
    pulls = training.l1 or training.optimizer.settings.get("weight_decay")
    if pulls and not training.decay_biases and model.has_biases:
        yield texts.get("guide", "decay of weights")


def _update(model: Model) -> str:
    """Return the name of the text on the update: whether the optimiser carries something from row to row."""
    own = f"update {model.spec.training.optimizer.name}"
    if own in model.texts.sections["guide"]:
        return own
    carries = any(node.group == Group.STATE and node.first is not None for node in model.graph.nodes)
    return "update with state" if carries else "update"


def _of_loss(model: Model) -> Iterator[str]:
    """Yield the sentences on the loss, and on what a template sets of it."""
    training = model.spec.training
    given = (*training.loss_settings, *(("class_weights",) if training.class_weights else ()))
    for name in (training.loss, *(f"{training.loss} with {key}" for key in given)):
        if sentence := model.texts.of_loss(name):
            yield sentence


def _fused(spec: Spec) -> str:
    """Return the name of the text on a loss that is computed from the last weighted sums."""
    if spec.training.class_weights:
        return "fused and weighted"
    return "fused and smoothed" if keys.LABEL_SMOOTHING in spec.training.loss_settings else "fused"


def _belongs(node: Node, key: str) -> bool:
    """Return whether a node is this parameter, or a part of the optimiser's state for it or for all."""
    if node.group == Group.STATE:
        return node.of in ("", key)
    return node.key == key


def _listed(model: Model, nodes: Sequence[Node], kind: str) -> Iterator[GuideLine]:
    """Yield rules; of many those of the first unit of each layer."""
    shown = nodes if len(nodes) <= _MOST_RULES else [node for node in nodes if _is_first(node.of or node.key)]
    yield from (GuideLine(kind, model.symbols.rule(node)) for node in shown)
    if len(shown) < len(nodes):
        yield GuideLine("text", model.texts.get("guide", "and so on"))


def _is_first(key: str) -> bool:
    return all(index == 1 for index in keys.parts(key).indices)


def _chains(model: Model, aliases: set[str]) -> Iterator[str]:
    """Yield the chain rule for the first weight of each layer, along the first of the ways to the loss.

    `aliases` are the keys of quantities that are the same as another one.
    """
    symbols, found = model.symbols, _ways(model.spec)
    for weight in reversed(_first_weights(model.spec, found)):
        way = [key for key in reversed(found.first(weight)) if key not in aliases]
        factors = [f"∂{symbols(upper)}/∂{symbols(lower)}" for upper, lower in pairwise(way)]
        others = " + …" if found.counts[weight] > 1 else ""
        yield f"∂E/∂{symbols(weight)} = {' · '.join(factors)}{others}"


def _ways(spec: Spec) -> Ways:
    """Return the ways from the weights to the loss, by the outputs also where the loss is computed from their sums."""
    *blocks, last = passes(spec).blocks
    if LOSSES[spec.training.loss].fused:
        last = replace(last, pullback=lambda _: [(output, Number(1)) for output in outputs(spec)])
    return ways([*blocks, last])


def _first_weights(spec: Spec, found: Ways) -> list[str]:
    """Return the first weight of each layer that leads to the loss: one may meet nothing but padding."""
    firsts: dict[int | None, str] = {}
    for parameter in parameters(spec):
        if parameter.trained and found.counts.get(parameter.key):
            firsts.setdefault(keys.parts(parameter.key).layer, parameter.key)
    return list(firsts.values())


def _experiments(model: Model) -> Iterator[GuideLine]:
    texts, layout = model.texts, model.layout
    graph = model.graph.nodes
    eta = typed_learning_rate(model.spec)
    gradient = next(node for node in graph if node.group == Group.GRADIENTS)
    rate = model.constants[eta]
    weights = [layout.cell(key) for key in model.parameters]
    cells = {
        "eta": _address(layout.cell(eta)),
        "larger": f"{rate * 10:g}",
        "smaller": f"{rate / 10:g}",
        "iters": f"{model.spec.training.iters:,}",
        "weights": f"{_address(weights[0])}:{cell(weights[-1].row, weights[-1].column)}",
        "gradient": _address(layout.cell(gradient.key)),
        "symbol": model.symbols(gradient.key),
    }
    yield _heading(model, "experiments")
    yield GuideLine("text", texts.get("guide", "yellow"))
    depth = "deep" if len(model.spec.layers) > 1 else "one layer"
    for number, name in enumerate(("rate", f"weights {depth}", "break"), 1):
        yield GuideLine("text", texts.get("guide", name).format(**cells), f"{number}.")


def _overfitting(model: Model) -> Iterator[GuideLine]:
    texts = model.texts
    yield _heading(model, "overfitting")
    yield GuideLine("text", texts.get("guide", "overfits"), VALIDATION, f"{VALIDATION}!A1")
    yield GuideLine("text", texts.get("guide", "against overfitting"))
    decay = model.layout.cells.get("weight_decay")
    places = {"decay": _address(decay), "larger": f"{model.constants['weight_decay'] * 10:g}"} if decay else {}
    ways = ("stop early", "decay here" if decay else "decay", "fewer units", "more samples")
    for number, name in enumerate(ways, 1):
        yield GuideLine("text", texts.get("guide", name).format(**places), f"{number}.")


def _address(place: Cell) -> str:
    return f"{place.sheet}!{cell(place.row, place.column)}"


def _making(model: Model) -> Iterator[GuideLine]:
    yield _heading(model, "making")
    yield GuideLine("text", model.texts.get("guide", "made").format(version=VERSION))
    yield GuideLine("text", model.texts.get("guide", "verified"))
    yield GuideLine("text", model.texts.get("guide", "now"))


def draw(page: Page, model: Model, formulas: Sequence[Formula]) -> None:
    """Draw the sheet with its formulas."""
    draw_lines(page, model.title, model.description, model.once(lines))
    put_link(page, proof_row(model), NAME_COLUMN, PROOF, f"{PROOF}!A1", _LINK)
    put_all(page, formulas)


def draw_lines(page: Page, title: str, description: str, lines: Sequence[GuideLine]) -> None:
    """Draw a guide: its title, what the workbook is, and its rows."""
    put_text(page, TITLE_ROW, NAME_COLUMN, title, replace(style.TITLE, size=16))
    put_text(page, TITLE_ROW + 1, NAME_COLUMN, description, _TEXT)
    merge(page, TITLE_ROW + 1, NAME_COLUMN, TEXT_COLUMN)
    fit_height(page, TITLE_ROW + 1, lines_of(description, _CHARACTERS_PER_LINE))
    for row, line in enumerate(lines, FIRST_LINE_ROW):
        look = _LOOKS[line.kind]
        if line.kind == "heading":
            put_text(page, row, NAME_COLUMN, line.text, look)
            put_text(page, row, TEXT_COLUMN, "", look)
            continue
        if line.target:
            put_link(page, row, NAME_COLUMN, line.name, line.target, _LINK)
        elif line.name:
            put_text(page, row, NAME_COLUMN, line.name, _NAME)
        put_text(page, row, TEXT_COLUMN, line.text, look)
        fit_height(page, row, lines_of(line.text, _CHARACTERS_PER_LINE))
    page.widths.update(_WIDTHS)
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = style.GROUPS[Group.ITERATION].strong
    protect(page)
    print_landscape(page)
    page.page_setup.fitToWidth = 1
